#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild under cron: locks, modification times, what lost its source, restarting phones.

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

# --- one run at a time

site lock
# A process that holds the lock until its input ends.
mkfifo hold
perl -e 'use Fcntl ":flock"; open F, "<", "tftpboot"; flock F, LOCK_EX; open L, ">", "locked";
    close L; <STDIN>' <hold &
holder=$!
exec {hold}>hold
until [ -e locked ]; do sleep 0.01; done
run build --wait 0
is 'another holds the lock' "$code $(lines "$err")" '1 1'
like 'it says who' "$(<"$err")" "^provbuild: process $holder \\(perl\\) is at work on .*tftpboot"
is 'nothing was done' "$(ls tftpboot)" ''
provbuild --config prov.conf --wait 60 >waited 2>&1 {hold}>&- &
waiting=$!
exec {hold}>&-
wait $waiting
is 'a run waits for its turn' "$? $(lines waited)" '0 6'
{ perl -e 'use Fcntl ":flock"; open F, "<", "tftpboot"; flock F, LOCK_EX; kill KILL => $$'; } 2>/dev/null
silent 'a process that was killed leaves no lock' build --wait 0

# Two at once: nothing is done twice, and nothing is left half done.
rm -rf tftpboot/* tftpboot/.ladder secure/* archive/*
provbuild --config prov.conf >one 2>&1 &
first=$!
provbuild --config prov.conf >two 2>&1 &
second=$!
wait $first
codes=$?
wait $second
is 'two at once' "$codes $? $(cat one two | wc -l)" '0 0 6'

# --- modification times

site quick
build >/dev/null
silent 'nothing changed' build --quick
touch -d '1 hour ago' source/* devices/* source/Chile/*
silent 'older sources' build --quick
echo '<soft>x</soft>' >source/SoftKeys.xml
touch -d '1 hour ago' source/SoftKeys.xml
silent 'content with an old time is not seen' build --quick
built 'without --quick it is' 'wrote SoftKeys.xml.sgn: content'
echo '<soft>y</soft>' >source/SoftKeys.xml
built 'a newer source' 'wrote SoftKeys.xml.sgn: content' --quick
touch source/*
silent 'a newer time of the same content' build --quick
rm "tftpboot/$phone.cnf.xml.sgn" "tftpboot/$other.cnf.xml.sgn"
run build --quick
is 'lost files are seen' "$code $(lines "$out")" '0 2'
rm "secure/$phone.cnf.xml"
built 'a lost clear file is seen' "wrote secure/$phone.cnf.xml: new" --quick
mkcert -c "$phone" -o O -u U new.pem >/dev/null && openssl x509 -in new.pem -out "devices/$phone.pem"
faulty 'a changed key is seen' "$phone.cnf.xml: the phone's certificate changed" --quick
with_certificate "$phone"
build >/dev/null
touch tftpboot/* secure/*
mv "devices/$phone.pem" gone.pem
with_certificate "$other"
run build --quick
like 'a lost certificate is seen' "$code $(<"$err")" "^1 provbuild: $phone.cnf.xml: it was published encr"
mv gone.pem "devices/$phone.pem"
build >/dev/null
sed -i s/SIP42/sip88xx/ source/SEP*.cnf.xml
build >/dev/null
settings more 'sign "*" { digest = sha512 }'
touch -d '1 minute' prov.conf
run build --quick
is 'changed settings are seen' "$code $(grep -c ': digest' "$out")" '0 4'
silent 'and settings newer than the files change nothing' build --quick

# --- what lost its source

site prune
for i in $(seq -w 40); do echo "$i" >"source/file$i.xml"; done
build >/dev/null
rm source/file01.xml "source/$phone.cnf.xml" source/term42.SBN
echo foreign >tftpboot/foreign.xml
cp source/file02.xml f && sgnfile --build --tftp pem/apache.pem f && mv f.sgn tftpboot/foreign.sgn
silent 'nothing goes without --prune' build
before=$(snapshot)
built 'a plan of --prune' "would remove secure/$phone.cnf.xml: its source is gone
would remove $phone.cnf.xml.enc.sgn: its source is gone
would remove $phone.cnf.xml.sgn: its source is gone
would remove file01.xml.sgn: its source is gone" --prune --dry-run
unchanged 'a plan removes nothing' "$before"
run build --prune
is '--prune' "$code $(lines "$out")" '0 4'
is 'foreign files and copies stay, what lost its source is gone' \
    "$(find tftpboot secure -type f ! -name 'file[0-9]*' | sort | tr '\n' ' ')" \
    "tftpboot/.ladder/archive tftpboot/Chile/mk-sip.jar.sgn tftpboot/ITLFile.tlv tftpboot/$other.cnf.xml.sgn \
tftpboot/SoftKeys.xml.sgn tftpboot/foreign.sgn tftpboot/foreign.xml tftpboot/term42.SBN "
silent 'then all is done' build --prune
mv source/file02.xml . && ln -s nowhere source/link.xml
before=$(snapshot)
faulty 'half of a source folder' '(link.xml: this link leads to no|source: not all of the source folder could be read)' --prune
unchanged 'takes nothing away' "$before"
rm source/link.xml && mv file02.xml source
rm source/file1?.xml
before=$(snapshot)
faulty 'too many at once' 'tftpboot: 10 of 46 files have lost their source, more than one in 10' --prune
unchanged 'none of them is gone' "$before"
rm -rf source/* && mkdir source/Chile
faulty 'an emptied source folder' 'tftpboot: [0-9]+ of 46 files have lost their source' --prune
unchanged 'it empties nothing' "$before"
run build --prune --force
is '--force does it' "$code $(find tftpboot -name '*.sgn')" '0 tftpboot/foreign.sgn'

# A source that cannot be built, or read, is no source that is gone.
site faults
build >/dev/null
before=$(snapshot)
echo '<device' >"source/$phone.cnf.xml"
faulty 'a source that cannot be built' "$phone.cnf.xml: malformed XML" --prune
unchanged 'keeps its outputs' "$before"
configuration "$phone"
mv "devices/$phone.pem" .
faulty 'a lost certificate' \
    "($phone.cnf.xml: it was published encrypted|$other.cnf.xml: the devices folder holds no)" --prune
unchanged 'keeps the pair' "$before"

# --- what a killed run leaves

site tidy
build >/dev/null
for folder in tftpboot tftpboot/Chile secure archive; do
    echo half >$folder/.prov-0123456789abcdef.tmp
    echo other >$folder/.other.tmp
done
silent 'a plan' build --dry-run
ok 'leaves everything' test -e tftpboot/.prov-0123456789abcdef.tmp
silent 'a run' build
is 'removes unfinished files' "$(find . -name '.prov-*')" ''
is 'and no others' "$(find . -name '.other.tmp' | wc -l)" 4

# --- how far it is

if have script; then
    site terminal
    for i in $(seq 400); do echo "$i" >"source/file$i.xml"; done
    on_terminal() { # COMMAND; what a terminal was sent, without what script says itself
        script -qec "$1" typescript >/dev/null </dev/null
        sed -e '1d' -e '/^Script done/d' typescript | tr -d '\n'
    }
    shown=$(on_terminal 'provbuild --config prov.conf')
    like 'a terminal sees a bar' "$shown" $'\r\\[#+-*\\] [0-9]+ of 405 files'
    numbers=$(grep -o '[0-9]* of 405 files' <<<"$shown")
    is 'it only grows' "$numbers" "$(sort -n <<<"$numbers")"
    like 'it is cleared before the report' "$shown" $'files\r\e\\[K''wrote '
    unlike 'and does not come back' "${shown##*$'\e[K'}" 'of 405 files'
    is 'where nothing is to be done, it sees nothing' \
        "$(on_terminal 'provbuild --config prov.conf' | tr -d '\r')" ''
    find tftpboot -name 'file*' -delete
    run build
    unlike 'a pipe is not shown it' "$(cat "$out" "$err")" ' of '
    find tftpboot -name 'file*' -delete
    shown=$(on_terminal 'timeout --foreground -s INT 0.2 provbuild --config prov.conf --jobs 1')
    unlike 'a run that is interrupted clears it too' "${shown##*$'\e[K'}" 'of [0-9]+ files'
else
    skip 'how far it is' 'script is not installed'
fi

# --- restarting phones

site restart
cat >restart <<'END'
#!/bin/sh
printf '%s\n' "$*" >>restarted
END
chmod +x restart
restarted() { # NAME NAMES
    is "$1" "$(cat restarted 2>/dev/null)" "$2"
    rm -f restarted
}
settings more "hooks { restart = '$PWD/restart -x' }"
build >/dev/null
restarted 'all phones, for a first run' "-x $other $phone"
build
restarted 'nobody, where nothing changed' ''
configuration "$phone" '<e/>'
build --dry-run >/dev/null
restarted 'nobody, for a plan' ''
build >/dev/null
restarted 'one phone, for its configuration' "-x $phone"
echo '<soft>4</soft>' >source/SoftKeys.xml
build >/dev/null
restarted 'all phones, for a file of all' "-x $other $phone"
settings trust 'version = "1.1" sast = {pem/sast.pem, pem/sast2.pem} ccm-tftp = {pem/asterisk.pem}' \
    more "trust '$phone' { sast = {pem/sast.pem, pem/sast2.pem} ccm-tftp = {pem/asterisk.pem} } hooks { restart = '$PWD/restart' }"
build >/dev/null 2>&1
restarted 'one phone, for its list' "$phone"
settings
build >/dev/null
# shellcheck disable=SC2016 # for the hook's shell
settings more 'hooks { restart = '"'"'for i in one; do printf "%s;" "$i" >restarted; shift 0; done; true'"'"' }'
configuration "$phone" '<f/>'
built 'a command for a shell' "wrote $phone.cnf.xml.enc.sgn: content"
restarted 'is run by one' 'one;'
settings more 'hooks { restart = "exec ./restart" }'
configuration "$phone" '<g/>'
faulty 'a command that is not there' 'hooks restart: cannot run exec: No such file'
settings more 'hooks { restart = "false" }'
configuration "$phone" '<h/>'
faulty 'a command that fails' 'hooks restart: it ended with exit code 1'
faulty 'and is called again, though what was built is built' 'hooks restart: it ended with exit code 1'
settings more 'hooks { restart = "printf %s; printf %s" }'
configuration "$phone" '<i/>'
run build
is 'names come last' "$code $(tail -n 1 "$out")" "0 $phone"

done_testing
