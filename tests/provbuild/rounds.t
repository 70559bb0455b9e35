#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild, more than is made durable at once: a round is committed while the next is built.

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

round=2048
files=$((2 * round + 100))

site rounds
settings trust 'sast = {pem/sast.pem, pem/sast2.pem} ccm-tftp = {pem/rsa1024.pem}' \
    sign 'certificate = pem/rsa1024.pem exclude = {"*.sbn"}'
rm -r source/Chile source/*.SBN source/SEP* source/SoftKeys.xml
mkdir source/music
for ((i = 0; i < files; i++)); do
    printf '<n>%d</n>\n' "$i" >"source/music/$(printf %05d $i).xml"
done
configuration "$phone"
echo '<device' >"source/$other.cnf.xml"

published() {
    find tftpboot -name '*.sgn' ! -name '.*' | wc -l
}

# The first round becomes visible before the last is built; a run that is stopped then leaves whole
# rounds.
(exec provbuild --config prov.conf >stopped.out 2>stopped.err) &
pid=$!
for ((i = 0; i < 3000 && $(published) < round / 2; i++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.01
done
kill -TERM "$pid" 2>/dev/null
wait "$pid"
code=$?
seen=$(published)
outputs=$((seen - $(find tftpboot -name '*.enc.sgn' | wc -l))) # a phone's pair is one
ok 'a signal ends the run' [ "$code" -ne 0 ]
ok 'some of it is published' [ "$seen" -gt 0 ]
is 'by whole rounds' $((outputs % round)) 0
is 'all that is published is told' "$(grep -c '^wrote .*\.sgn' stopped.out)" "$outputs"
no_temporaries 'nothing is left of the others' tftpboot

faulty 'the next run builds the rest, but for what cannot be built' "$other.cnf.xml: malformed XML"
is 'all is published' "$(published)" $((files + 2))
is 'what it wrote' "$(grep -c "^wrote .*\.sgn" "$out")" $((files + 1 - outputs))
rm "source/$other.cnf.xml"
silent 'nothing is left to do' build
printf 'x' >>tftpboot/music/00007.xml.sgn
built 'and all of them are looked at' 'wrote music/00007.xml.sgn: content'

done_testing
