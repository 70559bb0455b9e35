#!/bin/bash
# SPDX-License-Identifier: MIT
# Random histories: whatever happens to a site, and whoever asks in whoever's name, every phone gets to
# the newest list, unless the operator was told that it would not.
#
#   PROV_HISTORIES  how many (300)
#   PROV_STEPS      of each (7)
#   SEED            where to begin
#
# limit: 900

# shellcheck source=tests/lib/test.sh
. "${0%/*}/../lib/test.sh"

oracle=$PROV_BIN/../tests/oracle
run "$oracle/rule1" --histories "${PROV_HISTORIES:-300}" --steps "${PROV_STEPS:-7}" \
    "$PROV_BIN" "$oracle/fate.so"
grep '^#' "$out"
want_no_messages
want_code 0
judge 'no phone is left behind'

done_testing
