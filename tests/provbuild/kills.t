#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild, killed at any moment: no half file, no clear password in the public tree at any moment,
# and after the next run nothing is left to be done, and provcheck tree finds nothing.
#
#   PROV_KILLS  how often a run is killed (10)
#   PROV_SEED   what is drawn

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

kills=${PROV_KILLS:-10}
phones=40
export GCOV_PREFIX=$temporary/coverage # a killed program leaves half a record
RANDOM=${PROV_SEED:-$$}

# The configuration holds a password if the phone has a certificate: nothing else may protect it.
describe() { # SEP<MAC> [TEXT]
    local secret=''
    [ ! -e "devices/$1.pem" ] || secret="<sshPassword>$password $1</sshPassword>"
    printf '<device>%s<n>%s</n></device>\n' "$secret" "${2-0}" >"source/$1.cnf.xml"
}

# STEP 1: all of them; 2: every other one.
each_phone() { # STEP COMMAND...
    local i
    for ((i = 0; i < phones; i += $1)); do "${@:2}" "${names[i]}"; done
}

names=()
site kills
rm source/SEP* devices/*
for ((i = 0; i < phones; i++)); do
    names+=("$(printf 'SEP0000000000%02X' $i)")
    mkcert -c "${names[i]}" -o O -u U -b 1024 "pem/${names[i]}.pem" >/dev/null
done
mkdir older
bad=''
killed=0

# The run is killed after so long; its further options are kept for the next one.
killed_after() { # MICROSECONDS [OPTION...]
    { run timeout -s KILL "$(($1 / 1000000)).$(printf %06d $(($1 % 1000000)))" \
        provbuild --config prov.conf "${@:2}"; } 2>/dev/null
}

said_nothing() {
    [ "$code" -eq 0 ] && [ ! -s "$out" ] && [ ! -s "$err" ]
}

problem() { # TEXT
    bad+="$when: $1"$'\n'
}

# What must hold whenever somebody looks: unfinished files count for passwords, too.
check_tree() {
    local file
    file=$(grep -rla "$password" tftpboot)
    [ -z "$file" ] || problem "a password can be read: $file"
    find tftpboot -name '*.sgn' ! -name '.*' -print0 >signed
    [ ! -s signed ] || xargs -0 sgnfile --parse --tftp pem/asterisk.pem <signed >/dev/null 2>parsed ||
        problem "$(head -n 1 parsed)"
    for file in tftpboot/ITLFile.tlv archive/ITLFile.tlv.*; do
        [ ! -e "$file" ] || tlvfile --parse "$file" >/dev/null 2>&1 || problem "$file is no list"
    done
    find secure -type f ! -name '.*' | while read -r file; do
        same "$file" "source/${file##*/}" || same "$file" "older/${file##*/}" ||
            problem "$file is neither the old nor the new one"
        [ "$(mode "$file")" = 640 ] || problem "$file has mode $(mode "$file")"
    done
}

# The next run leaves nothing to do, nothing to complain of, and nothing of its own.
check_repair() { # [OPTION...]
    local left
    run build "$@"
    [ "$code" -eq 0 ] || problem "the next run fails: $(head -n 2 "$err")"
    check_tree
    run build --dry-run "$@"
    said_nothing ||
        problem "still to be done: $(head -n 2 "$out" "$err")"
    run provcheck tree --config prov.conf
    said_nothing ||
        problem "provcheck tree: $(head -n 2 "$out" "$err")"
    left=$(find tftpboot secure archive -name '.*.tmp')
    [ -z "$left" ] || problem "left behind: $left"
    left=$(diff <(ls secure) <(cd devices && for file in *.pem; do
        [ ! -e "../source/${file%.pem}.cnf.xml" ] || echo "${file%.pem}.cnf.xml"; done))
    [ -z "$left" ] || problem "in the secure root: $left"
}

change() { # NUMBER; sets the options of the run
    options=()
    cp source/SEP* older/ 2>/dev/null
    case $(($1 % 5)) in
    0) # from nothing, every other phone encrypted from the start
        rm -rf tftpboot/* tftpboot/.ladder secure/* archive/* devices/*
        settings
        each_phone 2 with_certificate
        each_phone 1 describe
        ;;
    1) # other contents
        for ((i = 0; i < phones; i++)); do describe "${names[i]}" "$1"; done
        echo "<soft>$1</soft>" >source/SoftKeys.xml
        ;;
    2) # another layout, and another list
        settings sign "certificate = pem/asterisk.pem layout = 4.11 exclude = {'*.sbn'}" \
            trust 'version = "1.1" sast = {pem/sast2.pem, pem/sast.pem} ccm-tftp = {pem/asterisk.pem}'
        ;;
    3) # certificates for all, and with them passwords
        settings
        each_phone 1 with_certificate
        each_phone 1 describe
        ;;
    4) # sources that go
        rm "source/${names[$1 % phones]}.cnf.xml" "source/${names[($1 + 7) % phones]}.cnf.xml"
        options=(--prune)
        ;;
    esac
}

change 0
before=${EPOCHREALTIME/./}
build >/dev/null
whole=$((${EPOCHREALTIME/./} - before))
for ((k = 0; killed < kills && k < 10 * kills; k++)); do # some runs end before
    change $k
    when="kill $k"
    killed_after $((RANDOM * whole * 11 / 327680 + 2000)) "${options[@]}"
    [ "$code" -ne 137 ] || killed=$((killed + 1))
    check_tree
    when="after kill $k"
    check_repair "${options[@]}"
done
is "killed at $killed moments: whole files, no password, and the next run repairs" "$bad" ''
is 'as often as it should be' "$killed" "$kills"

# The same by signals that let it tidy up.
bad=''
for signal in INT TERM HUP; do
    change 0
    when=$signal
    { run timeout --foreground -s $signal "0.$(printf %06d $((whole / 2)))" \
        provbuild --config prov.conf; } 2>/dev/null
    left=$(find tftpboot secure archive -name '.*.tmp')
    [ -z "$left" ] || problem "left behind: $left"
    check_tree
    when="after $signal"
    check_repair
done
is 'SIGINT, SIGTERM and SIGHUP leave nothing behind' "$bad" ''

# Not only the moments of kills: somebody reads the tree all the time.
bad=''
when='meanwhile'
looks=0
change 0
change 3
provbuild --config prov.conf >/dev/null 2>&1 &
building=$!
while kill -0 $building 2>/dev/null; do
    seen=$(grep -rla "$password" tftpboot 2>/dev/null)
    [ -z "$seen" ] || problem "a password can be read: $seen"
    looks=$((looks + 1))
done
wait $building
is "no password is seen while it builds" "$? $bad" '0 '
ok 'it was looked for' test $looks -gt 0

# A first run, killed before each call that makes something durable or visible: the next one does
# not take what is not there yet for something that was lost.
if can_trace; then
    bad=''
    moments=0
    for name in "${names[@]:0:4}"; do
        rm -f "devices/$name.pem" && describe "$name"
    done
    for call in fsync rename; do
        for ((n = 1; n <= 12; n++)); do # its lists and records, and the first files
            rm -rf tftpboot secure archive && mkdir tftpboot secure archive
            { ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e "trace=$call" \
                -e "inject=$call:signal=KILL:when=$n" provbuild --config prov.conf --jobs 1 \
                >/dev/null 2>&1; } 2>/dev/null
            [ $? -eq 137 ] || break
            moments=$((moments + 1))
            when="first run, killed at $call $n"
            run provbuild --config prov.conf
            [ "$code" -eq 0 ] || problem "the next run fails: $(head -n 1 "$err")"
        done
    done
    [ "$moments" -gt 4 ] || problem "only $moments moments"
    is 'a first run may be killed at any of its moments' "$bad" ''
else
    skip 'a first run may be killed at any of its moments' 'strace is missing, or may not trace'
fi

done_testing
