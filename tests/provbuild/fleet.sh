# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests with a whole fleet share: a site with a ledger, provd, and phones that boot from it
# and keep their trust lists. To be sourced first, from the repository's root.

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"
requires curl sqlite3

# shellcheck disable=SC2034 # for tests/lib/programs.sh
says='^provbuild: '
third=SEP001122334455 # often off
fleet_trust='version = "1.1" sast = {pem/sast.pem, pem/sast2.pem} ccm-tftp = {pem/asterisk.pem}'
fleet_paths='source = source tftpboot = tftpboot secure = secure devices = devices archive = archive
    ledger = ledger'
# shellcheck disable=SC2034 # for the tests
list=tftpboot/ITLFile.tlv
# shellcheck disable=SC2034
clock=$(date +%s)

new_key() { # NAME COMMON-NAME
    mkcert --common "$2" --organization Test --unit Voice "pem/$1.pem" >/dev/null 2>&1
}

# A site with three phones, which is built. [SECTION TEXT]... as for settings.
fleet() { # NAME [SECTION TEXT]...
    site "$1"
    shift
    configuration "$third"
    fleet_settings "$@"
    # shellcheck disable=SC2119
    build >/dev/null || return 1
    mkdir -p phones
    free_ports udp 1 | read -r tftp_port
    free_ports tcp 1 | read -r http_port
    serve
}

fleet_settings() { # [SECTION TEXT]...
    settings paths "$fleet_paths" trust "$fleet_trust" "$@"
}

serve() {
    start_provd --root tftpboot --tftp "127.0.0.1:$tftp_port" --http "127.0.0.1:$http_port" \
        --https off --ledger ledger
}

# A phone starts: takes its list, its configuration, and is in the ledger. [OPTION...] for provcheck.
boots() { # SEP<MAC> [OPTION...]
    local key=()
    [ "$1" = "$phone" ] && key=(--key "pem/$phone.pem")
    run provcheck boot "$1" --server 127.0.0.1 --family 8800 --http-port "$http_port" \
        --tftp-port "$tftp_port" --https-port 1 --state phones --as-phone "${key[@]}" "${@:2}"
    wait_until has_asked "$1"
    return "$code"
}

# The lists that stand for a phone, or for all, the newest last: those in turns, or the one alone.
rungs_of() { # [SEP<MAC>]
    local name=ITLFile.tlv row=()
    [ ! -e "tftpboot/ITL${1-}.tlv" ] || name=ITL$1.tlv
    read -ra row < <(sed -n "s/^$name //p" tftpboot/.ladder/rungs 2>/dev/null)
    if [ ${#row[@]} -gt 0 ]; then printf 'tftpboot/.ladder/%s\n' "${row[@]}"; else echo "tftpboot/$name"; fi
}

newest() { # [SEP<MAC>]
    rungs_of "$@" | tail -n 1
}

# "SAST acme, SAST Next by SAST acme; SAST Next, SAST-2 acme by SAST Next"
ladder() { # [SEP<MAC>]
    local file all=''
    while read -r file; do all+="${all:+; }$(sasts "$file")"; done < <(rungs_of "$@")
    echo "$all"
}

held() { # SEP<MAC>
    sqlite3 -readonly ledger "SELECT state || ' ' || lower(hex(sha256)) FROM held
        WHERE kind = 'itl' AND phone = '${1#SEP}'" 2>/dev/null
}

holds() { # SEP<MAC>
    [[ "$(held "$1")" == holds* ]]
}

# What the phone itself was given is in the ledger: one of the lists that stand for it.
has_asked() { # SEP<MAC>
    local given file
    given=$(sqlite3 -readonly ledger "SELECT lower(hex(sha256)) FROM delivered WHERE kind = 'itl'
        AND phone = '${1#SEP}' AND address = '127.0.0.1'")
    while read -r file; do
        [ "$given" != "$(sha256sum <"$file" | cut -d ' ' -f 1)" ] || return 0
    done < <(rungs_of "$1")
    return 1
}

# Whatever it draws, boot by boot, the phone comes to hold the newest list. A server that starts again
# draws anew.
arrives() { # NAME SEP<MAC>
    local boots
    for ((boots = 0; boots < 80; boots++)); do
        boots "$2"
        ! same "phones/$2/ITLFile.tlv" "$(newest "$2")" || break
        stop_provd && serve
    done
    is "$1" "$(sasts "phones/$2/ITLFile.tlv")" "$(sasts "$(newest "$2")")"
}

comes_up() { # NAME SEP<MAC>
    boots "$2" || problem='it does not come up'
    judge "$1"
}

stays_down() { # NAME SEP<MAC>
    ! boots "$2" || problem='it comes up'
    judge "$1"
}

# Somebody else asks in a phone's name, from an address of his own.
forge() { # SEP<MAC> NAME
    curl -s --interface 127.0.0.66 -o "$temporary/forged" "http://127.0.0.1:$http_port/$2" || return 1
    wait_until saw_stranger "$1" "$2"
}

saw_stranger() { # SEP<MAC> NAME
    [ "$(sqlite3 -readonly ledger "SELECT count(*) FROM seen WHERE phone = '${1#SEP}'
        AND address = '127.0.0.66' AND asked = '$2'")" -gt 0 ]
}

# The site at hand as a folder of its own, without its phones.
copy_site() { # FOLDER
    rm -rf "$1" && mkdir "$1" && ln -s "$PWD/pem" "$1/pem" &&
        cp -R source tftpboot secure devices archive prov.conf ledger "$1/" &&
        { [ ! -e ledger-wal ] || cp ledger-wal "$1/"; }
}

# Phones of the site ORIGIN that would not be led from what they hold to the newest list that they are
# given here, one list after the other.
locked_out() { # ORIGIN
    local name held
    for name in "$phone" "$other" "$third"; do
        held=$1/phones/$name/ITLFile.tlv
        [ ! -e "$held" ] || leads "$held" "$name" ||
            echo "$name holds $(sasts "$held") and is given $(ladder "$name")"
    done
}

# Each rung is dated after the one before, so who takes one that leads on gets there.
leads() { # HELD SEP<MAC>
    local at=$1 file
    [ -e "$(newest "$2")" ] || return 0
    while read -r file; do
        ! tlvfile --diff "$at" "$file" >/dev/null 2>&1 || at=$file
    done < <(rungs_of "$2")
    same "$at" "$(newest "$2")"
}

# The SASTs of a list by their common names, and who signed it: "SAST acme, SAST Next by SAST acme".
sasts() { # LIST
    tlvfile --parse "$1" | sed -n -E 's/^(Signer Name|Subject Name|Role): *(CN=([^;]*).*)?/\1|\3|&/p' |
        awk -F'|' '$1 == "Signer Name" { by = $2 }
            $1 == "Subject Name" { subject = $2 }
            $1 == "Role" && $3 ~ /: *SAST$/ { all = all (all == "" ? "" : ", ") subject }
            END { print all " by " by }'
}
