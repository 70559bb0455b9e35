# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of the voice network share: real SIP servers, unpacked and not installed. To be
# sourced after tests/server/lib.sh.

# shellcheck source=tests/lib/peers.sh
. "${root:?}/tests/lib/peers.sh"

# shellcheck disable=SC2034 # for the tests
sip_options=$PROV_BIN/../tests/voice/sip_options

# A proxy for SIP over TLS with what stands in tls.cfg, and nothing but that.
kamailio_settings() { # FOLDER PORT
    cat <<END
#!KAMAILIO
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
enable_tls=yes
listen=tls:127.0.0.1:$2
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "tls.so"
modparam("tls", "config", "$1/tls.cfg")
request_route {
    if (!mf_process_maxfwd_header("10")) {
        sl_send_reply("483", "Too Many Hops");
        exit;
    }
    loose_route();
    if (!t_relay()) {
        sl_reply_error();
    }
}
END
}

# Starts Kamailio with FOLDER/tls.cfg and waits until it listens.
start_kamailio() { # FOLDER PORT
    kamailio_settings "$1" "$2" >"$1/kamailio.cfg"
    start_group "$1/kamailio.log" "$peers/bin/kamailio" -f "$1/kamailio.cfg" -DD -E -m 32 -w "$1" \
        -Y "$1"
    # shellcheck disable=SC2154 # tests/lib/processes.sh
    wait_until listens_or_is_gone "$2" "$server" && ! gone "$server"
}
