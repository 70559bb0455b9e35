# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Other people's servers, unpacked and not installed (tests/peers). To be sourced after a lib.sh.

peers=${PROV_PEERS:-$root/build/peers}

get_peers() { # PEER...; what kept it from getting them is in peers.err
    "$root/tests/peers" "$peers" "$@" 2>peers.err
}

# Skips the whole test where they cannot be had.
requires_peers() { # PEER...
    get_peers "$@" || skip_all "$* cannot be downloaded: $(tail -n 1 peers.err)"
}
