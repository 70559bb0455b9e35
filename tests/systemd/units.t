#!/bin/bash
# SPDX-License-Identifier: MIT
# The shipped units under a real systemd: installed and set up as the documents say, then started,
# reloaded, restarted and stopped while phones ask.
. tests/server/lib.sh

# --- a machine

is_root || skip_all 'only root can boot a systemd'
for program in debootstrap unshare nsenter setsid ip; do
    have "$program" || skip_all "there is no $program"
done
unshare --mount --pid --uts --ipc --net --cgroup --fork true 2>/dev/null ||
    skip_all 'no namespaces can be made here'
grep -q overlay /proc/filesystems || modprobe overlay 2>/dev/null || skip_all 'there is no overlayfs'

machine=$root/build/systemd # shared by all builds, kept between runs
mkdir -p "$machine"
"$root/tests/systemd/make-root" "$machine/root" >"$machine/log" 2>&1 ||
    skip_all "debootstrap failed: $(tail -n 1 "$machine/log")"

# Above the small Debian: what the build installs, and nothing else.
layer=$temporary/layer state=$temporary/machine
mkdir -p "$layer" "$state" && chmod 755 "$temporary" "$layer"
(cd "$root" && unset MAKEFLAGS MAKELEVEL MFLAGS &&
    make -s install B="$(realpath --relative-to=. "${PROV_BIN%/bin}")" DESTDIR="$layer") \
    >"$temporary/install" 2>&1 || {
    fail 'make install' "$(tail "$temporary/install")"
    done_testing
    exit 1
}

"$root/tests/systemd/boot" "$machine/root" "$layer" "$state" 2>"$temporary/boot.log" &
boot=$!
end_machine() {
    kill -TERM "$boot" 2>/dev/null
    wait "$boot" 2>/dev/null
    end_started
}
trap end_machine EXIT

inside() { # COMMAND...
    nsenter -t "$pid" -m -p -u -i -n -C -r -w -- env -i \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin "$@"
}

up_or_ended() {
    gone "$boot" || { [ -s "$state/pid" ] && pid=$(<"$state/pid") &&
        inside systemctl is-system-running 2>/dev/null | grep -qE '^(running|degraded)$'; }
}
wait_until up_or_ended
gone "$boot" && skip_all "systemd cannot be booted here: $(tail -n 1 "$temporary/boot.log" "$state/console")"
ok 'systemd is up' test -n "$pid"

# --- what the documents say

# Runs a command in the machine that stands so in a document.
documented() { # DOCUMENT COMMAND
    ok "$1 says: $2" grep -qE "^ *# ${2//\*/\\*}( +#.*)?\$" "$root/$1"
    inside sh -c "$2" >"$out" 2>"$err" || fail "which fails: $2" "$(<"$err")"
}

# The example of a file's contents in docs/server.md.
example() { # PATH
    sed -n "\\|^\`$1\`:\$|,/^[^ ]*[A-Z].*:\$/s/^    //p" "$root/docs/server.md"
}

put() { # PATH, content on stdin
    inside sh -c "mkdir -p '${1%/*}' && cat >'$1'"
}

documented docs/server.md 'systemd-sysusers prov.conf'
documented docs/server.md 'mkdir -p /etc/prov /srv/tftp'
documented docs/server.md 'install -d -o prov -g prov -m 750 /var/lib/prov /var/log/prov'
inside mkcert --common pbx.acme.example --organization Acme --unit Voice --curve secp256r1 \
    --san IP:192.0.2.10 /etc/prov/web-ec.pem
documented docs/server.md 'chown prov: /etc/prov/web-ec.pem'
example /etc/prov/prov.conf | put /etc/prov/prov.conf
echo 'a list' | put /srv/tftp/ITLFile.tlv
head -c 3000000 /dev/zero | put /srv/tftp/large.bin
inside provd --check-config >"$out" 2>"$err"
is 'the settings are sound' "$? $(<"$err")" '0 '
inside cat /etc/prov/web-ec.pem | openssl x509 -out ca.pem

# --- phones

from_network() { # COMMAND...
    nsenter -t "$pid" -n -- "$@"
}

over_http() { # URL [OPTION...]
    from_network curl -sS --max-time "$deadline" --cacert ca.pem "$@"
}

fetch_all() {
    from_network "$phone" tftp-get --from 192.0.2.10 --to 192.0.2.10 69 ITLFile.tlv
    over_http http://192.0.2.10:6970/ITLFile.tlv
    over_http https://192.0.2.10:6971/ITLFile.tlv
}

serves() { # NAME
    is "$1" "$(fetch_all 2>&1)" $'a list\na list\na list'
}

state_of() { # UNIT...
    inside systemctl is-active "$@" | paste -sd ' '
}

health() {
    over_http -o health -w '%{http_code}' http://127.0.0.1:9100/healthz
    printf ' %s\n' "$(<health)"
}

# The field of the server's /proc/PID/status.
status_of() { # FIELD
    inside sh -c "sed -n 's/^$1:[[:space:]]*//p' /proc/\$(systemctl show -P MainPID provd)/status" |
        tr '\t' ' '
}

# What the log of the service manager says about the server since the last call.
journal() {
    inside journalctl -q --no-pager -o cat -u provd.service -u 'provd-*.socket' \
        --cursor-file=/run/seen
}

log() { # without the time
    inside sed 's/^[^ =]*Z //' /var/log/prov/provd.log
}

sockets=(provd-tftp.socket provd-http.socket provd-https.socket)

# --- sockets first, as documented

documented docs/walkthrough.md "systemctl enable --now ${sockets[*]}"
is 'the sockets listen' "$(state_of "${sockets[@]}")" 'active active active'
is 'the server does not run yet' "$(state_of provd)" inactive
documented docs/walkthrough.md 'systemctl enable --now provd.service'
is 'now it does' "$(state_of provd "${sockets[@]}")" 'active active active active'
serves 'it serves over all transports'
for _ in {1..100}; do # it is served once it was looked through
    [ "$(over_http http://192.0.2.10:6970/large.bin | wc -c)" -lt 3000000 ] || break
    sleep 0.1
done
is 'a large file' "$(over_http http://192.0.2.10:6970/large.bin | wc -c)" 3000000
is 'it is healthy' "$(health)" '200 ok'
uid=$(inside id -u prov)
is 'as the user prov' "$(status_of Uid)" "$uid $uid $uid $uid"
for set in CapInh CapPrm CapEff CapAmb; do
    is "without capabilities: $set" "$(status_of $set)" 0000000000000000
done
is 'confined' "$(status_of NoNewPrivs) $(status_of Seccomp)" '1 2'
is 'the log is where the settings say' "$(log | grep -c 'asked="ITLFile.tlv".*outcome=delivered')" 3
is 'and it says that it is ready' "$(log | grep -c '^provd: ready')" 1
text=$(journal)
like 'the journal: started' "$text" '^Started provd\.service - Provisioning server for phones'
unlike 'nothing failed, nothing was refused' "$text" '[Ff]ail|denied|refus|[Ww]arning|unknown'
like 'they come up with the machine' \
    "$(inside systemctl is-enabled provd "${sockets[@]}" | paste -sd ' ')" '^(enabled ?){4}$'

# --- reload

documented docs/server.md 'systemctl reload provd'
is 'a reload is said' "$(log | grep -c '^provd: reloaded')" 1
serves 'it serves after it'
is 'in the same process' "$(inside systemctl show -P NRestarts provd)" 0
inside sh -c 'cp /etc/prov/prov.conf /run/good && echo nonsense >>/etc/prov/prov.conf'
inside systemctl reload provd
like 'settings that are wrong are said' "$(log)" '^provd: reload: .*the old settings stay in use'
serves 'and change nothing'
inside cp /run/good /etc/prov/prov.conf

# --- restart, with requests in the queue

put /run/systemd/system/provd.service.d/slow.conf <<'END'
[Service]
ExecStartPre=/bin/sh -c 'until test -e /srv/tftp/go; do sleep 0.05; done'
END
inside systemctl daemon-reload
inside systemctl restart --no-block provd
is_starting() {
    [ "$(state_of provd)" = activating ]
}
ok 'it is down for a while' wait_until is_starting
fetch_all >queued 2>&1 &
client=$!
over_http http://192.0.2.10:6970/ITLFile.tlv >queued.http 2>&1 &
client_http=$!
started+=("$client" "$client_http")
waits_in_queue() { # a connection that nobody has accepted yet
    from_network ss -Htn state established '( sport = :6970 )' | grep -q .
}
ok 'a request waits in the queue' wait_until waits_in_queue
ok 'while nobody serves' is_starting
echo | put /srv/tftp/go
wait "$client_http"
is 'which is answered once the server is back' "$? $(<queued.http)" '0 a list'
wait "$client"
is 'as others are' "$(<queued)" $'a list\na list\na list'
inside rm /run/systemd/system/provd.service.d/slow.conf
inside systemctl daemon-reload
inside systemctl restart provd
serves 'it serves after a restart'

# --- stop, and what wakes it

inside systemctl stop provd 2>/dev/null # a word about the sockets
is 'it stops' "$(state_of provd) $(inside systemctl show -P Result provd)" 'inactive success'
is 'with a word' "$(log | tail -n 1)" 'provd: stopped'
is 'while the sockets listen on' "$(state_of "${sockets[@]}")" 'active active active'
is 'a phone that asks wakes it' "$(over_http http://192.0.2.10:6970/ITLFile.tlv)" 'a list'
is 'and there it is' "$(state_of provd)" active
inside systemctl stop "${sockets[@]}" provd
is 'all stop' "$(state_of provd "${sockets[@]}")" 'inactive inactive inactive inactive'
is 'then nobody answers' "$(over_http http://192.0.2.10:6970/ITLFile.tlv 2>/dev/null)" ''
unlike 'nothing failed' "$(journal)" '[Ff]ail|denied|refus|dumped'

# --- the service alone

inside systemctl disable "${sockets[@]}" 2>/dev/null
inside systemctl start provd
is 'the service runs without sockets' "$(state_of provd "${sockets[@]}")" \
    'active inactive inactive inactive'
serves 'it serves on ports of its own'
is 'and has no right left to others' "$(status_of CapEff)" 0000000000000000
inside systemctl start provd-http.socket 2>/dev/null
like 'a socket that comes after it is refused' "$(journal)" \
    'Socket service provd\.service already active, refusing'
inside systemctl stop provd
inside systemctl reset-failed

# --- tighter than shipped: openat2 is missing

put /run/systemd/system/provd.service.d/tight.conf <<'END'
[Service]
RestrictSUIDSGID=yes
END
inside systemctl daemon-reload
inside systemctl start provd
serves 'it serves without openat2'
is 'and is healthy' "$(health)" '200 ok'
inside ln -s ../../etc/passwd /srv/tftp/out
inside ln -s ITLFile.tlv /srv/tftp/in
is 'a link is followed in the tree' "$(over_http http://192.0.2.10:6970/in)" 'a list'
is 'but not out of it' "$(over_http -o ignored -w '%{http_code}' http://192.0.2.10:6970/out)" 404
inside systemctl stop provd

# --- a tree that cannot be served

put /run/systemd/system/provd.service.d/tight.conf <<'END'
[Service]
InaccessiblePaths=/srv/tftp
Restart=no
END
inside systemctl daemon-reload
inside systemctl start provd 2>/dev/null
is 'it does not start without its tree' "$? $(state_of provd)" '1 failed'
like 'and says why' "$(log | tail -n 1)" '^provd: .*/srv/tftp.*: Permission denied'
like 'in the journal too' "$(journal)" '^provd: .*/srv/tftp.*: Permission denied'
inside rm /run/systemd/system/provd.service.d/tight.conf
inside systemctl daemon-reload
inside systemctl reset-failed

inside mount -t tmpfs -o mode=755 tree /srv/tftp
echo 'a list' | put /srv/tftp/ITLFile.tlv
inside systemctl start provd
serves 'it serves a file system that is mounted'
is 'and is healthy' "$(health)" '200 ok'
inside umount --lazy /srv/tftp
is_unwell() {
    [[ $(health) == '503 /srv/tftp is another folder than the one '* ]]
}
ok 'until that is unmounted' wait_until is_unwell
inside systemctl stop provd

# --- the end

is 'no unit failed' "$(inside systemctl list-units --failed --no-legend --plain 'provd*')" ''
kill -TERM "$boot"
wait "$boot"
is 'nothing of it stays' "$(grep -c "$state" /proc/self/mounts) $(
    find /sys/fs/cgroup -maxdepth 2 -name "prov-test.$boot" | wc -l) $(<"$temporary/boot.log")" '0 0 '
done_testing
