#!/bin/bash
# SPDX-License-Identifier: MIT
# provd's settings: the file, the command line over it, the defaults, and what is refused.
. tests/server/lib.sh

malformed=2 # exit code for a value that cannot be

mkdir tree other secure
: >empty.conf
new_certificate web.pem web

# The listeners that --check-config prints for WHAT, in one line.
listeners() { # WHAT
    awk -v what="$1" '$1 == what { print $2 }' "$out" | paste -sd ' '
}

checked() { # NAME OPTION...
    local name=$1
    shift
    done_well "$name" provd --check-config "$@"
}

# --- usage

misused 'an unknown option' 'option --nonsense is unknown.*see provd --help' provd --nonsense
misused 'an unknown letter' 'option -x is unknown' provd -x
misused 'an option without its value' 'option --root needs a value' provd --root
misused 'a value where none is taken' 'secure-root-open=x .*takes no value' \
    provd --secure-root-open=x
misused 'an operand' 'extra: provd takes options alone' provd --root tree extra
for option in root secure-root client-ca admin ledger user log config; do
    misused "--$option twice" "option --$option is given twice" \
        provd "--$option" 127.0.0.1:1 "--$option" 127.0.0.1:2
done
misused '--json without --check-config' 'json goes with --check-config alone' \
    provd --root tree --json
many=()
for i in $(seq 1100); do many+=(--allow "10.0.0.$((i % 250))"); done
misused 'more options than there is room for' 'too many options; write them into a file' \
    provd --root tree --check-config "${many[@]}"
done_well '--help' provd --help
printed '--help lists the options' '--secure-root DIR'
done_well '--version' provd --version
printed '--version says which' '^provd [0-9]+\.[0-9]+\.[0-9]+$'

# --- values that cannot be, on the command line

# One line that names the option.
bad_value() { # NAME PATTERN OPTION...
    run provd --root tree --check-config "${@:3}"
    want_message "^provd: $2"
    want_one_message
    want_no_output
    want_code "$malformed"
    judge "$1"
}

for value in 192.0.2.1 192.0.2.1: 192.0.2.1:0 192.0.2.1:70000 192.0.2.1:x localhost:69 \
    2001:db8::1:69 '[2001:db8::1]' '[x]:69' '' 192.0.2.300:69; do
    for option in tftp http https admin; do
        bad_value "--$option $value" "--$option: '.*' is no address and port; write 192" \
            "--$option" "$value"
    done
done
bad_value 'an interface' "--tftp: '\[fe80::1%eth0\]:69' names an interface, which is not" \
    --tftp '[fe80::1%eth0]:69'
bad_value 'IPv4 as IPv6' "--http: .* is an IPv4 address written as IPv6; write it as 192" \
    --http '[::ffff:192.0.2.1]:69'
bad_value 'off beside an address' "--tftp: 'off' stands beside addresses" \
    --tftp off --tftp 127.0.0.1:69
bad_value 'an address twice' '--http: 127.0.0.1:80 is named twice' \
    --http 127.0.0.1:80 --http 127.0.0.1:80
seventeen=()
for i in $(seq 17); do seventeen+=(--tftp "127.0.0.$i:69"); done
bad_value 'too many addresses' '--tftp: more than 16 addresses' "${seventeen[@]}"
bad_value 'all addresses for the administrator' "--admin: ':9100' means all addresses; name one" \
    --admin :9100
for value in 10.0.0.0/33 10.0.0.0/x 10.0.0/8 2001:db8::/129 everybody ''; do
    bad_value "--allow $value" "--allow: '$value' is no network; write 192.0.2.0/24" \
        --allow "$value"
done
bad_value 'host bits' "--allow: '10.0.0.1/8' has bits set beyond its prefix; write 10.0.0.0/8" \
    --allow 10.0.0.1/8
bad_value 'three certificates' '--certificate: more than 2 certificates; one with an EC key' \
    --certificate a --certificate b --certificate c
for option in root secure-root client-ca ledger user log; do
    run provd --check-config "--$option" ''
    like "--$option with nothing" "$(<"$err")" "^provd: --$option: an empty value; leave"
done

# --- settings that do not go together

failed_with 'no tree' 'no tree to serve; give --root DIR, or tftpboot in section paths' \
    provd --config empty.conf --tftp 127.0.0.1:1
if [ -e /etc/prov/prov.conf ]; then
    skip 'no tree and no file' '/etc/prov/prov.conf is there'
else
    failed_with 'no tree and no file' \
        'no tree to serve, and there is no /etc/prov/prov.conf; give --root DIR, or write it, or name another' \
        provd --check-config --tftp 127.0.0.1:1
fi
failed_with 'HTTPS without a certificate' 'https is set without a certificate; set certificate, or' \
    provd --check-config --root tree --https 127.0.0.1:6971
failed_with 'one port for two' 'http and https are both to listen on 127.0.0.1:80; change one' \
    provd --check-config --root tree --certificate web.pem --http 127.0.0.1:80 \
    --https 127.0.0.1:80
failed_with 'one port for HTTP and the administrator' 'http and admin are both to listen on' \
    provd --check-config --root tree --http 127.0.0.1:80 --admin 127.0.0.1:80
for address in 0.0.0.0:9100 192.0.2.1:9100 '[::]:9100' '[2001:db8::1]:9100'; do
    failed_with "the administrator's port on $address" 'admin: .* is not loopback: .*, or --force' \
        provd --check-config --root tree --admin "$address"
    checked "the same with --force" --root tree --admin "$address" --force
    is 'and it is listed' "$(listeners admin)" "$address"
done
for address in 127.0.0.1:9100 127.9.9.9:9100 '[::1]:9100'; do
    checked "the administrator's port on $address" --root tree --admin "$address"
done

# --- defaults

checked 'a tree alone' --root tree
is 'TFTP on all addresses' "$(listeners tftp)" '0.0.0.0:69 [::]:69'
is 'HTTP on all addresses' "$(listeners http)" '0.0.0.0:6970 [::]:6970'
is 'no HTTPS without a certificate' "$(listeners https)" 'off'
is 'no port for the administrator' "$(listeners admin)" 'off'
is 'no ledger' "$(listeners ledger)" 'off'
checked 'a tree and a certificate' --root tree --certificate web.pem
is 'HTTPS on all addresses' "$(listeners https)" '0.0.0.0:6971 [::]:6971'
checked 'a certificate and no HTTPS' --root tree --certificate web.pem --https off
is 'HTTPS is off' "$(listeners https)" 'off'

# --- several values, and off

checked 'several addresses' --root tree --tftp 127.0.0.1:69 --tftp '[::1]:69' \
    --http 127.0.0.1:80 --http 127.0.0.2:80 --certificate web.pem --https '*:443'
is 'all for TFTP' "$(listeners tftp)" '127.0.0.1:69 [::1]:69'
is 'all for HTTP' "$(listeners http)" '127.0.0.1:80 127.0.0.2:80'
is '* is both families' "$(listeners https)" '0.0.0.0:443 [::]:443'
checked 'nothing at all' --root tree --tftp off --http off --admin off --ledger off
is 'TFTP off' "$(listeners tftp)" 'off'
is 'HTTP off' "$(listeners http)" 'off'

# --- the file, and the command line over it

cat >prov.conf <<'END'
paths {
    tftpboot = tree    # relative to this file
    ledger = "ledger.db"
}
server {
    tftp = { "127.0.0.1:1069", "[::1]:1069" }
    http = { "127.0.0.1:8070" }
    certificate = { "web.pem" }
    https = "off"
    admin = "127.0.0.1:9100"
    allow = { "127.0.0.0/8" }
}
https "7900" {
    listen = { "127.0.0.1:6974" }
    certificate = { "rsa.pem" }
}
END
new_certificate rsa.pem old rsa
checked 'a file' --config prov.conf
is 'TFTP of the file' "$(listeners tftp)" '127.0.0.1:1069 [::1]:1069'
is 'HTTP of the file' "$(listeners http)" '127.0.0.1:8070'
is 'HTTPS of the file' "$(listeners https)" 'off'
is "the administrator's port of the file" "$(listeners admin)" '127.0.0.1:9100'
is 'the port for old phones' "$(listeners 7900)" '127.0.0.1:6974'
is 'the ledger of the file' "$(listeners ledger)" 'ledger.db'
done_well 'the command line replaces what the file says' provd --check-config -c prov.conf \
    --root other --secure-root secure --tftp 127.0.0.3:1 --http off --https 127.0.0.1:443 \
    --admin off --ledger off --json
jsonfile=$temporary/settings.json
cp "$out" "$jsonfile"
json() { # KEY
    perl -MJSON::PP -0777 -e 'my $v = decode_json(<STDIN>)->{$ARGV[0]};
        print JSON::PP->new->canonical->allow_nonref->encode($v)' "$1" <"$jsonfile"
}
is '--root' "$(json root)" '"other"'
is '--secure-root' "$(json secure_root)" '"secure"'
is '--tftp' "$(json tftp)" '["127.0.0.3:1"]'
is '--http off' "$(json http)" '[]'
is '--https' "$(json https)" '["127.0.0.1:443"]'
is '--admin off' "$(json admin)" '[]'
is '--ledger off' "$(json ledger)" 'null'
is 'what is not on the command line stays' "$(json old_phones)" '{"7900":["127.0.0.1:6974"]}'
is 'nobody to become' "$(json user)" 'null'

# --- what the file may not say: always with its name and line

bad_file() { # NAME PATTERN LINES-AFTER-THE-PATHS
    printf 'paths {\n    tftpboot = tree\n}\n%b' "$3" >bad.conf
    failed_with "$1" "^provd: bad\.conf:$2" provd --check-config --config bad.conf
}

bad_file 'an unknown section' "4: no such option 'servers'" 'servers {\n}\n'
bad_file 'an unknown option' "6: no such option 'tfpt'" 'server {\n\n    tfpt = { "off" }\n}\n'
bad_file 'an option of another section' "5: no such option 'ledger'" 'server {\n ledger = x\n}\n'
while read -r section given says_so; do
    bad_file "$section, $given" "5: no such option '$given' ?$says_so\$" "$section {\n $given = x\n}\n"
done <<'END'
server certificat ; did you mean certificate\?
server tfpt ; did you mean tftp\?
server clientca ; did you mean client-ca\?
server window-size ; did you mean windowsize\?
paths ttfpboot ; did you mean tftpboot\?
sign certficate ; did you mean certificate\?
sign encrytpion ; did you mean encryption\?
trust sats ; did you mean sast\?
trust ccm_tftp ; did you mean ccm-tftp\?
hooks restrat ; did you mean restart\?
server ledger  here; it belongs into section paths
server devices-ca  here; it belongs into section sign
sign client-ca  here; it belongs into section server
trust restart  here; it belongs into section hooks
server layout 
server frobnicate 
server tls 
END
while read -r given says_so; do
    bad_file "a section $given" "4: no such option '$given' ?$says_so\$" "$given {\n}\n"
done <<'END'
sever ; did you mean server\?
hook ; did you mean hooks\?
trsut ; did you mean trust\?
singn ; did you mean sign\?
tftp 
users 
END
bad_file 'an address' "5: tftp: 'x' is no address and port" 'server {\n tftp = { "x" }\n}\n'
bad_file 'the second address of a list' "6: http: 'y' is no address and port" \
    'server {\n http = { "127.0.0.1:80",\n "y" }\n}\n'
bad_file 'a network' "5: allow: '10.0.0.1/8' has bits set" 'server {\n allow={"10.0.0.1/8"}\n}\n'
bad_file 'a flag' "5: secure-root-open: 'maybe' is neither true nor false" \
    'server {\n secure-root-open = maybe\n}\n'
for number in transfers blksize windowsize connections request-timeout answer-timeout; do
    for value in 0 -1 x 100001000 1.5; do
        bad_file "$number = $value" "5: $number: '$value' is no whole number from [0-9]+ to" \
            "server {\n $number = \"$value\"\n}\n"
    done
done
bad_file 'a section that never ends' '4: the brace opened here is never closed' 'server {\n'
bad_file 'a string that never ends' '5: this string has no end' 'server {\n user = "x\n}\n'
bad_file 'a comment that never ends' '4: this comment has no end' '/* x\n\n'
# shellcheck disable=SC2016 # as it stands in the file
bad_file 'a variable that is not set' '5: the environment variable NOT_SET is not set' \
    'server {\n user = ${NOT_SET}\n}\n'
bad_file 'a NUL byte' '5: a NUL byte; this is not a text file' 'server {\n \0000\n}\n'
bad_file 'old phones without an address' "[67]: https 'x' has no address; set listen" \
    'https x {\n certificate = {"rsa.pem"}\n}\n'
bad_file 'old phones without a certificate' "[67]: https 'x' has no certificate; set" \
    'https x {\n listen = {"127.0.0.1:1"}\n}\n'
bad_file 'old phones without a name' "[45]: missing title for section 'https'" 'https {\n}\n'
failed_with 'a file that is missing' '^provd: no\.conf: cannot open it: No such file' \
    provd --config no.conf --root tree
failed_with 'a file that is a folder' '^provd: tree: this is not a regular file' \
    provd --config tree --root tree
while read -r wanted option; do
    # shellcheck disable=SC2086 # two words
    run provd --root tree $option
    is "without --check-config too: $option" "$code $(lines "$err")" "$wanted 1"
done <<END
1 --config no.conf
$malformed --tftp x
1 --admin 0.0.0.0:1
END

done_testing
