#!/bin/bash
# SPDX-License-Identifier: MIT
# mkcert --renew: the same key and names, a new serial number and validity, in the same file.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

requires openssl

show() { # FILE OPENSSL-X509-OPTION...
    local file=$1
    shift
    openssl x509 -in "$file" -noout "$@"
}

# All but what a renewal changes.
constant() { # FILE
    show "$1" -subject -issuer -pubkey \
        -ext basicConstraints,keyUsage,extendedKeyUsage,subjectAltName,subjectKeyIdentifier \
        -nameopt RFC2253
    show "$1" -text | grep 'Signature Algorithm' | sort -u
}

ends() { # FILE
    show "$1" -enddate -dateopt iso_8601 | cut -d = -f 2
}

serial() { # FILE
    show "$1" -serial
}

keys() { # FILE
    sed -n '/BEGIN.*PRIVATE KEY/,/END.*PRIVATE KEY/p' "$1"
}

lists='its serial number is new: where a trust list holds it, publish one with both, signed as before, and put the new one to use when every phone has that list and before the old one expires; the old one is'
briefly='where a trust list holds it, publish one with both first; the old one is'
renewed() { # NAME FILE ARGUMENT...
    local name=$1 file=$2 words=$lists
    shift 2
    rm -f "$file".old*
    cp -p "$file" before
    [[ " $*" != *' --issuer '* ]] || words=$briefly
    warned "$name" "^mkcert: $file: warning: $words $file.old$" mkcert --renew "$file" "$@"
    is "$name: the same key and names" "$(constant "$file")" "$(constant before)"
    is "$name: the key as it was" "$(keys "$file")" "$(keys before)"
    not_ok "$name: another serial number" test "$(serial "$file")" = "$(serial before)"
    like "$name: of 16 bytes" "$(serial "$file")" '^serial=[0-9A-F]{32}$'
    is "$name: the mode" "$(mode "$file")" "$(mode before)"
    ok "$name: the old one is kept" same "$file.old" before
    no_temporaries "$name: nothing is left behind"
}

then=1700000000 # 2023-11-14
later=1731628800 # 2024-11-15
at() { # SECONDS
    export SOURCE_DATE_EPOCH=$1
}

# --- self-signed

at $then
silent 'a phone certificate' mkcert -c 'SAST Acme' -o Acme -u Voice --san DNS:x.example -l Dunedin sast.pem
at $later
renewed 'a phone certificate' sast.pem
is 'a phone certificate: as long as before' "$(ends sast.pem)" '2034-11-15 00:00:00Z'
ok 'a phone certificate: it verifies' sh -c 'openssl verify -CAfile sast.pem sast.pem >/dev/null'
ok 'a phone certificate: it signs lists' sh -c \
    'tlvfile --build list.tlv --sast sast.pem --sast sast.pem.old 2>/dev/null'
renewed '--years' sast.pem --years 2
is '--years: until' "$(ends sast.pem)" '2026-11-15 00:00:00Z'
rm sast.pem.old
warned '--digest' "$lists" mkcert --renew sast.pem --digest sha512
like '--digest: it' "$(show sast.pem -text)" 'Signature Algorithm: sha512WithRSAEncryption'
warned 'again' 'the old one is sast.pem.old.1$' mkcert --renew sast.pem
is 'again: the digest that it had' "$(show sast.pem -text | grep -c sha512WithRSAEncryption)" 2

for digest in sha1 sha256 sha512; do
    at $then
    mkcert -c old -o o -u u -E secp256r1 -y 1 -d $digest "old-$digest.pem"
    at $later
    renewed "$digest" "old-$digest.pem"
    is "$digest: a year as before" "$(ends "old-$digest.pem")" '2025-11-15 00:00:00Z'
done
at $then
silent 'a CA' mkcert --ca -c 'Acme CA' -o Acme -u Voice -E secp384r1 ca.pem
silent 'a CA below' mkcert --ca --issuer ca.pem -c 'Acme Sub CA' -E secp384r1 -y 3 sub.pem
at $later
renewed 'a CA' ca.pem
ok 'a CA: what it issued before verifies still' sh -c \
    'openssl verify -x509_strict -no_check_time -CAfile ca.pem sub.pem >/dev/null'
silent 'a wildcard' mkcert -c '*.acme.example' -o o -u u -E secp256r1 wild.pem
renewed 'a wildcard that signs itself' wild.pem

# --- issued

at $then
silent 'a server' mkcert --issuer sub.pem --server -c pbx -y 2 --san IP:192.0.2.9 pbx.pem
at $later
renewed 'a CA below' sub.pem --issuer ca.pem
ok 'a CA below: with the new root' grep -qF "$(openssl x509 -in ca.pem | sed -n 3p)" sub.pem
echo '# kept by hand' >>pbx.pem
renewed 'a server' pbx.pem --issuer sub.pem
is 'a server: as long as before' "$(ends pbx.pem)" '2026-11-15 00:00:00Z'
ok 'a server: it verifies with what is in its file' sh -c \
    'openssl verify -x509_strict -no_check_time -CAfile ca.pem -untrusted pbx.pem pbx.pem >/dev/null'
ok 'a server: with the new CA below' grep -qF "$(openssl x509 -in sub.pem | sed -n 3p)" pbx.pem
is 'a server: as many blocks' "$(grep -c -e -----BEGIN pbx.pem)" "$(grep -c -e -----BEGIN before)"
is 'a server: what else is in its file stays' "$(tail -n 1 pbx.pem)" '# kept by hand'
openssl x509 -in pbx.pem -out pbx.crt
renewed 'a certificate without its key' pbx.crt --issuer sub.pem
sed 's/$/\r/' pbx.crt >dos.crt
renewed 'lines that end as on Windows' dos.crt --issuer sub.pem
chmod 640 pbx.pem
renewed 'a file for a group' pbx.pem --issuer sub.pem
at $((then + 5 * 31557600))
refused 'an issuer that expired' 'pbx.pem: the issuer has expired; renew it first$' \
    mkcert --renew pbx.pem --issuer sub.pem
at $later

# --- a CA of others, without a subjectKeyIdentifier

at $then
faketime=$(date -u -d "@$then" +%Y%m%d%H%M%SZ)
openssl req -new -newkey rsa:2048 -nodes -keyout bare.key -out bare.csr -subj '/O=o/OU=u/CN=Bare CA' \
    2>/dev/null
printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=none\n' >bare.ext
mkdir demo && : >demo/index && echo 4242 >demo/serial
printf '[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=demo\ndatabase=demo/index\nserial=demo/serial\npolicy=p\n[p]\ncommonName=supplied\norganizationName=supplied\norganizationalUnitName=supplied\n' >bare.cnf
openssl ca -batch -config bare.cnf -selfsign -keyfile bare.key -in bare.csr -md sha256 -notext \
    -extfile bare.ext -startdate "$faketime" -enddate 20401231235959Z -out bare.crt 2>bare.err
cat bare.key bare.crt >bare.pem && chmod 600 bare.pem
is 'a bare CA: it is one' "$(show bare.pem -ext subjectKeyIdentifier 2>/dev/null)" ''
silent 'a bare CA issues' mkcert --issuer bare.pem -c pbx -E secp256r1 under-bare.pem
unlike 'a bare CA: its serial number is in no other certificate' "$(show under-bare.pem -text)" 'DirName|serial:'
is 'a bare CA: what it issued verifies' "$(openssl verify -no_check_time -CAfile bare.crt under-bare.pem 2>&1)" \
    'under-bare.pem: OK'
at $later
renewed 'a bare CA' bare.pem
is 'a bare CA: what it issued before verifies still' \
    "$(openssl verify -no_check_time -CAfile bare.pem under-bare.pem 2>&1)" 'under-bare.pem: OK'

# --- a phone's certificate that may issue others, as mkcert once made them

openssl req -x509 -newkey rsa:2048 -nodes -days 100 -subj '/CN=SEP58971ECC97C1/O=o/OU=u' -keyout ca.key \
    -out phone.crt -addext basicConstraints=critical,CA:TRUE,pathlen:0 \
    -addext keyUsage=keyCertSign,cRLSign,digitalSignature 2>/dev/null
cat ca.key phone.crt >phone.pem && chmod 600 phone.pem
ok 'a phone that may issue is renewed' sh -c 'mkcert --renew phone.pem 2>out.renew'
like 'and may not any more' "$(show phone.pem -ext basicConstraints)" 'CA:FALSE'
unlike 'nor by its key usage' "$(show phone.pem -ext keyUsage)" 'Certificate Sign'

# --- an encrypted key

echo planted-passphrase >passphrase
at $then
silent 'another phone certificate' mkcert -c enc -o o -u u -E secp256r1 open.pem
{
    openssl pkey -in open.pem -aes256 -passout file:passphrase
    openssl x509 -in open.pem
} >locked.pem
chmod 600 locked.pem
at $later
refused 'an encrypted key without its passphrase' 'locked.pem: it is encrypted and there is no passphrase' \
    setsid mkcert --renew locked.pem
renewed 'an encrypted key' locked.pem --passphrase-file passphrase
ok 'an encrypted key: it is still' grep -q 'BEGIN ENCRYPTED PRIVATE KEY' locked.pem
is 'an encrypted key: and belongs' "$(openssl pkey -in locked.pem -passin file:passphrase -pubout)" \
    "$(show locked.pem -pubkey)"
at $then
{
    openssl pkey -in pbx.pem -aes256 -passout file:passphrase
    openssl x509 -in pbx.pem
} >sealed.pem
chmod 600 sealed.pem
at $later
renewed 'an issued one, without anybody to open its key' sealed.pem --issuer sub.pem

# --- a key elsewhere

openssl x509 -in open.pem -out apart.crt
openssl pkey -in open.pem -out apart.key
chmod 600 apart.key
renewed '--key' apart.crt --key apart.key
refused 'a self-signed certificate without its key' 'apart.crt: it holds no private key' \
    mkcert --renew apart.crt
refused 'the key of another' 'apart.crt: the private key given does not belong to it$' \
    mkcert --renew apart.crt --key sast.pem

# --- what is refused

unchanged() { # NAME FILE PATTERN [refused|misused] ARGUMENT...
    local name=$1 file=$2 pattern=$3 how=$4
    shift 4
    cp "$file" before
    "$how" "$name" "$pattern" mkcert --renew "$file" "$@"
    ok "$name: the file stays" same "$file" before
}
rm -f ./*.old*
unchanged 'an issued one alone' pbx.pem \
    '^mkcert: it was issued by CN=Acme Sub CA;O=Acme;OU=Voice; give that CA with --issuer$' misused
unchanged 'another issuer' pbx.pem 'it was issued by CN=Acme Sub CA;O=Acme;OU=Voice' misused --issuer ca.pem
unchanged 'a self-signed one with an issuer' sast.pem \
    '^mkcert: it is self-signed and issues itself again; leave --issuer out$' misused --issuer ca.pem
silent 'an issued wildcard' mkcert --issuer ca.pem --allow-wildcard -c '*.b.example' -E secp256r1 wild2.pem
unchanged 'an issued wildcard' wild2.pem 'is a wildcard, which RFC 5922' misused --issuer ca.pem
renewed 'an issued wildcard, allowed' wild2.pem --issuer ca.pem --allow-wildcard
openssl x509 -in pbx.pem -outform DER -out pbx.der
unchanged 'a file in DER' pbx.der \
    'pbx.der: its certificate is not in PEM, and only that can be replaced in it$' refused --issuer sub.pem
openssl pkcs12 -export -in sast.pem -out sast.p12 -passout file:passphrase
chmod 600 sast.p12
unchanged 'a file in PKCS#12' sast.p12 'its certificate is not in PEM' refused --passphrase-file passphrase
ln -s sast.pem link.pem
refused 'a link' 'link.pem: it is a link; name the file itself$' mkcert --renew link.pem
cp -p sast.pem twice.pem && ln twice.pem again.pem
unchanged 'a file of two names' twice.pem \
    'twice.pem: it has 2 names \(hard links\), and the others would keep the old certificate; copy it to a file of its own first$' refused
ok 'a file of two names: both are it' test twice.pem -ef again.pem
is 'a file of two names: nothing is kept beside it' "$(ls twice.pem.old* 2>/dev/null)" ''
misused 'a certificate on a token' '^mkcert: --renew is for a file; write the certificate of the token to one, and name its key with --key$' \
    mkcert --renew 'pkcs11:token=voice;id=%01'
refused 'no file' 'none.pem: cannot open it: No such file' mkcert --renew none.pem
openssl pkey -in sast.pem -out keyonly.pem
chmod 600 keyonly.pem
unchanged 'a key alone' keyonly.pem 'keyonly.pem: it holds no certificate$' refused
rm -f ./*.old*
refused 'a full disk' 'cannot write' bash -c \
    "trap '' XFSZ; ulimit -f 1; exec mkcert --renew sast.pem"
is 'a full disk: nothing new' "$(ls ./*.old* 2>/dev/null)" ''
no_temporaries 'a full disk: nothing is left behind'

for option in '-c x' '-o x' '-u x' '-l x' '-s x' '-C NZ' '-b 2048' '-E secp256r1' '--san DNS:x' --ca \
    --server --client '--csr x' '--for phone'; do
    read -ra words <<<"$option"
    misused "--renew $option" '--renew keeps key, names and purposes; --issuer, --key, --years and --digest go with it$' \
        mkcert --renew sast.pem "${words[@]}"
done
misused '--renew with an output' '--renew replaces its file; give no output file$' \
    mkcert --renew sast.pem x.pem
misused '--renew --file' '--renew replaces its file; give no output file$' \
    mkcert --renew sast.pem --file x.pem
done_testing
