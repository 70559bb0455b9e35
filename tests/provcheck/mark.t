#!/bin/bash
# SPDX-License-Identifier: MIT
# provd tells provcheck from a phone: what it fetches is logged, but never counts as a phone's.

# shellcheck source=tests/provcheck/lib.sh
. "${0%/*}/lib.sh"
requires sqlite3

make_keys && sound_tree && find_ports || exit 1

known_phones() {
    sqlite3 -readonly ledger.db 'SELECT count(*) FROM phone'
}

for family in 7900 8800; do # over TFTP, and over HTTP and HTTPS
    rm -f ledger.db*
    ok "provd starts for $family" start_provd --root tree --tftp "127.0.0.1:$tftp_port" \
        --http "127.0.0.1:$http_port" --https "127.0.0.1:$https_port" \
        --certificate "$keys/web.pem" --ledger ledger.db
    comes_up "$family boots" "$family"
    ok "$family: its fetches are logged" wait_for_line "phone=$phone_name .*outcome=delivered"
    stop_provd
    is "$family: but not in the ledger" "$(known_phones)" 0

    ok "provd starts for $family as a phone" start_provd --root tree \
        --tftp "127.0.0.1:$tftp_port" --http "127.0.0.1:$http_port" \
        --https "127.0.0.1:$https_port" --certificate "$keys/web.pem" --ledger ledger.db
    comes_up "$family boots as a phone" "$family" --as-phone
    stop_provd
    is "$family: then it is known" "$(known_phones)" 1
done
done_testing
