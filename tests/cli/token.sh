# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests with keys in hardware share: tokens of SoftHSM in a folder of their own. To be
# sourced after lib.sh, in the folder of the test. OpenSSL signs through its engine, or with
# through=provider through what the test sets up.

# shellcheck source=tests/cli/lib.sh
[ -n "${temporary-}" ] || . "${0%/*}/lib.sh"

if ! have softhsm2-util || ! have pkcs11-tool; then
    skip_all 'softhsm2 or opensc is not installed'
fi
if [ "${through-engine}" = engine ] && ! openssl engine pkcs11 >/dev/null 2>&1; then
    skip_all 'libengine-pkcs11-openssl is not installed'
fi

module=/usr/lib/softhsm/libsofthsm2.so
spy=$(find /usr/lib/*/pkcs11-spy.so | head -n 1) # a module that logs calls of another one
pin=planted-pin-471147
unset PKCS11_MODULE_PATH PKCS11_PROVIDER_MODULE OPENSSL_ENGINES OPENSSL_CONF
export OPENSSL_MODULES=/nonexistent
export SOFTHSM2_CONF=$temporary/softhsm2.conf
mkdir "$temporary/tokens"
cat >"$SOFTHSM2_CONF" <<EOF
directories.tokendir = $temporary/tokens
log.level = ERROR
EOF
echo $pin >"$temporary/pin" && chmod 600 "$temporary/pin"
# shellcheck disable=SC2034 # for the tests
source_of_pin="pin-source=$temporary/pin"

new_token() { # LABEL
    softhsm2-util --init-token --free --label "$1" --so-pin 87654321 --pin $pin >/dev/null
}

on_token() { # LABEL OPTION...
    pkcs11-tool --module "$module" --token-label "$1" --login --pin $pin "${@:2}"
}

# A key pair that the token makes, and never gives away.
new_key_on() { # TOKEN LABEL ID [TYPE] [OPTION...]
    on_token "$1" --keypairgen --label "$2" --id "$3" --key-type "${4-rsa:2048}" --sensitive \
        --usage-sign "${@:5}" >/dev/null 2>&1
}

put_certificate() { # TOKEN FILE LABEL ID
    on_token "$1" --write-object "$2" --type cert --label "$3" --id "$4" >/dev/null 2>&1
}

# A key with a certificate, in FILE too.
new_signer() { # TOKEN LABEL ID FILE [TYPE]
    new_key_on "$1" "$2" "$3" "${5-rsa:2048}" &&
        mkcert --key "pkcs11:token=$1;id=%$3?$source_of_pin" -c "$2" -o Acme -u Voice "$4" \
            >/dev/null && put_certificate "$1" "$4" "$2" "$3"
}

# The spy itself leaves a few bytes behind.
echo leak:pkcs11-spy.so >"$temporary/leaks"

# How often the last command under the spy called a function.
calls_of() { # FUNCTION
    grep -c "^[0-9]*: $1\$" "$temporary/spied"
}

spied() { # COMMAND...
    rm -f "$temporary/spied"
    PKCS11_MODULE_PATH=$spy PKCS11SPY=$module PKCS11SPY_OUTPUT=$temporary/spied \
        LSAN_OPTIONS=suppressions=$temporary/leaks:print_suppressions=0 "$@"
}
