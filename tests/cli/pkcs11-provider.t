#!/bin/bash
# SPDX-License-Identifier: MIT
# Keys in hardware through OpenSSL's provider pkcs11, which comes as Debian package, unpacked below
# build/ and never installed. There is no engine here, so nothing else can sign.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
through=provider
# shellcheck source=tests/cli/token.sh
. "$root/tests/cli/token.sh"

# shellcheck source=tests/lib/peers.sh
. "$root/tests/lib/peers.sh"

requires_peers pkcs11-provider
provider=$(find "$peers/pkcs11-provider/root" -name pkcs11.so)
if ! ldd "$provider" >/dev/null 2>&1; then
    skip_all 'the provider is for another system'
fi
OPENSSL_MODULES=$(dirname "$provider")
engines=$(openssl version -e | cut -d '"' -f 2)
modules=$(openssl version -m | cut -d '"' -f 2)
export OPENSSL_ENGINES=/nonexistent

# Sanitizers end a program that loads a library apart from others, as the provider does.
if ldd "$(command -v sgnfile)" | grep -Eq 'lib[at]san'; then
    echo '#define _GNU_SOURCE
#include <dlfcn.h>
void *dlopen(const char *path, int flags)
{
    void *symbol = dlsym(RTLD_NEXT, "dlopen");
    return ((void *(*)(const char *, int))symbol)(path, flags & ~RTLD_DEEPBIND);
}' | cc -shared -fPIC -x c -o "$temporary/dlopen.so" - || skip_all 'there is no compiler'
    export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0
    for program in $programs; do
        printf '#!/bin/sh\nLD_PRELOAD=%s exec %s "$@"\n' "$temporary/dlopen.so" \
            "$PROV_BIN/$program" >"$temporary/$program" && chmod +x "$temporary/$program"
    done
    PATH=$temporary:$PATH
fi

copy_inputs
sign=(sgnfile --build --force in/SoftKeys.xml --tftp)
echo '<softkeys/>' >in/SoftKeys.xml

without_token() { # COMMAND...
    env SOFTHSM2_CONF=/nonexistent OPENSSL_MODULES=/nonexistent "$@"
}

# What the last command under the spy made the token compute, but random numbers.
computations() {
    grep -Eo ' C_(Sign|Verify|Digest|Encrypt|Decrypt|GenerateKey|DeriveKey).*' "$temporary/spied" |
        paste -sd' '
}

# --- what it signs

ok 'a token' new_token box
ok 'a signer' new_signer box sast 01 sast.crt
sast="pkcs11:token=box;id=%01?$source_of_pin"
ok 'another signer' new_signer box tftp 02 tftp.crt
tftp="pkcs11:token=box;object=tftp?$source_of_pin"
done_well 'a certificate that openssl takes' openssl verify -CAfile sast.crt sast.crt

warned 'a trust list' 'names one SAST certificate only' \
    tlvfile --build ITLFile.tlv --sast "$sast" --ccm-tftp tftp.crt
done_well 'verifies without token' without_token tlvfile --parse ITLFile.tlv --sast sast.crt
printed 'by its own record' "^by the list's own record 1: SAST, CN=sast;"

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
for jobs in 8 16; do
    silent "many files, $jobs at once" sgnfile --build --force --jobs $jobs --tftp "$tftp" many/*.xml
    run without_token sgnfile --parse --tftp tftp.crt many/*.sgn
    is 'all of them verify' "$code $(grep -c '^Valid signature' "$out")" '0 200'
done

ok 'the key of a CA' new_key_on box ca 03
ca="pkcs11:token=box;id=%03?$source_of_pin"
silent 'a CA' mkcert --ca --key "$ca" -c 'Acme Voice CA' -o Acme -u Voice ca.crt
ok 'its certificate goes to the token' put_certificate box ca.crt ca 03
silent 'it issues a certificate' mkcert --issuer "$ca" --server -c pbx.acme.example pbx.pem
done_well 'which openssl takes' openssl verify -purpose sslserver -CAfile ca.crt pbx.pem
ok 'an EC key of a CA' new_key_on box ec-ca 04 EC:prime256v1
ec_ca="pkcs11:token=box;id=%04?$source_of_pin"
silent 'an EC CA' mkcert --ca --key "$ec_ca" -c 'Acme EC CA' -o Acme -u Voice ec-ca.crt
ok 'its certificate goes to the token as well' put_certificate box ec-ca.crt ec-ca 04
silent 'it issues too' mkcert --issuer "$ec_ca" --server -c pbx.acme.example ec-pbx.pem
done_well 'which openssl takes too' openssl verify -purpose sslserver -CAfile ec-ca.crt ec-pbx.pem

# --- the PIN

silent 'the right PIN' spied "${sign[@]}" "$sast"
is 'is told to the token once' "$(calls_of C_Login)" 1
is 'one signature' "$(calls_of C_SignFinal)" 1
is 'no copy of the key' "$(calls_of C_CopyObject)" 0
echo 999999 >wrong && chmod 600 wrong
refused 'a wrong PIN' "the PIN of the token 'box' is wrong; it is not tried again" \
    spied "${sign[@]}" "pkcs11:id=%01?pin-source=$PWD/wrong"
is 'was tried once' "$(calls_of C_Login)" 1
not_ok 'and is not repeated' grep -q 999999 "$err"
refused 'after it no stored PIN is tried' "the last PIN that the token 'box' got was wrong" \
    spied "${sign[@]}" "$sast"
is 'not once' "$(calls_of C_Login)" 0
run on_token box --list-objects
silent 'until somebody logs in' "${sign[@]}" "$sast"

# --- what else is in the process

loads_provider() { # COMMAND...
    LD_DEBUG=files LD_DEBUG_OUTPUT=$PWD/loaded "$@" >"$out" 2>"$err"
    cat loaded.* >all-loaded && rm loaded.*
    grep -Fq "$provider" all-loaded
}

ok 'a key of a token loads the provider' loads_provider "${sign[@]}" "$sast"
not_ok 'a certificate of a token does not' loads_provider certhash 'pkcs11:token=box;id=%01'
not_ok 'a file does not' loads_provider "${sign[@]}" pem/tftp.pem
silent 'the token signs where a file is signed for' spied mkcert --issuer "$ca" --server -c a a.pem
is 'and computes nothing else' "$(computations)" ' C_SignInit  C_SignUpdate  C_SignFinal'
silent 'a file that signs for a key of the token' spied tlvfile --build second.tlv --sast pem/sast.pem \
    --sast "$sast" --ccm-tftp tftp.crt
is 'makes the token compute nothing' "$(computations)" ''

# --- modules

silent 'the module of the URI goes first' env PKCS11_MODULE_PATH=/nonexistent.so \
    "${sign[@]}" "$sast&module-path=$module"
# shellcheck disable=SC2016 # that is its name
cp "$module" 'a $module #1;.so'
silent 'whatever its name is' env PKCS11_MODULE_PATH=/nonexistent.so \
    "${sign[@]}" "$sast&module-path=$PWD/a%20%24module%20%231;.so"
touch 'pkcs11:token=box;id=%01;type=private'
silent 'files of such names are not looked at' "${sign[@]}" "$sast"

# --- what is not there

refused 'no provider and no engine' \
    'neither a provider nor an engine pkcs11 .*; install one .*pkcs11-provider or libengine-' \
    env OPENSSL_MODULES=/nonexistent "${sign[@]}" "$sast"
refused 'a provider that is told of another module, and no engine' 'neither a provider nor' \
    env PKCS11_PROVIDER_MODULE=/nonexistent.so "${sign[@]}" "$sast"
silent 'or of the same one' env PKCS11_PROVIDER_MODULE="$module" "${sign[@]}" \
    "$sast&module-path=$module"
mkdir other-provider
ln -s "$modules/legacy.so" other-provider/pkcs11.so # which knows nothing of tokens
other=(env OPENSSL_MODULES="$PWD/other-provider")
refused 'a provider that cannot use the key' \
    "provider pkcs11 cannot use the token's key: .*; its engine pkcs11 may .*libengine-pkcs11" \
    "${other[@]}" "${sign[@]}" "$sast"
if OPENSSL_ENGINES=$engines openssl engine pkcs11 >/dev/null 2>&1; then
    silent 'then the engine signs' "${other[@]}" OPENSSL_ENGINES="$engines" "${sign[@]}" "$sast"
    done_well 'and the file verifies' without_token sgnfile --parse --tftp sast.crt \
        in/SoftKeys.xml.sgn
else
    skip 'then the engine signs' 'libengine-pkcs11-openssl is not installed'
fi

done_testing
