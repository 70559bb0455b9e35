#!/bin/bash
# SPDX-License-Identifier: MIT
# Phones that fetch their configuration by a certificate: what is said before it expires.

# shellcheck source=tests/lib/test.sh
. tests/lib/test.sh

says='^provcheck: '
lsc=SEP58971ECC97C1 mic=SEP001122334455 absent=SEP00AABBCCDDEE
mkdir tftp secure devices
for phone in $lsc $mic $absent; do
    echo '<device><deviceProtocol>SIP</deviceProtocol></device>' >"secure/$phone.cnf.xml"
done
chmod 640 secure/*
certificate() { # PHONE COMMON-NAME
    openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj "/CN=$2" -keyout key.pem \
        -out "devices/$1.pem" 2>openssl.err
}
certificate $lsc $lsc
certificate $mic CP-7965G-$mic
now=$(date +%s)

# The findings about these certificates, DAYS from now.
said() { # DAYS OPTION...
    provcheck tree --json --timestamp $((now + $1 * 86400)) "${@:2}" | perl -MJSON::PP -0777 -ne '
        for (@{decode_json($_)->{findings}}) {
            next unless $_->{id} =~ /certificate/;
            print "$_->{id} $1 $_->{severity}\n" if $_->{file} =~ m{([^/]*)\.pem$};
        }'
}
place=(tftp --secure secure --devices devices)
is 'nothing while there is time' "$(said 1 "${place[@]}")" ''
is 'a warning before they expire' "$(said 70 "${place[@]}")" \
    "phone-certificate-expires $mic warning
phone-certificate-expires $lsc warning"
is 'or earlier' "$(said 1 "${place[@]}" --days 100)" "phone-certificate-expires $mic warning
phone-certificate-expires $lsc warning"
is 'an error afterwards' "$(said 100 "${place[@]}")" "phone-certificate-expired $mic error
phone-certificate-expired $lsc error"
run provcheck tree "${place[@]}" --timestamp $((now + 100 * 86400))
ok 'with the cure' grep -q "devices/$mic.pem: what the phone shows over HTTPS, CP-7965G-$mic, expired on .*; the server refuses the phone its configuration over HTTPS; enrol the phone again, or, for a manufacturer's certificate, set maker-ca with expired-maker-certificates = yes\$" "$out"

settings() { # SETTING...
    printf 'paths { tftpboot = tftp secure = secure devices = devices }\nserver { %s }\n' "$*" \
        >prov.conf
}
settings client-ca = ca.pem
is 'by the settings, too' "$(said 100 --config prov.conf)" "phone-certificate-expired $mic error
phone-certificate-expired $lsc error"
settings maker-ca = ca.pem expired-maker-certificates = yes
is 'what the server excuses is none' "$(said 100 --config prov.conf)" \
    "phone-certificate-expired $lsc error"
settings secure-root-open = yes
is 'nor what it does not ask for' "$(said 100 --config prov.conf)" ''
rm secure/*
is 'nor the certificates of phones that do not come by HTTPS' "$(said 100 "${place[@]}")" ''
done_testing
