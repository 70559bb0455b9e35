#!/bin/bash
# SPDX-License-Identifier: MIT
# provd --check-config: what would go wrong at the start, or be given away afterwards.
. tests/server/lib.sh
requires sqlite3

mkdir tree tree/firmware secure
echo list >tree/ITLFile.tlv
chmod 755 "$temporary" . # for the user nobody
new_certificate ec.pem ec
new_certificate ec2.pem other
new_certificate rsa.pem rsa rsa

checks() { # NAME PATTERN OPTION...
    local name=$1 pattern=$2
    shift 2
    failed_with "$name" "^provd: $pattern" provd --check-config --root tree "$@"
}

# --- certificates and keys

done_well 'an EC and an RSA certificate' provd --check-config --root tree --certificate ec.pem \
    --certificate rsa.pem
sed '/BEGIN PRIVATE/,$d' ec.pem >alone.pem
sed '/BEGIN CERTIFICATE/,/END CERTIFICATE/d' ec2.pem >key2.pem
sed '/BEGIN CERTIFICATE/,/END CERTIFICATE/d' rsa.pem >key.pem
cat alone.pem key2.pem >mixed.pem
echo junk >junk.pem
{
    cat alone.pem
    openssl pkey -in key.pem -aes128 -passout pass:planted-passphrase
} >locked.pem
openssl req -x509 -newkey ed25519 -nodes -days 90 -subj /CN=ed -keyout ed.key -out ed.crt 2>/dev/null
cat ed.crt ed.key >ed25519.pem

checks 'a certificate that is missing' 'no\.pem: cannot open it: No such file' --certificate no.pem
checks 'a certificate without its key' 'alone\.pem: it holds no private key; give the file that' \
    --certificate alone.pem
checks 'a key without its certificate' 'key\.pem: it holds no certificate' --certificate key.pem
checks 'the key of another certificate' \
    'mixed\.pem: its private key does not belong to its certificate' --certificate mixed.pem
checks 'no PEM file' 'junk\.pem: it holds neither a certificate nor a private key' \
    --certificate junk.pem
checks 'a folder' 'tree: cannot read: Is a directory' --certificate tree
checks 'a locked key' 'locked\.pem: .*encrypted, and nobody is there to ask for the passphrase' \
    --certificate locked.pem
checks 'a key that phones do not know' 'ed25519\.pem: phones know RSA and EC keys, this is ED25519' \
    --certificate ed25519.pem
checks 'two EC certificates' 'ec\.pem and ec2\.pem are both EC certificates; a port takes one EC' \
    --certificate ec.pem --certificate ec2.pem
checks 'a client CA that is missing' 'no\.pem: cannot open it: No such file' --certificate ec.pem \
    --client-ca no.pem
checks 'a client CA that is none' 'junk\.pem: it holds no certificate of a CA; it must be a PEM' \
    --certificate ec.pem --client-ca junk.pem
cat >old.conf <<'END'
https "7900" {
    listen = { "127.0.0.1:6974" }
    certificate = { "ec.pem" }
}
END
checks 'old phones and an EC certificate' 'ec\.pem: old phones know RSA alone; name an RSA' \
    --config old.conf
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj /CN=short \
    -keyout short.key -out short.crt 2>/dev/null
cat short.crt short.key >short.pem
run provd --check-config --root tree --certificate short.pem
is 'a certificate that ends soon does' "$code" 0
like 'with a warning' "$(<"$err")" '^provd: warning: short\.pem: it expires within 30 days'

if is_root; then
    checks 'a user that there is not' "there is no user 'no-such-user'; make one" \
        --user no-such-user
    checks "a key that the user cannot read" \
        'ec\.pem: .*Permission denied; the user that provd runs as must be able to read it' \
        --certificate ec.pem --user nobody
    mkdir -m 700 closed
    checks 'a tree that the user cannot read' 'cannot open the folder closed: Permission denied' \
        --secure-root closed --user nobody
    checks 'a ledger that the user cannot write' \
        'tree/ledger: the ledger cannot be written by this user' --ledger tree/ledger --user nobody
    checks 'a log that the user cannot write' 'tree/log: the log cannot be written by this user' \
        --log tree/log --user nobody
else
    checks 'a user that this one cannot become' "cannot become 'root': only root can" --user root
fi
checks 'a ledger in a folder that is missing' 'no/ledger: the ledger cannot be written' \
    --ledger no/ledger
sqlite3 other.db 'CREATE TABLE t(x)'
checks 'a ledger that is a folder' 'tree: this is no regular file; name another' --ledger tree
checks 'a ledger that is no database' 'junk\.pem: this is no ledger' --ledger junk.pem
checks "another program's database" "other\.db: this is another program's database, no ledger" \
    --ledger other.db
done_well 'a ledger that is not there yet' provd --check-config --root tree --ledger new.db
not_ok 'which is not made' test -e new.db
checks 'a log in a folder that is missing' 'no/log: the log cannot be written' --log no/log

# --- roots

failed_with 'a root that is missing' '^provd: cannot open the folder no: No such file' \
    provd --check-config --root no
failed_with 'a root that is a file' '^provd: cannot open the folder junk.pem: Not a directory' \
    provd --check-config --root junk.pem
checks 'a secure root that is missing' 'cannot open the folder no: No such file' --secure-root no
mkdir -p outer/inner
ln -s outer/inner hidden
apart='stand in one another, .*; keep them apart'
failed_with 'one root for both' "^provd: outer and outer $apart" \
    provd --check-config --root outer --secure-root outer
failed_with 'the secure root in the public one' "^provd: outer and outer/inner $apart" \
    provd --check-config --root outer --secure-root outer/inner
failed_with 'the public root in the secure one' "^provd: outer/inner and outer $apart" \
    provd --check-config --root outer/inner --secure-root outer
failed_with 'the same through a link' "^provd: outer and hidden $apart" \
    provd --check-config --root outer --secure-root hidden
failed_with 'the same by another name' "^provd: outer and \./outer/\.\./outer/inner $apart" \
    provd --check-config --root outer --secure-root ./outer/../outer/inner
if is_root && mkdir bound && mount --bind outer/inner bound 2>/dev/null; then
    failed_with 'the same mounted elsewhere' "^provd: bound and outer/inner $apart" \
        provd --check-config --root bound --secure-root outer/inner
    umount bound
else
    skip 'the same mounted elsewhere' 'this user cannot mount'
fi
done_well 'two apart' provd --check-config --root tree --secure-root secure

# --- keys in the trees

openssl pkey -in key.pem -outform DER -out key.der
openssl pkcs8 -topk8 -in key.pem -passout pass:planted-passphrase -outform DER -out locked.der
openssl pkcs12 -export -in rsa.pem -passout pass:planted-passphrase -out both.p12
openssl rsa -in key.pem -traditional -out pkcs1.pem 2>/dev/null
{
    head -c 300000 /dev/zero | tr '\0' 'x'
    echo
    cat key.pem
} >deep.bin

# A file in the tree that must not be there: named, for each of the two roots.
withheld() { # FILE NAME PATTERN
    local folder
    for folder in tree secure; do
        mkdir -p "$(dirname "$folder/$2")"
        cp "$1" "$folder/$2"
        failed_with "$2 in $folder" "^provd: $folder/$2: $3; take it out of the tree" \
            provd --check-config --root tree --secure-root secure
        rm "$folder/$2"
    done
}

withheld junk.pem web.key 'files of this name are taken for keys and never served'
withheld junk.pem WEB.PEM 'files of this name are taken for keys and never served'
withheld junk.pem firmware/web.pem 'files of this name are taken for keys and never served'
withheld junk.pem .htpasswd 'dot files are never served'
withheld key.pem SEP001122334455.cnf.xml 'it holds a private key'
withheld pkcs1.pem notes.txt 'it holds a private key'
withheld locked.pem notes.txt 'it holds a private key'
withheld ec.pem firmware/web.crt 'it holds a private key'
withheld key.der web.der 'it holds a private key'
withheld locked.der web.der 'it holds a private key'
withheld both.p12 web.p12 'it holds a private key'
withheld deep.bin firmware/image.bin 'it holds a private key'
mkdir tree/.git
failed_with 'a dot folder' '^provd: tree/\.git: dot folders are never served' \
    provd --check-config --root tree
rmdir tree/.git
done_well 'a certificate is no key' provd --check-config --root tree
cp alone.pem tree/web.crt
done_well 'a certificate in the tree is none' provd --check-config --root tree

# All of them are named, not only the first.
cp key.pem tree/one.key
cp key.pem tree/two.txt
run provd --check-config --root tree
is 'all are named' "$code $(lines "$err")" '1 2'

done_testing
