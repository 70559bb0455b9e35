#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: nothing that was encrypted once becomes readable, whatever else is lost.

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"
# Of phones that go back to clear text by name, and of one that nothing says was ever encrypted.
may_hold {named-*,back-killed,ledger,no-archive,lost-tree-and-archive-lists}/tftpboot/SEP58971ECC97C1.cnf.xml.sgn \
    'links/elsewhere/*'

bare='source = source tftpboot = tftpboot devices = devices archive = archive'
record=archive/encrypted-phones

# Nothing that only $phone may read is in the tree.
closed() { # NAME [SEP<MAC>]
    is "$1: no clear text" "$(leaks "${2-$phone}")" ''
}

# --- the record of phones that were encrypted

site record
build >/dev/null
is 'a phone is recorded with its first encrypted configuration' "$(grep '^SEP' $record)" \
    "$phone encrypted"
before=$(stat -c %Y.%i $record)
configuration "$phone" '<x/>'
build >/dev/null
is 'the record is written only when it changes' "$(stat -c %Y.%i $record)" "$before"
with_certificate "$other"
build >/dev/null
is 'a line for each phone' "$(grep '^SEP' $record | tr '\n' ' ')" \
    "$other encrypted $phone encrypted "
rm "devices/$other.pem"
build --force "$other" >/dev/null
is 'a forced one is no more encrypted' "$(grep '^SEP' $record | tr '\n' ' ')" \
    "$other clear $phone encrypted "
configuration "$other" '<x/>'
built 'and stays clear' \
    "wrote $other.cnf.xml.sgn: content; in clear text: there is no certificate of this phone"
site plan
run build --dry-run
not_ok 'a plan writes no record' test -e $record

site broken-record
build >/dev/null
cp $record kept
echo 'nonsense' >>$record
before=$(snapshot)
configuration "$other" '<x/>'
faulty 'a record that cannot be understood' ".*$record: .*nonsense.*remove it"
before=$(snapshot)
for spoilt in 'head -c 200 /dev/zero' 'true' 'head -n -1 kept' 'head -n 2 kept' \
    'head -c -2 kept' 'grep -v SEP kept' 'sed s/encrypted$/secret/ kept' 'tr x \\0 <kept'; do
    eval "$spoilt" >$record
    before=$(snapshot)
    faulty "a record as by $spoilt" ".*$record: .*put the right one back.*remove it"
    unchanged "a record as by $spoilt: nothing is published" "$before"
done
rm $record
run build
is 'it is made anew where the tree stands' "$code $(diff $record kept)" '0 '
head -c 200 /dev/zero >archive/under-way
faulty 'a spoilt record of changes' '.*archive/under-way: .*put the right one back.*remove it'

site no-archive
settings paths 'source = source tftpboot = tftpboot devices = devices' trust ''
run build
is 'without an archive' "$code $(<"$err")" '0 '
ok 'phones are encrypted all the same' test -e "tftpboot/$phone.cnf.xml.enc.sgn"
closed 'without an archive'
silent 'the next run without an archive' build
run build --status
like 'nobody remembers' "$(<"$out")" 'set archive in section paths: .*encrypted'
rm devices/*
faulty 'the pair tells' "$phone.cnf.xml: it was published encrypted"
closed 'without an archive, and a certificate'
rm tftpboot/SEP*
run build
is 'without anything there is nothing to remember' "$code $(find tftpboot -name 'SEP*' | wc -l)" '0 2'

site gone-archive
rm -r archive
faulty 'an archive that is not there' 'archive: cannot use archive: .*make it'
is 'is said before all' "$(find tftpboot -type f)" ''

# --- what was refused has an end

site scrapped
for i in $(seq 40); do echo "$i" >"source/file$i.xml"; done
build >/dev/null
rm "source/$phone.cnf.xml" devices/*
build --prune >/dev/null
silent 'the last phone with a certificate is gone' build
silent 'and --quick says the same' build --quick
configuration "$third"
run build
is 'new phones are built' "$code $(grep -c "wrote $third" "$out")" '0 1'
configuration "$phone"
faulty 'what the record says is not gone' "$phone.cnf.xml: it was published encrypted"
rm "source/$phone.cnf.xml"
run build --force "$phone"
is 'by name it is, even without a configuration' "$code $(grep "$phone" $record)" "0 $phone clear"

site unmounted
build >/dev/null
mv devices/* .
configuration "$third"
configuration "$other" '<edited/>'
run build
is 'clear text that stands is kept up to date' "$(grep -c "wrote $other" "$out")" 1
like 'new clear text is not published' "$(<"$err")" "$third.cnf.xml: the devices folder holds no"
run build --force "$third"
is 'but by name' "$(grep -c "wrote $third" "$out")" 1
run build
unlike 'once is enough' "$(<"$err")" "$third"
rm "tftpboot/$third.cnf.xml.sgn"
run build
unlike 'and is remembered' "$(<"$err")" "$third"

# --- a new phone that cannot be encrypted

for wrong in "cp devices/$phone.pem devices/$third.pem" \
    "openssl x509 -in pem/$third.pem -out devices/$third.pem; echo '<device>' >source/$third.cnf.xml"; do
    site "wrong-${wrong%% *}"
    build >/dev/null
    configuration "$third"
    eval "$wrong"
    faulty "a new phone: $wrong" "(devices/)?$third|.*$third"
    is 'is not recorded as encrypted' "$(grep -c "$third" $record)" 0
    rm "devices/$third.pem"
    configuration "$third"
    run build
    is 'without certificate it is a new phone' "$code $(grep -c "wrote $third.cnf.xml.sgn: new" "$out")" '0 1'
done

# --- killed as a phone goes back to clear text

if can_trace; then
    site back
    build >/dev/null
    rm devices/*
    cp -R ../back ../back-whole
    bad='' moments=0
    for call in rename renameat renameat2 fsync unlink unlinkat; do
        for n in 1 2 3 4 5 6 7 8; do
            rm -rf ../back-killed && cp -R ../back-whole ../back-killed && cd ../back-killed || exit 1
            { GCOV_PREFIX=$temporary/coverage ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null \
                -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
                provbuild --config prov.conf --jobs 1 --force "$phone" >/dev/null 2>&1; } 2>/dev/null
            [ $? -eq 137 ] || break
            moments=$((moments + 1))
            open=$(leaks "$phone")
            run build
            [ -z "$open" ] || [ "$code" -eq 0 ] || bad+="$call $n: $(<"$err")"$'\n'
            [ "$code" -eq 1 ] || [ -z "$(ls secure)" ] || bad+="$call $n: secure/$(ls secure)"$'\n'
        done
    done
    is 'a kill as a phone goes back to clear text' "$bad" ''
    ok 'at several moments' test $moments -gt 5
else
    skip 'a kill as a phone goes back to clear text' 'strace is not installed, or may not trace'
fi

site closed-archive
settings paths "$bare" trust ''
rm -r archive && echo >archive
faulty 'an archive that cannot be written' ".*archive.*"
is 'publishes nothing' "$(ls tftpboot)" ''

# --- never back to clear text, with no secure root and whatever is lost

for lost in configurations 'one certificate' 'all lists' 'tree and archive lists'; do
    site "lost-${lost// /-}"
    settings paths "$bare"
    with_certificate "$other"
    build >/dev/null
    case $lost in
    configurations) rm tftpboot/SEP* devices/* ;;
    'one certificate') rm -r tftpboot/* "devices/$phone.pem" ;;
    'all lists') rm tftpboot/* devices/* 2>/dev/null ;;
    *) rm -r tftpboot/* tftpboot/.ladder archive/*.tlv* devices/* ;;
    esac
    for options in '' --quick --force '--quick --force'; do
        # shellcheck disable=SC2086
        run build $options
        is "lost: $lost ($options)" "$code" 1
        closed "lost: $lost ($options)"
    done
done
like 'why is said' "$(<"$err")" "$phone.cnf.xml: it was published encrypted.* --force $phone"
run build --force "$phone"
like 'only by name' "$(<"$out")" "wrote $phone.cnf.xml.sgn: new; in clear text"
closed 'only this one' "$other"

# The record gone, too, while lists are there: who was encrypted is unknown.
site unknown
settings paths "$bare"
build >/dev/null
rm -r tftpboot/* $record "devices/$phone.pem" && with_certificate "$other"
faulty 'no record, and an emptied tree' "$phone.cnf.xml: the tree was emptied, and .*--force $phone"
closed 'no record, and an emptied tree'
run build --force
closed 'no record, an emptied tree, and --force'

# --prune takes the pair away, but not the knowledge.
site pruned
settings paths "$bare"
for i in $(seq 40); do echo "$i" >"source/file$i.xml"; done
build >/dev/null
rm $record # a tree of an older version
mv "source/$phone.cnf.xml" . && rm "devices/$phone.pem"
run build --prune
is 'a pair without source goes' "$code $(grep -c "^removed $phone" "$out")" '0 2'
mv "$phone.cnf.xml" source/
faulty 'the source is back' "($phone.cnf.xml: it was published|.*: the devices folder holds no)"
closed 'the source is back'

# The ledger saw it go out.
ok 'a fleet' fleet ledger paths "$bare ledger = ledger"
boots "$phone"
wait_until test -n "$(ls ledger)"
stop_provd
rm -r tftpboot/* tftpboot/.ladder archive/* "devices/$phone.pem" && with_certificate "$other"
run build --accept-archive # the phone's list is gone with them
is 'the ledger knows a phone that fetched its encrypted configuration' "$code" 1
like 'and says so' "$(<"$err")" "$phone.cnf.xml: it was published encrypted"
closed 'the ledger knows'
run build --force "$phone"
is 'by name it goes' "$code" 0
configuration "$phone" '<y/>'
silent_again() { build >"$out" 2>"$err" && [ ! -s "$err" ]; }
ok 'and stays so' silent_again
rm $record # as an earlier version left it
configuration "$phone" '<z/>'
ok 'so it does where only its clear text tells' silent_again
configuration "$phone" '<zz/>'
ok 'and from then on' silent_again

# Half of a pair shows it, too, and --quick looks.
site half
settings paths "$bare"
with_certificate "$other"
build >/dev/null
touch tftpboot/*
rm "devices/$phone.pem" "tftpboot/$phone.cnf.xml.enc.sgn"
faulty 'half of a pair, --quick' "$phone.cnf.xml: it was published encrypted" --quick
rm $record
faulty 'the same without a record' "$phone.cnf.xml: it was published encrypted" --quick
is 'which is written anew' "$(grep -c "$phone encrypted" $record)" 1

# --- certificates under other names

site names
mv "devices/$phone.pem" "devices/${phone,,}.PEM"
run build
is 'a name in small letters is taken' "$code $(grep "$phone" "$out")" \
    "0 wrote $phone.cnf.xml.enc.sgn: new"
closed 'a name in small letters'
for name in "$phone.crt" "${phone,,}.CER" "$phone.der" "lsc/$phone.pem" "CP-8841-$phone.pem" \
    "$phone.pem.pem"; do
    site "named-${name//\//-}"
    mkdir devices/lsc && mv "devices/$phone.pem" "devices/$name"
    with_certificate "$other"
    faulty "$name" "$phone.cnf.xml: .*devices/$name .*$phone.pem"
    closed "$name"
    run build --status
    like "$name: --status says so" "$(<"$out")" "$phone.cnf.xml: .*devices/$name"
    run build --force "$phone"
    is "$name: by name it goes in clear text" "$code $(leaks "$phone" | wc -l)" '0 1'
done
site beside
cp "devices/$phone.pem" "devices/$phone.crt"
run build
is 'a second form of a certificate that is taken' "$code $(<"$err")" '0 '
closed 'a second form of a certificate that is taken'

# --- required, after the clear text was published

site required
for i in $(seq 40); do echo "$i" >"source/file$i.xml"; done
build >/dev/null
settings sign 'certificate = pem/asterisk.pem encryption = required exclude = {"*.sbn"}'
faulty 'clear text that stands is said' \
    "$other.cnf.xml: encryption is required, .*clear text stands in the public tree.*--prune"
run build --prune
is '--prune removes it' "$code $(<"$out")" "1 removed $other.cnf.xml.sgn: encryption is required"
closed 'required' "$other"
like 'then only the certificate is missing' "$(<"$err")" 'no certificate of this phone'
run build
unlike 'and nothing stands' "$(<"$err")" 'stands in the public tree'
mv "devices/$phone.pem" .
run build --prune
ok 'a pair stays' test -e "tftpboot/$phone.cnf.xml.enc.sgn" -a -e "tftpboot/$phone.cnf.xml.sgn"

# --- the same under another name

twin() { # NAME PATTERN
    faulty "$1" "$2"
    closed "$1"
    run build --quick
    closed "$1, --quick"
}
site links
ln -s "$phone.cnf.xml" source/template.xml
twin 'a link' "template.xml: it is the configuration of $phone"
rm source/template.xml && mkdir elsewhere && mv "source/$phone.cnf.xml" elsewhere/
ln -s "../elsewhere/$phone.cnf.xml" "source/$phone.cnf.xml"
ln -s "../elsewhere/$phone.cnf.xml" source/template.xml
twin 'a link to the outside' "template.xml: it is the configuration of $phone"
rm source/template.xml && cp "elsewhere/$phone.cnf.xml" source/copy.xml
twin 'a copy' "copy.xml: it is the configuration of $phone"
rm source/copy.xml && cp "elsewhere/$phone.cnf.xml" source/copy.sbn
twin 'a copy that is copied' "copy.sbn: it is the configuration of $phone"
rm source/copy.sbn && ln -sf "../elsewhere/$phone.cnf.xml" "source/$other.cnf.xml"
twin 'a link by another phone' "$other.cnf.xml: it is the configuration of $phone"
configuration_of_all() {
    rm -f source/SEP* && echo '<device/>' >source/XMLDefault.cnf.xml
    ln -s XMLDefault.cnf.xml "source/$phone.cnf.xml" && ln -s XMLDefault.cnf.xml "source/$other.cnf.xml"
}
configuration_of_all
run build
is 'the configuration for all is for all' "$code $(<"$err")" '0 '

done_testing
