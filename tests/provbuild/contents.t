#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: files are judged by what they hold before they are published, whatever they are called.

# shellcheck disable=SC2119

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"
# What goes by name, --force; what something else put there; what is excluded.
may_hold 'named/tftpboot/*' standing/tftpboot/SIP001122334455.cnf available/tftpboot/copied.xml

planted=0planted0
required='certificate = pem/asterisk.pem encryption = required exclude = {"*.sbn", "copied*"}'
optional='certificate = pem/asterisk.pem exclude = {"*.sbn", "copied*"}'

xml() { # NAME [MAC]
    printf '<device><mac>%s</mac><authPassword>%s</authPassword></device>\n' "${2-}" "$planted" \
        >"source/$1"
}

public() {
    find tftpboot -type f -exec grep -lai "$planted\|PRIVATE KEY" {} + | sort | tr '\n' ' '
}

# --- passwords

with_passwords() {
    printf 'line1_password: "%s"\n' $planted >source/SIP001122334455.cnf
    for name in XMLDefault.cnf.xml ata001122334455.cnf.xml 001122334455.xml copied.xml \
        001122334455.xml.bak spare; do
        xml "$name"
    done
    printf 'name;password\nfront;%s\n' $planted >source/phones.csv
    printf 'SEP;%s\n' $planted >source/table
    printf '{"secret": "%s"}\n' $planted >source/settings.json
    xml wide && { printf '\xff\xfe' && iconv -t UTF-16LE source/wide; } >source/wide.xml && rm source/wide
    tar -C source -cf source/backup.tar copied.xml
}
names='001122334455.xml 001122334455.xml.bak SIP001122334455.cnf XMLDefault.cnf.xml
    ata001122334455.cnf.xml backup.tar copied.xml phones.csv settings.json spare table wide.xml'

site required
settings sign "$required"
with_certificate "$other"
with_passwords
run build
is 'where encryption is required, nothing with a password is published' "$code $(public)" '1 '
bad=''
for name in $names; do
    grep -q "^provbuild: $name: encryption is required, and it holds a password (.*) *, which" "$err" ||
        bad+="$name "
done
is 'each is refused with a sentence' "$bad" ''
unlike 'which does not say the password' "$(<"$err")" "$planted"
ok 'the others are published' test -e tftpboot/SoftKeys.xml.sgn -a -e tftpboot/Chile/mk-sip.jar.sgn \
    -a -e tftpboot/term42.SBN
before=$(snapshot)
run build --quick
unchanged 'nothing of them is published with --quick' "$before"
run build --dry-run
like 'a plan says so, too' "$(<"$err")" 'phones.csv: encryption is required'

site available
settings sign "$optional"
with_passwords
run build
is 'where it is not, they are' "$code $(<"$err")" '0 '
like 'which is said as they are written' "$(<"$out")" \
    'wrote XMLDefault.cnf.xml.sgn: new; it holds a password, which everybody can read'
silent 'but not each night' build
run build --status
like '--status says it' "$(<"$out")" 'XMLDefault.cnf.xml.sgn: .*holds a password \(authPassword\)'
like 'of tables, too' "$(<"$out")" 'phones.csv.sgn: .*holds a password \(password\)'
unlike 'and not of others' "$(<"$out")" 'SoftKeys.xml.sgn: .*password'
for i in $(seq 200); do echo "$i" >"source/file$i.xml"; done
build >/dev/null
settings sign "$required"
run build
like 'required later: what stands is said' "$(<"$err")" \
    'XMLDefault.cnf.xml: encryption is required, .*in the public tree: --prune removes it'
like 'copies are removed by hand' "$(<"$err")" \
    'copied.xml: encryption is required, .*in the public tree: remove it there'
run build --prune
like '--prune removes what is signed' "$(<"$out")" 'removed XMLDefault.cnf.xml.sgn: it holds a secret'
is 'and leaves the copy' "$(public)" 'tftpboot/copied.xml '

# --- of a phone that is encrypted

site named
settings sign "$optional"
build >/dev/null
mac=${phone#SEP}
xml "ata$mac.cnf.xml"
xml all.xml "${mac:0:2}:${mac:2:2}:${mac:4:2}:${mac:6:2}:${mac:8:2}:${mac:10:2}"
xml dots.xml "${mac:0:4}.${mac:4:4}.${mac:8:4}"
printf 'mac,password\n%s,%s\n' "${mac,,}" $planted >source/all.csv
xml others.xml 001122334455
run build
is 'a password beside the name of an encrypted phone' "$code $(public)" '1 tftpboot/others.xml.sgn '
for name in "ata$mac.cnf.xml" all.xml dots.xml all.csv; do
    like "$name is refused" "$(<"$err")" "$name: it holds a password \(.*\) and names $phone"
done
rm "devices/$phone.pem"
run build
is 'whose certificate is gone' "$code $(public)" '1 tftpboot/others.xml.sgn '
run build --force "$phone"
is 'by name it goes, as its configuration does' "$code $(public | wc -w)" '0 5'

# --- keys

site keys
settings sign "$optional"
key=pem/sast.pem
cp $key source/sast.key.old
cp $key source/notes.txt
cp $key source/copied
openssl pkey -in $key -outform DER -out source/blob.bin
openssl pkey -in $key -traditional -outform DER -out source/rsa.bin
openssl pkcs8 -topk8 -in $key -passout pass:x -outform DER -out source/closed.bin
openssl pkcs8 -topk8 -in $key -passout pass:x -out source/closed.txt
openssl pkcs12 -export -in $key -passout pass:x -out source/store.bin
iconv -t UTF-16 $key >source/wide.txt
tar -C pem -cf source/pem.tar sast.pem
{ head -c 9000000 /dev/zero && cat $key; } >source/copied.large
[ ! -e /usr/bin/ssh-keygen ] || ssh-keygen -q -t ed25519 -N '' -f source/openssh
printf 'PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n' >source/putty
openssl x509 -in $key -out source/certificate.txt
rm -f source/openssh.pub
count=$(find source -maxdepth 1 -type f ! -name 'S*' ! -name '*.SBN' ! -name certificate.txt | wc -l)
run build
is 'private keys of any form are never published' \
    "$code $(grep -c ': it holds a private key, which everybody could read' "$err")" "1 $count"
is 'not one' "$(public)" ''
ok 'certificates are' test -e tftpboot/certificate.txt.sgn
run build --force
is 'nor with --force' "$code $(public)" '1 '
configuration "$other" "$(cat $key)"
run build
like 'nor in a configuration' "$(<"$err")" "$other.cnf.xml: it holds a private key"

# --- what stands, whoever put it there

site standing
build >/dev/null
printf 'line1_password: "%s"\n' $planted >tftpboot/SIP001122334455.cnf
cp $key tftpboot/backup
printf '<a/>' >tftpboot/fine.xml
silent 'what something else put there is not said each night' build
run build --status
like '--status says passwords' "$(<"$out")" 'SIP001122334455.cnf: .*holds a password \(line1_password\)'
like 'and keys' "$(<"$out")" 'backup: .*holds a private key: remove it, and replace that key'
unlike 'and nothing else' "$(<"$out")" 'fine.xml'
build --prune >/dev/null
ok '--prune leaves what is not its own' test -e tftpboot/backup -a -e tftpboot/SIP001122334455.cnf

done_testing
