#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --status: rotations, phones, standing warnings.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

json() { # PERL-EXPRESSION on $s
    build --status --json 2>/dev/null | perl -MJSON::PP -0777 -ne 'my $s = decode_json($_);
        my @answer = '"($1); print @answer"
}

ok 'a fleet' fleet first
new_key next 'SAST Next'
before=$(snapshot)
run build --status
is 'it succeeds' "$code" 0
printed 'no rotation' '^Rotation: *none$'
printed 'a phone that was never seen' 'nothing known'
printed 'a configuration in clear text' "Warning: *$other.cnf.xml: it is published in clear text"
unlike 'an encrypted one is no matter' "$(cat "$out" "$err")" "$phone.cnf.xml: "
is 'JSON' "$(json '$s->{rotation}, " ", scalar @{$s->{phones}}')" 'none 3'
boots "$phone" && boots "$other"
is 'a phone that holds a list' "$(json '(grep { $_->{phone} eq "'"$phone"'" } @{$s->{phones}})[0]->{itl}')" \
    "holds $(basename archive/ITLFile.tlv.*)"
ok 'a stranger' forge "$other" "$other.cnf.xml.sgn"
is 'a phone that is disputed' "$(json '(grep { $_->{phone} eq "'"$other"'" } @{$s->{phones}})[0]->{itl}')" \
    disputed
unchanged 'it changes nothing' "$before"
build --rotate-sast pem/next.pem >/dev/null
is 'a rotation' "$(json '$s->{rotation}, " ", $s->{ladders}[0]{"in turns"}')" 'SAST 2'
run build --status
printed 'the newest key' '^Newest SAST: .*/pem/next.pem$'
printed 'the old one' '^Old SAST: .*/pem/sast.pem$'
printed 'which is needed' '^Needed: *yes'
printed 'and what to do' 'settings: put the newest SAST in the place of the old one'
stop_provd

site plain
settings trust 'sast = {pem/sast.pem} ccm-tftp = {pem/asterisk.pem}'
build >/dev/null 2>&1
run build --status
is 'without a ledger' "$code" 0
like 'a list without a second SAST' "$(cat "$out" "$err")" 'ITLFile.tlv: .*one SAST certificate only'
like 'no ledger' "$(cat "$out" "$err")" 'ledger: none is set'
is 'JSON holds the warnings' "$(json 'scalar(grep { /one SAST/ } @{$s->{warnings}}) > 0')" 1
silent 'a plain run does not say them' build

# --- folders that are not set, or not there: every kind of run names them, and does nothing

site roots
mkdir keys && cp pem/sast.pem pem/sast2.pem pem/asterisk.pem keys/
declare -A verbs=([plain]='' [quick]='--quick' [dry]='--dry-run' [status]='--status'
    [prune]='--prune' [adopt]='--adopt keys' [rotate]='--rotate-sast pem/sast2.pem'
    [release]="--release $phone" [json]='--status --json')
declare -A set_to=([source]='source = source ' [tftpboot]='tftpboot = tftpboot ' [secure]='secure = secure '
    [archive]='archive = archive ')

without() { # NAME PATHS EXTENDED-REGULAR-EXPRESSION
    local verb options
    printf 'paths { %s }\n' "$2" >bare.conf
    settings paths "$2"
    for verb in "${!verbs[@]}"; do
        read -ra options <<<"${verbs[$verb]}"
        cp prov.conf used.conf
        [ "$verb" != adopt ] || cp bare.conf used.conf
        run provbuild --config used.conf "${options[@]}"
        is "$1, $verb: exit code" "$code" 1
        like "$1, $verb: message" "$(<"$err")" "^provbuild: $3"
        is "$1, $verb: one line" "$(lines "$err")" 1
    done
    is "$1: nothing is written" "$(find tftpboot secure archive -type f)" ''
}

if [ -e /etc/prov/prov.conf ]; then
    skip 'no settings' '/etc/prov/prov.conf is there'
else
    for verb in "${!verbs[@]}"; do
        read -ra options <<<"${verbs[$verb]}"
        run provbuild "${options[@]}"
        is "no settings, $verb: exit code" "$code" 1
        like "no settings, $verb" "$(<"$err")" \
            '^provbuild: there is no /etc/prov/prov.conf, so nothing says what to build; write it, or name'
    done
fi
refused 'settings that are named and not there' 'nowhere.conf: cannot open it' \
    provbuild --status --config nowhere.conf

all=${set_to[source]}${set_to[tftpboot]}${set_to[secure]}${set_to[archive]}
for root in source tftpboot; do
    without "no $root" "${all/"${set_to[$root]}"/}" "set $root in section paths"
done
without 'none at all' '' 'set (source|tftpboot) in section paths'
for root in source tftpboot secure archive; do
    without "a $root that is not there" "${all/"${set_to[$root]}"/"$root = nowhere "}" \
        "$root: cannot use nowhere: .*make it"
done
done_testing
