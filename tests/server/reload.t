#!/bin/bash
# SPDX-License-Identifier: MIT
# SIGHUP: what changes without a transfer being dropped, what stays, and what is said.
. tests/server/lib.sh
requires curl

mkdir tree secure elsewhere keys
echo 'a list' >tree/ITLFile.tlv
head -c 9000 /dev/urandom >tree/load.bin
echo 'a configuration' >secure/SEP001122334455.cnf.xml
mapfile -t tcp < <(free_ports tcp 3)
mapfile -t udp < <(free_ports udp 2)
http=${tcp[0]} https=${tcp[1]} admin=${tcp[2]} tftp=${udp[0]}
new_certificate keys/web.pem first
new_certificate next.pem second
new_certificate rsa.pem rsa rsa

# The file of settings; more lines for its section `server` as arguments.
settings() { # LINE...
    server_settings "admin = \"127.0.0.1:$admin\"" 'certificate = { "keys/web.pem" }' "$@"
}

code_of() { # URL [OPTION...]
    curl -ks -o /dev/null --max-time "$deadline" -w '%{http_code}' "$@"
}

settings
ok 'it starts' start_provd --config prov.conf

# --- certificates

is 'the first certificate' "$(shown_name "$https")" first
mkfifo kept.in
openssl s_client -quiet -ign_eof -connect "127.0.0.1:$https" <kept.in >kept.out 2>/dev/null &
kept=$!
started+=("$kept")
exec 9>kept.in
get=$'GET /ITLFile.tlv HTTP/1.1\r\nHost: x\r\n\r\n'
answers() { # COUNT
    [ "$(grep -c '^a list' kept.out)" -eq "$1" ]
}
printf '%s' "$get" >&9
ok 'a connection under the first certificate' wait_until answers 1
cp next.pem keys/web.pem
is 'a new file alone changes nothing' "$(shown_name "$https")" first
ok 'a reload' reload
is 'the second certificate is shown' "$(shown_name "$https")" second
printf '%s' "$get" >&9
ok 'the old connection goes on' wait_until answers 2
exec 9>&-
end_helper "$kept"
settings 'certificate = { "keys/web.pem", "rsa.pem" }'
reload
is 'another certificate besides' "$(openssl s_client -connect "127.0.0.1:$https" -tls1_2 \
    -cipher ECDHE-RSA-AES256-GCM-SHA384 </dev/null 2>/dev/null |
    openssl x509 -noout -subject 2>/dev/null)" 'subject=CN = rsa'

# --- who is answered, the secure root

settings 'allow = { "127.0.0.2" }'
reload
is 'an allow list closes HTTP' "$(code_of "http://127.0.0.1:$http/ITLFile.tlv")" 000
is 'but not for those on it' \
    "$(code_of "http://127.0.0.1:$http/ITLFile.tlv" --interface 127.0.0.2)" 200
is 'and TFTP likewise' "$("$phone" tftp-ask-both "$tftp" ITLFile.tlv 127.0.0.1 127.0.0.2)" \
    127.0.0.2
settings
reload
is 'without it everybody is answered again' "$(code_of "http://127.0.0.1:$http/ITLFile.tlv")" 200
secret=https://127.0.0.1:$https/SEP001122334455.cnf.xml
is 'the secure root is shut' "$(code_of "$secret")" 403
settings 'secure-root-open = true'
reload
is 'secure-root-open opens it' "$(code_of "$secret")" 200
ok 'with a warning' test "$(said 'warning: secure-root-open: whoever reaches the HTTPS port')" -eq 1
settings
reload
is 'and it is shut again' "$(code_of "$secret")" 403

# --- what does not go

# The old settings stay in use.
broken() { # NAME PATTERN
    local before
    before=$(said "reload: $2.*; the old settings stay in use")
    reload
    ok "$1 is said" test "$(said "reload: $2.*; the old settings stay in use")" -eq $((before + 1))
    is 'and the old settings stay' "$(code_of "http://127.0.0.1:$http/ITLFile.tlv") $(shown_name \
        "$https")" '200 second'
}

settings 'allow = { "127.0.0.2" }' 'alow = { "127.0.0.2" }'
broken 'an unknown option' "prov.conf:12: no such option 'alow'"
settings 'allow = { "127.0.0.2", "x" }'
broken 'a bad value' "prov.conf:11: allow: 'x' is no network"
rm prov.conf
broken 'a file that is gone' 'prov.conf: cannot open it: No such file'
settings 'allow = { "127.0.0.2" }'
mv keys/web.pem keys/away.pem
broken 'a certificate that is gone' 'keys/web.pem: cannot open it: No such file'
echo junk >keys/web.pem
broken 'a certificate that is none' 'keys/web.pem: it holds neither a certificate nor'
mv keys/away.pem keys/web.pem
settings 'allow = { "127.0.0.2" }' 'admin = "0.0.0.0:9100"'
broken 'the administrator on all addresses' 'admin: 0.0.0.0:9100 is not loopback'
is 'they are counted' "$(metric "$admin" 'prov_reloads_total{result="failed"}')" 6

needs() { # NAME SETTING-LINE...
    local name=$1 before
    shift
    before=$(said "warning: $name has changed, which needs a restart; the old one stays in use")
    settings "$@"
    reload
    ok "a changed $name needs a restart, and that is said" test \
        "$(said "warning: $name has changed, which needs a restart; the old one stays in use")" \
        -gt "$before"
}

needs tftp "tftp = { \"127.0.0.1:${udp[1]}\" }"
needs http 'http = "off"'
needs https 'https = "off"'
needs admin 'admin = "off"'
needs transfers 'transfers = 77'
needs connections 'connections = 77'
needs blksize 'blksize = 512'
needs windowsize 'windowsize = 4'
needs request-timeout 'request-timeout = 7'
needs answer-timeout 'answer-timeout = 7'
needs answer-rate 'answer-rate = 7'
needs user 'user = "somebody"'
needs tftpboot '}' 'paths {' 'tftpboot = "elsewhere"'
needs secure '}' 'paths {' 'secure = "elsewhere"'
needs ledger '}' 'paths {' 'ledger = "ledger"'
settings
reload
is 'and it serves as before' "$(code_of "http://127.0.0.1:$http/ITLFile.tlv")" 200

# --- the command line stays in force

stop_provd
ok 'it starts with options' start_provd --config prov.conf --allow 127.0.0.2
settings 'allow = { "127.0.0.1" }'
reload
is 'which replace what the file says after a reload too' \
    "$(code_of "http://127.0.0.1:$http/ITLFile.tlv") $(code_of \
        "http://127.0.0.1:$http/ITLFile.tlv" --interface 127.0.0.2)" '000 200'
stop_provd

# --- the log

settings
ok 'it starts with a log file' start_provd --config prov.conf --log provd.log
wait_for_line 'provd: ready' provd.log
is 'its mode' "$(mode provd.log)" 640
curl -s "http://127.0.0.1:$http/before" >/dev/null
wait_for_line 'asked="before"' provd.log
mv provd.log provd.log.1
curl -s "http://127.0.0.1:$http/between" >/dev/null
ok 'a renamed log is still written' wait_for_line 'asked="between"' provd.log.1
: >provd.log # so that it can be looked at; logrotate's `create`
kill -HUP "$provd_pid"
ok 'until a reload' wait_for_line 'provd: reloaded' provd.log
curl -s "http://127.0.0.1:$http/after" >/dev/null
ok 'then the new one is' wait_for_line 'asked="after"' provd.log
is 'alone' "$(said 'asked="after"' provd.log.1)" 0
mv provd.log provd.log.2
kill -HUP "$provd_pid"
ok 'and it is made where it is missing' wait_for_line 'provd: reloaded' provd.log
if is_root; then
    skip 'a log that cannot be opened' 'root may open all'
else
    chmod 400 provd.log
    kill -HUP "$provd_pid"
    ok 'a log that cannot be opened' wait_for_line 'cannot open the log .*; the old log stays' \
        provd.log
    chmod 600 provd.log
fi
stop_provd

# --- ten reloads under load

: >"$provd_log"
start_provd --config prov.conf
cat >load.sh <<'END'
# usage: load.sh KIND PORT FAILED DONE; until the file `stop` is there
failed=0 done=0
while [ ! -e stop ]; do
    case $1 in
    tftp) "$phone" tftp-get "$2" load.bin blksize 1428 >"got.$1" ;;
    http) curl -s --max-time 60 "http://127.0.0.1:$2/load.bin" -o "got.$1" ;;
    https) curl -ks --max-time 60 "https://127.0.0.1:$2/load.bin" -o "got.$1" ;;
    kept) curl -ks --max-time 60 "https://127.0.0.1:$2/load.bin?[1-50]" -o "got.$1" ;;
    esac
    if [ $? -eq 0 ] && cmp -s "got.$1" tree/load.bin; then
        done=$((done + 1))
    else
        failed=$((failed + 1))
    fi
done
echo "$failed" >"failed.$1"
echo "$done" >"done.$1"
END
export phone
loads=()
for load in "tftp $tftp" "http $http" "https $https" "kept $https"; do
    # shellcheck disable=SC2086 # two words
    bash load.sh $load &
    loads+=($!)
    started+=($!)
done
missed=0
for i in 1 2 3 4 5 6 7 8 9 10; do
    new_certificate keys/web.pem "reload-$i"
    reload
    [ "$(shown_name "$https")" = "reload-$i" ] || missed=$((missed + 1))
done
touch stop
wait "${loads[@]}"
is 'after each of ten reloads the new certificate is shown' "$missed" 0
for kind in tftp http https kept; do
    is "no transfer failed meanwhile: $kind" "$(cat "failed.$kind")" 0
    ok "and there were some ($(cat "done.$kind"))" test "$(cat "done.$kind")" -gt 0
done
is 'all ten are in the log' "$(said '^provd: reloaded$')" 10
stop_provd
is 'it ends well' $? 0

done_testing
