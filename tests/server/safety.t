#!/bin/bash
# SPDX-License-Identifier: MIT
# Who provd is while it serves, what it can still reach, and what it never gives away.
. tests/server/lib.sh
requires curl

mkdir tree tree/sub secure keys outside
chmod 755 "$temporary" . keys
echo 'a list' >tree/ITLFile.tlv
echo 'outside' >outside/file
new_certificate keys/web.pem first
new_certificate outside/web.pem second
chmod 644 keys/web.pem outside/web.pem
mapfile -t tcp < <(free_ports tcp 3)
mapfile -t udp < <(free_ports udp 1)
http=${tcp[0]} https=${tcp[1]} admin=${tcp[2]} tftp=${udp[0]}
ports=(--tftp "127.0.0.1:$tftp" --http "127.0.0.1:$http")
tls=(--https "127.0.0.1:$https" --certificate keys/web.pem)

# A field of /proc/PID/status, for all threads: its different values.
status_of() { # FIELD
    sed -n "s/^$1:[[:space:]]*//p" /proc/"$provd_pid"/task/*/status | tr '\t' ' ' | sort -u
}

threads() {
    find "/proc/$provd_pid/task" -mindepth 1 -maxdepth 1 | wc -l
}

code_of() { # URL [OPTION...]
    curl -ks -o /dev/null --max-time "$deadline" -w '%{http_code}' "$@"
}

serves() { # NAME
    is "$1" "$("$phone" tftp-get "$tftp" ITLFile.tlv
        curl -s "http://127.0.0.1:$http/ITLFile.tlv"
        curl -ks "https://127.0.0.1:$https/ITLFile.tlv")" $'a list\na list\na list'
}

confined() { # NAME
    ok "$1: it has threads" test "$(threads)" -ge 4
    is "$1: no new privileges, for all of them" "$(status_of NoNewPrivs)" 1
    for set in CapInh CapPrm CapEff CapAmb; do
        is "$1: $set is empty" "$(status_of "$set")" 0000000000000000
    done
}

# --- another user

if is_root; then
    mkdir state && chown nobody state
    uid=$(id -u nobody) gid=$(id -g nobody)
    ok 'it starts with --user' start_provd --root tree "${ports[@]}" "${tls[@]}" --user nobody \
        --ledger state/ledger --log state/log
    serves 'and serves'
    confined 'with --user'
    is 'its bounding set is empty too' "$(status_of CapBnd)" 0000000000000000
    is 'its user, for all threads' "$(status_of Uid)" "$uid $uid $uid $uid"
    is 'its group' "$(status_of Gid)" "$gid $gid $gid $gid"
    is 'its groups' "$(status_of Groups | sed 's/ *$//')" "$(id -G nobody)"
    is 'its files are those of the user' "$(stat -c %U state/ledger state/log | sort -u)" nobody
    is 'there is no warning about root' "$(said 'runs as root' state/log)" 0
    stop_provd
    is 'it ends well' $? 0

    chmod 600 keys/web.pem
    run timeout "$deadline" provd --root tree "${ports[@]}" "${tls[@]}" --user nobody
    like 'a key for root alone is opened after the change of user' "$code $(<"$err")" \
        '^1 provd: keys/web.pem: .*Permission denied; the user that provd runs as must be able to'
    chmod 644 keys/web.pem
    start_provd --root tree "${ports[@]}" "${tls[@]}" --user nobody
    cp outside/web.pem keys/new.pem && chmod 600 keys/new.pem && mv keys/new.pem keys/web.pem
    kill -HUP "$provd_pid"
    ok 'and so it is at a reload' wait_for_line \
        'reload: keys/web.pem: .*Permission denied; the user that provd runs as must be able to'
    is 'where the old one stays' "$(shown_name "$https")" first
    chown nobody keys/web.pem
    kill -HUP "$provd_pid"
    wait_for_line '^provd: reloaded'
    is 'until the user may read it' "$(shown_name "$https")" second
    stop_provd
    chown "$(id -u)" keys/web.pem && chmod 644 keys/web.pem

    failed_with 'a user that there is not' "there is no user 'no-such-user'; make one or name" \
        provd --root tree "${ports[@]}" --user no-such-user
    ok 'it starts as root' start_provd --root tree "${ports[@]}" "${tls[@]}"
    like 'with a warning' "$(<"$provd_log")" '^provd: warning: runs as root; name a user with --user'
    is 'and stays root' "$(status_of Uid)" '0 0 0 0'
    confined 'as root'
    stop_provd
    as_nobody=(setpriv --reuid=nobody --regid="$(id -gn nobody)" --clear-groups)
else
    skip 'with --user' 'only root can become another user'
    as_nobody=()
fi
failed_with 'another user without the right to become it' \
    "cannot become 'root': only root can; start as root or as that user, or leave the user out" \
    "${as_nobody[@]}" "$PROV_BIN/provd" --root tree "${ports[@]}" --user root
: >"$provd_log"
"${as_nobody[@]}" "$PROV_BIN/provd" --root tree "${ports[@]}" "${tls[@]}" \
    2>"$provd_log" </dev/null &
provd_pid=$!
started+=("$provd_pid")
ok 'it starts without privileges' wait_for_line '^provd: ready'
serves 'and serves'
confined 'unprivileged'
is 'without a warning' "$(said warning)" 0
stop_provd

ulimit -Sc unlimited 2>/dev/null
ASAN_OPTIONS=${ASAN_OPTIONS-}:handle_segv=0 start_provd --root tree "${ports[@]}"
kill -SEGV "$provd_pid"
wait "$provd_pid" 2>/dev/null
is 'it dies of a fault' $? 139
is 'without a core file' "$(find . -maxdepth 1 -name 'core*')" ''
ulimit -Sc 0

# --- Landlock

# Folders that were not named at the start are out of reach, whoever may read them.
if perl -e 'exit(syscall(444, 0, 0, 1) < 1)'; then # landlock_create_ruleset: its version
    settings() { # CERTIFICATE LOG
        cat <<END
paths { tftpboot = "$PWD/tree" }
server {
    certificate = { "$PWD/$1" }
    log = "$2"
}
END
    }
    mkdir conf # the folder of the file is within reach
    settings keys/web.pem stderr >conf/prov.conf
    start_provd --config conf/prov.conf "${ports[@]}" --https "127.0.0.1:$https"
    is 'there is no warning about Landlock' "$(said Landlock)" 0
    settings outside/web.pem stderr >conf/prov.conf
    kill -HUP "$provd_pid"
    ok 'a certificate in another folder cannot be read' wait_for_line \
        'reload: .*/outside/web.pem: .*Permission denied'
    settings keys/web.pem "$PWD/outside/log" >conf/prov.conf
    kill -HUP "$provd_pid"
    ok 'nor a log in another folder written' wait_for_line \
        'cannot open the log .*/outside/log: Permission denied; the old log stays'
    not_ok 'and it is not made' test -e outside/log
    stop_provd

    # As certificates are often kept: a link into a folder of all versions.
    mkdir live versions records
    new_certificate versions/web1.pem third
    chmod 644 versions/web1.pem
    ln -s ../versions/web1.pem live/web.pem
    : >records/provd.log
    ln -s ../records/provd.log live/log
    settings live/web.pem "$PWD/live/log" >conf/real.conf
    ln -s ../conf/real.conf live/prov.conf
    ok 'links into other folders are followed' start_provd --config live/prov.conf "${ports[@]}" \
        --https "127.0.0.1:$https"
    kill -HUP "$provd_pid"
    ok 'also at a reload' wait_for_line 'provd: reloaded' records/provd.log
    is 'and it serves' "$(code_of "https://127.0.0.1:$https/ITLFile.tlv")" 200
    stop_provd
else
    start_provd --root tree "${ports[@]}"
    like 'a kernel without Landlock is warned of' "$(<"$provd_log")" \
        'warning: this kernel has no Landlock: the server is not confined to its folders'
    stop_provd
fi

# --- what is never served

keys=(web.key WEB.PEM sub/deep.pem .hidden .git/config SEP001122334455.cnf.xml plain.txt \
    link.txt)
sed '/BEGIN CERTIFICATE/,/END CERTIFICATE/d' outside/web.pem >key.pem
mkdir tree/.git
for name in "${keys[@]}"; do
    cp key.pem "tree/$name"
done
ln -sf web.key tree/link.txt
ln -s "$PWD/outside/file" tree/absolute
ln -s ../outside/file tree/upwards
ln -s ../outside tree/folder
ln -s /etc/passwd tree/passwd
mkfifo tree/fifo
ok 'it starts with keys in its tree' start_provd --root tree "${ports[@]}" "${tls[@]}"
for name in web.key WEB.PEM sub/deep.pem .hidden .git SEP001122334455.cnf.xml plain.txt; do
    ok "$name is named" wait_for_line "^provd: tree/$name: .*; take it out of the tree"
done
for name in "${keys[@]}" absolute upwards folder/file passwd fifo web.KEY ../outside/file \
    sub/../web.key '%2e%2e/outside/file' '.%67it/config' ./.hidden sub//deep.pem; do
    is "$name is not served" "$("$phone" tftp-get "$tftp" "$name" 2>&1
        code_of --path-as-is "http://127.0.0.1:$http/$name"
        code_of --path-as-is "https://127.0.0.1:$https/$name")" \
        $'error 1 File not found\n404404'
done
for name in absolute upwards; do
    is "the link $name is warned of once" "$(said "warning: tree/$name: not served: a link")" 1
done
serves 'and the rest is served'
stop_provd

# --- who is answered

ok 'it starts with --allow' start_provd --root tree "${ports[@]}" "${tls[@]}" \
    --admin "127.0.0.1:$admin" --allow 127.0.0.2 --allow 10.0.0.0/8
for port in "http://127.0.0.1:$http" "https://127.0.0.1:$https"; do
    is "${port%%:*}: others are not answered" "$(code_of "$port/ITLFile.tlv")" 000
    is "${port%%:*}: nor about what is missing" "$(code_of "$port/missing")" 000
    is "${port%%:*}: those are" "$(code_of "$port/ITLFile.tlv" --interface 127.0.0.2)" 200
done
for name in ITLFile.tlv missing; do
    is "tftp: only those are ($name)" \
        "$("$phone" tftp-ask-both "$tftp" $name 127.0.0.1 127.0.0.2)" 127.0.0.2
done
ok 'the others are counted' test "$(metric "$admin" prov_not_allowed_total)" -ge 6
stop_provd

done_testing
