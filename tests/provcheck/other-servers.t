#!/bin/bash
# SPDX-License-Identifier: MIT
# Phones boot from tftpd-hpa and nginx with the configurations under docs/other-servers. The servers
# come as Debian packages, unpacked below build/ and never installed.

# shellcheck source=tests/provcheck/lib.sh
. "${0%/*}/lib.sh"

# shellcheck source=tests/lib/peers.sh
. "$root/tests/lib/peers.sh"
requires curl tftp

configurations=$root/docs/other-servers

is_root || skip_all "tftpd-hpa's chroot needs root"
requires_peers tftpd-hpa nginx
make_keys && sound_tree && find_ports || exit 1
chmod a+rx "$temporary" "$temporary/tree" # they read as nobody
config_text >"secure/$phone_name.cnf.xml" && encrypt_config phone
openssl x509 -in "$keys/phone.pem" -out phones.crt
key=(--key "$keys/phone.pem")
xml=$phone_name.cnf.xml.sgn

# The shipped file with the paths and ports of this test, and what Debian's nginx.conf has around it.
nginx_settings() {
    cat <<END
user nobody nogroup;
daemon off; pid $PWD/nginx.pid; error_log $PWD/nginx-error.log;
events { }
http {
    client_body_temp_path $PWD/nginx-1; proxy_temp_path $PWD/nginx-2;
    fastcgi_temp_path $PWD/nginx-3; uwsgi_temp_path $PWD/nginx-4; scgi_temp_path $PWD/nginx-5;
END
    sed -e "s|/srv/tftp|$PWD/tree|" -e "s|/srv/prov/secure|$PWD/secure|" \
        -e "s|/etc/prov/web-ec.pem|$keys/web.pem|" -e "s|/etc/prov/phones.crt|$PWD/phones.crt|" \
        -e "s|/var/log/nginx/|$PWD/|" -e "s|listen 6970|listen 127.0.0.1:$http_port|" \
        -e "s|listen 6971|listen 127.0.0.1:$https_port|" -e '/listen \[::\]/d' \
        "$configurations/nginx.conf"
    echo '}'
}

tftpd_answers() {
    tftp -4 127.0.0.1 "$tftp_port" -m binary -c get ITLFile.tlv fetched && [ -s fetched ]
}

start_helper "$peers/bin/in.tftpd" --foreground --address "127.0.0.1:$tftp_port" --secure \
    --user nobody --map-file "$configurations/tftpd-hpa.map" "$PWD/tree"
ok 'tftpd-hpa serves' wait_until tftpd_answers
nginx_settings >nginx.conf
start_helper "$peers/bin/nginx" -e "$PWD/nginx-error.log" -c "$PWD/nginx.conf" 2>nginx.log
nginx=$helper
ok 'nginx serves' wait_until curl -sf -o /dev/null "http://127.0.0.1:$http_port/ITLFile.tlv"

printf 'jar\n' >tree/mk-sip.jar && sign tree/mk-sip.jar
comes_up 'a 7900 boots from tftpd-hpa' 7900 "${key[@]}"
printed 'with the jar that it asks for as /mk-sip.jar.sgn' '^/mk-sip.jar.sgn +tftp +[0-9]+ bytes'
got 'with the common list' ITLFile.tlv tftp
got 'and its encrypted configuration' "$phone_name.cnf.xml.enc.sgn" tftp
for family in 7800 8800; do
    jar=sp-sip.jar
    [ "$family" = 7800 ] || jar=sl-be-sip.jar
    printf 'jar\n' >"tree/$jar" && sign "tree/$jar"
    comes_up "a $family boots from nginx" "$family" "${key[@]}"
    got "a $family: its configuration over HTTPS" "$xml" https
    printed "a $family: the jar that it asks for as /$jar.sgn" \
        "^/$jar.sgn +http +[0-9]+ bytes"
    comes_up "a $family without a certificate" "$family"
    got "a $family: then the encrypted one" "$phone_name.cnf.xml.enc.sgn" http
done
printf 'sip: text\n' >"tree/SIP$mac.cnf"
comes_up 'a 7940 boots from tftpd-hpa' 7940

kill "$nginx"
wait "$nginx" 2>/dev/null
comes_up 'without nginx an 8800 boots from tftpd-hpa' 8800 "${key[@]}"
got 'with its encrypted configuration' "$phone_name.cnf.xml.enc.sgn" tftp
done_testing
