#!/bin/bash
# SPDX-License-Identifier: MIT
# Whatever happens, a file is the old one or the new one.
#
#   PROV_KILLS  how often a run over many files is killed (12)

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
may_hold 'd/*.cnf.xml' # what is encrypted
copy_inputs

key=pem/asterisk.pem
files=80
kills=${PROV_KILLS:-12}
# A killed program leaves half a record of what it covered: not among those of the others.
export GCOV_PREFIX=$temporary/coverage

# Runs a command and kills it after so many microseconds; the shell's own word on that is dropped.
killed_after() { # MICROSECONDS COMMAND...
    { run timeout -s KILL "$(($1 / 1000000)).$(printf %06d $(($1 % 1000000)))" "${@:2}"; } 2>/dev/null
}

# How long a command takes, in microseconds.
duration() { # COMMAND...
    local before=${EPOCHREALTIME/./}
    run "$@"
    printf '%d' $((${EPOCHREALTIME/./} - before))
}

# --- killed at any moment

mkdir many
for ((i = 0; i < files; i++)); do
    echo "content $i" >"many/$i"
done
inputs=(many/*)
sum=$(cat "${inputs[@]}" | cksum)
sgnfile --build --tftp "$key" --timestamp 1700000000 "${inputs[@]}"
outputs=("${inputs[@]/%/.sgn}")
whole=$(duration sgnfile --build --tftp "$key" --timestamp 1700000000 "${inputs[@]}")
killed=0
bad=''
for ((i = 0; i < kills; i++)); do
    # The last moments, when files are renamed, more often than the first.
    moment=$((i * 3 < kills ? whole * 12 * i / (5 * kills)
        : whole * 4 / 5 + whole * (3 * i - kills) / (5 * kills)))
    killed_after $((moment + 500)) \
        sgnfile --build --tftp "$key" --timestamp $((1700000001 + i)) "${inputs[@]}"
    [ "$code" -eq 0 ] || killed=$((killed + 1))
    sgnfile --parse --tftp "$key" "${outputs[@]}" >/dev/null 2>"$err" ||
        bad+="killed after $moment us: $(head -n 1 "$err")"$'\n'
done
is "killed $killed times out of $kills: every file is whole" "$bad" ''
ok 'it was killed now and then' test "$killed" -gt 0
is 'the inputs are as they were' "$(cat "${inputs[@]}" | cksum)" "$sum"
find many -name '.*.tmp' -delete # what a kill leaves: dot files, which nobody is handed
silent 'the next run' sgnfile --build --tftp "$key" "${inputs[@]}"
done_well 'the next run signs all' sgnfile --parse --tftp "$key" "${outputs[@]}"
no_temporaries 'the next run leaves nothing behind' many

bad=''
tlvfile --build list.tlv --sast pem/sast.pem --sast pem/sast2.pem
for delay in 1000 2000 3000 4000 5000 6000 8000 10000 12000 15000; do
    for role in --ccm --capf; do
        killed_after "$delay" tlvfile --build list.tlv --sast pem/sast.pem \
            --sast pem/sast2.pem "$role" pem/tvs.pem
        tlvfile --parse list.tlv >/dev/null 2>&1 || bad+="killed after $delay us"$'\n'
    done
done
is 'a trust list is whole whenever its making is killed' "$bad" ''

name=SEP58971ECC97C1.cnf.xml
bad=''
for delay in 1000 2000 3000 4000 5000 6000 7000 8000 9000 10000 12000 15000 20000; do
    rm -rf d && mkdir d && cp "in/$name" d/
    killed_after "$delay" \
        enccnf --build --tftp "$key" --certificate pem/SEP58971ECC97C1.pem "d/$name"
    if [ -e "d/$name" ]; then
        same "d/$name" "in/$name" || bad+="killed after $delay us: the clear text is damaged"$'\n'
    else
        enccnf --remove --keep --tftp "$key" --key pem/SEP58971ECC97C1.pem "d/$name.enc.sgn"
        same "d/$name" "in/$name" || bad+="killed after $delay us: the clear text is lost"$'\n'
        sgnfile --parse --tftp "$key" "d/$name.sgn" >/dev/null 2>&1 ||
            bad+="killed after $delay us: no stub"$'\n'
    fi
done
is 'a configuration is never lost' "$bad" ''

# --- asked to end

bad=''
for signal in INT TERM HUP; do
    for part in 0 1 2 3 4 5 6 7; do
        moment=$((whole * part / 8 + 2000))
        { run timeout --foreground -s "$signal" \
            "$((moment / 1000000)).$(printf %06d $((moment % 1000000)))" \
            sgnfile --build --tftp "$key" --timestamp $((1700001000 + part)) "${inputs[@]}"; } 2>/dev/null
        sgnfile --parse --tftp "$key" "${outputs[@]}" >/dev/null 2>"$err" ||
            bad+="$signal after $moment us: $(head -n 1 "$err")"$'\n'
    done
done
is 'every file is whole after SIGINT, SIGTERM and SIGHUP' "$bad" ''
no_temporaries 'nothing is left behind by them' many

# --- a limit on what may be written

# As on a full disk: writing fails, with nothing to end the program.
limited() { # COMMAND...
    # shellcheck disable=SC2016 # for the shell within
    bash -c 'trap "" XFSZ; ulimit -f 1; exec "$@"' limited "$@"
}

rm -rf d && mkdir d && cp in/mk-sip.jar d/
sgnfile --build --tftp "$key" --timestamp 1700000000 d/mk-sip.jar
cp d/mk-sip.jar.sgn before
refused 'sgnfile: no room' 'd/mk-sip.jar.sgn: cannot write: File too large$' \
    limited sgnfile --build --tftp "$key" d/mk-sip.jar
ok 'sgnfile: the old file stays' same d/mk-sip.jar.sgn before
refused 'sgnfile --remove: no room' 'cannot write: File too large$' \
    limited sgnfile --remove --output d/other d/mk-sip.jar.sgn
not_ok 'sgnfile --remove: no content' test -e d/other
refused 'stripsgn: no room' 'cannot write: File too large$' \
    limited stripsgn --output d/other d/mk-sip.jar.sgn
cp list.tlv d/ && cp list.tlv before
refused 'tlvfile: no room' 'd/list.tlv: cannot write: File too large$' \
    limited tlvfile --build d/list.tlv --sast pem/sast.pem --sast pem/sast2.pem --tvs pem/tvs.pem \
    --filename list.tlv
ok 'tlvfile: the old list stays' same d/list.tlv before
refused 'mkcert: no room' 'd/key.pem: cannot write: File too large$' \
    limited mkcert -c c -o o -u u d/key.pem
not_ok 'mkcert: no key' test -e d/key.pem
cp "in/$name" d/
refused 'enccnf: no room' 'cannot write: File too large$' \
    limited enccnf --build --tftp "$key" --certificate pem/SEP58971ECC97C1.pem "d/$name"
ok 'enccnf: the clear text stays' same "d/$name" "in/$name"
no_temporaries 'nothing is left behind' d
echo short >d/a && echo short >d/b
run limited sgnfile --build --tftp "$key" d/a d/mk-sip.jar d/b
is 'one file without room: exit code' "$code" 1
is 'one file without room: one line' "$(lines "$err")" 1
done_well 'one file without room: the others are signed' sgnfile --parse --tftp "$key" d/a.sgn d/b.sgn
no_temporaries 'one file without room: nothing is left behind' d

# --- a disk that is full indeed

mkdir disk
if is_root && mount -t tmpfs -o size=256k tmpfs disk 2>/dev/null; then
    # shellcheck disable=SC2016 # when the test ends
    at_exit '! mountpoint -q "$temporary/tree/disk" || umount -l "$temporary/tree/disk"'
    cp in/mk-sip.jar "in/$name" disk/
    sgnfile --build --tftp "$key" --timestamp 1700000000 disk/mk-sip.jar
    cp disk/mk-sip.jar.sgn before
    head -c 1000000 /dev/zero >disk/filler 2>/dev/null
    refused 'sgnfile: a full disk' 'cannot (write|bring it to the disk): No space left on device$' \
        sgnfile --build --tftp "$key" disk/mk-sip.jar
    ok 'sgnfile on a full disk: the old file stays' same disk/mk-sip.jar.sgn before
    refused 'enccnf: a full disk' 'cannot (write|bring it to the disk): No space left on device$' \
        enccnf --build --tftp "$key" --certificate pem/SEP58971ECC97C1.pem "disk/$name"
    ok 'enccnf on a full disk: the clear text stays' same "disk/$name" "in/$name"
    refused 'mkcert: a full disk' 'No space left on device$' mkcert -c c -o o -u u -b 1024 disk/key.pem
    not_ok 'mkcert on a full disk: no key' test -e disk/key.pem
    no_temporaries 'a full disk: nothing is left behind' disk
    umount disk
else
    skip 'a full disk' 'no file system can be mounted here'
fi

done_testing
