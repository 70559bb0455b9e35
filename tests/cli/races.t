#!/bin/bash
# SPDX-License-Identifier: MIT
# Two runs at the same time, and runs that a signal ends.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

copy_inputs
a=pem/sast.pem b=pem/sast2.pem c=c.pem
mkcert -c c -o o -u u "$c" -b 2048

# --- trust lists: whoever comes second must see what the first published

both=0 none=0
for round in 1 2 3 4 5 6 7 8 9 10; do
    rm -f list.tlv
    tlvfile --build --sast "$a" --sast "$b" list.tlv
    cp list.tlv first.tlv
    tlvfile --build --sast "$a" --sast "$c" list.tlv 2>a.err &
    one=$!
    tlvfile --build --sast "$b" --sast "$c" --tftp pem/asterisk.pem list.tlv 2>b.err &
    two=$!
    wait "$one"
    rc_one=$?
    wait "$two"
    rc_two=$?
    [ $((rc_one + rc_two)) -eq 0 ] && both=$((both + 1))
    [ $((rc_one + rc_two)) -eq 2 ] && none=$((none + 1))
done
is 'lists that exclude each other are never both published' "$both" 0
is 'one of them always is' "$none" 0

# --- keys: the first one stays

for round in 1 2 3 4 5; do
    rm -f new.pem
    mkcert -c "one $round" -o o -u u new.pem 2>one.err &
    one=$!
    mkcert -c "two $round" -o o -u u new.pem 2>two.err &
    two=$!
    wait "$one"
    rc_one=$?
    wait "$two"
    rc_two=$?
    is "one of two keys is written, round $round" $((rc_one + rc_two)) 1
    like "the other is told, round $round" "$(cat one.err two.err)" 'new.pem: .*exists'
    mode=$(stat -c %a new.pem)
    is "the key is private, round $round" "$mode" 600
done

# --- signals: nothing is left behind

mkdir many
i=0
while [ $i -lt 400 ]; do
    echo "$i" >"many/f$i.xml"
    i=$((i + 1))
done
for name in INT TERM HUP; do
    # Whoever runs the tests may have SIGHUP ignored.
    perl -e '$SIG{HUP} = "DEFAULT"; exec @ARGV' \
        sgnfile --build --jobs 1 --tftp pem/asterisk.pem many/*.xml 2>/dev/null &
    signer=$!
    # As soon as it writes, and before it has written all.
    while kill -0 "$signer" 2>/dev/null && [ -z "$(find many -name '.prov-*' -print -quit)" ]; do
        :
    done
    # A shell that is not interactive starts background jobs with SIGINT ignored.
    if [ "$name" != INT ]; then
        kill -s "$name" "$signer"
        wait "$signer"
        rc=$?
        is "SIG$name ends it" "$rc" $((128 + $(kill -l "$name")))
    else
        wait "$signer"
        is 'an ignored SIGINT stays ignored' "$?" 0
    fi
    is "SIG$name leaves no temporary files" "$(find many -name '.prov-*' | wc -l)" 0
    rm -f many/*.sgn
done

done_testing
