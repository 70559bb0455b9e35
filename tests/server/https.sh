# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the HTTPS tests share: TLS clients of any age. To be sourced after lib.sh.

# Asks for /NAME with openssl's client; keeps what it printed in out/tls, the body in out/body, and
# succeeds if that is the file.
tls_fetch() { # PORT FILE [OPTION...]
    printf 'GET /%s HTTP/1.0\r\n\r\n' "${2##*/}" |
        timeout "${deadline:?}" openssl s_client -connect "127.0.0.1:$1" -ign_eof "${@:3}" \
            >out/tls 2>out/tls.err
    perl -0777 -ne 'print $1 if /HTTP\/1\.1 200 .*?\r\n\r\n(.*)\z/s' out/tls |
        perl -0777 -pe 's/(?:closed\n|^---\n.*)\z//s' >out/body
    head -c "$(stat -c %s "$2")" out/body | same - "$2"
}

# The status of an answer, "none" where there was none.
tls_status() { # PORT TARGET [OPTION...]
    printf 'GET %s HTTP/1.0\r\n\r\n' "$2" |
        timeout "${deadline:?}" openssl s_client -connect "127.0.0.1:$1" -ign_eof "${@:3}" \
            >out/tls 2>out/tls.err
    local status
    status=$(grep -aoE 'HTTP/1\.1 [0-9]+' out/tls | cut -d ' ' -f 2 | head -n 1)
    printf '%s\n' "${status:-none}"
}

# What the last client printed is like the pattern.
used() { # NAME EXTENDED-REGULAR-EXPRESSION
    ok "$1" grep -aEq -e "$2" out/tls
}

not_used() { # NAME EXTENDED-REGULAR-EXPRESSION
    not_ok "$1" grep -aEq -e "$2" out/tls
}

# OpenSSL refuses by itself what phones still do.
# shellcheck disable=SC2034 # for the tests
anything='DEFAULT:@SECLEVEL=0'

# A CA as FILE, and certificates that it signs as NAME.pem with their keys.
new_ca() { # FILE NAME [DIGEST]
    mkcert -c "$2" -o A -u B -d "${3-sha256}" "$1"
}

signed_by() { # CA NAME SUBJECT DIGEST DAYS KEY-OPTION...
    openssl req -new -newkey "${@:6}" -nodes -keyout "$2.key" -out "$2.csr" -subj "$3" \
        2>out/openssl.err &&
        openssl x509 -req -in "$2.csr" -CA "$1" -CAkey "$1" -CAcreateserial -days "$5" "-$4" \
            -out "$2.crt" 2>>out/openssl.err && cat "$2.crt" "$2.key" >"$2.pem"
}
