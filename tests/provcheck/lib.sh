# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of provcheck share besides tests/lib: keys, trees for one phone, a server, boots. To
# be sourced first, from the repository's root.

# shellcheck source=tests/server/lib.sh
. tests/server/lib.sh

# shellcheck disable=SC2034 # for tests/lib/programs.sh
says='^provcheck: '
mac=58971ECC97C1
phone_name=SEP$mac
fake=$root/tests/provcheck/fake.pl

new_key() { # NAME COMMON-NAME [OPTION...]
    mkcert --common "$2" --organization Test --unit Voice "${@:3}" "$keys/$1.pem" \
        >/dev/null 2>&1
}

# Certificates of a site: SAST and its spare, who signs files, the server's, the phone's.
make_keys() {
    keys=$PWD/keys
    mkdir -p keys
    new_key sast 'SAST Test' && new_key recovery 'SAST Recovery' && new_key asterisk pbx &&
        new_key web web --curve secp256r1 && new_key phone "$phone_name"
}

# A list of the site, or as the options say, into FILE; of version $list_version if that is set.
new_list() { # FILE [OPTION...]
    local file=$1
    shift
    [ $# -gt 0 ] || set -- --sast "$keys/sast.pem" --sast "$keys/recovery.pem" \
        --ccm "$keys/asterisk.pem" --tftp "$keys/asterisk.pem" --tftp "$keys/web.pem"
    rm -f "$file"
    tlvfile --build --force --version "${list_version-1.1}" "$@" "$file" 2>/dev/null
}

config_text() {
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<device><fullConfig>true</fullConfig>%s%s</device>\n' \
        '<devicePool><callManagerGroup><members><member priority="0"><callManager><processNodeName>pbx</processNodeName></callManager></member></members></callManagerGroup></devicePool>' \
        '<sipProfile><dialTemplate>dialplan.xml</dialTemplate></sipProfile>'
}

# Signs FILE, which stays; the name inside is NAME if given.
sign() { # FILE [OPTION...]
    sgnfile --build --force --tftp "$keys/asterisk.pem" "${@:2}" "$1" >/dev/null 2>&1
}

# A tree that every family boots from: a trust list, signed files, a clear configuration for phones
# that hold no list.
sound_tree() {
    mkdir -p tree secure && find tree secure -mindepth 1 -delete # provd holds the folders open
    new_list tree/ITLFile.tlv
    config_text >"tree/$phone_name.cnf.xml"
    printf '<DIALTEMPLATE/>\n' >tree/dialplan.xml
    sign "tree/$phone_name.cnf.xml" && sign tree/dialplan.xml
}

# The configuration in the tree becomes an encrypted pair.
encrypt_config() { # KEY-NAME
    enccnf --build --force --tftp "$keys/asterisk.pem" \
        --certificate "$keys/$1.pem" "tree/$phone_name.cnf.xml" >/dev/null 2>&1
}

find_ports() {
    free_ports udp 1 | read -r tftp_port
    free_ports tcp 2 | { read -r http_port && read -r https_port; }
    ports=(--tftp-port "$tftp_port" --http-port "$http_port" --https-port "$https_port")
}

# provd on the test's ports, with the tree at hand.
serve() { # [OPTION...]
    start_provd --root tree --tftp "127.0.0.1:$tftp_port" --http "127.0.0.1:$http_port" \
        --ledger off "$@"
}

boot() { # FAMILY [OPTION...]
    local family=$1
    shift
    run provcheck boot "$phone_name" --server 127.0.0.1 --family "$family" "${ports[@]}" "$@"
}

# The last boot printed a line like the pattern; if not, it is to blame for WHAT.
want_line() { # EXTENDED-REGULAR-EXPRESSION WHAT
    grep -Eq -e "$1" "$out" || problem=$2
}

comes_up() { # NAME FAMILY [OPTION...]
    boot "${@:2}"
    want_code 0
    want_no_messages
    want_line "^$phone_name comes up\$" 'it does not say that it comes up'
    judge "$1"
}

# The boot stops with a reason like the pattern, as its last word.
stops() { # NAME EXTENDED-REGULAR-EXPRESSION FAMILY [OPTION...]
    boot "${@:3}"
    want_code 1
    want_no_messages
    want_line "^$phone_name does not come up: " 'it does not say that it stops'
    grep 'STOP: ' "$out" | tail -n 1 | grep -Eq -e "$2" || problem="its reason is not like: $2"
    judge "$1"
}

# The phone comes up, but refuses the trust list for a reason like the pattern.
refuses_list() { # NAME EXTENDED-REGULAR-EXPRESSION FAMILY [OPTION...]
    boot "${@:3}"
    want_code 1
    want_line "^$phone_name comes up, but it refuses the trust list" \
        'it does not say that it refuses the list'
    grep 'STOP: not installed: ' "$out" | grep -Eq -e "$2" || problem="its reason is not like: $2"
    want_line 'the phone shows "Trust List update failed"' 'no status message'
    judge "$1"
}

# The phone shows this message during the last boot.
shows() { # NAME MESSAGE
    if grep -Fq "the phone shows \"$2\"" "$out"; then pass "$1"; else fail "$1" "$(<"$out")"; fi
}

# The last boot got FILE (asked for so) over TRANSPORT in the end.
got() { # NAME FILE TRANSPORT
    is "$1" "$(awk -v file="$2" '$1 == file { via = $2 } END { print via }' "$out")" "$3"
}

# A server that answers as no sound one does (fake.pl); its process id is in $helper.
start_fake() { # MODE PORT [ARGUMENT...]
    local ready=$temporary/ready.$RANDOM
    start_helper perl "$fake" "$ready" "$@"
    wait_until test -e "$ready"
}
