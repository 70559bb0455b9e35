#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: nothing that was encrypted once becomes readable, whatever else is lost.

# shellcheck disable=SC2119,SC2016

# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

bare='source = source tftpboot = tftpboot devices = devices archive = archive'
record=archive/encrypted-phones

# Nothing that only $phone may read is in the tree.
closed() { # NAME [SEP<MAC>]
    is "$1: no clear text" "$(leaks "${2-$phone}")" ''
}

# --- the record of phones that were encrypted

site record
build >/dev/null
is 'a phone is recorded with its first encrypted configuration' "$(grep -v '^#' $record)" \
    "$phone encrypted"
before=$(stat -c %Y.%i $record)
configuration "$phone" '<x/>'
build >/dev/null
is 'the record is written only when it changes' "$(stat -c %Y.%i $record)" "$before"
with_certificate "$other"
build >/dev/null
is 'a line for each phone' "$(grep -v '^#' $record | tr '\n' ' ')" \
    "$other encrypted $phone encrypted "
rm "devices/$other.pem"
build --force "$other" >/dev/null
is 'a forced one is no more encrypted' "$(grep -v '^#' $record | tr '\n' ' ')" \
    "$other clear $phone encrypted "
configuration "$other" '<x/>'
built 'and stays clear' \
    "wrote $other.cnf.xml.sgn: content; in clear text: there is no certificate of this phone"
site plan
run build --dry-run
not_ok 'a plan writes no record' test -e $record

site broken-record
build >/dev/null
echo 'nonsense' >>$record
before=$(snapshot)
configuration "$other" '<x/>'
faulty 'a record that cannot be understood' ".*$record: .*nonsense"
unchanged 'publishes nothing' "$before"

site no-archive
settings paths 'source = source tftpboot = tftpboot devices = devices' trust ''
faulty 'without an archive nobody would remember' 'set archive in section paths: .*encrypted'
is 'so nothing is published' "$(ls tftpboot)" ''
rm devices/*
run build
is 'without certificates there is nothing to remember' "$code $(find tftpboot -name 'SEP*' | wc -l)" '0 2'

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
    *) rm -r tftpboot/* archive/*.tlv* devices/* ;;
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
rm -r tftpboot/* archive/* "devices/$phone.pem" && with_certificate "$other"
run build
is 'the ledger knows a phone that fetched its encrypted configuration' "$code" 1
like 'and says so' "$(<"$err")" "$phone.cnf.xml: it was published encrypted"
closed 'the ledger knows'
run build --force "$phone"
is 'by name it goes' "$code" 0
configuration "$phone" '<y/>'
silent_again() { build >"$out" 2>"$err" && [ ! -s "$err" ]; }
ok 'and stays so' silent_again

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
