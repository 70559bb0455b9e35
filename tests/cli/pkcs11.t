#!/bin/bash
# SPDX-License-Identifier: MIT
# Keys in hardware, by URI, with SoftHSM as the hardware: all that is signed is verified by programs
# that see no token.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=tests/cli/token.sh
. "$root/tests/cli/token.sh"
may_hold loose clear.xml spied # a PIN, what is signed, and the other program's log of all calls

copy_inputs
unset DISPLAY
sign=(sgnfile --build --force in/SoftKeys.xml --tftp)
echo '<softkeys/>' >in/SoftKeys.xml

# Away from all tokens, and without a terminal.
without_token() { # COMMAND...
    SOFTHSM2_CONF=/nonexistent setsid -w "$@"
}

alone() { # COMMAND..., without a terminal
    setsid -w "$@"
}

# --- keys that a token makes, and certificates for them

ok 'a token' new_token box
ok 'a key of the token' new_key_on box sast 01
on_token box --list-objects >objects 2>/dev/null
like 'never leaves it' "$(<objects)" 'Access: +sensitive, always sensitive, never extractable'
sast="pkcs11:token=box;id=%01?$source_of_pin"

refused 'a key without certificate' \
    "holds no certificate for this key; write it there: pkcs11-tool --module .* --id '01'\$" \
    "${sign[@]}" "$sast"
silent 'a certificate for it' mkcert --key "$sast" -c 'SAST Acme' -o Acme -u Voice sast.crt
done_well 'which openssl takes' openssl verify -CAfile sast.crt sast.crt
not_ok 'no private key is written' grep -q PRIVATE sast.crt
ok 'the certificate goes to the token' put_certificate box sast.crt sast 01
ok 'another signer' new_signer box tftp 02 tftp.crt
tftp="pkcs11:token=box;object=tftp?$source_of_pin"

# --- what they sign

warned 'a trust list' 'names one SAST certificate only' \
    tlvfile --build ITLFile.tlv --sast "$sast" --ccm-tftp tftp.crt
done_well 'verifies without token' without_token tlvfile --parse ITLFile.tlv --sast sast.crt
printed 'by its own record' "^by the list's own record 1: SAST, CN=SAST Acme;"
done_well 'names are those of the certificate' without_token tlvfile --parse ITLFile.tlv
printed 'of the signer' '^Signer Name: +CN=SAST Acme;O=Acme;OU=Voice$'

for digest in sha1 sha512; do
    done_well "a file, $digest" sgnfile --build --force --digest $digest --tftp "$tftp" in/mk-sip.jar
    done_well "a file, $digest: verifies without token" \
        without_token sgnfile --parse --tftp tftp.crt in/mk-sip.jar.sgn
    printed "a file, $digest: signature" '^Valid signature'
done
mkdir many
for i in $(seq 200); do
    echo "$i" >"many/$i.xml"
done
silent 'many files at once' sgnfile --build --jobs 8 --tftp "$tftp" many/*.xml
run without_token sgnfile --parse --tftp tftp.crt many/*.sgn
is 'all of them verify' "$code $(grep -c '^Valid signature' "$out")" '0 200'
flip in/mk-sip.jar.sgn 1000 flipped.sgn
run without_token sgnfile --parse --tftp tftp.crt flipped.sgn
is 'a file that was changed' "$code" 1
like 'has no valid signature' "$(cat "$out" "$err")" 'Invalid signature'

cp in/SEP58971ECC97C1.cnf.xml clear.xml
silent 'a configuration' enccnf --build --tftp "$tftp" --certificate pem/SEP58971ECC97C1.pem \
    --keep in/SEP58971ECC97C1.cnf.xml
rm in/SEP58971ECC97C1.cnf.xml
silent 'opens with the key of the phone, without token' without_token enccnf --remove --keep \
    --tftp tftp.crt --key pem/SEP58971ECC97C1.pem in/SEP58971ECC97C1.cnf.xml.enc.sgn
ok 'and is what it was' same in/SEP58971ECC97C1.cnf.xml clear.xml

ok 'the key of a CA' new_key_on box ca 03
ca="pkcs11:token=box;id=%03?$source_of_pin"
silent 'a CA' mkcert --ca --key "$ca" -c 'Acme Voice CA' -o Acme -u Voice ca.crt
ok 'its certificate goes to the token' put_certificate box ca.crt ca 03
silent 'it issues a certificate' mkcert --issuer "$ca" --server -c pbx.acme.example pbx.pem
done_well 'which openssl takes' openssl verify -purpose sslserver -CAfile ca.crt pbx.pem
openssl req -new -newkey rsa:2048 -nodes -keyout request.key -subj /CN=sip.acme.example/O=A/OU=V \
    -out request.csr 2>/dev/null
silent 'and one for a request' mkcert --issuer "$ca" --csr request.csr request.crt
done_well 'which openssl takes too' openssl verify -CAfile ca.crt request.crt

# --- the PIN

silent 'a certificate alone needs no PIN' alone mkcert -c x -o o -u u -b 1024 filler.pem
silent 'a second SAST needs none either' alone tlvfile --build two.tlv --sast pem/sast.pem \
    --sast 'pkcs11:token=box;id=%01' --ccm-tftp tftp.crt
done_well 'nor does verifying' alone sgnfile --parse --tftp 'pkcs11:id=%02' in/mk-sip.jar.sgn
printed 'which it does' '^Valid signature'
refused 'nobody to ask' "the token 'box' wants its PIN, and there is no terminal" \
    alone "${sign[@]}" 'pkcs11:token=box;id=%01'
refused 'a passphrase is never tried as a PIN' "the token 'box' wants its PIN" \
    alone "${sign[@]}" 'pkcs11:token=box;id=%01' --passphrase-file "$temporary/pin"
refused 'a PIN in the URI' 'pkcs11:token=box;id=%01: the URI holds a PIN, which others can read' \
    "${sign[@]}" 'pkcs11:token=box;id=%01?pin-value=planted-pin-471147'
refused 'a PIN in the wrong place of the URI' 'pkcs11:id=%01;: the URI holds a PIN' \
    "${sign[@]}" 'pkcs11:id=%01;pin-value=planted-pin-471147'
not_ok 'is not repeated' grep -q planted-pin-471147 "$err"

echo 999999 >wrong && chmod 600 wrong
echo planted-pin-471147 >loose && chmod 640 loose
: >empty && chmod 600 empty
refused 'a file that others can read' "others can read the PIN's file .*; run: chmod 600 " \
    "${sign[@]}" "pkcs11:id=%01?pin-source=$PWD/loose"
refused 'a missing file' "the PIN's file /nonexistent: cannot open it: No such file" \
    "${sign[@]}" 'pkcs11:id=%01?pin-source=/nonexistent'
refused 'an empty file' 'holds no PIN' "${sign[@]}" "pkcs11:id=%01?pin-source=$PWD/empty"
refused 'a program' 'no absolute path' "${sign[@]}" 'pkcs11:id=%01?pin-source=|cat'
silent 'a pipe' bash -c 'exec "$@" "pkcs11:id=%01?pin-source=/dev/fd/3" 3< <(echo planted-pin-471147)' \
    - "${sign[@]}"

refused 'a wrong PIN' "the PIN of the token 'box' is wrong; it is not tried again" \
    spied "${sign[@]}" "pkcs11:id=%01?pin-source=$PWD/wrong"
is 'was tried once' "$(calls_of C_Login)" 1
not_ok 'and is not repeated' grep -q 999999 "$err"
refused 'after it no stored PIN is tried' "the last PIN that the token 'box' got was wrong" \
    spied "${sign[@]}" "$sast"
is 'not once' "$(calls_of C_Login)" 0
run on_token box --list-objects
is 'until somebody logs in' "$code" 0
silent 'then it is again' spied "${sign[@]}" "$sast"
is 'with one login' "$(calls_of C_Login)" 1
is 'one signature' "$(calls_of C_Sign)" 1
is 'and an orderly end' "$(calls_of C_Finalize)" 1

# Runs a command line on a terminal of its own, on which somebody types a line when nothing that is
# typed is shown any more; out holds what appeared there.
on_terminal() { # LINE COMMAND-LINE
    local script try
    command_line=$2
    rm -f typed terminal && mkfifo typed
    script -qfec "tty >terminal; $2" /dev/null <typed >"$out" 2>"$err" &
    script=$!
    exec 9>typed
    for ((try = 0; try < 200; try++)); do
        [ ! -s terminal ] || ! stty -F "$(<terminal)" -a 2>"$err" | grep -q ' -echo ' || break
        sleep 0.05
    done
    printf '%s\n' "$1" >&9
    exec 9>&-
    wait "$script"
    code=$?
}

if have script; then
    from_terminal="${sign[*]} 'pkcs11:token=box;id=%01'"
    on_terminal $pin "$from_terminal"
    is 'a PIN from the terminal' "$code" 0
    like 'is asked for' "$(<"$out")" 'Enter PIN for pkcs11:token=box;id=%01:'
    unlike 'and not shown' "$(<"$out")" $pin
    done_well 'the file is signed' without_token sgnfile --parse --tftp sast.crt in/SoftKeys.xml.sgn
    on_terminal 999999 "$from_terminal"
    is 'a wrong one from the terminal' "$code" 1
    like 'is refused' "$(<"$out")" "the PIN of the token 'box' is wrong"
    on_terminal $pin "$from_terminal"
    is 'the right one from the terminal is tried all the same' "$code" 0
else
    skip 'a PIN from the terminal' 'script is not installed'
fi

# --- what is not there, or there twice

refused 'no such token' "no token as the URI describes it; see: pkcs11-tool" \
    "${sign[@]}" "pkcs11:token=nope;id=%01?$source_of_pin"
refused 'no such serial number' 'no token as the URI describes it' \
    "${sign[@]}" "pkcs11:token=box;serial=0;id=%01?$source_of_pin"
refused 'no such key' "the token 'box' holds no private key of this id and label" \
    "${sign[@]}" "pkcs11:token=box;id=%09?$source_of_pin"
refused 'a key of another label' 'holds no private key of this id and label' \
    "${sign[@]}" "pkcs11:token=box;id=%01;object=tftp?$source_of_pin"
refused 'no such certificate' 'holds no certificate for this key' \
    alone sgnfile --parse --tftp 'pkcs11:object=nope' in/mk-sip.jar.sgn
ok 'two keys of one label' new_key_on box sast 11
refused 'are told apart' 'holds several private keys that the URI fits; name one by both' \
    "${sign[@]}" "pkcs11:token=box;object=sast?$source_of_pin"
silent 'by their id' "${sign[@]}" "pkcs11:token=box;object=sast;id=%01?$source_of_pin"
ok 'a second certificate of one id' put_certificate box tftp.crt tftp 01
refused 'is no choice of ours' "holds several certificates for this key; remove those" \
    "${sign[@]}" "$sast"
silent 'a new certificate can still be made' mkcert --key "$sast" -c new -o o -u u new.crt
on_token box --delete-object --type cert --id 01 >/dev/null 2>&1
on_token box --delete-object --type cert --id 01 >/dev/null 2>&1
put_certificate box tftp.crt tftp 01
refused 'the certificate of another key' 'does not belong to the certificate there' \
    "${sign[@]}" "$sast"
on_token box --delete-object --type cert --id 01 >/dev/null 2>&1
put_certificate box sast.crt sast 01
silent 'the right one again' "${sign[@]}" "$sast"

ok 'a second token' new_token crate
refused 'two tokens' 'the URI describes 2 tokens; add token=LABEL or serial=NUMBER' \
    "${sign[@]}" "pkcs11:id=%01?$source_of_pin"
ok 'a signer there' new_signer crate tftp 02 crate.crt
silent 'both in one list' tlvfile --build both.tlv --sast "$sast" \
    --sast 'pkcs11:token=crate;id=%02' --ccm-tftp tftp.crt

# --- keys that cannot sign here

ok 'an EC key with a certificate' new_signer box ec 04 ec.crt EC:prime256v1
done_well 'which openssl takes' openssl verify -CAfile ec.crt ec.crt
refused 'it signs no list' "the signer's key is EC, but phones take RSA signatures only" \
    "${sign[@]}" "pkcs11:token=box;id=%04?$source_of_pin"
ok 'a key that wants its PIN each time' new_key_on box each 05 rsa:2048 --always-auth
refused 'is not supported' 'wants the PIN again for each signature with this key' \
    mkcert --key "pkcs11:token=box;id=%05?$source_of_pin" -c x -o o -u u each.crt

# --- what is between them and us

refused 'a missing module' 'module cannot be loaded: /nonexistent.so: cannot open' \
    "${sign[@]}" "$sast&module-path=/nonexistent.so"
refused 'a missing module, from the environment' 'module cannot be loaded: /nonexistent.so' \
    env PKCS11_MODULE_PATH=/nonexistent.so "${sign[@]}" "$sast"
silent 'the one of the URI goes first' \
    env PKCS11_MODULE_PATH=/nonexistent.so "${sign[@]}" "$sast&module-path=$module"
refused 'a library that is no module' 'undefined symbol: C_GetFunctionList' \
    "${sign[@]}" "$sast&module-path=libcrypto.so.3"
refused 'a module that is not set up' 'no token as the URI describes it|does not start' \
    env SOFTHSM2_CONF=/nonexistent "${sign[@]}" "$sast&module-path=$module"
mkdir no-engines
refused 'OpenSSL without the engine' \
    'neither a provider nor an engine pkcs11 .*pkcs11-provider or libengine-pkcs11-openssl' \
    env OPENSSL_ENGINES="$PWD/no-engines" "${sign[@]}" "$sast"
done_well 'certificates do without it' env OPENSSL_ENGINES="$PWD/no-engines" setsid -w \
    certhash 'pkcs11:token=box;id=%01'
is 'and are read whole' "$(head -n 1 "$out")" "$(certhash sast.crt | head -n 1)"

# --- the URI

refused 'a URI that names no key' 'the URI names no key; add its id' "${sign[@]}" 'pkcs11:'
refused 'a part that is not understood' 'not understood before any \?; there are token, serial' \
    "${sign[@]}" 'pkcs11:slot-id=0;id=%01'
refused 'a URI without end' 'more than 4096 characters' \
    "${sign[@]}" "pkcs11:object=$(printf 'a%.0s' {1..5000})"
cp pem/sast.pem 'pkcs11:id=%01'
silent 'a file of such a name can be named' "${sign[@]}" './pkcs11:id=%01'

is 'no key has left the token' "$(grep -rl PRIVATE . | sort)" "$(printf './%s\n' pbx.pem \
    pem/*.pem 'pkcs11:id=%01' filler.pem request.key | sort)"

done_testing
