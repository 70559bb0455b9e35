#!/bin/bash
# SPDX-License-Identifier: MIT
# Changed and cut files through the programs, a sample; the unit tests take every byte.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
copy_inputs

flips=24 # of each file
cuts=8

# Runs COMMAND on samples of FILE, put in the place of @; each must be refused in one line.
sample() { # FILE COMMAND...
    local file=$1 size step at bad=''
    shift
    size=$(wc -c <"$file")
    try() { # WHAT
        run "${@:2}"
        if [ "$code" -ne 1 ] || [ "$(lines "$err")" -ne 1 ] || ! grep -Eq "${says}[^ ].*: " "$err"; then
            bad+="$1: exit code $code, $(head -c 300 "$err")"$'\n'
        fi
    }
    step=$(((size + flips - 1) / flips))
    for ((at = 0; at < size; at += step)); do
        flip "$file" "$at" sample.bin
        try "byte $at" "${@/#@/sample.bin}"
    done
    flip "$file" $((size - 1)) sample.bin
    try 'the last byte' "${@/#@/sample.bin}"
    is "${file##*/}: every changed byte is found" "$bad" ''
    bad=''
    step=$(((size + cuts - 1) / cuts))
    for ((at = 0; at < size; at += step)); do
        cut_to "$file" "$at" sample.bin
        try "cut after $at" "${@/#@/sample.bin}"
    done
    cut_to "$file" $((size - 1)) sample.bin
    try 'without the last byte' "${@/#@/sample.bin}"
    is "${file##*/}: every cut is found" "$bad" ''
}

sgnfile --build --tftp pem/asterisk.pem in/SEP001122334455.cnf.xml
enccnf --build --tftp pem/asterisk.pem --certificate pem/SEP001122334455.pem in/SEP001122334455.cnf.xml
tlvfile --build in/list.tlv --sast pem/sast.pem --sast pem/sast2.pem --tftp pem/apache-ec.pem -v 1.1
sample in/list.tlv tlvfile --parse @
sample "$vectors/4.13/tlv/odd.tlv" tlvfile --parse @
sample in/list.tlv tlvfile --diff "$vectors/4.11/tlv/full.tlv" @
sample "$vectors/4.11/sgn/plain/SEP58971ECC97C1.cnf.xml.sgn" sgnfile --parse --tftp pem/asterisk.pem @
sample "$vectors/4.11/sgn/plain/SEP58971ECC97C1.cnf.xml.sgn" \
    sgnfile --remove --tftp pem/asterisk.pem --output out.bin @
sample in/SEP001122334455.cnf.xml.enc.sgn enccnf --parse --tftp pem/asterisk.pem @
sample in/SEP001122334455.cnf.xml.enc.sgn \
    enccnf --parse --tftp pem/asterisk.pem --key pem/SEP001122334455.pem @
not_ok 'no content comes of a changed file' test -e out.bin

done_testing
