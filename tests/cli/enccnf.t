#!/bin/bash
# SPDX-License-Identifier: MIT
# enccnf: what becomes of the clear text, whose certificate is taken, configurations in the wild.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
may_hold second.xml elsewhere.xml 'd/*.cnf.xml' # what is encrypted, and what comes of decrypting
copy_inputs

mac=58971ECC97C1
name=SEP$mac.cnf.xml
signer=pem/asterisk.pem
phone=pem/SEP$mac.pem
clear=in/$name
said=$temporary/said # all that was ever printed
: >"$said"

build() { # FILE ARGUMENT...
    enccnf --build --tftp "$signer" --certificate "$phone" "$@"
}

remember() {
    cat "$out" "$err" >>"$said"
}

# A fresh folder d with the configuration.
fresh() {
    rm -rf d && mkdir d && cp "$clear" "d/$name"
}

# A build that must leave the folder as it was.
refuses() { # NAME PATTERN COMMAND...
    local title=$1 pattern=$2 before
    shift 2
    before=$(ls -A d)
    refused "$title" "$pattern" "$@"
    is "$title: nothing comes or goes" "$(ls -A d)" "$before"
    remember
}

# --- the pair

fresh
silent 'build' build "d/$name"
is 'the pair takes the place of the clear text' "$(ls -A d)" $"$name.enc.sgn"$'\n'"$name.sgn"
is 'the encrypted file can be read by everybody' "$(mode "d/$name.enc.sgn")" 644
is 'the stub can be read by everybody' "$(mode "d/$name.sgn")" 644
not_ok 'no clear text is left in it' grep -aq -e s3cr3t -e deviceProtocol "d/$name.enc.sgn"
silent 'the stub is signed' sgnfile --remove --tftp "$signer" --output stub.xml "d/$name.sgn"
is 'the stub' "$(<stub.xml)" "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<device>
  <fullConfig>false</fullConfig>
  <ipAddressMode>0</ipAddressMode>
  <loadInformation>sip8845_65.12-8-1-0001-455</loadInformation>
  <capfAuthMode>0</capfAuthMode>
  <capfList>
    <capf>
      <phonePort>3804</phonePort>
      <processNodeName>pbx.acme.example</processNodeName>
    </capf>
  </capfList>
  <certHash>$(tlvfile --build h.tlv --sast pem/sast.pem --sast pem/sast2.pem --ccm "$phone" &&
    tlvfile --parse h.tlv | sed -n 's/^Certificate MD5: *//p' | tail -n 1)</certHash>
  <encrConfig>true</encrConfig>
</device>"
cp "d/$name.enc.sgn" one.enc.sgn
fresh
silent 'build --keep' build --keep "d/$name"
ok '--keep leaves the clear text' same "d/$name" "$clear"
ok '--keep writes the encrypted file' test -s "d/$name.enc.sgn"
ok '--keep writes the stub' test -s "d/$name.sgn"
not_ok 'every encryption is another one' same "d/$name.enc.sgn" one.enc.sgn
silent 'building again over the pair' build "d/$name"
mkdir here && cp "$clear" here/
(cd here && enccnf --build --tftp "../$signer" --certificate "../$phone" "$name")
is 'build without a folder in the name' "$(ls -A here)" $"$name.enc.sgn"$'\n'"$name.sgn"
fresh
silent 'build with --digest sha512' build --digest sha512 "d/$name"
run enccnf --parse --tftp "$signer" --key "$phone" "d/$name.enc.sgn"
printed 'its digest' '^Digest Algorithm: +SHA512$'
printed 'the digest of its content' '^Encryption Digest Algorithm: +SHA512$'

# --- the phone's certificate

fresh
for other in 00AABBCCDDEE 001122334455; do
    refuses "the certificate of SEP$other" \
        "SEP$other.pem: this is the certificate of SEP$other, who alone could read the configuration of SEP$mac; give the right one or --force$" \
        enccnf --build --tftp "$signer" --certificate "pem/SEP$other.pem" "d/$name"
done
refuses "a certificate that is no phone's" \
    "tvs.pem: its one CN is neither SEP<MAC> nor CP-<model>-SEP<MAC>, so it is no phone's certificate; give the phone's or --force$" \
    enccnf --build --tftp "$signer" --certificate pem/tvs.pem "d/$name"
silent '--force takes it' \
    enccnf --build --force --tftp "$signer" --certificate pem/tvs.pem "d/$name"
ok 'its key decrypts' enccnf --remove --key pem/tvs.pem "d/$name.enc.sgn"
for bad in SEP58971ECC97C.cnf.xml XEP$mac.cnf.xml "SEP$mac.x.cnf.xml" SEP58971ECC97CG.cnf.xml \
    XMLDefault.cnf.xml 'SEP(mac_address).cnf.xml'; do
    cp "$clear" "d/$bad"
    refuses "a file named $bad" \
        'its name is not SEP<MAC>.cnf.xml, so no phone asks for it; rename it or give --force$' \
        build "d/$bad"
    silent "--force takes $bad" build --force "d/$bad"
done
fresh
cp "$clear" d/sep58971ecc97c1.cnf.xml
refuses 'a file named sep in small letters' 'its name is not SEP<MAC>.cnf.xml' \
    build d/sep58971ecc97c1.cnf.xml
cp "$clear" d/SEP58971ecc97c1.cnf.xml
warned 'a MAC in small letters is the same phone' 'ask for SEP58971ECC97C1.cnf.xml in capitals' build d/SEP58971ecc97c1.cnf.xml
cp in/SEP00AABBCCDDEE.cnf.xml d/
silent 'a manufacturing certificate, CP-<model>-SEP<MAC>' enccnf --build --tftp "$signer" \
    --certificate pem/SEP00AABBCCDDEE.pem d/SEP00AABBCCDDEE.cnf.xml

for cn in "CP-8845-SEP$mac" "CP-DX-80-SEP$mac" "sep$mac"; do
    mkcert -c "$cn" -o o -u u -b 1024 --force phone.pem
    fresh
    case $cn in
    CP-*) silent "the certificate of $cn" \
        enccnf --build --tftp "$signer" --certificate phone.pem "d/$name" ;;
    *) refuses "the certificate of $cn" 'its one CN is neither' \
        enccnf --build --tftp "$signer" --certificate phone.pem "d/$name" ;;
    esac
done
for cn in "CP-SEP$mac" "8845-SEP$mac" "SEP$mac-x" "xSEP$mac" "SEP${mac}0" "CP--SEP$mac x"; do
    mkcert -c "$cn" -o o -u u -b 1024 --force phone.pem
    fresh
    refuses "the certificate of $cn" 'its one CN is neither' \
        enccnf --build --tftp "$signer" --certificate phone.pem "d/$name"
done
mkcert -c "SEP$mac" -o o -u u -E secp256r1 ec.pem
ec_says="ec.pem: the phone's certificate holds an EC key, and how a phone would get its encrypted configuration with one is not known; enrol an RSA certificate \(LSC\) or serve this phone over HTTPS$"
refuses 'an EC key' "$ec_says" enccnf --build --tftp "$signer" --certificate ec.pem "d/$name"
refuses 'an EC key with --force' "$ec_says" \
    enccnf --build --force --tftp "$signer" --certificate ec.pem "d/$name"
if have openssl; then
    for subject in "/CN=SEP$mac/CN=SEP$mac" "/CN=SEP$mac/CN=CP-8845-SEP$mac" /O=o; do
        openssl req -x509 -newkey rsa:1024 -nodes -subj "$subject" -days 100 -keyout two.key \
            -out two.crt 2>/dev/null
        refuses "a certificate of $subject" 'two.crt: its one CN is neither' \
            enccnf --build --tftp "$signer" --certificate two.crt "d/$name"
    done
else
    skip 'a certificate with two CNs' 'openssl is not installed'
fi

# --- the signer

refuses 'an EC signer' "p256.pem: the signer's key is EC" \
    enccnf --build --tftp pem/p256.pem --certificate "$phone" "d/$name"
sed -n '/BEGIN CERTIFICATE/,$p' "$signer" >certificate.pem
refuses 'a signer without its key' 'certificate.pem: it holds no private key' \
    enccnf --build --tftp certificate.pem --certificate "$phone" "d/$name"
refuses 'a missing signer' 'missing.pem: cannot open it' \
    enccnf --build --tftp missing.pem --certificate "$phone" "d/$name"
refuses 'a missing certificate' 'missing.pem: cannot open it' \
    enccnf --build --tftp "$signer" --certificate missing.pem "d/$name"
warned 'a signer of 4096 bits' 'rsa4096.pem: warning: its key has 4096 bits' \
    enccnf --build --keep --tftp pem/rsa4096.pem --certificate "$phone" "d/$name"
cp "$signer" exposed.pem && chmod 644 exposed.pem
warned 'a key that others can read' 'exposed.pem: warning: every user can read the private key' \
    enccnf --build --keep --tftp exposed.pem --certificate "$phone" "d/$name"
chmod 644 "$phone"
silent "the phone's key is not needed to build" build --keep "d/$name"
chmod 600 "$phone"

# --- decrypting

fresh
build "d/$name"
cp -r d pair
silent 'remove' sh -c "umask 0; enccnf --remove --key $phone d/$name.enc.sgn"
is 'the clear text takes the place of the pair' "$(ls -A d)" "$name"
ok 'it is the same' same "d/$name" "$clear"
is 'only its owner can read it' "$(mode "d/$name")" 600
rm -rf d && cp -r pair d
silent 'remove --keep' enccnf --remove --keep --key "$phone" --tftp "$signer" "d/$name.enc.sgn"
is 'remove --keep leaves the pair' "$(find d -type f | wc -l)" 3
chmod 644 "d/$name"
silent 'remove over the same clear text' enccnf --remove --keep --key "$phone" "d/$name.enc.sgn"
is 'its mode becomes safe' "$(mode "d/$name")" 600
echo '<device/>' >"d/$name"
refuses 'remove over another clear text' \
    "$name exists with another content; move it away or give --force$" \
    enccnf --remove --key "$phone" "d/$name.enc.sgn"
is 'that clear text stays' "$(<"d/$name")" '<device/>'
silent 'remove --force' enccnf --remove --force --key "$phone" "d/$name.enc.sgn"
ok 'remove --force replaces it' same "d/$name" "$clear"
rm -rf d && cp -r pair d && rm "d/$name.sgn"
silent 'remove without a stub' enccnf --remove --key "$phone" "d/$name.enc.sgn"
is 'remove without a stub: the clear text' "$(ls -A d)" "$name"

rm -rf d && cp -r pair d
wrong='this key does not decrypt it: it was encrypted to another phone, or the file was changed$'
encrypted=d/$name.enc.sgn
refuses "another phone's key" "$name.enc.sgn: $wrong" \
    enccnf --remove --key pem/SEP00AABBCCDDEE.pem "$encrypted"
refuses "a shorter phone's key" "$wrong" \
    enccnf --remove --key pem/SEP001122334455.pem "$encrypted"
refuses 'an EC key' "decrypting needs the phone's RSA private key$" \
    enccnf --remove --key pem/p256.pem "$encrypted"
refuses 'a certificate for a key' 'certificate.pem: it holds no private key' \
    enccnf --remove --key certificate.pem "$encrypted"
refuses 'another signer' 'Invalid signature: the file was changed, or another certificate' \
    enccnf --remove --key "$phone" --tftp pem/apache.pem "$encrypted"
mv "$encrypted" good
size=$(wc -c <good)
flip good $((size - 20)) "$encrypted"
refuses 'a changed ciphertext' "$wrong" enccnf --remove --key "$phone" "$encrypted"
refuses 'a changed ciphertext, with the signer' 'Invalid signature' \
    enccnf --remove --key "$phone" --tftp "$signer" "$encrypted"
for at in 0 7 300 600 $((size - 16)); do
    cut_to good "$at" "$encrypted"
    refuses "a file cut after $at bytes" "$name.enc.sgn: " \
        enccnf --remove --key "$phone" "$encrypted"
done
cut_to good $((size - 1)) "$encrypted"
refuses 'a file without its last byte' 'its ciphertext of [0-9]+ bytes is not whole blocks$' \
    enccnf --remove --key "$phone" "$encrypted"
cut_to good "$(enccnf --parse good | sed -n 's/^Header Length: *\([0-9]*\).*/\1/p')" "$encrypted"
refuses 'a file without a ciphertext' 'its ciphertext of 0 bytes is not whole blocks$' \
    enccnf --remove --key "$phone" "$encrypted"
patched() { # NAME PATTERN FROM TO, both in hexadecimal
    perl -e 'local $/; my ($from, $to) = map { pack("H*", $_) } @ARGV; $_ = <STDIN>;
        s/\Q$from\E/$to/ or die "not found"; print' "$3" "$4" <good >"$encrypted"
    refuses "$1" "$2" enccnf --remove --key "$phone" "$encrypted"
}
padding=$(enccnf --parse good | sed -n 's/^Encryption Padding: *\([0-9]*\).*/\1/p')
padding=$(printf '140002%04x' "$padding")
patched 'padding of 0 bytes' 'it says that 0 bytes of padding end its text; 1 to 16 can$' \
    "$padding" 1400020000
patched 'padding of 17 bytes' 'it says that 17 bytes of padding end its text' "$padding" 1400020011
patched 'another algorithm' "it is not encrypted to a phone's key with AES-128, as configurations are$" \
    12000100 12000102
patched 'a key that is not wrapped' "it is not encrypted to a phone's key with AES-128" \
    16000100 16000101
patched 'an unknown digest of the content' 'encryption digest algorithm 9 is unknown$' 1a000101 1a000109
patched 'a missing field' 'it has no|has no|its header' 1a000101 c8000101
refuses 'a signed file that is not encrypted' 'its header has no' sh -c \
    "cp d/$name.sgn $encrypted; exec enccnf --remove --key $phone $encrypted"
refuses 'another file' 'this is no signed file' sh -c \
    "cp in/mk-sip.jar $encrypted; exec enccnf --remove --key $phone $encrypted"
truncate -s $((2048 * 1024 + 65535 + 17)) "$encrypted"
refuses 'a file too large' 'larger than the 2162703 bytes that are read$' \
    enccnf --remove --key "$phone" "$encrypted"
rm "$encrypted"
refuses 'a missing file' 'cannot open it: No such file' enccnf --remove --key "$phone" "$encrypted"
mkfifo "$encrypted"
refuses 'a FIFO' 'this is not a regular file$' timeout 10 enccnf --remove --key "$phone" "$encrypted"
rm "$encrypted" && mv good "$encrypted" && mkdir "d/$name"
refuses 'a folder in the place of the clear text' 'it exists and is not a regular file$' \
    enccnf --remove --key "$phone" "$encrypted"
rm -rf d && cp -r pair d

# --- showing

done_well 'parse' enccnf --parse "$encrypted"
is 'parse: its last line' "$(tail -n 1 "$out")" 'signature: not checked'
printed 'parse: the key' '^Encryption Key: +256 bytes$'
printed 'parse: the key size' '^Encryption Key Size: +128 bits$'
done_well 'parse --tftp' enccnf --parse --tftp "$signer" "$encrypted"
is 'parse --tftp: its last line' "$(tail -n 1 "$out")" 'Valid signature'
done_well 'parse --key' enccnf --parse --key "$phone" "$encrypted"
printed 'parse --key: the size' "^Clear Text: +$(wc -c <"$clear") bytes\$"
printed 'parse --key: the digest' '^Decryption: +the content has the digest that the header says$'
is 'parse --key writes nothing' "$(find d -type f | wc -l)" 2
done_well 'parse --json' enccnf --parse --json --tftp "$signer" --key "$phone" "$encrypted"
printed 'parse --json: the verdict' '^  "verdict": "valid"'
if have python3; then
    ok 'parse --json is JSON' python3 -m json.tool "$out" /dev/null
else
    skip 'parse --json is JSON' 'python3 is not installed'
fi
remember
done_well 'parse --json without --tftp' enccnf --parse --json "$encrypted"
printed 'parse --json without --tftp: the verdict' '^  "verdict": "not checked"'
refused 'parse with another key' "$wrong" enccnf --parse --key pem/SEP00AABBCCDDEE.pem "$encrypted"
refused 'parse with another signer' 'Invalid signature' \
    enccnf --parse --tftp pem/apache.pem "$encrypted"
refused 'parse --json with another signer' 'Invalid signature' \
    enccnf --parse --json --tftp pem/apache.pem "$encrypted"
printed 'parse --json with another signer: the verdict' '^  "verdict": "invalid"'
refused 'parse of a stub' 'its header has no' enccnf --parse "d/$name.sgn"
refused 'parse of a missing file' 'missing: cannot open it' enccnf --parse missing
if have openssl; then
    serial=0x$(openssl x509 -in "$signer" -noout -serial | cut -d = -f 2)
    openssl req -x509 -key "$signer" -set_serial "$serial" -subj /CN=other -days 100 -out other.pem
    done_well 'parse with the key and serial number of its signer under another issuer' \
        enccnf --parse --tftp other.pem "$encrypted"
    printed 'it warns that a phone may not find it' "^Warning: +the header writes the signer's issuer"
    openssl pkcs8 -topk8 -in "$phone" -passout pass:planted-passphrase -out locked.pem
    chmod 600 locked.pem
    echo planted-passphrase >passphrase
    done_well "a phone's key with a passphrase" \
        enccnf --parse --key locked.pem --passphrase-file passphrase "$encrypted"
else
    skip 'keys made by openssl' 'openssl is not installed'
fi

# --- configurations in the wild

# Takes the configuration on standard input and gives it back.
takes() { # NAME
    rm -rf d && mkdir d && cat >"d/$name" && cp "d/$name" wild.xml
    silent "$1" build "d/$name"
    remember
    silent "$1: it decrypts" enccnf --remove --key "$phone" --tftp "$signer" --keep "$encrypted"
    ok "$1: it comes back as it was" same "d/$name" wild.xml
    sgnfile --remove --output - "d/$name.sgn" >stub.xml
}

stub_has() { # NAME TEXT
    like "$1" "$(<stub.xml)" "$2"
}

printf '<device xsi:type="axl:XIPPhone" ctiid="1566023366">\n<loadInformation>a</loadInformation></device>\n' |
    takes 'an undeclared xsi prefix'
stub_has 'an undeclared xsi prefix: the stub' '^  <loadInformation>a</loadInformation>$'
stub_has "an undeclared xsi prefix: the root's attributes go" '^<device>$'
printf '\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<device><ipAddressMode>2</ipAddressMode></device>' |
    takes 'a BOM'
stub_has 'a BOM: the stub has none' '^<\?xml version="1.0" encoding="UTF-8"\?>$'
sed 's/$/\r/' "$clear" | takes 'CRLF'
stub_has 'CRLF: the stub' '^  <ipAddressMode>0</ipAddressMode>$'
printf '<?xml version="1.0" encoding="ISO-8859-1"?><device><loadInformation>caf\xe9</loadInformation></device>' |
    takes 'ISO-8859-1'
stub_has 'ISO-8859-1: the stub' '<loadInformation>caf&#(233|xE9);</loadInformation>'
for order in little big; do
    printf '<?xml version="1.0" encoding="UTF-16"?><device><loadInformation>x</loadInformation></device>' |
        perl -e 'local $/; my $o = shift; $_ = <STDIN>;
            my $t = $o eq "little" ? "v*" : "n*"; print pack($t, 0xfeff, unpack("C*", $_))' "$order" |
        takes "UTF-16, $order end first"
    stub_has "UTF-16, $order end first: the stub" '<loadInformation>x</loadInformation>'
done
printf '<!-- a --><device><!-- b --><capfList><!-- c --></capfList></device><!-- d -->' | takes 'comments'
printf '<device><fullConfig>true</fullConfig><ipAddressMode>0</ipAddressMode><ipAddressMode>1</ipAddressMode></device>' |
    takes 'repeated elements'
is 'repeated elements: both are copied' "$(grep -c ipAddressMode stub.xml)" 2
printf '<device/>' | takes 'an empty device'
printf '<!DOCTYPE device><device/>' | takes 'a DOCTYPE without entities'
printf '<device><a>&lt;&amp;&gt;&quot;&apos;&#233;</a></device>' | takes "XML's own entities"
{ printf '<device><a>' && head -c $((2048 * 1024 - 24)) /dev/zero | tr '\0' x && printf '</a></device>'; } |
    takes 'the largest configuration'

# The configuration is on standard input.
declines() { # NAME PATTERN
    rm -rf d && mkdir d && cat >"d/$name" && cp "d/$name" wild.xml
    refuses "$1" "$name: $2" build "d/$name"
    ok "$1: the clear text is as it was" same "d/$name" wild.xml
    refuses "$1, with --force" "$name: $2" build --force "d/$name"
}

for root_name in Default default; do
    echo "<$root_name><callManagerGroup/></$root_name>" | declines "root $root_name" \
        "its root element is $root_name: these are defaults for all phones; make the root <device>, or name the file XMLDefault.cnf.xml$"
done
echo '<phone/>' | declines 'another root' 'its root element is phone instead of device$'
malformed='malformed XML at line'
printf '<device>\n<a>\n <loadInformation434>x</loadInformation>\n</a></device>' |
    declines 'a mismatched end tag' "$malformed 3, column [0-9]+: .*; a phone discards the whole file$"
printf '<device>\n\n<authPassword[== s3cr3t ==]</authPassword></device>' |
    declines 'a placeholder inside a tag' "$malformed 3, column [0-9]+: "
printf '<device><password>s3cr3t' | declines 'a file that ends too early' "$malformed 1, column [0-9]+: "
printf '<device></device><device></device>' | declines 'two roots' "$malformed 1, column [0-9]+: "
printf '<device><p>a & s3cr3t</p></device>' | declines 'a bare ampersand' "$malformed 1, column [0-9]+: "
printf '<device a=s3cr3t></device>' | declines 'a value without quotes' "$malformed 1, column [0-9]+: "
printf '<device a="1" a="s3cr3t"/>' | declines 'an attribute twice' "$malformed 1, column [0-9]+: "
printf '<device><p>s3cr3t\xe9</p></device>' | declines 'bytes that are not UTF-8' "$malformed 1"
printf '<device>\n<p>s3cr3t\0</p></device>' | declines 'a NUL' 'malformed XML at line'
printf '<device><p>\x01s3cr3t</p></device>' | declines 'a control character' "$malformed 1"
printf '<?xml version="1.0" encoding="no-such"?><device/>' | declines 'an unknown encoding' 'malformed XML|this is not XML'
printf 'password=s3cr3t' | declines 'no XML at all' "$malformed 1, column [0-9]+: "
printf ' \n' | declines 'blanks alone' 'malformed XML|this is not XML'
printf '' | declines 'an empty file' 'the configuration is empty$'
entity='it uses an XML entity of its own at line [0-9]+, which phones do not expand; write the text itself$'
printf '<!DOCTYPE device [<!ENTITY a "s3cr3t">]>\n<device><p>&a;</p></device>' |
    declines 'an entity' "$entity"
printf '<!DOCTYPE device [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<device><p>&a;</p></device>' |
    declines 'an external entity' "$entity"
printf '<!DOCTYPE device [<!ENTITY %% a SYSTEM "file:///etc/passwd"> %%a;]>\n<device/>' |
    declines 'an external parameter entity' "$entity"
printf '<!DOCTYPE device [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>\n<device>&c;</device>' |
    declines 'entities within entities' "$entity"
printf '<device><p>&s3cr3t;</p></device>' | declines 'an entity that nobody declared' "$entity"
{ printf '<device><a>' && head -c $((2048 * 1024)) /dev/zero | tr '\0' x && printf '</a></device>'; } |
    declines 'a configuration over 2 MiB' 'larger than the 2097152 bytes'
{ for ((i = 0; i < 300; i++)); do printf '<device>'; done; } | declines 'elements too deep' 'malformed XML'
rm -rf d && mkdir d
refuses 'a missing configuration' 'cannot open it: No such file' build "d/$name"
mkdir "d/$name"
refuses 'a folder for a configuration' 'this is not a regular file$' build "d/$name"
rmdir "d/$name" && mkfifo "d/$name"
refuses 'a FIFO for a configuration' 'this is not a regular file$' timeout 10 enccnf --build \
    --tftp "$signer" --certificate "$phone" "d/$name"

# A clear text with another way to it would not be gone with its name.
fresh
mv "d/$name" elsewhere.xml && ln -s ../elsewhere.xml "d/$name"
refuses 'a link for a configuration' \
    "$name: it is a link, and removing that would leave the clear text; name the file that it leads to, or give --keep$" \
    build "d/$name"
silent 'a link with --keep' build --keep "d/$name"
ok 'a link with --keep stays' test -L "d/$name"
fresh
ln "d/$name" second.xml
warned 'a configuration with a second name' \
    'the clear text has a second name \(hard link\), which stays$' build "d/$name"
ok 'the second name stays' same second.xml "$clear"

# --- outputs that cannot be written

fresh
mkdir "d/$name.sgn"
refuses 'a folder in the place of the stub' 'it exists and is not a regular file$' build "d/$name"
rmdir "d/$name.sgn" && mkdir "d/$name.enc.sgn"
refuses 'a folder in the place of the encrypted file' 'it exists and is not a regular file$' \
    build "d/$name"
fresh
refuses 'a full disk' "$name.*: cannot write: File too large$" bash -c \
    "trap '' XFSZ; ulimit -f 1; exec enccnf --build -t $signer -c $phone d/$name"
ok 'a full disk: the clear text stays' same "d/$name" "$clear"
chmod 555 d
unprivileged=()
if [ "$(id -u)" -eq 0 ] && have setpriv; then
    # Root may write everywhere; nobody needs a way to all this.
    chmod 755 "$temporary" && cp "$PROV_BIN/enccnf" . && cp "$signer" "$phone" d/
    chmod 755 enccnf && chmod 644 d/*.pem
    unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
chmod 644 "d/$name"
if [ "$(id -u)" -ne 0 ]; then
    refuses 'a folder that may not be written' 'cannot write in its folder: Permission denied$' \
        build "d/$name"
elif [ "${#unprivileged[@]}" -gt 0 ] && "${unprivileged[@]}" ./enccnf -V >/dev/null 2>&1; then
    run "${unprivileged[@]}" ./enccnf --build -t d/asterisk.pem -c "d/SEP$mac.pem" "d/$name"
    is 'a folder that may not be written: exit code' "$code" 1
    like 'a folder that may not be written: message' "$(tail -n 1 "$err")" \
        "^enccnf: d/$name.*: cannot write in its folder: Permission denied$"
else
    skip 'a folder that may not be written' 'root may write everywhere'
fi
ok 'a folder that may not be written: the clear text stays' same "d/$name" "$clear"
chmod 755 d

# --- a new version, saved while the one before is encrypted

if can_trace; then
    fresh
    ASAN_OPTIONS=detect_leaks=0 strace -f -o traced -e trace=fsync -e inject=fsync:signal=STOP:when=1 \
        enccnf --build --tftp "$signer" --certificate "$phone" "d/$name" >"$out" 2>"$err" &
    tracer=$!
    ok 'it stops before anything is visible' wait_until grep -q 'stopped by SIGSTOP' traced
    echo '<device><saved/></device>' >"d/$name"
    kill -CONT "$(pgrep -P "$tracer")"
    wait "$tracer"
    is 'a new version stays' "$? $(<"d/$name")" '1 <device><saved/></device>'
    like 'and that is said' "$(<"$err")" \
        "^enccnf: d/$name: it changed while it was encrypted and was left in place; run again\$"
else
    skip 'a new version stays' 'strace is not installed, or may not trace'
fi

# --- secrets

remember
is 'no password was ever printed' "$(grep -a s3cr3t "$said")" ''
not_ok 'no key was ever printed' grep -aq 'PRIVATE KEY' "$said"
no_temporaries 'no temporary file is left'

done_testing
