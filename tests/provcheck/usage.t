#!/bin/bash
# SPDX-License-Identifier: MIT
# The command line of provcheck and its JSON.

# shellcheck source=tests/provcheck/lib.sh
. "${0%/*}/lib.sh"

done_well 'help' provcheck --help
for verb in boot storm; do
    printed "it names $verb" "^  $verb "
done
for verb in boot storm; do
    done_well "help of $verb" provcheck "$verb" --help
    printed "$verb has options" '^ +.*--server HOST'
    provcheck --help >"$out"
done
done_well 'version' provcheck --version
printed 'it names itself' '^provcheck [0-9]'

misused 'no verb' 'say what to do' provcheck
misused 'an unknown verb' 'fly is unknown' provcheck fly
misused 'no phone' 'give one phone' provcheck boot --server x --family 8800
misused 'what is no phone' 'give one phone' provcheck boot SEP12 --server x --family 8800
misused 'two phones' 'give one phone' provcheck boot "$phone_name" "$phone_name" --server x --family 8800
misused 'no server' 'give --server' provcheck boot "$phone_name" --family 8800
misused 'no family' 'give --family' provcheck boot "$phone_name" --server x
misused 'an unknown family' 'family 9999 is unknown; known are 3905, .*7900, ' provcheck boot "$phone_name" --family 9999
misused 'a port that is none' 'tftp-port must be' provcheck boot "$phone_name" --tftp-port 70000
misused 'an unknown option' 'unknown' provcheck boot "$phone_name" --fast
misused 'a storm of nobody' 'phones must be' provcheck storm --phones 0
misused 'a storm without families' 'give --server' provcheck storm --server x --phones 2
misused 'a storm with a phone' 'takes options alone' provcheck storm "$phone_name"
misused 'a reason of nobody' 'give one phone' provcheck why
misused 'a reason of what is no phone' 'give one phone' provcheck why SEP12
misused 'no time at all' 'timeout must be' provcheck why "$phone_name" --timeout 0
failed_with 'settings that are not there' 'there.conf' provcheck why "$phone_name" --config there.conf
echo 'paths { source = . }' >no-tree.conf
misused 'settings without a tree' 'names no tftpboot folder' provcheck why "$phone_name" -c no-tree.conf
misused 'a first phone that is none' 'must be a phone' provcheck storm --first 12

# --- JSON

make_keys && sound_tree && find_ports || exit 1
ok 'provd starts' serve --https off
boot 7900 --json
is 'a boot as JSON' "$(perl -MJSON::PP -0777 -ne '$_ = decode_json $_;
    print join " ", @$_{qw(phone family server result)}, $_->{comes_up} ? "yes" : "no"' "$out")" \
    "$phone_name 7900 127.0.0.1 up yes"
is 'its steps' "$(perl -MJSON::PP -0777 -ne 'print join ",",
    map { "$_->{kind}:$_->{via}" } @{decode_json($_)->{steps}}' "$out" | cut -d, -f1-5)" \
    'absent:tftp,status:tftp,accepted:tftp,status:,accepted:tftp'
ok 'provd ends' stop_provd
boot 7900 --json
is 'a failed boot as JSON' "$code $(perl -MJSON::PP -0777 -ne '$_ = decode_json $_;
    print $_->{result}, $_->{comes_up} ? " up" : " down"' "$out")" '1 server not reachable down'
done_testing
