# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of provcheck tls share: CAs, certificates with any fault, servers that show them,
# and what a device must say of them. To be sourced first, from the
# repository's root.

. tests/provcheck/lib.sh

tls_fake=$root/tests/provcheck/tls-fake.pl
server_name=pbx.voice.example
old='ALL:eNULL:@SECLEVEL=0' # whatever OpenSSL implements

# --- certificates

# shellcheck disable=SC2034 # for the tests
ca_extensions='basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid'
server_extensions="basicConstraints = CA:FALSE
keyUsage = digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
subjectAltName = DNS:$server_name, IP:127.0.0.1"

new_rsa() { # FILE [BITS]
    openssl genrsa -out "$1" "${2-2048}" 2>/dev/null
}

# What `openssl ca` wants for the CA of NAME.crt and NAME.key.
ca_settings() { # NAME
    : >"$1.db"
    cat >"$1.cnf" <<END
[ca]
default_ca = own
[own]
database = $1.db
new_certs_dir = .
certificate = $1.crt
private_key = $1.key
rand_serial = yes
unique_subject = no
default_md = sha256
default_days = 365
default_crl_days = 30
policy = any
[any]
commonName = optional
END
}

new_root() { # NAME COMMON-NAME [EXTENSIONS]
    new_rsa "$1.key" && ca_settings "$1" &&
        printf '[req]\ndistinguished_name = d\n[d]\n[e]\n%s\n' "${3-$ca_extensions}" >root.cnf &&
        openssl req -x509 -new -key "$1.key" -subj "/CN=$2" -days 3650 -config root.cnf \
            -extensions e -out "$1.crt"
}

# NAME.crt for the key of NAME.key, or else of server.key.
issue() { # CA NAME COMMON-NAME EXTENSIONS [OPTION...]
    local key_file=server.key
    [ ! -e "$2.key" ] || key_file=$2.key
    printf '%s\n' "$4" >extensions.cnf
    openssl req -new -key "$key_file" -subj "/CN=$3" -out request.csr &&
        openssl ca -batch -notext -config "$1.cnf" -in request.csr -out "$2.crt" \
            -extfile extensions.cnf "${@:5}" 2>openssl.err
}

new_intermediate() { # CA NAME COMMON-NAME [EXTENSIONS]
    new_rsa "$2.key" && ca_settings "$2" && issue "$1" "$2" "$3" "${4-$ca_extensions}"
}

issue_server() { # CA NAME [OPTION...]
    issue "$1" "$2" "$server_name" "$server_extensions" "${@:3}"
}

# --- servers

server=''

end_server() {
    [ -z "$server" ] || end_helper "$server"
    server=''
}

next_port() {
    end_server
    free_ports tcp 1 | read -r port
}

# Shows the certificate of a file with the key of another.
serve_tls() { # CERTIFICATE KEY [OPTION...]
    next_port
    : >s_server.log
    openssl s_server -accept "127.0.0.1:$port" -cert "$1" -key "$2" -www "${@:3}" \
        >s_server.log 2>s_server.err </dev/null &
    server=$!
    started+=("$server")
    wait_for_line '^ACCEPT' s_server.log
}

# One that takes every version and suite that OpenSSL implements.
serve_old() { # CERTIFICATE [OPTION...]
    serve_tls "$1" server.key -cipher "$old" "${@:2}"
}

serve_fake() { # MODE [ARGUMENT...]
    local ready=$temporary/ready.$RANDOM
    next_port
    start_helper perl "$tls_fake" "$ready" "$port" "$@"
    server=$helper
    wait_until test -e "$ready"
}

# --- what devices say

# Under the name $as, if that is set.
tls() { # FAMILY [OPTION...]
    run provcheck tls "127.0.0.1:$port" --family "$1" --name "${as-$server_name}" "${@:2}"
}

# The problems for which the device refuses the server, in one line.
problems() {
    sed -n 's/^refused: \([^:]*\):.*/\1/p' "$out" | sort -u | paste -sd,
}

accepts() { # NAME FAMILY [OPTION...]
    tls "${@:2}"
    want_code 0
    want_no_messages
    [ -z "$(problems)" ] || problem='it names a problem'
    want_line "^$2 (accepts|may refuse) 127.0.0.1 port $port\$" 'it does not say that it accepts'
    ! grep -q '^Error Word:' "$out" ||
        want_line '^Error Word: *0x00000000 \(no error\)$' 'its error word is not 0'
    judge "$1"
}

# For these problems and no others (sorted, with commas), with this error word ("-": none).
refuses() { # NAME PROBLEMS WORD FAMILY [OPTION...]
    local word
    tls "${@:4}"
    word=$(sed -n 's/^Error Word: *\(0x[0-9a-f]*\) .*/\1/p' "$out")
    want_code 1
    want_no_messages
    [ "$(problems)" = "$2" ] || problem="its problems are not: $2"
    [ "${word:--}" = "$3" ] || problem="its error word is not $3"
    want_line "^$4 refuses 127.0.0.1 port $port\$" 'it does not say that it refuses'
    ! grep '^refused: ' -A 1 "$out" | grep -v -e '^refused: ' -e '^--$' | grep -qv '^  mend: .' ||
        problem='it does not say how to mend it'
    judge "$1"
}
