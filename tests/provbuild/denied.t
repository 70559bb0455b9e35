#!/bin/bash
# SPDX-License-Identifier: MIT
# Files that the user who builds may not read: they may be sound, so nobody is told to replace or to
# remove them, and nothing is done without them.

# shellcheck disable=SC2119
# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

if [ "$(id -u)" -ne 0 ] || ! have setpriv; then
    skip 'files that may not be read' 'this takes root and setpriv'
    done_testing
    exit
fi

as_nobody() { # OPTION...
    setpriv --reuid 65534 --regid 65534 --clear-groups "$PROV_BIN/provbuild" --config prov.conf "$@"
}

site denied
build >/dev/null
chmod 755 "$temporary" && chown -R 65534:65534 .
run as_nobody
is 'it builds as another user' "$code $(<"$err")" '0 '
before=$(snapshot)

denied() { # NAME FILE [OPTION...]
    chown 0:0 "$2" && chmod 600 "$2"
    run as_nobody "${@:3}"
    like "$1: it says what to do" "$(<"$err")" \
        "$2: .*Permission denied; run this as a user who may read it"
    unlike "$1: and nothing that would lose it" "$(<"$err")" 'replace it|remove it|put the right|put it back'
    is "$1: exit code" "$code" 1
    chown 65534:65534 "$2" && chmod 644 "$2"
    unchanged "$1: nothing is done" "$before"
}

echo '<changed/>' >>source/SoftKeys.xml
denied 'which phones were encrypted' archive/encrypted-phones
sed -i 's/SIP42/SIP43/' "source/$phone.cnf.xml"
chown 0:0 "devices/$phone.pem" && chmod 600 "devices/$phone.pem"
run as_nobody
like "a phone's certificate: it says what to do" "$(<"$err")" \
    "devices/$phone.pem: .*Permission denied; run this as a user who may read it"
unlike "a phone's certificate: nothing that would lose it" "$(<"$err")" 'replace it|remove it'
is "a phone's certificate: exit code" "$code" 1
is 'its configuration is not published in clear' "$(leaks "$phone")" ''

list=$(find archive -name 'ITLFile.tlv.*')
sed -i 's/SIP43/SIP42/' "source/$phone.cnf.xml"
before=$(snapshot)
denied 'a list of the archive' "$list" --dry-run
unlike 'nor is it taken for a lost one' "$(<"$err")" 'mounted|backup|--accept-archive'
: >archive/under-way
before=$(snapshot)
denied 'which changes are under way' archive/under-way

done_testing
