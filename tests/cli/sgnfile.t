#!/bin/bash
# SPDX-License-Identifier: MIT
# sgnfile and stripsgn: signing many files, names inside, headers off, firmware, keys that need a
# passphrase.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
copy_inputs

key=pem/asterisk.pem
at='--timestamp 1700000000'
invalid='Invalid signature: the file was changed, or another certificate signed it$'

sign() { # ARGUMENT...
    sgnfile --build --tftp "$key" "$@"
}

name_in() { # SIGNED-FILE
    sgnfile --parse "$1" | sed -n 's/^Filename: *//p'
}

# --- several files

mkdir many
for i in $(seq 40); do
    echo "content $i" >"many/file$i.xml"
done
silent 'several files in one call' sign many/*.xml
is 'each is signed' "$(find many -name '*.xml.sgn' | wc -l)" 40
done_well 'all of them are valid' sgnfile --parse --tftp "$key" many/*.sgn
is 'each is shown to be' "$(grep -c '^Valid signature$' "$out")" 40
is 'each is shown by name' "$(grep -c '^File: *many/file[0-9]*.xml.sgn$' "$out")" 40
is 'signed files can be read by everybody' "$(mode many/file1.xml.sgn)" 644
is 'each holds its base name' "$(name_in many/file7.xml.sgn)" file7.xml.sgn
no_temporaries 'nothing is left behind'
cp "$out" all.txt
for jobs in 1 2 64; do
    rm many/*.sgn
    silent "--jobs $jobs" sign --jobs "$jobs" --timestamp 1700000000 many/*.xml
    cat many/*.sgn | cksum >"jobs$jobs"
done
ok '--jobs 1 and --jobs 2 give the same bytes' same jobs1 jobs2
ok '--jobs 1 and --jobs 64 give the same bytes' same jobs1 jobs64
rm many/*.sgn
silent 'SOURCE_DATE_EPOCH' env SOURCE_DATE_EPOCH=1700000000 sgnfile --build -t "$key" many/*.xml
is 'SOURCE_DATE_EPOCH gives the same bytes as --timestamp' "$(cat many/*.sgn | cksum)" "$(<jobs1)"
silent '--timestamp goes before SOURCE_DATE_EPOCH' env SOURCE_DATE_EPOCH=5 \
    sgnfile --build -t "$key" --timestamp 1700000000 many/*.xml
is 'the time of --timestamp' "$(cat many/*.sgn | cksum)" "$(<jobs1)"

rm many/*.sgn many/file3.xml
mkdir many/file4.xml.sgn
run sign many/file1.xml many/missing.xml many/file2.xml many/file4.xml many many/file5.xml
is 'bad ones among good ones: exit code' "$code" 1
is 'bad ones among good ones: a line for each' "$(sort "$err")" \
    "sgnfile: many/file4.xml.sgn: it exists and is not a regular file
sgnfile: many/missing.xml: cannot open it: No such file or directory
sgnfile: many: this is not a regular file"
is 'bad ones among good ones: the good ones are signed' "$(cd many && echo ./*.sgn)" \
    './file1.xml.sgn ./file2.xml.sgn ./file4.xml.sgn ./file5.xml.sgn'
done_well 'bad ones among good ones: the good ones are valid' \
    sgnfile --parse --tftp "$key" many/file[125].xml.sgn
rmdir many/file4.xml.sgn
no_temporaries 'bad ones among good ones: nothing is left behind'
run sgnfile --parse --tftp "$key" many/file1.xml.sgn many/file2.xml many/file5.xml.sgn
is 'parsing a bad one among good ones: exit code' "$code" 1
is 'parsing a bad one among good ones: the good ones' "$(grep -c '^Valid signature$' "$out")" 2
is 'parsing a bad one among good ones: one line' "$(lines "$err")" 1
chmod 600 many/file1.xml.sgn
silent 'signing again' sign many/file1.xml
is 'the mode stays as it was made' "$(mode many/file1.xml.sgn)" 600
(umask 027 && sign many/file6.xml)
is 'a new file respects the umask' "$(mode many/file6.xml.sgn)" 640
echo different >many/target
ln -s target many/file8.xml.sgn
refused 'a link in the place of the output' \
    'many/file8.xml.sgn: it is a link; name the file that it leads to$' sign many/file8.xml
is 'what it leads to stays' "$(<many/target)" different
rm many/file8.xml.sgn

# --- names inside

mkdir -p tree/Chile/inner elsewhere
echo jar | tee tree/top.xml tree/Chile/mk-sip.jar tree/Chile/inner/deep.xml >elsewhere/out.xml
silent '--root' sign --root tree tree/top.xml tree/Chile/mk-sip.jar tree/Chile/inner/deep.xml
is '--root: a file at the top' "$(name_in tree/top.xml.sgn)" top.xml.sgn
is '--root: a file in a folder' "$(name_in tree/Chile/mk-sip.jar.sgn)" Chile/mk-sip.jar.sgn
is '--root: a file in nested folders' "$(name_in tree/Chile/inner/deep.xml.sgn)" \
    Chile/inner/deep.xml.sgn
silent '--root with a slash at its end' sign --root tree/ "$PWD/tree/Chile/mk-sip.jar"
is '--root with a slash: the name' "$(name_in tree/Chile/mk-sip.jar.sgn)" Chile/mk-sip.jar.sgn
ln -s tree link
silent '--root through a link' sign --root link tree/Chile/mk-sip.jar
is '--root through a link: the name' "$(name_in tree/Chile/mk-sip.jar.sgn)" Chile/mk-sip.jar.sgn
silent 'a file through a link below --root' sign --root tree link/Chile/../Chile/mk-sip.jar
is 'a file through a link: the name' "$(name_in tree/Chile/mk-sip.jar.sgn)" Chile/mk-sip.jar.sgn
(cd tree/Chile && silent '--root .' sgnfile --build --tftp ../../"$key" --root . mk-sip.jar)
test_count=$((test_count + 1)) # said by the subshell
is '--root .: the name' "$(name_in tree/Chile/mk-sip.jar.sgn)" mk-sip.jar.sgn
silent '--root /' sign --root / tree/top.xml
is '--root /: the name' "$(name_in tree/top.xml.sgn)" "$(cd tree && pwd -P | cut -c 2-)/top.xml.sgn"
refused 'a file outside --root' 'elsewhere/out.xml: it is not below --root tree$' \
    sign --root tree elsewhere/out.xml
not_ok 'a file outside --root is not signed' test -e elsewhere/out.xml.sgn
mkdir tree2 && cp elsewhere/out.xml tree2
refused 'a folder whose name begins like --root' 'tree2/out.xml: it is not below --root tree$' \
    sign --root tree tree2/out.xml
refused 'a --root that does not exist' 'missing: cannot find it: No such file' \
    sign --root missing tree/top.xml
silent '--filename' sign --filename New_Zealand/mk-sip.jar.sgn tree/Chile/mk-sip.jar
is '--filename: the name' "$(name_in tree/Chile/mk-sip.jar.sgn)" New_Zealand/mk-sip.jar.sgn
refused 'a --filename too long for a header' \
    'the header would have 6[0-9]+ bytes, more than 65535: a name is too long$' \
    sign --filename "$(printf '%065500d' 0)" tree/top.xml
refused 'a --filename too long for its field' 'the name inside is too long$' \
    sign --filename "$(printf '%066000d' 0)" tree/top.xml
cp tree/top.xml $'tree/esc\e[31m.xml'
silent 'a name with an escape sequence' sign $'tree/esc\e[31m.xml'
run sgnfile --parse $'tree/esc\e[31m.xml.sgn'
printed 'it is shown escaped' '^Filename: +esc\\x1b\[31m\.xml\.sgn$'
refused 'it is escaped in messages' 'no\\x1b\[31m: cannot open it' sign $'no\e[31m'

# --- the signer

refused 'an EC key' "p256.pem: the signer's key is EC, but phones take RSA signatures only" \
    sgnfile --build --tftp pem/p256.pem in/one.xml
sed -n '/BEGIN CERTIFICATE/,$p' "$key" >certificate.pem
refused 'a certificate without its key' 'certificate.pem: it holds no private key; give the file' \
    sgnfile --build --tftp certificate.pem in/one.xml
warned 'a key of 4096 bits' 'rsa4096.pem: warning: its key has 4096 bits; 7900 phones refuse more than 2048$' \
    sgnfile --build --tftp pem/rsa4096.pem in/one.xml
SOURCE_DATE_EPOCH=1000000000 mkcert -c expired -o o -u u -b 1024 -y 1 expired.pem
warned 'an expired certificate' 'expired.pem: warning: it has expired$' \
    sgnfile --build --tftp expired.pem in/one.xml
cp "$key" exposed.pem
for mode in 644 604 666; do
    chmod "$mode" exposed.pem
    warned "a key of mode $mode" \
        'exposed.pem: warning: every user can read the private key; run: chmod o= exposed.pem; that leaves it to' \
        sgnfile --build --tftp exposed.pem in/one.xml
done
owner="that leaves it to its owner \($(id -un)\) and group \($(id -gn)\), of whom a server that reads it must be one"
warned 'it says whom that leaves the key to' "exposed.pem: warning: .*; $owner\$" \
    sgnfile --build --tftp exposed.pem in/one.xml
for mode in 600 640 660 440; do
    chmod "$mode" exposed.pem
    silent "a key of mode $mode, which a server's group may read" sgnfile --build --tftp exposed.pem in/one.xml
done
chmod 644 exposed.pem && chmod o= exposed.pem
silent 'after what it says to do' sgnfile --build --tftp exposed.pem in/one.xml
chmod 644 exposed.pem
done_well 'where no key is needed, nobody minds' \
    sgnfile --parse --tftp exposed.pem in/one.xml.sgn

# --- signed twice

silent 'a signed file' sign in/one.xml
warned 'signing it again' \
    'in/one.xml.sgn: warning: it carries a signature already and gets a second one$' \
    sign in/one.xml.sgn
done_well 'it is valid' sgnfile --parse --tftp "$key" in/one.xml.sgn.sgn
silent 'one header comes off' stripsgn in/one.xml.sgn.sgn
silent 'and the other' stripsgn in/one.xml.sgn

# --- shown

silent 'a file to show' sgnfile --build --tftp "$key" --timestamp 1700000000 -d sha512 in/mk-sip.jar
done_well 'parse without --tftp' sgnfile --parse in/mk-sip.jar.sgn
is 'its last line' "$(tail -n 1 "$out")" 'signature: not checked'
is 'each field' "$(sed -n 's/^\([^:]*\):.*/\1/p' "$out" | paste -sd ,)" \
    'Version,Header Length,Signer Name,Serial Number,Issuer Name,Digest Algorithm,Signature Algorithm,Signature Modulus,Signature,Filename,Timestamp,Content,signature'
printed 'the digest' '^Digest Algorithm: +SHA512$'
printed 'the content' '^Content: +70000 bytes$'
printed 'the time' '^Timestamp: +2023-11-14 22:13:20 UTC$'
done_well 'parse with --tftp' sgnfile --parse --tftp "$key" in/mk-sip.jar.sgn
is 'valid' "$(tail -n 1 "$out")" 'Valid signature'
done_well 'parse --json' sgnfile --parse --tftp "$key" --json in/mk-sip.jar.sgn
printed '--json: the verdict' '^  "verdict": "valid"'
printed '--json: the content' '^  "content": 70000,?$'
done_well 'parse --json without --tftp' sgnfile --parse --json in/mk-sip.jar.sgn
printed '--json: not checked' '^  "verdict": "not checked"'
done_well 'parse --json of two files' sgnfile --parse --json in/mk-sip.jar.sgn in/one.xml.sgn
printed '--json of two files' '^  "files": \['
if have python3; then
    ok '--json of two files is JSON' python3 -m json.tool "$out" /dev/null
else
    skip '--json of two files is JSON' 'python3 is not installed'
fi
refused 'another certificate' "mk-sip.jar.sgn: $invalid" \
    sgnfile --parse --tftp pem/apache.pem in/mk-sip.jar.sgn
not_ok 'it is not called valid' grep -q '^Valid signature' "$out"
refused 'another certificate, --json' "$invalid" \
    sgnfile --parse --json --tftp pem/apache.pem in/mk-sip.jar.sgn
printed '--json: invalid' '^  "verdict": "invalid"'
refused 'an EC certificate' "the signature is RSA, but the signer's certificate holds an EC key" \
    sgnfile --parse --tftp pem/p256.pem in/mk-sip.jar.sgn
flip in/mk-sip.jar.sgn 40000 changed.sgn
refused 'a changed content' "changed.sgn: $invalid" sgnfile --parse --tftp "$key" changed.sgn
done_well 'without a certificate nobody knows' sgnfile --parse changed.sgn
cut_to in/mk-sip.jar.sgn 60000 cut.sgn
refused 'a cut content' "cut.sgn: $invalid" sgnfile --parse --tftp "$key" cut.sgn
cut_to in/mk-sip.jar.sgn 100 cut.sgn
refused 'a cut header' 'cut.sgn: the header should have [0-9]+ bytes, but the file ends after 100$' \
    sgnfile --parse cut.sgn
refused 'no signed file' 'this is no signed file: it does not start with a version$' \
    sgnfile --parse in/mk-sip.jar
refused 'an empty file' 'the file is empty$' sgnfile --parse in/empty.xml
refused 'a short file' 'this is no signed file: it ends after 1 bytes?$' sgnfile --parse in/one.xml
refused 'a folder' 'in: this is not a regular file$' sgnfile --parse in
refused 'a missing file' 'missing: cannot open it: No such file' sgnfile --parse missing
refused 'a missing certificate' 'missing.pem: cannot open it: No such file' \
    sgnfile --parse --tftp missing.pem in/mk-sip.jar.sgn
mkfifo fifo fifo.sgn
for verb in '--parse' "--build --tftp $key" '--remove'; do
    read -ra words <<<"$verb"
    refused "a FIFO does not block ${words[0]}" 'fifo.sgn: this is not a regular file$' \
        timeout 10 sgnfile "${words[@]}" fifo.sgn
done
refused 'a FIFO does not block stripsgn' 'fifo.sgn: this is not a regular file$' \
    timeout 10 stripsgn fifo.sgn
refused 'a device' '/dev/zero: this is not a regular file$' timeout 10 sgnfile --parse /dev/zero

# --- odd headers

malformed() { # NAME PATTERN HEX-FIELDS
    header "$3" >odd.sgn
    refused "$1" "odd.sgn: $2" sgnfile --parse odd.sgn
}
malformed 'a field of the wrong size' 'header tag 8 at byte 10 has 2 bytes instead of 1$' "$(tlv 8 0101)"
malformed 'a field twice' 'header tag 14 stands twice, again at byte 15$' "$(tlv 14 6100)$(tlv 14 6200)"
malformed 'a field beyond the header' 'header tag 4 at byte 10 says 255 bytes, but the header ends after 1$' 0400ff41
malformed 'a field cut off' 'header tag 4 at byte 10 is cut off$' 0400
malformed 'a field cut off after padding' 'header tag 4 at byte 12 is cut off$' 0d0d04
fields=''
for ((i = 0; i < 255; i++)); do
    fields+=$(tlv 200 '')
done
malformed 'too many fields' 'more than 256 fields in a header$' "$fields"
printf '01000201000200020009' | unhex >odd.sgn
refused 'a header shorter than its start' 'its header length of 9 bytes is too short$' \
    sgnfile --parse odd.sgn
printf '010002010003000200ff' | unhex >odd.sgn
refused 'no header length' 'this is no signed file: no header length follows its version$' \
    sgnfile --parse odd.sgn
header "$(tlv 200 0102030405)$(tlv 201 "$(printf '%0200d' 0)")" >odd.sgn
done_well 'tags nobody knows' sgnfile --parse odd.sgn
printed 'a short one is shown in hexadecimal' '^Tag 200: +0102030405$'
printed 'a long one by its size' '^Tag 201: +100 bytes$'
refused 'no signature to check' 'odd.sgn: its header has no Signature \(tag 12\), so nothing can be verified$' \
    sgnfile --parse --tftp "$key" odd.sgn
signature=$(tlv 12 "$(printf '%0512d' 0)")
unverifiable() { # NAME PATTERN HEX-FIELDS
    header "$3" >odd.sgn
    refused "$1" "odd.sgn: $2" sgnfile --parse --tftp "$key" odd.sgn
}
unverifiable 'no signature algorithm' 'its header has no Signature Algorithm \(tag 10\)' "$signature$(tlv 8 01)"
unverifiable 'another signature algorithm' 'signature algorithm 1 is unknown$' \
    "$signature$(tlv 8 01)$(tlv 10 01)"
unverifiable 'no digest algorithm' 'its header has no Digest Algorithm \(tag 8\)' "$signature$(tlv 10 00)"
for digest in 00 04 ff; do
    unverifiable "digest algorithm $digest" "digest algorithm $((16#$digest)) is unknown$" \
        "$signature$(tlv 8 "$digest")$(tlv 10 00)"
done
unverifiable 'an empty signature' "$invalid" "$(tlv 12 '')$(tlv 8 01)$(tlv 10 00)"
header "$(tlv 8 09)" >odd.sgn
done_well 'an unknown digest' sgnfile --parse odd.sgn
printed 'an unknown digest is shown by number' '^Digest Algorithm: +unknown \(9\)$'

# --- headers off

cp in/mk-sip.jar in/kept.jar
sign in/kept.jar
done_well 'stripsgn over the same content' stripsgn in/kept.jar.sgn
ok 'the content is the same' same in/kept.jar in/mk-sip.jar
rm in/kept.jar
silent 'stripsgn' stripsgn in/kept.jar.sgn
ok 'stripsgn gives the content back' same in/kept.jar in/mk-sip.jar
is 'it can be read by everybody' "$(mode in/kept.jar)" 644
rm in/kept.jar
silent 'sgnfile --remove' sgnfile --remove in/kept.jar.sgn
ok 'sgnfile --remove gives the content back' same in/kept.jar in/mk-sip.jar
rm in/kept.jar
silent 'sgnfile --remove --tftp' sgnfile --remove --tftp "$key" in/kept.jar.sgn
ok 'the signed file stays' test -s in/kept.jar.sgn
mv in/kept.jar.sgn in/kept.jar.sha512 && rm in/kept.jar
silent 'a .sha512 file' sgnfile --remove in/kept.jar.sha512
ok 'a .sha512 file gives its content' same in/kept.jar in/mk-sip.jar
mv in/kept.jar.sha512 in/kept.jar.sgn
flip in/kept.jar.sgn 5000 in/changed.jar.sgn
refused 'sgnfile --remove --tftp of a changed file' "changed.jar.sgn: $invalid" \
    sgnfile --remove --tftp "$key" in/changed.jar.sgn
not_ok 'no content comes of it' test -e in/changed.jar
silent 'sgnfile --remove without --tftp does not look' sgnfile --remove in/changed.jar.sgn
ok 'the content comes as it is' test -s in/changed.jar
for tool in stripsgn 'sgnfile --remove'; do
    read -ra words <<<"$tool"
    echo mine >in/kept.jar
    refused "$tool: another content in the way" \
        'in/kept.jar.sgn: in/kept.jar exists with another content; move it away or give --force$' \
        "${words[@]}" in/kept.jar.sgn
    is "$tool: it stays" "$(<in/kept.jar)" mine
    silent "$tool --force" "${words[@]}" --force in/kept.jar.sgn
    ok "$tool --force replaces it" same in/kept.jar in/mk-sip.jar
    silent "$tool --output" "${words[@]}" --output "out.$$" in/kept.jar.sgn
    ok "$tool --output gives the content" same "out.$$" in/mk-sip.jar
    echo mine >"out.$$"
    refused "$tool --output: another content in the way" "out.$$ exists with another content" \
        "${words[@]}" --output "out.$$" in/kept.jar.sgn
    rm "out.$$"
    done_well "$tool --output -" "${words[@]}" --output - in/kept.jar.sgn
    ok "$tool --output - gives the content" same "$out" in/mk-sip.jar
    run sh -c "$tool --output - in/kept.jar.sgn >/dev/full"
    is "$tool --output - to a full disk: exit code" "$code" 1
    is "$tool --output - to a full disk: one line" "$(lines "$err")" 1
    mkdir folder
    refused "$tool --output: a folder" 'folder: it exists and is not a regular file$' \
        "${words[@]}" --output folder in/kept.jar.sgn
    rmdir folder
    refused "$tool --output in a missing folder" 'missing/x: cannot write in its folder: No such file' \
        "${words[@]}" --output missing/x in/kept.jar.sgn
    cp in/kept.jar.sgn in/other.name
    refused "$tool of another ending" \
        'other.name: its name ends neither in .sgn nor in .sha512; give --output$' \
        "${words[@]}" in/other.name
    cp in/kept.jar.sgn in/.sgn
    refused "$tool of an ending alone" 'its name ends neither' "${words[@]}" in/.sgn
    rm in/.sgn
    refused "$tool of another file" 'a.sgn: this is no signed file' \
        sh -c "cp in/mk-sip.jar a.sgn; $tool a.sgn"
    refused "$tool of a file cut in its header" \
        'cut.sgn: the header should have [0-9]+ bytes, but the file ends after 100$' \
        "${words[@]}" cut.sgn
    refused "$tool of an empty file" 'empty.sgn: the file is empty$' \
        sh -c ": >empty.sgn; $tool empty.sgn"
    refused "$tool of a missing file" 'missing.sgn: cannot open it: No such file' \
        "${words[@]}" missing.sgn
    no_temporaries "$tool leaves nothing behind"
done
cp in/empty.xml empty.xml && sign empty.xml && rm empty.xml
silent 'an empty content' stripsgn empty.xml.sgn
ok 'an empty content comes back' cmp -s empty.xml /dev/null
rm many/*.xml
silent 'several headers off in one call' sgnfile --remove --tftp "$key" many/*.sgn
is 'several contents come of it' "$(find many -name '*.xml' | wc -l)" "$(find many -name '*.sgn' | wc -l)"

# A package whose other tags nobody knows.
{ printf '010002010102000200200c' | unhex && head -c 21 /dev/urandom && echo payload; } >p.cop.sgn
silent 'a package with foreign tags' stripsgn p.cop.sgn
is 'its content' "$(<p.cop)" payload

# --- the 5th generation container

container() { # HEADER-LEN PAYLOAD-LEN NAME-LEN SHA256-HEX PAYLOAD
    perl -e 'my $name = "sip88xx.loads"; $name .= "\0" while length($name) % 4;
        print pack("L<L<L<L<L<", 0xab1234cd, $ARGV[0], 4, $ARGV[1], 0), pack("H*", $ARGV[3]),
        pack("L<", $ARGV[2]), $name, "s" x 256, $ARGV[4]' "$@"
}
sum=$(printf 'load list' | sha256sum | cut -d ' ' -f 1)
container 328 9 13 "$sum" 'load list' >sip88xx.loads
done_well 'a 5th generation container' sgnfile --parse sip88xx.loads
printed 'it is called so' '^Format: +5th generation container$'
printed 'its name' '^Filename: +sip88xx.loads$'
printed 'its digest' "^SHA256: +$sum\$"
printed 'its digest is right' '^SHA256 Matches: +yes$'
printed 'its signature cannot be checked' "^Warning: +the vendor's signature cannot be checked$"
is 'its last line' "$(tail -n 1 "$out")" 'signature: not checked'
done_well 'it as JSON' sgnfile --parse --json sip88xx.loads
printed 'as JSON: its digest is right' '^  "sha256_matches": true,?$'
printed 'as JSON: not checked' '^  "verdict": "not checked"'
refused 'it is not valid by any certificate' \
    "the vendor's signature on a 5th generation container cannot be checked$" \
    sgnfile --parse --tftp "$key" sip88xx.loads
container 328 9 13 "$sum" 'LOAD LIST' >bad.loads
refused 'a container with another content' \
    'bad.loads: its content has another SHA-256 than its header says; the file is damaged$' \
    sgnfile --parse bad.loads
printed 'its digest is wrong' '^SHA256 Matches: +no$'
cut_to sip88xx.loads 334 bad.loads
refused 'a container cut in its content' 'container says 9 bytes of payload, but holds 6$' \
    sgnfile --parse bad.loads
cut_to sip88xx.loads 200 bad.loads
refused 'a container cut in its header' 'the 5th generation container ends inside its header$' \
    sgnfile --parse bad.loads
container 344 9 13 "$sum" 'load list' >bad.loads
refused 'a container with another header' 'container has a header of 344 bytes, not 328$' \
    sgnfile --parse bad.loads
container 344 9 129 "$sum" 'load list' >bad.loads
refused 'a container with a name too long' 'container has a name of 129 bytes$' \
    sgnfile --parse bad.loads
printf '\xcd\x34\x12' >bad.loads
refused 'three bytes of a container' 'this is no signed file: it ends after 3 bytes$' \
    sgnfile --parse bad.loads

# --- keys that only a passphrase or openssl gives

# Runs a command line on a terminal of its own, on which somebody types a line; out holds what
# appeared there.
on_terminal() { # LINE COMMAND-LINE
    command_line=$2
    printf '%s\n' "$1" | script -qec "$2" /dev/null >"$out" 2>"$err"
    code=$?
}

if have openssl; then
    made() { # FILE OPENSSL-OPTION...
        local file=$1
        shift
        openssl req -x509 -nodes -days 3650 -subj "/CN=$file/O=o/OU=u" -keyout "$file.key" \
            -out "$file.crt" "$@" 2>/dev/null && cat "$file.key" "$file.crt" >"$file" &&
            chmod 600 "$file"
    }
    made rsa3072.pem -newkey rsa:3072
    refused 'a key of 3072 bits' \
        "rsa3072.pem: the signer's key has 3072 bits; the format knows 512, 1024, 2048 and 4096$" \
        sgnfile --build --tftp rsa3072.pem in/one.xml
    if made rsa512.pem -newkey rsa:512 -sha1; then
        silent 'a key of 512 bits' sgnfile --build --tftp rsa512.pem in/one.xml
        done_well 'its signature is valid' sgnfile --parse --tftp rsa512.pem in/one.xml.sgn
        printed 'its size is shown' '^Signature Modulus: +512 bits$'
        refused 'a key of 512 bits with SHA-512' \
            'rsa512.pem: a key of 512 bits has no room for a SHA-512 signature$' \
            sgnfile --build --tftp rsa512.pem -d sha512 in/one.xml
    else
        skip 'a key of 512 bits' 'openssl makes none'
    fi
    sign --timestamp 1700000000 in/one.xml
    openssl x509 -in "$key" -signkey "$key" -set_serial 99 -days 100 -out renewed.pem 2>/dev/null
    refused 'the same key under another serial number' \
        'the key is right, but the header names another serial number than the certificate has' \
        sgnfile --parse --tftp renewed.pem in/one.xml.sgn
    serial=0x$(openssl x509 -in "$key" -noout -serial | cut -d = -f 2)
    openssl req -x509 -key "$key" -set_serial "$serial" -subj /CN=other -days 100 -out other.pem
    done_well 'the same key and serial number under another issuer' \
        sgnfile --parse --tftp other.pem in/one.xml.sgn
    printed 'it warns that a phone may not find it' \
        "^Warning: +the header writes the signer's issuer differently than the certificate; a phone may not find the signer$"

    cp in/one.xml.sgn expected.sgn
    openssl pkcs8 -topk8 -in "$key" -passout pass:planted-passphrase -out locked.pem
    sed -n '/BEGIN CERTIFICATE/,$p' "$key" >>locked.pem && chmod 600 locked.pem
    locked="sgnfile --build --tftp locked.pem $at in/one.xml"
    echo planted-passphrase >passphrase
    echo wrong >wrong
    rm in/one.xml.sgn
    silent 'a passphrase out of a file' \
        sgnfile --build --tftp locked.pem --timestamp 1700000000 --passphrase-file passphrase in/one.xml
    ok 'the signature is the same' same in/one.xml.sgn expected.sgn
    rm in/one.xml.sgn
    refused 'a wrong passphrase out of a file' 'locked.pem: the passphrase is wrong$' \
        sgnfile --build --tftp locked.pem --passphrase-file wrong in/one.xml
    : >none
    refused 'an empty passphrase file' 'locked.pem: the passphrase is wrong$' \
        sgnfile --build --tftp locked.pem --passphrase-file none in/one.xml
    refused 'a missing passphrase file' 'missing: cannot open it: No such file' \
        sgnfile --build --tftp locked.pem --passphrase-file missing in/one.xml
    silent 'a passphrase out of a pipe' bash -c \
        "sgnfile --build --tftp locked.pem $at --passphrase-file <(echo planted-passphrase) in/one.xml"
    ok 'a passphrase out of a pipe: the signature is the same' same in/one.xml.sgn expected.sgn
    rm in/one.xml.sgn
    printf '%02000d\n' 0 >long
    refused 'a passphrase too long' 'long: it holds no passphrase of at most 1024 bytes$' \
        sgnfile --build --tftp locked.pem --passphrase-file long in/one.xml
    refused 'no terminal to ask on' \
        'locked.pem: it is encrypted and there is no passphrase; give --passphrase-file$' \
        setsid -w sgnfile --build --tftp locked.pem in/one.xml
    not_ok 'nothing is signed without the passphrase' test -e in/one.xml.sgn
    if have script; then
        on_terminal planted-passphrase "$locked"
        is 'a passphrase from the terminal: exit code' "$code" 0
        ok 'a passphrase from the terminal: the signature is the same' \
            same in/one.xml.sgn expected.sgn
        like 'the terminal shows what is asked for' "$(<"$out")" 'passphrase for locked.pem'
        rm in/one.xml.sgn
        on_terminal wrong "$locked"
        is 'a wrong passphrase from the terminal: exit code' "$code" 1
        like 'a wrong passphrase from the terminal: message' "$(<"$out")" \
            'sgnfile: locked.pem: the passphrase is wrong'
        not_ok 'nothing is signed with a wrong passphrase' test -e in/one.xml.sgn
    else
        skip 'a passphrase from the terminal' 'script is not installed'
    fi
    done_well 'a certificate beside a locked key needs no passphrase' \
        setsid -w sgnfile --parse --tftp locked.pem expected.sgn
else
    skip 'keys of other kinds' 'openssl is not installed'
fi

# --- progress, on a terminal only

if have script; then
    mkdir hundred
    for i in $(seq 120); do
        echo "$i" >"hundred/$i"
    done
    silent 'no progress without a terminal' sign hundred/*
    rm hundred/*.sgn
    on_terminal '' "sgnfile --build --tftp $key --jobs 1 hundred/*"
    like 'progress on a terminal' "$(<"$out")" '[0-9]+ of 120 files'
    is 'progress on a terminal: exit code' "$code" 0
else
    skip 'progress on a terminal' 'script is not installed'
fi

# --- what phones could not parse

mkdir parsed
for name in SEP001122334455.cnf.xml XMLDefault.cnf.xml dialplan.xml; do
    printf '<device>\n<authPassword>a&b</authPassword></device>\n' >"parsed/$name"
    refused "$name that is not well-formed" "parsed/$name: malformed XML at line 2, column 18: an & that is not written &amp; stands in <authPassword>" \
        sgnfile --build --tftp "$key" "parsed/$name"
    not_ok "of $name nothing is signed" test -e "parsed/$name.sgn"
done
printf '<device>\n' >parsed/menu.xml
silent 'what no phone parses' sgnfile --build --tftp "$key" parsed/menu.xml
silent 'with --force' sgnfile --build --force --tftp "$key" parsed/XMLDefault.cnf.xml
warned 'what is signed already' 'it carries a signature already' \
    sgnfile --build --tftp "$key" parsed/XMLDefault.cnf.xml.sgn

# --- memory

gigabyte=$((1024 * 1024 * 1024))
if [ -n "${SKIP_LARGE-}" ]; then
    skip 'a file of one gigabyte' 'SKIP_LARGE is set'
elif sanitized sgnfile; then
    skip 'a file of one gigabyte' 'sanitizers take memory of their own'
elif [ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -lt $((3 * 1024 * 1024)) ]; then
    skip 'a file of one gigabyte' 'less than 3 GiB are free'
else
    # What a process can allocate; its peak, code included, where time(1) is there.
    limited=(prlimit --data=$((16 * 1024 * 1024)))
    [ ! -x /usr/bin/time ] || limited+=(/usr/bin/time -f %M -o peak)
    within_16_megabytes() { # NAME
        if [ -x /usr/bin/time ]; then
            ok "$1 within a peak of $(tail -n 1 peak) KiB" test "$(tail -n 1 peak)" -lt 16384
        fi
    }
    truncate -s "$gigabyte" large
    silent 'a file of one gigabyte is signed' "${limited[@]}" sgnfile --build --tftp "$key" large
    within_16_megabytes 'a file of one gigabyte is signed'
    is 'the output is larger by its header' "$(stat -c %s large.sgn)" \
        $((gigabyte + $(sgnfile --parse large.sgn | sed -n 's/^Header Length: *\([0-9]*\).*/\1/p')))
    done_well 'a file of one gigabyte is verified' \
        "${limited[@]}" sgnfile --parse --tftp "$key" large.sgn
    within_16_megabytes 'a file of one gigabyte is verified'
    rm -f large large.sgn
fi

done_testing
