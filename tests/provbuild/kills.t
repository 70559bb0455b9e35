#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild, killed at any moment: no half file, no clear password in the public tree, and the next run
# repairs what is left.
#
#   PROV_KILLS  how often a run is killed (10)

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

kills=${PROV_KILLS:-10}
phones=40
export GCOV_PREFIX=$temporary/coverage # a killed program leaves half a record

site kills
for ((i = 0; i < phones; i++)); do
    name=$(printf 'SEP0000000000%02X' $i)
    configuration "$name"
    # Certificates of one key; every other phone changes sides in between.
    mkcert -c "$name" -o O -u U -b 1024 "pem/$name.pem" >/dev/null
done
rm "source/$other.cnf.xml" # its text may be read
RANDOM=${PROV_SEED:-$$}

killed_after() { # MICROSECONDS COMMAND...
    { run timeout -s KILL "$(($1 / 1000000)).$(printf %06d $(($1 % 1000000)))" "${@:2}"; } 2>/dev/null
}

# What phones must never see, and everything that must hold whenever somebody looks.
check_tree() { # WHEN
    local name file
    for file in source/SEP*.cnf.xml; do
        name=${file##*/} && name=${name%.cnf.xml}
        [ ! -e "devices/$name.pem" ] || [ -z "$(leaks "$name")" ] || [ -n "${changing[$name]-}" ] ||
            bad+="$1: the password of $name can be read: $(leaks "$name")"$'\n'
    done
    find tftpboot -name '*.sgn' ! -name '.*' -print0 >signed
    [ ! -s signed ] || xargs -0 sgnfile --parse --tftp pem/asterisk.pem <signed >/dev/null 2>parsed ||
        bad+="$1: $(head -n 1 parsed)"$'\n'
    [ ! -e tftpboot/ITLFile.tlv ] || tlvfile --parse tftpboot/ITLFile.tlv >/dev/null 2>&1 ||
        bad+="$1: the list is no list"$'\n'
    find secure -type f ! -name '.*' | while read -r file; do
        same "$file" "source/${file##*/}" || same "$file" "older/${file##*/}" ||
            bad+="$1: $file is neither the old nor the new one"$'\n'
        [ "$(mode "$file")" = 640 ] || bad+="$1: $file has mode $(mode "$file")"$'\n'
    done
}

declare -A changing # phones that become encrypted: their old text may stand until then
mkdir older
before=${EPOCHREALTIME/./}
build >/dev/null
whole=$((${EPOCHREALTIME/./} - before))
bad=''
killed=0
for ((k = 0; k < kills; k++)); do
    case $((k % 4)) in
    0) # from nothing, all of those with certificates encrypted from the start
        rm -rf tftpboot/* secure/* archive/* devices/*
        for ((i = 0; i < phones; i += 2)); do with_certificate "$(printf 'SEP0000000000%02X' $i)"; done
        changing=()
        ;;
    1) # other contents
        cp source/SEP* older/
        for ((i = 0; i < phones; i++)); do
            configuration "$(printf 'SEP0000000000%02X' $i)" "<n>$k</n>"
        done
        echo "<soft>$k</soft>" >source/SoftKeys.xml
        ;;
    2) # another digest, and another list
        settings sign "certificate = pem/asterisk.pem digest = sha512 exclude = {'*.sbn'}" \
            trust 'sast = {pem/sast2.pem, pem/sast.pem} ccm-tftp = {pem/asterisk.pem}'
        ;;
    3) # certificates for all
        settings
        for ((i = 0; i < phones; i++)); do
            name=$(printf 'SEP0000000000%02X' $i)
            [ -e "devices/$name.pem" ] || { with_certificate "$name" && changing[$name]=1; }
        done
        ;;
    esac
    killed_after $((RANDOM * whole * 11 / 327680 + 2000)) provbuild --config prov.conf
    [ "$code" -ne 137 ] || killed=$((killed + 1))
    check_tree "kill $k"
    run build
    [ "$code" -eq 0 ] || bad+="kill $k: the next run fails: $(head -n 2 "$err")"$'\n'
    changing=()
    check_tree "after kill $k"
    run build --dry-run
    [ "$code" -eq 0 ] && [ ! -s "$out" ] || bad+="kill $k: still to be done: $(head -n 2 "$out" "$err")"$'\n'
    left=$(find tftpboot secure archive -name '.*.tmp')
    [ -z "$left" ] || bad+="kill $k: left behind: $left"$'\n'
done
is "killed $killed times out of $kills: whole files, no password, and the next run repairs" "$bad" ''
ok 'it was killed now and then' test "$killed" -gt 0

# The same by signals that let it tidy up.
bad=''
for signal in INT TERM HUP; do
    rm -rf tftpboot/* secure/* archive/*
    { run timeout --foreground -s $signal "0.$(printf %06d $((whole / 2)))" \
        provbuild --config prov.conf; } 2>/dev/null
    left=$(find tftpboot secure archive -name '.*.tmp')
    [ -z "$left" ] || bad+="$signal: left behind: $left"$'\n'
    check_tree "$signal"
    run build
    [ "$code" -eq 0 ] || bad+="$signal: the next run fails"$'\n'
done
is 'SIGINT, SIGTERM and SIGHUP leave nothing behind' "$bad" ''

done_testing
