#!/bin/bash
# SPDX-License-Identifier: MIT
# The shipped systemd units: they are sound, and they shut what the server does not need.

# shellcheck source=tests/lib/test.sh
. "${0%/*}/../lib/test.sh"

folder=$root/contrib/systemd
service=$folder/provd.service.in
worst=20 # tenths: the exposure that systemd-analyze may find at most

# The last value of a directive, or all of them in one line where it makes a list.
directive() { # FILE NAME
    sed -n "s/^$2=//p" "$1" | paste -sd ' '
}

# --- the service

while read -r name value; do
    is "provd.service: $name" "$(directive "$service" "$name")" "$value"
done <<'END'
Type notify
ExecStart @BINDIR@/provd
ExecReload /bin/sh -c 'kill -HUP "$MAINPID"'
User prov
Group prov
UMask 0027
ConfigurationDirectory prov
StateDirectory prov
LogsDirectory prov
AmbientCapabilities CAP_NET_BIND_SERVICE
CapabilityBoundingSet CAP_NET_BIND_SERVICE
NoNewPrivileges yes
ProtectSystem strict
ProtectHome yes
PrivateTmp yes
PrivateDevices yes
ProtectProc invisible
ProtectClock yes
ProtectControlGroups yes
ProtectHostname yes
ProtectKernelLogs yes
ProtectKernelModules yes
ProtectKernelTunables yes
LockPersonality yes
MemoryDenyWriteExecute yes
RestrictAddressFamilies AF_INET AF_INET6 AF_UNIX
RestrictNamespaces yes
RestrictRealtime yes
LimitCORE 0
SystemCallArchitectures native
SystemCallErrorNumber EPERM
END
like 'provd.service: the filter starts from what services need' \
    "$(directive "$service" SystemCallFilter)" '^@system-service ~@privileged @resources '
for call in landlock_create_ruleset landlock_add_rule landlock_restrict_self capset; do
    like "provd.service: $call is allowed" "$(directive "$service" SystemCallFilter)" \
        "@resources .*\b$call\b"
done
is 'provd.service: openat2 is left to it' "$(directive "$service" RestrictSUIDSGID)" ''
ok 'provd.service: a descriptor for each transfer' \
    test "$(directive "$service" LimitNOFILE)" -gt 100000

# --- the sockets

for unit in tftp:ListenDatagram:69 http:ListenStream:6970 https:ListenStream:6971; do
    IFS=: read -r name kind port <<<"$unit"
    socket=$folder/provd-$name.socket
    is "provd-$name.socket: addresses" "$(directive "$socket" "$kind")" "0.0.0.0:$port [::]:$port"
    is "provd-$name.socket: IPv6 leaves IPv4 alone" "$(directive "$socket" BindIPv6Only)" ipv6-only
    is "provd-$name.socket: name" "$(directive "$socket" FileDescriptorName)" "$name"
    is "provd-$name.socket: service" "$(directive "$socket" Service)" provd.service
done
is 'provd-tftp.socket: room for a boot storm' \
    "$(directive "$folder/provd-tftp.socket" ReceiveBuffer)" 8M
is 'provd-tftp.socket: the address that was asked' \
    "$(directive "$folder/provd-tftp.socket" PassPacketInfo)" yes

# --- the user

like 'the user of the unit is made' "$(<"$root/contrib/sysusers/prov.conf")" '^u prov - '

# --- what systemd says

mkdir units && cp "$folder"/*.socket units/
sed "s|@BINDIR@/provd|$(command -v true)|" "$service" >units/provd.service
not_ok 'nothing is left to fill in' grep -q '@[A-Z]*@' units/provd.service
if have systemd-analyze; then
    silent 'systemd takes the units' systemd-analyze verify --man=no units/*
    run systemd-analyze security --offline=true --no-pager units/provd.service
    exposure=$(sed -n 's/.*exposure level for provd.service: \([0-9]*\)\.\([0-9]\).*/\1\2/p' "$out")
    ok "exposure ${exposure%?}.${exposure#"${exposure%?}"}" test "${exposure:-999}" -le "$worst"
else
    skip 'systemd takes the units' 'no systemd-analyze'
    skip 'exposure' 'no systemd-analyze'
fi

done_testing
