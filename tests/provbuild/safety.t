#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: no file is lost, no phone is left with stale files, and nothing is said in the wrong
# place.

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

json() { # PERL-EXPRESSION of the object $_ on stdout
    perl -MJSON::PP -0777 -ne '$_ = decode_json($_); print '"$1" "$out"
}
signed_by() { # PEM: how many files of the tree carry its signature
    local file count=0
    for file in tftpboot/*.sgn tftpboot/*/*.sgn; do
        ! sgnfile --parse --tftp "$1" "$file" >/dev/null 2>&1 || count=$((count + 1))
    done
    echo "$count"
}

# --- --quick and the signer

site renewed
build >/dev/null
new_key new pbx
cp pem/new.pem pem/asterisk.pem
build --quick >/dev/null 2>&1
is 'a signer that was renewed in its place is seen by --quick' "$(signed_by pem/new.pem)" 5
silent 'then nothing is left' build --quick

site older
new_key new pbx
sleep 1.1
build >/dev/null
cp -p pem/new.pem pem/asterisk.pem
build --quick >/dev/null 2>&1
is 'so is one whose file is older than the outputs' "$(signed_by pem/new.pem)" 5

site same-name # and serial number, another key
for i in 1 2; do
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "key$i" -out "cert$i" -set_serial 7 -days 900 \
        -subj '/CN=pbx/O=Test/OU=Voice' 2>/dev/null
    cat "cert$i" "key$i" >"pem/twin$i.pem" && chmod 600 "pem/twin$i.pem"
done
cp pem/twin1.pem pem/asterisk.pem
build >/dev/null
cp pem/twin2.pem pem/asterisk.pem
build --quick --force >/dev/null 2>&1
is 'so is another key of the same name and number' "$(signed_by pem/twin2.pem)" 5

ok 'a fleet' fleet rotation
new_key next pbx2
build --rotate-signer pem/next.pem >/dev/null
build --quick --forget "$phone" "$other" "$third" >/dev/null
is '--quick goes on with the rotation of a signer' "$(signed_by pem/next.pem)" 6
stop_provd

# --- roots within each other

roots() { # NAME SECURE DEVICES ARCHIVE
    site "roots-${1// /-}"
    mkdir -p source/inner secure/inner archive/inner devices/inner
    settings paths "source = source tftpboot = tftpboot secure = $2 devices = $3 archive = $4"
    before=$(find . -type f ! -name prov.conf | sort)
    faulty "$1" '[a-z]+ \(.*\) and [a-z]+ \(.*\) are one within the other'
    is "$1: nothing is touched" "$(find . -type f ! -name prov.conf | sort)" "$before"
}
roots 'secure is source' source devices archive
roots 'secure in source' source/inner devices archive
roots 'archive is source' secure devices source
roots 'archive in secure' secure devices secure/inner
roots 'devices in source' secure source/inner archive
roots 'devices is archive' secure archive archive
roots 'secure in devices' devices/inner devices archive
site roots-link
ln -s source link
settings paths 'source = source tftpboot = tftpboot secure = link devices = devices archive = archive'
faulty 'a link to the source' 'secure \(.*\) and source \(.*\) are one within the other'

# --- modes do not depend on the umask

site modes
(umask 077 && build >/dev/null)
is 'public files' "$(find tftpboot -type f -printf '%m\n' | sort -u)" 644
is 'public folders' "$(stat -c %a tftpboot/Chile)" 755
is 'clear configurations' "$(mode "secure/$phone.cnf.xml")" 640
chmod 600 "secure/$phone.cnf.xml" tftpboot/SoftKeys.xml.sgn
configuration "$phone" '<m/>' && echo '<soft>m</soft>' >source/SoftKeys.xml
build >/dev/null
is 'what the administrator closed stays closed' \
    "$(mode "secure/$phone.cnf.xml") $(mode tftpboot/SoftKeys.xml.sgn)" '600 600'
settings more "hooks { restart = '$PWD/hook' }"
printf '#!/bin/sh\numask >mask\n' >hook && chmod +x hook
configuration "$phone" '<n/>'
(umask 027 && build >/dev/null)
is "the hook has the caller's" "$(<mask)" 0027

# --- phones that wait for their restart

site pending
printf '#!/bin/sh\necho "$*" >>called\n[ ! -e broken ]\n' >hook && chmod +x hook
settings more "hooks { restart = '$PWD/hook' }"
build >/dev/null && rm called
touch broken && configuration "$phone" '<p/>'
faulty 'a hook that fails' 'hooks restart: it ended with exit code 1.*next run'
configuration "$other" '<p/>'
faulty 'and again' 'hooks restart: it ended'
rm called broken
silent 'the next run' build --quick
is 'calls it for all that wait' "$(<called)" "$other $phone"
rm called
silent 'then nobody waits' build
not_ok 'so it is not called' test -e called
ln -s "$(command -v sleep)" sleeper && settings more "hooks { restart = '$PWD/sleeper 60' }"
configuration "$phone" '<q/>'
build >/dev/null 2>&1 &
pid=$!
wait_until test -e "/proc/$pid" -a -s tftpboot/$phone.cnf.xml.sgn
child_of() { pgrep -P "$pid" >/dev/null; }
wait_until child_of
child=$(pgrep -P "$pid")
kill -KILL "$pid" "$child"
wait "$pid" 2>/dev/null
settings more "hooks { restart = '$PWD/hook' }"
build >/dev/null
is 'a run that was killed in its hook' "$(<called)" "$phone"
rm called
printf 'SEP000000000001\nend 1\n' >archive/to-restart # as a killed run leaves it
build >/dev/null
is 'a name of an earlier run' "$(<called)" SEP000000000001
rm called
printf 'all\nend 1\n' >archive/to-restart
build >/dev/null
is 'and all' "$(<called)" "$other $phone"
rm called
printf 'all\nend 1\n' >archive/to-restart
build --dry-run >/dev/null
not_ok 'a plan calls nobody' test -e called
ok 'and forgets nobody' test -s archive/to-restart

head -c 100 /dev/zero >archive/to-restart
faulty 'a spoilt record of who waits' '.*archive/to-restart: .*remove it'
site torn # some files of a round are visible, others are not
printf '#!/bin/sh\necho "$*" >>called\n[ ! -e broken ]\n' >hook && chmod +x hook
settings more "hooks { restart = '$PWD/hook' }"
build >/dev/null && rm called
configuration "$phone" '<p/>' && configuration "$other" '<p/>'
if can_trace; then
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=rename,renameat,renameat2 \
        -e inject=rename,renameat,renameat2:error=ENOSPC:when=3 \
        provbuild --config prov.conf --jobs 1 >"$out" 2>"$err"
    like 'a round that becomes visible in part' "$(<"$err")" 'No space left'
    is 'its phones are restarted' "$(<called)" "$other $phone"
    rm called
    run build
    is 'the next run does the rest' "$code $(<"$err")" '0 '
else
    skip 'a round that becomes visible in part' 'strace is not installed, or may not trace'
fi

# A run that is killed when its files begin to be visible, or are: the next one knows whom to restart.
if can_trace; then
    site struck
    printf '#!/bin/sh\necho "$*" >>called\n' >hook && chmod +x hook
    settings more "hooks { restart = '$PWD/hook' }"
    build >/dev/null
    # Killed at the Nth time that a thread of it renames something (OPTION: something like that).
    struck() { # N [OPTION...]
        rm -f called
        configuration "$phone" "<v>$1$#</v>"
        # The kill is not to be told by the shell.
        { ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null "${@:2}" \
            -e trace=rename,renameat,renameat2 \
            -e "inject=rename,renameat,renameat2:signal=KILL:when=$1" \
            provbuild --config prov.conf --jobs 1; } >/dev/null 2>&1 && return 1
        build >/dev/null
    }
    forgotten=''
    count=0
    for n in 1 2 3; do
        struck "$n" || break
        count=$n
        grep -q "$phone" called 2>/dev/null || forgotten+=" file-$n"
    done
    is 'a run is struck before each of its files' "$count" 3
    for n in 1 2; do
        struck "$n" -P archive/to-restart || break
        grep -q "$phone" called 2>/dev/null || forgotten+=" record-$n"
    done
    is 'and each time the next one restarts the phone' "$forgotten" ''
else
    skip 'a run that is killed restarts its phones later' 'strace is not installed, or may not trace'
fi

# --- --adopt says what is left

adopted='paths { source = source tftpboot = tftpboot secure = secure devices = devices archive = archive }'
site adopt-left
build >/dev/null
rm "secure/$phone.cnf.xml" && with_certificate "$other"
echo "$adopted" >prov.conf && mkdir keys && cp pem/sast.pem pem/sast2.pem pem/asterisk.pem keys/
run build --adopt keys
is 'what the next run would do is said' "$code $(sort "$out" | tr '\n' ';')" \
    "0 would write $other.cnf.xml.enc.sgn: new;would write secure/$phone.cnf.xml: new;"
build >/dev/null
silent 'that is done' build

site adopt-no-key
build >/dev/null
echo "$adopted" >prov.conf && mkdir keys && cp pem/asterisk.pem keys/
run build --adopt keys
is 'a SAST whose key is not there' "$code $(<prov.conf)" "1 $adopted"
like 'is said once' "$(grep -c 'ITLFile.tlv: .*key' "$err")" '^1$'

site adopt-empty
echo "$adopted" >prov.conf
run build --adopt pem
is 'an empty tree' "$code $(<prov.conf)" "1 $adopted"
like 'is nothing to adopt' "$(<"$err")" 'nothing .*signed.* in .*tftpboot'

# --- links out of the tree

site linked-folder
mkdir elsewhere && ln -s ../elsewhere tftpboot/Chile
faulty 'a folder of the tree that leads out of it' \
    'Chile/mk-sip.jar: .*tftpboot/Chile .*leads out of'
is 'is not written through' "$(ls elsewhere)" ''
rm tftpboot/Chile && mkdir tftpboot/South && ln -s South tftpboot/Chile
run build
is 'one within the tree is' "$code $(ls tftpboot/South)" '0 mk-sip.jar.sgn'

# --- standing warnings

site loose
build >/dev/null
chmod 644 pem/sast.pem pem/asterisk.pem
silent 'a key that others can read is no news' build
run build --status
for key in sast asterisk; do
    like "--status says so of $key" "$(<"$out")" "pem/$key.pem: every user can read the private key; run: chmod o="
done
is 'once each' "$(grep -c 'every user can read' "$out")" 2
run build --status --json
is 'in JSON, too' "$(json 'scalar grep { /every user can read/ } @{$_->{warnings}}')" 2
is 'and nothing on stderr' "$(<"$err")" ''

# --- --json

site json
build >/dev/null
error_like() { # NAME PATTERN OPTION...
    run build --json "${@:3}"
    is "$1: the exit code" "$code" 1
    like "$1: the error is an object's" "$(json '$_->{error}' 2>&1)" "$2"
}
error_like 'a clock set back' 'clock' --timestamp 1000000000
perl -e 'use Fcntl ":flock"; open F, "<", "tftpboot"; flock F, LOCK_EX; open L, ">", "locked"; close L;
    sleep 60' &
holder=$!
wait_until test -e locked
error_like 'a lock' 'is at work' --wait 0
kill "$holder"
wait "$holder" 2>/dev/null
mv source away
error_like 'no source' 'source: cannot use'
error_like 'no source, --status' 'source' --status
mv away source
cp prov.conf kept && echo 'paths {' >prov.conf
error_like 'broken settings' 'prov.conf'
error_like 'broken settings, --adopt' 'prov.conf' --adopt pem
mv kept prov.conf
error_like '--adopt, again' 'describes lists' --adopt pem

# --- phones that nobody knows

ok 'a fleet' fleet unknown
stop_provd
before=$(snapshot)
for option in --accept-key --forget; do
    faulty "$option of a phone that nobody knows" "$option SEP0000000000FF: " \
        "$option" SEP0000000000FF
done
faulty '--accept-key of a phone without certificate' "--accept-key $other: .*certificate" \
    --accept-key "$other"
faulty '--force of a phone that nobody knows' '--force SEP0000000000FF: ' --force SEP0000000000FF
unchanged 'nothing is done' "$before"
run build --accept-key "$phone" --forget "$third"
is 'of one that is known' "$code $(cut -d ';' -f 1 "$out") $(<"$err")" "0 forgot 1 of 3 phones: $third "

# --- in which root

site rooted
build >/dev/null
chmod 644 "secure/$phone.cnf.xml"
built 'a file of the secure root is said to be one' "wrote secure/$phone.cnf.xml: mode"
rm "secure/$phone.cnf.xml"
run build --json --dry-run
is 'in JSON, too' "$(json '$_->{changes}[0]{file}')" "secure/$phone.cnf.xml"
build >/dev/null
rm "source/$phone.cnf.xml"
run build --prune --force --dry-run
printed 'where it is removed, too' "^would remove secure/$phone.cnf.xml: its source is gone"

# --- provcheck

site thrice
build >/dev/null
cp pem/asterisk.pem pem/all.pem && chmod 644 pem/all.pem && chmod 755 pem . ..
chmod 755 "$temporary"
settings trust 'version = "1.1" sast = {pem/all.pem, pem/sast2.pem} ccm-tftp = {pem/all.pem}' \
    sign 'certificate = pem/all.pem'
run provcheck tree --config prov.conf
is 'a key that three settings name is one finding' "$(grep -c 'all.pem.*private key' "$out")" 1

done_testing
