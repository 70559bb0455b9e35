#!/bin/bash
# SPDX-License-Identifier: MIT
# The configurations under docs/other-servers, in the servers that they are for. These come as Debian
# packages, unpacked below build/ and never installed.

# shellcheck source=tests/server/lib.sh
. "${0%/*}/lib.sh"

# shellcheck source=tests/lib/peers.sh
. "$root/tests/lib/peers.sh"
requires curl tftp

configurations=$root/docs/other-servers
export no_proxy='*'

requires_peers tftpd-hpa nginx

start_peer() { # NAME COMMAND...; what it says goes to NAME.log
    local name=$1
    shift
    "$@" >"$name.log" 2>&1 </dev/null &
    peer_pid=$!
    started+=("$peer_pid")
}

answers_or_is_gone() { # ANSWERS
    "$1" || gone "$peer_pid"
}

# --- two trees, as they would be made for provd

phone=SEP58971ECC97C1 other=SEP001122334455
chmod a+rx "$temporary" "$temporary/tree" # tftpd-hpa and nginx read as nobody
mkdir -p public/Chile secure
for name in "$phone.cnf.xml.sgn" "$phone.cnf.xml.enc.sgn" "ext_ITL$phone.tlv" ITLFile.tlv CTLFile.tlv \
    "CTL$other.tlv" "SIP${phone#SEP}.cnf" XMLDefault.cnf.xml SEPDefault.cnf.xml SIPDefault.cnf \
    RINGLIST.DAT Chile/mk-sip.jar signed-only.xml.sgn \
    host.key host.PEM Chile/web.pem store.p12 .hidden Chile/.hidden; do
    echo "public $name" >"public/$name"
done
echo "clear $phone" >"secure/$phone.cnf.xml"
ln -s Chile/mk-sip.jar public/link.jar
ln -s "$temporary/tree/secure/$phone.cnf.xml" public/leak.xml

# --- tftpd-hpa

# What a name gives: the content, or the error that the client names.
by_tftp() { # NAME
    rm -f got
    tftp -4 127.0.0.1 "$tftp_port" -m binary -c get "$1" got >tftp.out 2>&1
    if [ -s got ]; then cat got; else tail -n 1 tftp.out; fi
}

answers_tftp() {
    [ "$(by_tftp ITLFile.tlv)" = 'public ITLFile.tlv' ]
}

tftpd_hpa() {
    tftp_port=$(free_ports udp 1)
    start_peer tftpd "$peers/bin/in.tftpd" --foreground --address "127.0.0.1:$tftp_port" \
        --secure --user nobody --map-file "$configurations/tftpd-hpa.map" "$PWD/public"
    wait_until answers_or_is_gone answers_tftp
    if ! answers_tftp; then
        fail 'tftpd-hpa serves' "$(<tftpd.log)"
        return
    fi
    pass 'tftpd-hpa serves'
    local asked file
    while IFS='|' read -r asked file; do
        is "tftpd-hpa: '$asked'" "$(by_tftp "$asked")" "public $file"
    done <<END
/ITLFile.tlv|ITLFile.tlv
./ITLFile.tlv|ITLFile.tlv
//./ITLFile.tlv|ITLFile.tlv
/ $phone.cnf.xml.sgn|$phone.cnf.xml.sgn
Chile\\mk-sip.jar|Chile/mk-sip.jar
\\Chile\\mk-sip.jar|Chile/mk-sip.jar
sep58971ecc97c1.CNF.xml.Sgn|$phone.cnf.xml.sgn
${phone,,}.cnf.xml.enc.sgn|$phone.cnf.xml.enc.sgn
itlfile.TLV|ITLFile.tlv
ctlfile.tlv|CTLFile.tlv
ctl${other,,}.tlv|CTL$other.tlv
EXT_ITL$phone.TLV|ext_ITL$phone.tlv
sip58971ecc97c1.CNF|SIP58971ECC97C1.cnf
xmldefault.CNF.XML|XMLDefault.cnf.xml
sepDEFAULT.cnf.xml|SEPDefault.cnf.xml
SIPDEFAULT.cnf|SIPDefault.cnf
RINGLIST.DAT|RINGLIST.DAT
link.jar|Chile/mk-sip.jar
END
    for asked in host.key HOST.KEY host.PEM Chile/web.pem 'Chile\web.pem' store.p12 .hidden \
        Chile/.hidden "../secure/$phone.cnf.xml" '..\secure\x' Chile/../ITLFile.tlv; do
        is "tftpd-hpa refuses '$asked'" "$(by_tftp "$asked")" 'Error code 2: Access denied'
    done
    for asked in "ITL$phone.tlv" signed-only.xml leak.xml ringlist.dat chile/mk-sip.jar; do
        is "tftpd-hpa does not find '$asked'" "$(by_tftp "$asked")" 'Error code 1: File not found'
    done
    chmod a+w public/ITLFile.tlv # even if it could
    echo uploaded >upload
    tftp -4 127.0.0.1 "$tftp_port" -m binary -c put upload ITLFile.tlv >tftp.out 2>&1
    like 'tftpd-hpa takes no uploads' "$(<tftp.out)" 'Error code 2: Access denied'
    ok 'the file is the old one' answers_tftp
    kill "$peer_pid"
}

if [ "$(id -u)" -eq 0 ]; then
    tftpd_hpa
else
    skip 'tftpd-hpa' 'its chroot needs root'
fi

# --- nginx

# Certificates: of the server, two phones of one issuer, one that signs with SHA-1, and strangers.
make_ca() { # NAME
    mkcert --common "$1" --organization Acme --unit Phones "$1.pem" || return 1
}

issue() { # FILE ISSUER DIGEST SUBJECT
    openssl req -new -newkey rsa:2048 -nodes -multivalue-rdn -keyout "$1.key" -subj "$4" \
        -out "$1.csr" 2>/dev/null &&
        openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.pem" -"$3" -days 30 \
            -set_serial "$RANDOM" -out "$1.crt" 2>/dev/null && cat "$1.crt" "$1.key" >"$1.pem"
}

mkcert --common web.acme.example --organization Acme --unit Voice --curve secp256r1 web.pem
make_ca ca && make_ca stranger
cat ca.pem >issuers.pem
issue own ca sha256 "/O=Acme/OU=Phones/CN=$phone"
issue another ca sha256 "/O=Acme/OU=Phones/CN=$other"
issue model ca sha256 "/O=Acme/CN=CP-8861-$phone/OU=Phones"
issue old ca sha1 "/O=Acme/CN=CP-7962G-$phone"
issue forged stranger sha256 "/O=Acme/OU=Phones/CN=$phone"
issue two ca sha256 "/O=Acme/CN=$other/CN=$phone"
issue two-turned ca sha256 "/O=Acme/CN=$phone/CN=$other"
issue two-in-one ca sha256 "/O=Acme/CN=$other+CN=$phone"
issue longer ca sha256 "/O=Acme/CN=${phone}0"
issue part ca sha256 "/O=Acme/CN=not $phone"
issue elsewhere ca sha256 "/O=Acme,CN=$phone/CN=somebody"
issue only-elsewhere ca sha256 "/O=Acme/OU=CN=$phone"

# The shipped file with the paths and ports of this test, and what Debian's nginx.conf has around it.
nginx_settings() {
    cat <<END
$([ "$(id -u)" -ne 0 ] || echo 'user nobody nogroup;')
daemon off; pid $PWD/nginx.pid; error_log $PWD/nginx-error.log;
events { }
http {
    client_body_temp_path $PWD/nginx-1; proxy_temp_path $PWD/nginx-2;
    fastcgi_temp_path $PWD/nginx-3; uwsgi_temp_path $PWD/nginx-4; scgi_temp_path $PWD/nginx-5;
END
    sed -e "s|/srv/tftp|$PWD/public|" -e "s|/srv/prov/secure|$PWD/secure|" \
        -e "s|/etc/prov/web-ec.pem|$PWD/web.pem|" -e "s|/etc/prov/phones.crt|$PWD/issuers.pem|" \
        -e "s|/var/log/nginx/|$PWD/|" -e "s|listen 6970|listen 127.0.0.1:$http_port|" \
        -e "s|listen 6971|listen 127.0.0.1:$https_port|" "${v6[@]}" \
        "$configurations/nginx.conf"
    echo '}'
}

# The status and, of 200, the content.
fetch() { # CURL-ARGUMENT...
    local status
    status=$(curl -sS --path-as-is -m 20 -o body -D header -w '%{http_code}' "$@" 2>curl.err)
    if [ "$status" = 200 ]; then echo "200 $(<body)"; else echo "$status"; fi
}

by_http() { # NAME
    fetch "http://127.0.0.1:$http_port/$1"
}

by_https() { # NAME [CERTIFICATE]
    fetch --cacert web.pem --resolve "web.acme.example:$https_port:127.0.0.1" \
        ${2:+--cert "$2.pem"} "https://web.acme.example:$https_port/$1"
}

answers_http() {
    [ "$(by_http ITLFile.tlv)" = '200 public ITLFile.tlv' ]
}

start_nginx() {
    start_peer nginx "$peers/bin/nginx" -e "$PWD/nginx-error.log" -c "$PWD/nginx.conf"
    wait_until answers_or_is_gone answers_http
    if answers_http; then
        pass "$1"
    else
        fail "$1" "$(<nginx.log)"
    fi
}

stop_nginx() {
    kill "$peer_pid"
    wait "$peer_pid"
}

mapfile -t ports < <(free_ports tcp 2)
http_port=${ports[0]} https_port=${ports[1]}
v6=(-e '/listen \[::\]/d')
if grep -qs '^0*1 ' /proc/net/if_inet6; then
    v6=(-e "s|\[::\]:6970|[::1]:$http_port|" -e "s|\[::\]:6971|[::1]:$https_port|")
fi
nginx_settings >nginx.conf
start_nginx 'nginx serves'

public_rules() { # TITLE FETCHER
    local title=$1 get=$2 asked
    is "$title: a file" "$("$get" Chile/mk-sip.jar)" '200 public Chile/mk-sip.jar'
    is "$title: an encrypted configuration" "$("$get" "$phone.cnf.xml.enc.sgn")" \
        "200 public $phone.cnf.xml.enc.sgn"
    like "$title: configurations are not to be stored" "$(<header)" '^Cache-Control: no-store'
    is "$title: a phone's own list" "$("$get" "CTL$other.tlv")" "200 public CTL$other.tlv"
    is "$title: everybody's list" "$("$get" "CTL$phone.tlv")" '200 public CTLFile.tlv'
    is "$title: everybody's ITL" "$("$get" "ITL$phone.tlv")" '200 public ITLFile.tlv'
    is "$title: a link inside" "$("$get" link.jar)" '200 public Chile/mk-sip.jar'
    for asked in host.key host.PEM Chile/web.pem store.p12 .hidden Chile/.hidden \
        %2ehidden host%2ekey Chile/%2e%2e/.hidden signed-only.xml nowhere; do
        is "$title: $asked is not found" "$("$get" "$asked")" 404
    done
    for asked in "../secure/$phone.cnf.xml" "..%2fsecure/$phone.cnf.xml" \
        "Chile/../../secure/$phone.cnf.xml"; do
        like "$title: $asked is refused" "$("$get" "$asked")" '^40[034]$'
    done
}

if [ ${#v6[@]} -gt 2 ]; then
    is 'HTTP over IPv6' "$(fetch "http://[::1]:$http_port/ITLFile.tlv")" '200 public ITLFile.tlv'
else
    skip 'HTTP over IPv6' 'this machine has none'
fi

public_rules HTTP by_http
public_rules HTTPS by_https
is 'HTTP: the signed configuration' "$(by_http "$phone.cnf.xml.sgn")" \
    "200 public $phone.cnf.xml.sgn"
is 'HTTP: the clear configuration is not there' "$(by_http "$phone.cnf.xml")" 404

for name in "$phone.cnf.xml" "$phone.cnf.xml.sgn"; do
    is "HTTPS: $name for the phone" "$(by_https "$name" own)" "200 clear $phone"
    like "HTTPS: $name is not to be stored" "$(<header)" '^Cache-Control: no-store'
    is "HTTPS: $name for a MIC" "$(by_https "$name" model)" "200 clear $phone"
    for certificate in '' another forged two two-turned two-in-one longer part elsewhere only-elsewhere; do
        is "HTTPS: $name with ${certificate:-no} certificate" \
            "$(by_https "$name" "$certificate")" 403
    done
done
is 'HTTPS: a missing configuration, for its phone' "$(by_https "$other.cnf.xml.sgn" another)" 404
is 'HTTPS: a missing configuration, for others' "$(by_https "$other.cnf.xml.sgn" own)" 403
is 'HTTPS: a stranger gets what everybody gets' "$(by_https ITLFile.tlv forged)" \
    '200 public ITLFile.tlv'

# curl would not present a certificate that is signed with SHA-1.
by_mic() { # NAME
    printf 'GET /%s HTTP/1.0\r\n\r\n' "$1" |
        timeout "$deadline" openssl s_client -quiet -connect "127.0.0.1:$https_port" -cert old.pem \
            -cipher DEFAULT:@SECLEVEL=0 2>/dev/null
}
like 'HTTPS: a chain signed with SHA-1 is refused' "$(by_mic "$phone.cnf.xml")" '^HTTP/1.1 40[03]'
stop_nginx
sed -i 's|^ *#ssl_ciphers|ssl_ciphers|' nginx.conf
start_nginx 'nginx serves with the line for MICs'
is 'HTTPS: a chain signed with SHA-1, with that line' "$(by_mic "$phone.cnf.xml" | tail -n 1)" \
    "clear $phone"
is 'HTTPS: a forged certificate, with that line' "$(by_https "$phone.cnf.xml" forged)" 403

# A phone's request, complete.
bare_request() { # TARGET
    perl -MIO::Socket::INET -e '
        my $s = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die;
        print $s "GET $ARGV[1] HTTP/1.1\r\nHost:127.0.0.1:$ARGV[0]\r\n\r\n";
        alarm 20; print scalar <$s>;' "$http_port" "$1"
}
like 'HTTP: what an 8861 sends' "$(bare_request /ITLFile.tlv)" '^HTTP/1.1 200 '
like 'HTTP: a blank after the slash is beyond nginx' "$(bare_request '/ ITLFile.tlv')" \
    '^HTTP/1.1 400 '
stop_nginx

done_testing
