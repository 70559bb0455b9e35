#!/bin/bash
# SPDX-License-Identifier: MIT
# provcheck tls before servers of other makes than OpenSSL's: provd, with its port for old phones,
# and nginx, with and without client certificates. nginx comes as a Debian package, unpacked below
# build/ and never installed.

# shellcheck source=tests/provcheck/tls.sh
. "${0%/*}/tls.sh"

# shellcheck source=tests/lib/peers.sh
. "$root/tests/lib/peers.sh"
requires curl

new_rsa server.key && new_root ca 'Voice CA' && new_intermediate ca sub 'Sub CA' &&
    issue_server sub rsa && make_keys || exit 1
cat rsa.crt sub.crt server.key >rsa.pem
new_rsa phone.key && new_rsa stranger.key && new_root clients 'Client CA' &&
    issue clients phone device 'extendedKeyUsage = clientAuth' &&
    issue ca stranger device 'extendedKeyUsage = clientAuth' || exit 1
cat phone.crt phone.key >phone.pem
cat stranger.crt stranger.key >stranger.pem

# --- provd

sound_tree && find_ports
free_ports tcp 1 | read -r old_port
cat >old.conf <<END
https "7900" {
    listen = { "127.0.0.1:$old_port" }
    certificate = { "$PWD/rsa.pem" }
}
END
ok 'provd starts' serve --config old.conf --https "127.0.0.1:$https_port" \
    --certificate "$keys/web.pem" --certificate "$PWD/rsa.pem"
list=(--itl tree/ITLFile.tlv)
port=$https_port
accepts 'an 8800 at its HTTPS port' 8800 "${list[@]}" --role TFTP
printed 'gets EC' '^Agreed: +TLS 1.2, ECDHE-ECDSA-'
refuses 'a 7900 at its HTTPS port' 'no common protocol version' - 7900 "${list[@]}" --role TFTP
printed 'in words' 'the server speaks TLS 1.2, TLS 1.3, and the device SSLv3, TLS 1.0$'
refuses 'its certificate is not for SIP' 'listed in another role' - 8800 "${list[@]}" --role CCM
port=$old_port
accepts 'a 7900 at the port for old phones' 7900
printed 'with TLS 1.0' '^Agreed: +TLS 1.0, AES(256|128)-SHA$'
refuses 'whose certificate is not listed' 'not in the trust list' - 7900 "${list[@]}" --role TFTP
for family in sangoma-d img2020 mediatrix; do
    accepts "$family at that port" "$family" --ca ca.crt
    refuses "$family: another CA" 'issuer not found' 0x00000001 "$family" --ca clients.crt
done
ok 'provd ends' stop_provd

# --- nginx

if ! get_peers nginx; then
    skip 'nginx' "it cannot be downloaded: $(tail -n 1 peers.err)"
    done_testing
    exit 0
fi

start_nginx() { # SETTINGS
    next_port
    cat >nginx.conf <<END
daemon off; pid $PWD/nginx.pid; error_log $PWD/nginx-error.log;
events { }
http {
    access_log off;
    client_body_temp_path $PWD/nginx-1; proxy_temp_path $PWD/nginx-2;
    fastcgi_temp_path $PWD/nginx-3; uwsgi_temp_path $PWD/nginx-4; scgi_temp_path $PWD/nginx-5;
    server {
        listen 127.0.0.1:$port ssl;
        ssl_certificate $PWD/rsa.pem; ssl_certificate_key $PWD/rsa.pem;
        $1
    }
}
END
    start_helper "$peers/bin/nginx" -e "$PWD/nginx-error.log" -c "$PWD/nginx.conf" 2>nginx.log
    server=$helper
    wait_until curl -sk -o /dev/null "https://127.0.0.1:$port/"
}

end_nginx() { # its workers end with it
    kill -QUIT "$server" && wait "$server"
    server=''
}

ok 'nginx starts' start_nginx 'ssl_protocols TLSv1.2 TLSv1.3;'
for family in sangoma-d img2020 mediatrix; do
    accepts "nginx: $family" "$family" --ca ca.crt
done
accepts 'nginx: 8800' 8800
refuses 'nginx: 7900' 'no common protocol version' - 7900
printf '' | cat - rsa.crt server.key >rsa.pem
ok 'nginx ends' end_nginx
ok 'nginx starts without the CA between' start_nginx 'ssl_protocols TLSv1.2 TLSv1.3;'
refuses 'nginx: the CA between is missing' 'issuer not found' 0x00000001 sangoma-d --ca ca.crt
ok 'nginx ends' end_nginx
cat rsa.crt sub.crt server.key >rsa.pem

# nginx tells clients that lack a certificate so over HTTP, after a good handshake.
ok 'nginx starts for old devices that have certificates' start_nginx \
    "ssl_protocols TLSv1; ssl_ciphers AES128-SHA:@SECLEVEL=0;
    ssl_verify_client on; ssl_client_certificate $PWD/clients.crt;"
accepts 'nginx: 7900' 7900 --client phone.pem --role CCM
printed 'nginx: its certificate is taken' '^Client Certificate: +asked for, and taken$'
accepts 'nginx: mediatrix' mediatrix --ca ca.crt --client phone.pem
accepts 'nginx: mediatrix without' mediatrix --ca ca.crt
printed 'nginx: none is shown' '^Client Certificate: +asked for, none was shown$'
refuses 'nginx: 8800' 'no common protocol version' - 8800 --client phone.pem
refuses 'nginx: img2020' 'no common protocol version' - img2020 --ca ca.crt --client phone.pem
printed 'nginx: that is between' 'the server (speaks|chose) TLS 1.0, and the device( knows)? SSLv3'
ok 'nginx ends' end_nginx
done_testing
