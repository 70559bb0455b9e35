#!/bin/bash
# SPDX-License-Identifier: MIT
# provcheck tls as a Cisco phone, which trusts what its trust list holds, in the role that it holds
# it in.

# shellcheck source=tests/provcheck/tls.sh
. "${0%/*}/tls.sh"

make_keys && new_key app app && new_key both both && new_key large large --bits 4096 &&
    new_key unlisted pbx --curve secp256r1 || exit 1
new_list ITLFile.tlv --sast "$keys/sast.pem" --sast "$keys/recovery.pem" \
    --ccm "$keys/asterisk.pem" --tftp "$keys/asterisk.pem" --tftp "$keys/web.pem" \
    --app-server "$keys/app.pem" --ccm-tftp "$keys/both.pem" --ccm "$keys/large.pem" || exit 1

serve() { # NAME [OPTION...]
    serve_tls "$keys/$1.pem" "$keys/$1.pem" -cipher "$old" "${@:2}"
}

serve asterisk
for family in 7900 8800; do
    accepts "$family: SIP" "$family" --itl ITLFile.tlv --role CCM
    refuses "$family: not an application" 'listed in another role' - "$family" --itl ITLFile.tlv \
        --role APP-SERVER
    printed "$family: in which it is" 'with role CCM, TFTP, and not APP-SERVER$'
    accepts "$family: without a list" "$family"
    printed "$family: nothing is said of trust" '^note: trust not checked: '
    unlike "$family: there is no error word" "$(<"$out")" '^Error Word'
    accepts "$family: CAs do not matter" "$family" --itl ITLFile.tlv --role CCM --ca "$keys/web.pem"
    as=other.example accepts "$family: nor names" "$family" --itl ITLFile.tlv --role CCM
done
refuses 'a configuration with RSA' 'key of the wrong type' - 8800 --itl ITLFile.tlv --role TFTP
serve app
accepts 'an application' 8800 --itl ITLFile.tlv --role APP-SERVER
refuses 'no SIP' 'listed in another role' - 8800 --itl ITLFile.tlv --role CCM
serve both
accepts 'CCM+TFTP is for SIP, too' 8800 --itl ITLFile.tlv --role CCM
refuses 'but not for applications' 'listed in another role' - 8800 --itl ITLFile.tlv \
    --role APP-SERVER
serve web
accepts 'a configuration with EC' 8800 --itl ITLFile.tlv --role TFTP
refuses 'no SIP with it' 'listed in another role' - 8800 --itl ITLFile.tlv --role CCM
serve large
accepts 'a key of 4096 bits' 8800 --itl ITLFile.tlv --role CCM
refuses 'is too large' 'key too large' - 7900 --itl ITLFile.tlv --role CCM
serve unlisted
refuses 'a certificate that is not listed' 'not in the trust list' - 8800 --itl ITLFile.tlv \
    --role CCM

# Renewed with the same key: another certificate all the same.
openssl x509 -in "$keys/asterisk.pem" -signkey "$keys/asterisk.pem" -days 9 2>/dev/null |
    cat - "$keys/asterisk.pem" >"$keys/renewed.pem"
serve renewed
refuses 'a certificate with the same key' 'not in the trust list' - 8800 --itl ITLFile.tlv --role CCM
printed 'is told' 'it holds another certificate with the same key$'

# Nothing is known of how they see dates.
serve asterisk
century=4000000000
accepts 'a certificate that expired' 8800 --itl ITLFile.tlv --role CCM --timestamp $century
printed 'may be refused' '^may be refused: expired: '
printed 'and so says the verdict' '^8800 may refuse '

# --- lists that are not sound

flip ITLFile.tlv "$(($(stat -c %s ITLFile.tlv) - 3))" flipped.tlv
refuses 'a list whose signature is broken' 'trust list unusable' - 8800 --itl flipped.tlv --role CCM
serve large
flip ITLFile.tlv "$(($(stat -c %s ITLFile.tlv) - 3))" flipped.tlv
refuses 'and that lacks the certificate' 'not in the trust list,trust list unusable' - 8800 \
    --itl flipped.tlv --role CCM
head -c 900 ITLFile.tlv >cut.tlv
refused 'a list that is cut short' 'cut.tlv: ' provcheck tls "127.0.0.1:$port" --family 8800 \
    --itl cut.tlv --role CCM
tls any --itl ITLFile.tlv --role CCM --ca "$keys/web.pem"
like 'lists are for Cisco phones alone' "$(<"$out")" '^8800 +accepts '
like 'of all' "$(<"$out")" '^sangoma-d +refuses .*(untrusted|issuer not found)'
done_testing
