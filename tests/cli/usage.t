#!/bin/bash
# SPDX-License-Identifier: MIT
# What all programs share: help, version, wrong usage, a standard output that is full.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
copy_inputs
touch file.xml SEP58971ECC97C1.cnf.xml

for program in $programs; do
    done_well "$program --help" "$program" --help
    printed "$program --help: usage" '^usage:$'
    printed "$program --help: examples" '^examples:$'
    is "$program --help fits a terminal" "$(grep -Ec '.{101}' "$out")" 0
    cp "$out" help
    done_well "$program -H" "$program" -H
    ok "$program -H says the same" same help "$out"
    done_well "$program -V" "$program" -V
    is "$program -V: name and version" \
        "$(sed 's/[0-9]*\.[0-9]*\.[0-9]*$/VERSION/' "$out")" "$program VERSION"
    cp "$out" version
    if [ "$program" != tlvfile ]; then
        done_well "$program --version" "$program" --version
        ok "$program --version says the same" same version "$out"
    fi
    misused "$program alone" "^$program: give " "$program"
    misused "$program with an unknown option" '--nonsense is unknown' "$program" --nonsense
    misused "$program with an unknown letter" '-Z is unknown' "$program" -Z
    misused "$program with a value too many" '--help=yes takes no value' \
        "$program" --help=yes
    for option in --help --version; do
        [ "$program $option" != 'tlvfile --version' ] || option=-V
        run sh -c "\"$program\" $option >/dev/full"
        is "$program $option to a full disk: exit code" "$code" 1
        like "$program $option to a full disk: message" "$(<"$err")" \
            "^$program: standard output: cannot write: No space left"
        is "$program $option to a full disk: one line" "$(lines "$err")" 1
    done
done

misused 'tlvfile --version needs a value' '--version needs a value' tlvfile --version
misused 'tlvfile --version is no version of lists' \
    "version 2.0 is unknown; 1.0 and 1.1 are known \(the program's own: -V\)" \
    tlvfile --build --version 2.0 --sast pem/sast.pem a.tlv

# --- values

for case in 'certhash --digest' 'tlvfile --build --sast' 'sgnfile --build --tftp' \
    'enccnf --build --certificate' 'mkcert --common' 'stripsgn --output' 'tlvfile --diff -s' \
    'sgnfile -t' 'enccnf -k' 'mkcert -c' 'stripsgn -o'; do
    read -ra words <<<"$case"
    misused "$case without its value" \
        "option ${words[${#words[@]} - 1]} needs a value" "${words[@]}"
done

sgn=(sgnfile --build --tftp pem/asterisk.pem file.xml)
enc=(enccnf --build --tftp pem/asterisk.pem --certificate pem/SEP58971ECC97C1.pem
    SEP58971ECC97C1.cnf.xml)

builder_usage() { # COMMAND...
    misused "$1 --layout 4.12" \
        'layout 4.12 is unknown; callmanager, 4.11 and 4.13 are known$' "$@" --layout 4.12
    misused "$1 --layout CallManager" 'layout CallManager is unknown' "$@" --layout CallManager
    misused "$1 --digest sha256" \
        'digest sha256 cannot be used here; sha1 and sha512 can$' "$@" --digest sha256
    misused "$1 --digest md5" 'digest md5 cannot be used' "$@" -d md5
    for time in '' now -1 4294967296 1e9 '12 34' 99999999999999999999; do
        misused "$1 --timestamp '$time'" \
            '--timestamp must be seconds since 1970, from 0 to 4294967295$' "$@" --timestamp "$time"
    done
    misused "$1 with a wrong SOURCE_DATE_EPOCH" \
        'SOURCE_DATE_EPOCH must be seconds since 1970' env SOURCE_DATE_EPOCH=yesterday "$@"
    misused "$1 with two verbs" '--build, --parse and --(remove|diff) exclude one another' \
        "$@" --parse
    misused "$1 with its verb twice" 'option --build is given twice' "$@" --build
    misused "$1 --layout twice" 'option --layout is given twice' "$@" --layout 4.11 --layout 4.13
    misused "$1 -d twice" 'option --digest is given twice' "$@" -d sha1 --digest sha512
}

builder_usage tlvfile --build --sast pem/sast.pem list.tlv
builder_usage "${sgn[@]}"
builder_usage "${enc[@]}"
misused 'certhash --digest sha256' 'digest sha256 cannot be used here' \
    certhash -d sha256 pem/sast.pem
is 'wrong usage does nothing' "$(ls)" $'SEP58971ECC97C1.cnf.xml\nfile.xml\nhelp\nin\npem\nversion'

# --- each program's own rules

misused 'certhash of two files' 'give one certificate' certhash pem/sast.pem pem/sast2.pem
misused 'stripsgn of two files' 'give one file' stripsgn a.sgn b.sgn
misused 'stripsgn --output twice' 'option --output is given twice' stripsgn -o a -o b c.sgn

misused 'tlvfile without a verb' 'give one of --build, --parse and --diff' tlvfile a.tlv
misused 'tlvfile --build without a file' 'give one file' tlvfile --build --sast pem/sast.pem
misused 'tlvfile --build with two files' 'give one file' \
    tlvfile --build --sast pem/sast.pem a.tlv b.tlv
misused 'tlvfile --parse with two files' 'give one file' tlvfile --parse a.tlv b.tlv
misused 'tlvfile --diff with one file' 'takes two files, the old list and the new one' \
    tlvfile --diff a.tlv
misused 'tlvfile --diff with three files' 'takes two files' tlvfile --diff a.tlv b.tlv c.tlv
misused 'tlvfile --diff with a certificate' '--diff takes no certificates' \
    tlvfile --diff a.tlv b.tlv --sast pem/sast.pem
misused 'tlvfile --diff --build' '--build, --parse and --diff exclude one another' \
    tlvfile --diff --build a.tlv b.tlv
misused 'tlvfile --parse with another role' '--parse takes one certificate at most, with --sast' \
    tlvfile --parse --tftp pem/asterisk.pem a.tlv
misused 'tlvfile --parse with two signers' '--parse takes one certificate at most' \
    tlvfile --parse --sast pem/sast.pem --sast pem/sast2.pem a.tlv
misused 'tlvfile --parse --previous' '--previous and --filename go with --build' \
    tlvfile --parse --previous b.tlv a.tlv
misused 'tlvfile --diff --filename' '--previous and --filename go with --build' \
    tlvfile --diff --filename b.tlv a.tlv b.tlv
many=()
for ((i = 0; i < 257; i++)); do
    many+=(--ccm pem/sast.pem)
done
misused 'tlvfile with 257 certificates' 'more than 256 certificates' \
    tlvfile --build "${many[@]}" a.tlv

misused 'sgnfile without a verb' 'give one of --build, --parse and --remove' sgnfile a.sgn
misused 'sgnfile without a file' 'give at least one file' sgnfile --parse
misused 'sgnfile --build without --tftp' '--build needs --tftp, the certificate and key' \
    sgnfile --build file.xml
misused 'sgnfile --parse --filename' '--filename and --root go with --build' \
    sgnfile --parse --filename b a.sgn
misused 'sgnfile --remove --root' '--filename and --root go with --build' \
    sgnfile --remove --root . a.sgn
misused 'sgnfile --build --output' '--output goes with --remove' "${sgn[@]}" --output a
misused 'sgnfile --filename --root' '--filename and --root exclude each other' \
    "${sgn[@]}" --filename a --root .
misused 'sgnfile --filename for two files' '--filename and --output go with one file only' \
    "${sgn[@]}" --filename a file.xml
misused 'sgnfile --output for two files' '--filename and --output go with one file only' \
    sgnfile --remove --output a a.sgn b.sgn
for jobs in 0 65 -1 two '' 99999999999999999999; do
    misused "sgnfile --jobs '$jobs'" "--jobs must be a number from 1 to 64, not $jobs" \
        "${sgn[@]}" --jobs "$jobs"
done

misused 'enccnf without a verb' 'give one of --build, --parse and --remove' enccnf a
misused 'enccnf without a file' 'give one file' enccnf --parse
misused 'enccnf with two files' 'give one file' enccnf --parse a b
misused 'enccnf --build without --certificate' '--build needs --tftp.* and --certificate' \
    enccnf --build --tftp pem/asterisk.pem SEP58971ECC97C1.cnf.xml
misused 'enccnf --build without --tftp' '--build needs --tftp.* and --certificate' \
    enccnf --build --certificate pem/SEP58971ECC97C1.pem SEP58971ECC97C1.cnf.xml
misused 'enccnf --build --key' '--key goes with --parse and --remove' "${enc[@]}" --key pem/sast.pem
misused 'enccnf --parse --certificate' '--certificate goes with --build' \
    enccnf --parse --certificate pem/SEP58971ECC97C1.pem a
misused 'enccnf --remove without --key' "--remove needs --key, the phone's private key" \
    enccnf --remove SEP58971ECC97C1.cnf.xml.enc.sgn
misused 'enccnf --build of another ending' '--build takes a file SEP<MAC>.cnf.xml$' \
    enccnf --build --tftp pem/asterisk.pem --certificate pem/SEP58971ECC97C1.pem file.xml
misused 'enccnf --build of an ending alone' '--build takes a file SEP<MAC>.cnf.xml$' \
    enccnf --build --tftp pem/asterisk.pem --certificate pem/SEP58971ECC97C1.pem .cnf.xml
misused 'enccnf --remove of another ending' '--remove takes a file SEP<MAC>.cnf.xml.enc.sgn$' \
    enccnf --remove --key pem/SEP58971ECC97C1.pem SEP58971ECC97C1.cnf.xml.sgn

# --- a full standard output

to_full() { # NAME COMMAND-LINE
    run sh -c "$2 >/dev/full"
    is "$1: exit code" "$code" 1
    like "$1: message" "$(<"$err")" ': standard output: cannot write: No space left'
    is "$1: one line" "$(lines "$err")" 1
}

list=$vectors/4.11/tlv/full.tlv
signed=$vectors/4.11/sgn/plain/SEP58971ECC97C1.cnf.xml.sgn
encrypted=$vectors/4.11/enc/plain/SEP58971ECC97C1.cnf.xml.enc.sgn
for json in '' --json; do
    to_full "tlvfile --parse $json to a full disk" "tlvfile --parse $json '$list'"
    to_full "tlvfile --diff $json to a full disk" "tlvfile --diff $json '$list' '$list'"
    to_full "sgnfile --parse $json to a full disk" "sgnfile --parse $json '$signed'"
    to_full "enccnf --parse $json to a full disk" "enccnf --parse $json '$encrypted'"
done
to_full 'certhash to a full disk' 'certhash pem/sast.pem'

# Options may stand after files, and -- ends them.
done_well 'options after the file' sgnfile "$signed" --parse
cp file.xml ./-file.xml
silent 'a file that looks like an option' sgnfile --build --tftp pem/asterisk.pem -- -file.xml
ok 'it is signed' test -s ./-file.xml.sgn

done_testing
