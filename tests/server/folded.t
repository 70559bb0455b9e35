#!/bin/bash
# SPDX-License-Identifier: MIT
# Headers that go on in a second line, wherever libmicrohttpd's buffer ends: 0.9.75 copies such lines
# onto themselves if they end right there (asan.suppressions says why that does no harm).

# shellcheck source=tests/server/lib.sh
. "${0%/*}/lib.sh"

client=$root/tests/server/http.pl
mkdir tree
printf 'list\n' >tree/ITLFile.tlv
free_ports tcp 2 | { read -r http && read -r admin; }
export ASAN_OPTIONS=${ASAN_OPTIONS-}:suppressions=$root/tests/server/asan.suppressions
printf 'server { shared-addresses = "127.0.0.0/8" }\n' >prov.conf
ok 'provd starts' start_provd --config prov.conf --root tree --tftp off --https off \
    --http "127.0.0.1:$http" --admin "127.0.0.1:$admin" --ledger off

for port in "$http /ITLFile.tlv" "$admin /healthz"; do
    read -r number target <<<"$port"
    request="GET $target HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\tc\r\nY:\r\n d\r\n\r\n"
    # shellcheck disable=SC2059 # the request is a format
    is "$target: cut anywhere" "$(printf "$request" | "$client" cut "$number")" \
        "200:$(($(printf "$request" | wc -c) - 1))"
    # It begins as half of the memory of a connection, and grows by 1024 bytes.
    for ((end = 8192; end <= 12288; end += 1024)); do
        is "$target: around $end bytes" "$("$client" fold "$number" "$target" $((end - 24)) \
            $((end + 24)))" '200:49'
    done
done
ok 'it ends well' stop_provd
unlike 'no sanitizer said anything' "$(<"$provd_log")" 'Sanitizer'
done_testing
