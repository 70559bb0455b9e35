#!/bin/bash
# SPDX-License-Identifier: MIT
# The configuration over HTTPS: whom phones trust there, and what they do where they do not.

# shellcheck source=tests/provcheck/lib.sh
. "${0%/*}/lib.sh"

make_keys && new_key web-rsa web && new_key unlisted web --curve secp256r1 && sound_tree &&
    find_ports || exit 1
config_text >"secure/$phone_name.cnf.xml" && encrypt_config phone
xml=$phone_name.cnf.xml.sgn
key=(--key "$keys/phone.pem")

serve_https() { # CERTIFICATE [OPTION...]
    serve --secure-root secure --https "127.0.0.1:$https_port" --certificate "$1" \
        --client-ca "$keys/phone.pem" "${@:2}"
}

ok 'provd starts' serve_https "$keys/web.pem"
for family in 7800 8800; do
    comes_up "a $family" "$family" "${key[@]}"
    got "a $family gets its clear configuration over HTTPS" "$xml" https
    got "all else of a $family stays on HTTP" "ITLSEP$mac.tlv" http
done
printed 'it was not signed' "^$xml +https +the configuration, as the encrypted connection gave it"
comes_up 'a 7900 does not use HTTPS' 7900 "${key[@]}"
unlike 'for nothing' "$(<"$out")" ' https '
comes_up 'without a certificate of its own' 8800
printed 'it is turned away' "^$xml +https +.*the phone tries http"
got 'and decrypts the public one' "$phone_name.cnf.xml.enc.sgn" http

list_version=1.0 new_list tree/ITLFile.tlv --sast "$keys/sast.pem" --sast "$keys/recovery.pem" \
    --tftp "$keys/asterisk.pem" --tftp "$keys/web.pem"
comes_up 'a list of version 1.0' 8800 "${key[@]}"
unlike 'sends nobody to HTTPS' "$(<"$out")" ' https '

new_list tree/ITLFile.tlv --sast "$keys/sast.pem" --sast "$keys/recovery.pem" \
    --tftp "$keys/asterisk.pem" --ccm "$keys/web.pem"
comes_up 'a certificate listed in another role' 8800 "${key[@]}"
printed 'is not trusted' "^$xml +https +.*not in the phone's ITL with role TFTP.*tries http"
ok 'provd ends' stop_provd

new_list tree/ITLFile.tlv --sast "$keys/sast.pem" --sast "$keys/recovery.pem" \
    --tftp "$keys/asterisk.pem" --tftp "$keys/web.pem" --tftp "$keys/web-rsa.pem"
ok 'provd starts with an RSA certificate' serve_https "$keys/web-rsa.pem"
comes_up 'an RSA certificate' 8800 "${key[@]}"
printed 'is not trusted, although it is listed' "^$xml +https +.*holds an RSA key.*tries http"
ok 'provd ends' stop_provd
ok 'provd starts with a certificate that is not listed' serve_https "$keys/unlisted.pem"
comes_up 'one that is not in the list' 8800 "${key[@]}"
printed 'is not trusted, although its name is' "^$xml +https +.*not in the phone's ITL"
ok 'provd ends' stop_provd

# --- the port for old phones

cat >old.conf <<END
https "7900" {
    listen = { "127.0.0.1:$https_port" }
    certificate = { "$keys/web-rsa.pem" }
}
END
ok 'provd starts with a port for TLS 1.0' serve --https off --config old.conf --secure-root secure
comes_up 'a 7900' 7900 "${key[@]}"
unlike 'does not use it for its configuration' "$(<"$out")" ' https '
comes_up 'an 8800 that is sent there' 8800 "${key[@]}"
printed 'does not trust it' "^$xml +https +.*holds an RSA key.*tries http"
ok 'provd ends' stop_provd

# --- servers that give the wrong file


ok 'provd starts without HTTPS' serve --https off
comes_up 'nobody listens on 6971' 8800 "${key[@]}"
printed 'and the phone goes on' "^$xml +https +Connection refused; the phone tries http"
start_fake http "$https_port" 'no TLS here\r\n' --at-once
comes_up 'a server that speaks no TLS' 8800 "${key[@]}"
printed 'is not understood' "^$xml +https +no agreement on TLS 1.2: .*tries http"
end_helper "$helper"
start_fake http "$https_port" '' --at-once
comes_up 'a server that hangs up at once' 8800 "${key[@]}"
printed 'is given up' "^$xml +https +.*; the phone tries http"
end_helper "$helper"
ok 'provd ends' stop_provd

cp "tree/$xml" "secure/$phone_name.cnf.xml"
find_ports
ok 'provd starts with a signed file below the secure root' serve_https "$keys/web.pem"
stops 'a signed file over HTTPS' 'wants the clear configuration, and was given a signed file' 8800 \
    "${key[@]}"
ok 'provd ends' stop_provd

run provcheck boot "$phone_name" --server 127.0.0.1 --family 8800 --key "$keys/none.pem"
is 'a key that is not there' "$code" 1
like 'is named' "$(<"$err")" "none.pem: "
done_testing
