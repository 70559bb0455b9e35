#!/bin/bash
# SPDX-License-Identifier: MIT
# A tree sorted into folders, as docs/server.md shows it: what phones ask for without a folder.
. tests/server/lib.sh
requires curl tftp

# The section of the document, and its indented lines that begin so, with this folder for /srv/tftp.
section() {
    sed -n '/^## A tree with folders/,/^## DHCP/p' "$root/docs/server.md"
}
documented() { # EXTENDED-REGULAR-EXPRESSION
    section | sed -nE "/^    $1/,/^\$/s/^    //p" | sed "s|/srv/tftp|$PWD/tftp|"
}

mkdir -p tftp/firmware/{7941,7975,8851,6901} tftp/locales/languages/German_Germany tftp/ringtones \
    tftp/wallpapers/320x196x4
put() { # FILE...
    local file
    for file in "$@"; do echo "this is $file" >"tftp/$file"; done
}
put firmware/7941/SIP41.9-4-2SR3-1S.loads firmware/7941/jar41sip.sbn firmware/7975/SIP75.loads \
    firmware/7975/jar41sip.sbn firmware/8851/sip88xx.loads firmware/6901/SIP6901.loads \
    ringtones/Ringlist.xml ringtones/meow.raw locales/languages/German_Germany/mk-sip.jar \
    wallpapers/320x196x4/List.xml firmware/7941/ITLFile.tlv firmware/7941/XMLDefault.cnf.xml \
    firmware/7941/SEP58971ECC97C1.cnf.xml ringtones/top.raw top.raw
documented 'paths \{' >prov.conf
like 'the document has settings' "$(<prov.conf)" 'search = '
documented '# cd ' | sed 's/^# //' >links.sh
ok 'and commands' bash -e links.sh

TFTP_PORT=$(free_ports udp 1)
http=$(free_ports tcp 1)
ports=(--tftp "127.0.0.1:$TFTP_PORT" --http "127.0.0.1:$http" --https off)
start() { # OPTION...
    start_provd "${ports[@]}" "$@" && return
    fail 'provd starts' "$(<"$provd_log")"
    done_testing
    exit
}

served() { # NAME FILE
    run curl -sS "http://127.0.0.1:$http/$1"
    is "HTTP: $1 is $2" "$(<"$out")" "this is $2"
    rm -f got
    timeout "$deadline" tftp -m octet 127.0.0.1 "$TFTP_PORT" -c get "$1" got >/dev/null
    ok "TFTP: $1" same got "tftp/$2"
}
missing() { # NAME
    run curl -sS -o /dev/null -w '%{http_code}' --path-as-is "http://127.0.0.1:$http/$1"
    is "HTTP: $1 is missing" "$(<"$out")" 404
}

start --config prov.conf
served SIP41.9-4-2SR3-1S.loads firmware/7941/SIP41.9-4-2SR3-1S.loads
like 'the log has the file that was found' "$(delivery_line SIP41.9-4-2SR3-1S.loads)" \
    ' file="firmware/7941/SIP41.9-4-2SR3-1S.loads" bytes=[0-9]* ms=[0-9]* outcome=delivered'
served sip41.9-4-2sr3-1s.LOADS firmware/7941/SIP41.9-4-2SR3-1S.loads
served SIP75.loads firmware/7975/SIP75.loads
served jar41sip.sbn firmware/7941/jar41sip.sbn
served sip88xx.loads firmware/8851/sip88xx.loads
served Ringlist.xml ringtones/Ringlist.xml
served meow.raw ringtones/meow.raw
served top.raw top.raw
served German_Germany/mk-sip.jar locales/languages/German_Germany/mk-sip.jar
served Desktops/320x196x4/List.xml wallpapers/320x196x4/List.xml
served firmware/6901/SIP6901.loads firmware/6901/SIP6901.loads
for name in SIP6901.loads mk-sip.jar List.xml ITLFile.tlv XMLDefault.cnf.xml \
    SEP58971ECC97C1.cnf.xml /SIP75.loads ./SIP75.loads %2fSIP75.loads 7975/SIP75.loads \
    x/../SIP75.loads; do
    missing "$name"
done
run provcheck tree --config prov.conf
not_ok 'a list of ring tones in a folder is no fault' grep -q 'meow.raw, which is not there' "$out"
sed -i 's/"firmware\/7975", //' prov.conf
kill -HUP "$provd_pid"
ok 'a change wants a restart' wait_for_line \
    'search has changed, which needs a restart; the old one stays in use'
stop_provd

start --root tftp --ledger off
missing SIP75.loads
stop_provd
start --root tftp --ledger off --search firmware/7975 --search firmware/7941/
served jar41sip.sbn firmware/7975/jar41sip.sbn
missing meow.raw
stop_provd

# --- what cannot be searched

start --root tftp --ledger off --search firmware/7976
ok 'a folder that is not there is said' grep -q \
    'search: there is no folder firmware/7976 in tftp$' "$provd_log"
stop_provd
refuses() { # NAME MESSAGE FOLDER...
    local name=$1 message=$2
    shift 2
    misused "$name" "--search: $message" "$PROV_BIN/provd" --check-config --root tftp \
        "${@/#/--search=}"
}
for folder in /srv/tftp/firmware .. firmware/.. .ladder . ''; do
    refuses "'$folder'" "'$folder' is no folder that can be searched; name one below tftpboot, such as firmware/7941" \
        "$folder"
done
refuses 'one folder twice' "'./rings/' is named twice" rings ./rings/
refuses 'too many' 'more than 64 folders' $(seq 65)
printed_line() { # NAME LINE OPTION...
    run "$PROV_BIN/provd" --check-config --root tftp "${@:3}"
    ok "$1" grep -qx "$2" "$out"
}
printed_line '--check-config has the folders' 'search       firmware/7941' --search firmware/7941
printed_line 'and the ports' 'transfers    from ports 40000-40100' --tftp-ports 40000-40100
printed_line 'or the one' 'transfers    from the port that was asked' --tftp-single-port
failed_with '--check-config finds a folder that is not there' \
    'search: there is no folder rings in tftp' \
    "$PROV_BIN/provd" --check-config --root tftp --search rings
done_testing
