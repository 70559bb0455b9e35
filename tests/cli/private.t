#!/bin/bash
# SPDX-License-Identifier: MIT
# Who can read what comes out, links, and passphrases out of pipes.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
may_hold real/second crlf # a second name of what is encrypted; a passphrase

copy_inputs
signer=pem/asterisk.pem

# --- a signed file is as readable as its source

for bits in 600 640 644; do
    echo '<device/>' >f.xml
    chmod $bits f.xml
    rm -f f.xml.sgn
    silent "signing a file of mode $bits" sgnfile --build --tftp "$signer" f.xml
    is "gives mode $bits" "$(mode f.xml.sgn)" $bits
    rm -f f.xml
    silent "and stripping it" stripsgn f.xml.sgn
    is "mode $bits again" "$(mode f.xml)" $bits
done
chmod 640 f.xml.sgn
echo '<device>2</device>' >f.xml
silent 'signing anew' sgnfile --build --tftp "$signer" f.xml
is 'keeps the mode that somebody gave the signed file' "$(mode f.xml.sgn)" 640

# --- links

mkdir real
cp in/SEP58971ECC97C1.cnf.xml real/
ln -s real/SEP58971ECC97C1.cnf.xml .
refused 'a linked configuration' 'it is a link, and removing that would leave the clear text' \
    enccnf --build --tftp "$signer" --certificate pem/SEP58971ECC97C1.pem SEP58971ECC97C1.cnf.xml
silent 'with --keep' enccnf --build --keep --tftp "$signer" \
    --certificate pem/SEP58971ECC97C1.pem SEP58971ECC97C1.cnf.xml
ln real/SEP58971ECC97C1.cnf.xml real/second
warned 'a configuration with two names' 'second name' enccnf --build --tftp "$signer" \
    --certificate pem/SEP58971ECC97C1.pem real/SEP58971ECC97C1.cnf.xml
ln -s f.xml target.sgn
ln -s in/one.xml target
refused 'an output that is a link' 'it is a link; name the file that it leads to' \
    sgnfile --build --tftp "$signer" target
ok 'the link stays' test -L target.sgn

# --- names below --root

mkdir -p tree/Chile
echo x >tree/Chile/a.jar
for path in tree/Chile/a.jar tree/./Chile//a.jar "$PWD/tree/Chile/a.jar" tree/../tree/Chile/a.jar; do
    silent "signing $path" sgnfile --build --tftp "$signer" --root tree "$path"
    run sgnfile --parse tree/Chile/a.jar.sgn
    is 'gives the name that phones ask for' "$(value Filename)" Chile/a.jar.sgn
done

# --- passphrases

openssl pkey -in "$signer" -aes-128-cbc -passout pass:planted-passphrase >locked.pem
openssl x509 -in "$signer" >>locked.pem
chmod 600 locked.pem
mkfifo pipe
echo planted-passphrase >pipe &
silent 'a passphrase from a pipe' sgnfile --build --tftp locked.pem --passphrase-file pipe \
    in/one.xml
wait
printf 'planted-passphrase\r\nsecond line\n' >crlf
silent 'the first line alone, whatever ends it' sgnfile --build --tftp locked.pem \
    --passphrase-file crlf in/one.xml

done_testing
