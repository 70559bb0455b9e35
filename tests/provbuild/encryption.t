#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: configurations that only one phone can read, and that they never become readable for
# others.

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

third=SEP001122334455

# --- pairs and the secure root

site first
build >/dev/null
ok 'the clear configuration stands in the secure root' \
    same "secure/$phone.cnf.xml" "source/$phone.cnf.xml"
is 'it is closed to others' "$(mode "secure/$phone.cnf.xml")" 640
is 'nobody else is in the secure root' "$(ls secure)" "$phone.cnf.xml"
is 'its text is nowhere in the tree' "$(leaks "$phone")" ''
is 'the stub holds the hash of the certificate' \
    "$(grep -a -o '<certHash>.*</certHash>' "tftpboot/$phone.cnf.xml.sgn")" \
    "<certHash>$(openssl x509 -in "devices/$phone.pem" -outform DER | md5sum | cut -d' ' -f1)</certHash>"
chmod 644 "secure/$phone.cnf.xml"
pair=$(cksum tftpboot/*.enc.sgn)
built 'a clear configuration that others can read' "wrote secure/$phone.cnf.xml: mode"
is 'it is closed again' "$(mode "secure/$phone.cnf.xml")" 640
rm "secure/$phone.cnf.xml"
built 'a lost one' "wrote secure/$phone.cnf.xml: new"
is 'the pair is as it was' "$(cksum tftpboot/*.enc.sgn)" "$pair"
(umask 077 && configuration "$phone" '<d/>' && build >/dev/null)
is 'the mode does not depend on the umask' "$(mode "secure/$phone.cnf.xml")" 640
configuration "$phone" && chmod 644 "source/$phone.cnf.xml"
build >/dev/null
settings paths 'source = source tftpboot = tftpboot devices = devices archive = archive'
silent 'without a secure root' build
settings

# --- a phone gets a certificate

ok 'a phone without one: its text can be read' grep -qa "$password $other" "tftpboot/$other.cnf.xml.sgn"
with_certificate "$other"
built 'a certificate comes' "wrote $other.cnf.xml.enc.sgn: new"
is 'its text is gone from the tree' "$(leaks "$other")" ''
decrypts_to 'the phone can read it' "$other"
cp "source/$other.cnf.xml" tftpboot/
faulty 'a clear text that somebody put there' "$other.cnf.xml: its clear text stands in the public tree"
rm "tftpboot/$other.cnf.xml"
silent 'it is gone' build

# --- never back to clear text

before=$(snapshot)
mv devices/* .
faulty 'the devices folder has lost its certificates' \
    "($phone|$other).cnf.xml: it was published encrypted, and the phone's certificate is gone"
unchanged 'nothing is published' "$before"
faulty '--force alone does not do it' "($phone|$other).cnf.xml: it was published encrypted" --force
unchanged '--force alone publishes nothing' "$before"
configuration "$third"
faulty 'a new phone meanwhile' \
    "($third.cnf.xml: the devices folder holds no certificate at all|.*: it was published encrypted)"
unchanged 'a new phone meanwhile: nothing is published' "$before"
rmdir devices
faulty 'the devices folder is not there' "(devices: the certificates of phones cannot be read|.*devices: the certificates|SEP.*: the certificates of phones cannot be read)"
unchanged 'the devices folder is not there: nothing is published' "$before"
echo '<soft>2</soft>' >source/SoftKeys.xml
run build
printed 'other files are built' '^wrote SoftKeys.xml.sgn: content$'
is 'the run fails' "$code" 1
mkdir devices && mv "$phone.pem" devices/
run build
is 'one certificate is back' "$code $(<"$out")" \
    "1 wrote $third.cnf.xml.sgn: new; in clear text: there is no certificate of this phone"
like 'the other phone waits' "$(<"$err")" "^provbuild: $other.cnf.xml: it was published encrypted"
before=$(snapshot)
faulty '--force for another phone' "$other.cnf.xml: it was published encrypted" --force "$third"
is '--force for another phone changes no file' "$(snapshot | grep -v encrypted-phones)" \
    "$(grep -v encrypted-phones <<<"$before")"
built '--force for this phone' \
    "wrote $other.cnf.xml.sgn: content; in clear text: there is no certificate of this phone" \
    --force "$other"
not_ok 'its encrypted file is gone' test -e "tftpboot/$other.cnf.xml.enc.sgn"
not_ok 'its file in the secure root is gone' test -e "secure/$other.cnf.xml"
silent 'it stays so' build
for evidence in "tftpboot/$phone.cnf.xml.enc.sgn" "tftpboot/$phone.cnf.xml.sgn" \
    "secure/$phone.cnf.xml"; do
    rm -rf kept && mkdir kept && cp -R tftpboot secure kept
    find tftpboot secure -name "$phone*" ! -path "$evidence" -delete
    mv "devices/$phone.pem" . && with_certificate "$third"
    build >/dev/null 2>"$err"
    like "only $evidence is left" "$(<"$err")" "$phone.cnf.xml: it was published encrypted"
    is "only $evidence is left: no clear text" "$(leaks "$phone")" ''
    rm -rf "devices/$third.pem" tftpboot secure && mv kept/* . && mv "$phone.pem" devices/
done

# --- the last file of any phone is still looked at, and no record knows better

site last
build >/dev/null
for evidence in "tftpboot/$phone.cnf.xml.enc.sgn" "tftpboot/$phone.cnf.xml.sgn" \
    "secure/$phone.cnf.xml"; do
    rm -rf kept && mkdir kept && cp -R tftpboot secure archive kept
    find tftpboot secure -name 'SEP*' ! -path "$evidence" -delete
    rm archive/encrypted-phones
    mv "devices/$phone.pem" . && with_certificate "$third"
    build >/dev/null 2>"$err"
    like "$evidence is all that stands" "$(<"$err")" "$phone.cnf.xml: it was published encrypted"
    is "$evidence is all that stands: no clear text" "$(leaks "$phone")" ''
    rm -rf "devices/$third.pem" tftpboot secure archive && mv kept/* . && mv "$phone.pem" devices/
done

# --- an emptied tree, and no certificates: that is not a first start

site second
build >/dev/null
mv devices/* . && rm -rf tftpboot/* secure/*
before=$(snapshot)
for i in first second; do
    faulty "an emptied tree and no certificates, $i run" \
        'the tree .*tftpboot was emptied, and the devices folder .*devices holds no certificate'
    unchanged "nothing is published by the $i run" "$before"
done
cp "$phone.pem" devices/
run build
is 'with certificates it is built again' "$code" 0

# --- required

site third
settings sign 'certificate = pem/asterisk.pem encryption = required exclude = {"*.sbn"}'
faulty 'encryption is required' "$other.cnf.xml: encryption is required, and there is no certificate"
ok 'the encrypted ones are built' test -e "tftpboot/$phone.cnf.xml.enc.sgn"
not_ok 'the other is not' test -e "tftpboot/$other.cnf.xml.sgn"
settings sign 'certificate = pem/asterisk.pem exclude = {"*.sbn", "SEP*"}'
faulty 'an excluded configuration' "$phone.cnf.xml: it is excluded from signing, but its phone has"
is 'no password of an encrypted phone is copied' "$(leaks "$phone")" ''

# --- a changed key

site keys
build >/dev/null
before=$(snapshot)
mkcert -c "$phone" -o O -u U new.pem >/dev/null && openssl x509 -in new.pem -out "devices/$phone.pem"
faulty 'a changed key' "$phone.cnf.xml: the phone's certificate changed: .* give --accept-key $phone"
unchanged 'a changed key publishes nothing' "$before"
configuration "$phone" '<new/>'
faulty 'a changed key and a new configuration' "$phone.cnf.xml: the phone's certificate changed"
unchanged 'the new configuration waits' "$before"
faulty '--force is not --accept-key' "$phone.cnf.xml: the phone's certificate changed" --force "$phone"
faulty '--accept-key for another' "--accept-key $other: there is no certificate" --accept-key "$other"
misused '--accept-key without a phone' 'x is no phone' build --accept-key x
built '--accept-key' "wrote $phone.cnf.xml.enc.sgn: key" --accept-key "$phone"
silent 'the key is accepted for good' build
decrypts_to 'the new key reads it' "$phone" new.pem

# --- certificates that cannot be used

unusable() { # NAME PATTERN COMMAND...
    local name=$1 pattern=$2
    rm -f "devices/$phone.pem"
    "${@:3}" || exit 1
    faulty "$name" "$phone.cnf.xml: devices/$phone.pem: $pattern|^provbuild: $phone.cnf.xml: .*/devices/$phone.pem: $pattern|^provbuild: $phone.cnf.xml: $pattern"
    unchanged "$name: what stands stays" "$before"
}
site broken
build >/dev/null
before=$(snapshot)
unusable 'a broken certificate' '.*holds no certificate' eval ': >devices/$phone.pem'
unusable 'the certificate of another phone' '.*it is the certificate of SEP00AABBCCDDEE' \
    openssl x509 -in pem/SEP00AABBCCDDEE.pem -out "devices/$phone.pem"
unusable 'a certificate of no phone' '.*so it is no phone' \
    openssl x509 -in pem/asterisk.pem -out "devices/$phone.pem"
ec() {
    mkcert -c "$phone" -o O -u U --curve secp256r1 ec.pem >/dev/null &&
        openssl x509 -in ec.pem -out "devices/$phone.pem"
}
unusable 'an elliptic key' '.*holds an EC key' ec

# --- authorities

site authorities
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /O=CA -days 3650 2>/dev/null
issue() { # SEP<MAC> [DAYS]
    openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -subj "/CN=$1" 2>/dev/null |
        openssl x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -days "${2-365}" 2>/dev/null \
            >"devices/$1.pem"
}
settings sign 'certificate = pem/asterisk.pem devices-ca = ca.pem exclude = {"*.sbn"}'
faulty 'a certificate from elsewhere does not count' \
    "$phone.cnf.xml: .*devices/$phone.pem: its certificate does not chain to a known authority"
is 'and no clear text instead' "$(leaks "$phone")" ''
issue "$phone"
built 'one that was issued counts' "wrote $phone.cnf.xml.enc.sgn: new"
settings sign 'certificate = pem/asterisk.pem devices-ca = none.pem exclude = {"*.sbn"}'
faulty 'no authorities' '.*none.pem: cannot open it'
settings sign "certificate = pem/asterisk.pem devices-ca = source/SoftKeys.xml exclude = {'*.sbn'}"
faulty 'no certificates of authorities' '.*SoftKeys.xml: it holds no certificates'

done_testing
