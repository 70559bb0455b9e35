# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of provbuild share besides tests/lib: a site with keys, sources and settings. To be
# sourced first, from the repository's root.

# shellcheck source=tests/lib/test.sh
. "${0%/*}/../lib/test.sh"

may_hold 'decrypted/*' '*/away/*' # decrypts_to; sources that a test puts aside

# shellcheck disable=SC2034 # for tests/lib/programs.sh
says='^(provbuild|mkcert|certhash|tlvfile|sgnfile|stripsgn|enccnf): '
phone=SEP58971ECC97C1 # has a certificate at the beginning
other=SEP00AABBCCDDEE # has none
password=s3cret-of-the-phone
server='<callManagerGroup><members><member><callManager><processNodeName>pbx</processNodeName></callManager></member></members></callManagerGroup>'

# A folder of the site's own, with the keys of the vectors.
site() { # NAME
    mkdir "$temporary/$1" && cd "$temporary/$1" || exit 1
    mkdir source source/Chile tftpboot secure devices archive
    cp -R "$vectors/pem" . && chmod 600 pem/*.pem
    configuration "$phone"
    configuration "$other"
    echo '<softkeys/>' >source/SoftKeys.xml
    cp "$vectors/in/mk-sip.jar" source/Chile/
    printf 'vendor' >source/term42.SBN
    with_certificate "$phone"
    # shellcheck disable=SC2119
    settings
}

configuration() { # SEP<MAC> [TEXT]
    printf '<device><loadInformation>SIP42</loadInformation>%s<pw>%s %s</pw>%s</device>\n' \
        "$server" "$password" "$1" "${2-}" >"source/$1.cnf.xml"
}

# The phone's certificate, without its key.
with_certificate() { # SEP<MAC>
    openssl x509 -in "pem/$1.pem" -out "devices/$1.pem"
}

# shellcheck disable=SC2120 # the tests give it some
# prov.conf; what is given replaces the sections of the same name.
settings() { # [SECTION TEXT]...
    declare -A text=(
        [paths]='source = source tftpboot = tftpboot secure = secure devices = devices
            archive = archive'
        [trust]='version = "1.1" sast = {pem/sast.pem, pem/sast2.pem} ccm-tftp = {pem/asterisk.pem}'
        [sign]='certificate = pem/asterisk.pem exclude = {"*.sbn"}'
        [more]=''
    )
    while [ $# -gt 1 ]; do
        text[$1]=$2
        shift 2
    done
    {
        printf 'paths { %s }\n' "${text[paths]}"
        [ -z "${text[trust]}" ] || printf 'trust { %s }\n' "${text[trust]}"
        printf 'sign { %s }\n%s\n' "${text[sign]}" "${text[more]}"
    } >prov.conf
}

build() { # OPTION...
    provbuild --config prov.conf "$@"
}

# Done; these lines on stdout in this order, nothing on stderr.
built() { # NAME LINES OPTION...
    run build "${@:3}"
    [ "$(<"$out")" = "$2" ] || problem="stdout is not: $2"
    want_no_messages
    want_code 0
    judge "$1"
}

# Exit code 1; a line like the pattern on stderr, and nothing else there.
faulty() { # NAME EXTENDED-REGULAR-EXPRESSION OPTION...
    run build "${@:3}"
    want_message "^provbuild: $2"
    want_no_other_message "^provbuild: $2"
    want_code 1
    judge "$1"
}

# Everything in the trees, by content; not what is noted to save a later run the time.
snapshot() {
    find tftpboot secure archive -type f ! -name settled-lists -exec cksum {} + | sort -k3
}

unchanged() { # NAME SNAPSHOT
    is "$1" "$(snapshot)" "$2"
}

# What a clear configuration of an encrypted phone would show.
leaks() { # SEP<MAC>
    grep -rla "$password $1" tftpboot
}

field() { # FILE LABEL
    sgnfile --parse "$1" | sed -n "s/^$2: *//p"
}

decrypts_to() { # NAME SEP<MAC>
    local clear=$temporary/decrypted
    rm -rf "$clear" && mkdir "$clear" && cp "tftpboot/$2.cnf.xml.enc.sgn" "$clear" &&
        enccnf --remove --keep --tftp pem/asterisk.pem --key "${3-pem/$2.pem}" \
            "$clear/$2.cnf.xml.enc.sgn" >/dev/null 2>&1
    ok "$1" same "$clear/$2.cnf.xml" "source/$2.cnf.xml"
}
