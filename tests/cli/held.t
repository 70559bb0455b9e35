#!/bin/bash
# SPDX-License-Identifier: MIT
# The lists that phones may hold besides the one that is replaced, and what --diff asks of both.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

copy_inputs
a=pem/sast.pem b=pem/sast2.pem c=c.pem t=pem/asterisk.pem
mkcert -c c -o o -u u "$c"

# --- --previous counts even where FILE says already what is wanted

mkdir p
silent 'a list by a' tlvfile --build --sast "$a" --sast "$c" --tftp "$t" ITLFile.tlv
silent 'elsewhere a list by b' tlvfile --build --sast "$b" --sast "$c" --tftp "$t" p/ITLFile.tlv
refused 'a list that is current, but not for holders of --previous' 'p/ITLFile.tlv: phones would refuse' \
    tlvfile --build --sast "$a" --sast "$c" --tftp "$t" --previous p/ITLFile.tlv ITLFile.tlv
cp ITLFile.tlv before.tlv
silent 'a --previous that can follow' tlvfile --build --sast "$a" --sast "$c" --tftp "$t" --previous before.tlv \
    ITLFile.tlv
ok 'and nothing changed' same ITLFile.tlv before.tlv

# --- a phone's first own list replaces the generic one that it holds

refused 'a new list for one phone, by another signer' 'ITLFile.tlv: phones would refuse' \
    tlvfile --build --sast "$b" --sast "$c" --tftp "$t" ITLSEP58971ECC97C1.tlv
silent 'a new list for one phone, by a signer it knows' \
    tlvfile --build --sast "$c" --sast "$b" --tftp "$t" ITLSEP58971ECC97C1.tlv
run tlvfile --diff ITLFile.tlv ITLSEP58971ECC97C1.tlv
is 'as --diff says' "$code" 0
refused 'an unreadable generic list' 'ITLFile.tlv: the old list cannot be trusted' \
    sh -c "mkdir q; echo x >q/ITLFile.tlv; tlvfile --build --sast $a --sast $b q/ITLSEP58971ECC97C1.tlv"
warned '--force builds it' 'the old list cannot be trusted' tlvfile --build --force --sast "$a" --sast "$b" --tftp "$t" \
    q/ITLSEP58971ECC97C1.tlv

# --- --diff trusts neither list

silent 'a successor' tlvfile --build --sast "$a" --sast "$c" --tftp "$t" --previous ITLFile.tlv \
    --filename ITLFile.tlv next.tlv
run tlvfile --diff ITLFile.tlv next.tlv
is 'is taken' "$code" 0
flip ITLFile.tlv 600 broken.tlv
run tlvfile --diff broken.tlv next.tlv
is 'an old list that does not verify' "$code" 1
like 'is named' "$(cat "$err")" '^tlvfile: broken.tlv: Invalid signature'
: >empty
silent 'a signed file with the name of a list' \
    sgnfile --build --tftp "$a" --filename ITLFile.tlv \
    --timestamp $(($(date +%s) + 60)) empty
run tlvfile --diff ITLFile.tlv empty.sgn
is 'is no list to take' "$code" 1
like 'and that is said' "$(cat "$err")" 'no SAST record'

# --- curves

openssl ecparam -genkey -name secp256k1 -noout >k.pem
openssl req -x509 -new -key k.pem -subj '/CN=k/O=o/OU=u' -out k.crt
refused 'a curve that phones do not know' 'on a curve that phones do not know' \
    tlvfile --build --version 1.1 --sast "$a" --sast "$b" --tftp k.crt curve.tlv

# --- names of 60 characters outside ASCII, in JSON too

long=$(printf 'é%.0s' $(seq 60))
mkcert -c "$long" -o "$long" -u "$long" one.pem
mkcert -c "$long" -o "$long" -u "$long" two.pem
mkcert -c "$long" -o "$long" -u "$long" three.pem
tlvfile --build --sast one.pem --sast two.pem --filename x.tlv l1.tlv
tlvfile --build --sast three.pem --sast one.pem --filename x.tlv l2.tlv
run tlvfile --diff --json l1.tlv l2.tlv
is 'a verdict with long names' "$code" 1
like 'is whole JSON' "$(tail -n 1 "$out")" '^}$'
for file in one two; do
    serial=$(openssl x509 -in $file.pem -noout -serial | cut -d= -f2 | tr 'A-F' 'a-f')
    like "and names signer $file" "$(cat "$err")" "serial $serial"
done

done_testing
