#!/bin/bash
# SPDX-License-Identifier: MIT
# provcheck tree: each fault, planted alone into a sound tree, is found at its file and nothing else
# is; the sound tree gives nothing.
# shellcheck source=tests/lib/test.sh
. tests/lib/test.sh

says='^(provcheck|mkcert|tlvfile|sgnfile|enccnf): '
chmod 755 "$temporary" "$temporary/tree" # so that modes alone say who can read what
copy_inputs
now=$(date +%s)
a=58971ECC97C1 b=001122334455 c=00AABBCCDDEE old=000000000001

# --- a sound tree: lists for all and for one phone, encrypted, signed and clear configurations

configuration() { # LOAD [ELEMENT...]
    local load=$1
    shift
    printf '<?xml version="1.0" encoding="UTF-8"?>\n<device>\n<deviceProtocol>SIP</deviceProtocol>\n'
    printf '<loadInformation>%s</loadInformation>\n' "$load"
    printf '%s\n' "$@" '</device>'
}

full() { # LOAD [ELEMENT...]
    configuration "$@" '<capfAuthMode>2</capfAuthMode>' \
        '<capfList><capf><phonePort>3804</phonePort><processNodeName>capf</processNodeName></capf></capfList>' \
        '<deviceSecurityMode>3</deviceSecurityMode><transportLayerProtocol>3</transportLayerProtocol>' \
        '<servicesURL>https://pbx.acme.example/menu</servicesURL>' \
        '<userLocale><name>Chile</name></userLocale><networkLocale>United_States</networkLocale>' \
        '<sipProfile><dialTemplate>dialplan.xml</dialTemplate><softKeyFile>SoftKeys.xml</softKeyFile></sipProfile>' \
        '<commonProfile><defaultWallpaperFile>blue.png</defaultWallpaperFile><phonePassword></phonePassword></commonProfile>'
}

itl() { # FILE [OPTION...]
    tlvfile --build --version 1.1 --ccm pem/asterisk.pem --tftp pem/asterisk.pem \
        --tftp pem/apache-ec.pem --capf pem/capf.pem --app-server pem/apache.pem "${@:2}" "$1"
}

sign() { # FILE [OPTION...]; in sound/tftp or t/tftp
    sgnfile --build --tftp pem/asterisk.pem --root "${1%%/*}/tftp" "${@:2}" "$1"
}

encrypt() { # FOLDER MAC [OPTION...]
    enccnf --build --tftp pem/asterisk.pem --certificate "pem/SEP$2.pem" "${@:3}" \
        "$1/tftp/SEP$2.cnf.xml"
}

password='<sipLines><line><authPassword>Xyzzy99</authPassword></line></sipLines>'

make_sound() {
    local tftp=sound/tftp mac
    mkdir -p $tftp/Chile $tftp/Desktops/320x212x12 sound/devices sound/secure
    itl $tftp/ITLFile.tlv --sast pem/sast.pem --sast pem/sast2.pem
    itl $tftp/ITLSEP$b.tlv --sast pem/sast2.pem --sast pem/sast.pem
    tlvfile --build --sast pem/sast.pem --sast pem/sast2.pem --ccm-tftp pem/asterisk.pem \
        --capf pem/capf.pem $tftp/CTLFile.tlv
    : >$tftp/CTLSEP$c.tlv # harmless
    unhex <"$vectors/real-headers/SCCP42.9-4-2SR3-1S.loads.hex" >$tftp/SIP42.9-4-2SR3-1S.loads
    unhex <"$vectors/real-headers/SCCP42.9-4-2SR3-1S.loads.hex" >$tftp/sip88xx.14-2-1.loads
    unhex <"$vectors/real-headers/P003-8-12-00.sbn.hex" >$tftp/P0S3-8-12-00.loads
    head -c 3000000 /dev/zero >$tftp/kern.sbn
    printf 'a locale package\n' | tee $tftp/Chile/mk-sip.jar >$tftp/Chile/sl-be-sip.jar
    printf '<softKeyCfg/>\n' >$tftp/SoftKeys.xml
    printf '<DIALTEMPLATE/>\n' >$tftp/dialplan.xml
    printf 'a tone\n' >$tftp/Bell.raw
    printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\0\xd4' >$tftp/Desktops/320x212x12/blue.png
    printf '<CiscoIPPhoneRingList><Ring><DisplayName>B</DisplayName><FileName>Bell.raw</FileName></Ring></CiscoIPPhoneRingList>\n' \
        >$tftp/ringlist.xml
    printf '<CiscoIPPhoneImageList><ImageItem Image="TFTP:Desktops/320x212x12/blue.png" URL="TFTP:Desktops/320x212x12/blue.png"/></CiscoIPPhoneImageList>\n' \
        >$tftp/Desktops/320x212x12/List.xml
    printf '<Default><callManagerGroup/></Default>\n' >$tftp/XMLDefault.cnf.xml
    full SIP42.9-4-2SR3-1S >$tftp/SEP$c.cnf.xml
    for file in "$tftp"/Chile/*.jar "$tftp"/*.xml "$tftp"/Bell.raw "$tftp"/Desktops/*/*; do
        sign "$file"
    done
    rm $tftp/SEP$c.cnf.xml $tftp/ringlist.xml
    configuration P0S3-8-12-00 >$tftp/SEP$old.cnf.xml # takes no ITL, so it asks for no signature
    printf 'phone_password: "UNPROVISIONED"\nproxy1_port: 5060\n' >$tftp/SIP$old.cnf
    for mac in $a $b; do
        full sip88xx.14-2-1 "$password" >$tftp/SEP"$mac".cnf.xml
        cp $tftp/SEP"$mac".cnf.xml sound/secure
        chmod 640 sound/secure/SEP"$mac".cnf.xml
        encrypt sound "$mac"
        openssl x509 -in pem/SEP"$mac".pem -out sound/devices/SEP"$mac".pem
    done
    ln -s Chile $tftp/Spanish
    ln -s SoftKeys.xml.sgn $tftp/Keys.lnk
    cp pem/apache-ec.pem sound/web.pem
    chmod 600 sound/web.pem
    : >$tftp/.prov-0a1b.tmp # being written
}

# --- running it

options='t/tftp --secure t/secure --devices t/devices --certificate t/web.pem'

tree() { # ARGUMENT...
    run provcheck tree "$@"
}

# "id file" for each finding in the JSON of the last run, without the folder.
found() {
    perl -MJSON::PP -0777 -ne '
        binmode STDOUT, ":utf8";
        for (@{decode_json($_)->{findings}}) {
            die "incomplete" if grep { !length } @$_{qw(id severity file what why mend)};
            die "severity" if $_->{severity} !~ /^(error|warning|note)$/;
            $_->{file} =~ s,^t/,,;
            print "$_->{id} $_->{file}\n";
        }' "$out" | sort
}

# True if modes below the temporary folder alone say what others can read.
others_reach() {
    local path=$PWD
    while [ -n "$path" ]; do
        case $(mode "$path") in *[1357]) ;; *) return 1 ;; esac
        path=${path%/*}
    done
}

exposed() { # FINDING
    ! others_reach || printf '%s' "$1"
}

# A copy of the sound tree, to plant into.
fresh() {
    rm -rf t
    cp -a sound t
}

# The findings are exactly these; the tree starts anew afterwards.
finds() { # NAME WANTED [ARGUMENT...]
    local problem='' got wanted
    # shellcheck disable=SC2086 # words
    if [ $# -gt 2 ]; then tree --json "${@:3}"; else tree --json $options; fi
    got=$(found) || problem='this is no JSON as it should be'
    wanted=$(printf '%s' "$2" | sort)
    [ "$got" = "$wanted" ] || problem="found:"$'\n'"$got"$'\n'"wanted:"$'\n'"$wanted"
    [ "$code" -eq "$([ -n "$wanted" ] && echo 1 || echo 0)" ] || problem="the exit code is wrong"
    [ ! -s "$err" ] || problem='it said something on stderr'
    judge "$1" "$problem"
    fresh
}

# Lists that the tools would not build: changed, and signed again.
#   roles FILE OLD=NEW[,COUNT]...    roles of the first COUNT (1) records that have OLD
#   repeat FILE ROLE COUNT           as many copies of the first record of ROLE at the end
#   break FILE ROLE                  no certificate in the first record of ROLE
#   time FILE SECONDS, major FILE N  header fields
surgery() { # KEY WHAT FILE ARGUMENT...
    perl -e '
        use strict; use warnings;
        my ($key, $what, $file, @arguments) = @ARGV;
        local $/;
        open my $in, "<:raw", $file or die; $_ = <$in>; close $in;
        my ($bytes, $header, @records) = ($_, unpack("n", substr($_, 8, 2)));
        for (my $at = $header; $at < length $bytes;) {
            my $len = unpack "n", substr($bytes, $at + 3, 2);
            push @records, substr($bytes, $at, $len);
            $at += $len;
        }
        my %tags;
        for (my $at = 0; $at < $header;) {
            my ($tag, $len) = unpack "Cn", substr($bytes, $at, 3);
            last if $tag == 13;
            $tags{$tag} = $at;
            $at += 3 + ($tag =~ /^(3|7|9|16|17|21)$/ ? 0 : $len);
        }
        sub field { # in a record: offset of a value and its length
            my ($record, $wanted) = @_;
            for (my $at = 0; $at < length $record;) {
                my ($tag, $len) = unpack "Cn", substr($record, $at, 3);
                return ($at + 3, $len) if $tag == $wanted;
                $at += 3 + $len;
            }
            die "no field $wanted";
        }
        sub role { my ($at) = field($_[0], 4); unpack "n", substr($_[0], $at, 2) }
        my $start = substr $bytes, 0, $header;
        if ($what eq "roles") {
            for (@arguments) {
                my ($old, $new, $count) = /^(\d+)=(\d+)(?:,(\d+))?$/ or die;
                $count //= 1;
                for my $record (@records) {
                    next unless role($record) == $old && $count-- > 0;
                    my ($at) = field($record, 4);
                    substr($record, $at, 2) = pack "n", $new;
                }
            }
        } elsif ($what eq "repeat") {
            my ($first) = grep { role($_) == $arguments[0] } @records;
            push @records, ($first) x $arguments[1];
        } elsif ($what eq "break") {
            for my $record (@records) {
                next if role($record) != $arguments[0];
                my ($at, $len) = field($record, 9);
                substr($record, $at, $len) = "\0" x $len;
                last;
            }
        } elsif ($what eq "time") {
            substr($start, $tags{15} + 3, 4) = pack "N", $arguments[0];
        } elsif ($what eq "version") {
            substr($start, $tags{28} + 3, 2) = pack "CC", 1, $arguments[0];
        } else { die }
        my $signature_len = unpack "n", substr($start, $tags{12} + 1, 2);
        my $unsigned = $start;
        substr($unsigned, $tags{12}, 3 + $signature_len) = "";
        open my $to, ">:raw", "to-sign" or die; print $to $unsigned, @records; close $to;
        system("openssl", "dgst", "-sha1", "-sign", $key, "-out", "signature", "to-sign") == 0 or die;
        open my $from, "<:raw", "signature" or die;
        substr($start, $tags{12} + 3, $signature_len) = <$from>;
        open my $out, ">:raw", $file or die; print $out $start, @records; close $out or die;
    ' "$@"
}

make_sound >"$temporary/made" 2>&1
fresh

finds 'a sound tree' ''
# shellcheck disable=SC2086 # words
silent 'a sound tree, as text' provcheck tree $options
finds 'a sound tree alone' '' t/tftp
finds 'a folder with a slash at its end' '' t/tftp/

# --- trust lists

cut_to sound/tftp/ITLFile.tlv 2000 t/tftp/ITLFile.tlv
rm t/tftp/CTLFile.tlv t/tftp/ITLSEP$b.tlv
finds 'a truncated list' 'list-unreadable tftp/ITLFile.tlv' t/tftp --devices t/devices

flip sound/tftp/CTLFile.tlv 340 t/tftp/CTLFile.tlv # the signature
finds 'a list that does not verify' 'list-signature tftp/CTLFile.tlv'

surgery pem/sast.pem repeat t/tftp/ITLFile.tlv 7 60
finds 'a list over 64 KB' 'list-too-large tftp/ITLFile.tlv'

surgery pem/sast.pem roles t/tftp/ITLFile.tlv 0=1,2
rm t/tftp/ITLSEP$b.tlv
finds 'a list without SAST' 'list-no-sast tftp/ITLFile.tlv'

surgery pem/sast.pem repeat t/tftp/CTLFile.tlv 0 1
finds 'a list with three SAST records' 'list-many-sast tftp/CTLFile.tlv'

itl t/new.tlv --sast pem/sast.pem --filename ITLFile.tlv 2>/dev/null
mv t/new.tlv t/tftp/ITLFile.tlv
finds 'a list with one SAST' 'list-one-sast tftp/ITLFile.tlv'

surgery pem/sast.pem roles t/tftp/ITLFile.tlv 0=5 0=1 3=9 3=0 9=3 5=0 # sast2 makes room
finds 'an EC SAST' 'list-ec-sast tftp/ITLFile.tlv' t/tftp --secure t/secure

surgery pem/sast.pem roles t/tftp/ITLFile.tlv 0=1
rm t/tftp/CTLFile.tlv t/tftp/ITLSEP$b.tlv
finds 'a signer that is not among the SAST records' \
    'list-one-sast tftp/ITLFile.tlv
list-signer tftp/ITLFile.tlv'

itl t/new.tlv --sast pem/sast.pem --sast pem/sast2.pem --filename new.tlv
mv t/new.tlv t/tftp/ITLFile.tlv
finds 'a list with another name inside' 'list-name tftp/ITLFile.tlv'

surgery pem/sast.pem time t/tftp/ITLFile.tlv $((now + 7200))
finds 'a list from the future' 'list-future tftp/ITLFile.tlv'

rm t/tftp/ITLFile.tlv
itl t/tftp/ITLFile.tlv --sast pem/sast.pem --sast pem/sast2.pem --digest sha512
finds 'a list with SHA-512, and old phones' 'list-digest tftp/ITLFile.tlv'

rm t/tftp/ITLSEP$b.tlv
itl t/tftp/ITLSEP$b.tlv --sast pem/sast2.pem --sast pem/sast.pem --digest sha512
finds 'SHA-512 for a phone that knows it' ''

rm t/tftp/CTLSEP$c.tlv
itl t/tftp/ITLSEP$c.tlv --sast pem/sast.pem --sast pem/sast2.pem --digest sha512
finds 'SHA-512 for a phone that does not' "list-digest tftp/ITLSEP$c.tlv"

tlvfile --build --version 1.1 --sast pem/sast.pem --sast pem/rsa4096.pem --filename ITLFile.tlv \
    --ccm pem/asterisk.pem --tftp pem/asterisk.pem --tftp pem/apache-ec.pem --capf pem/capf.pem \
    --app-server pem/rsa4096.pem t/new.tlv 2>/dev/null
mv t/new.tlv t/tftp/ITLFile.tlv
finds 'a key over 2048 bits that verifies' 'list-key-size tftp/ITLFile.tlv'

surgery pem/sast.pem break t/tftp/ITLFile.tlv 4
finds 'a record whose certificate cannot be read' 'list-certificate tftp/ITLFile.tlv'

surgery pem/sast.pem roles t/tftp/CTLFile.tlv 2=1
rm t/tftp/ITLFile.tlv t/tftp/ITLSEP$b.tlv
finds 'a list without TFTP' 'list-no-tftp tftp/CTLFile.tlv
role-app-server tftp/CTLFile.tlv' t/tftp

rm t/tftp/ITLSEP$b.tlv
itl t/tftp/ITLSEP$b.tlv --sast pem/tvs.pem --sast pem/issued.pem --force 2>/dev/null
rm t/tftp/CTLFile.tlv
finds 'a list for one phone that leads nowhere' "list-conflict tftp/ITLSEP$b.tlv"

rm t/tftp/ITLSEP$b.tlv
itl t/tftp/ITLSEP$b.tlv --sast pem/tvs.pem --sast pem/sast.pem --force 2>/dev/null
rm t/tftp/CTLFile.tlv
finds 'a list for one phone from which the common one follows' ''

rm t/tftp/CTLFile.tlv
tlvfile --build --sast pem/tvs.pem --sast pem/sast2.pem --ccm-tftp pem/asterisk.pem \
    --capf pem/capf.pem t/tftp/CTLFile.tlv
rm t/tftp/ITLSEP$b.tlv
finds 'an ITL that the CTL does not vouch for' 'list-ctl-itl tftp/ITLFile.tlv'

rm t/tftp/*.tlv
tlvfile --build --sast pem/sast.pem --sast pem/sast2.pem t/tftp/ITLFile.tlv
finds 'a list that releases phones' 'list-no-tftp tftp/ITLFile.tlv' t/tftp

surgery pem/sast.pem version t/tftp/ITLFile.tlv 0
rm t/tftp/ITLSEP$b.tlv
finds 'version 1.0 and a secure root' 'list-version tftp/ITLFile.tlv'

rm t/tftp/*.tlv
finds 'signed files without a list' 'no-list tftp'

rm -r t/tftp/*
unhex <"$vectors/real-headers/SCCP42.9-4-2SR3-1S.loads.hex" >t/tftp/firmware.sgn
finds 'a tree of firmware needs no list' '' t/tftp

# --- signed files

cut_to sound/tftp/dialplan.xml.sgn 100 t/tftp/dialplan.xml.sgn
finds 'a truncated signed file' 'signed-unreadable tftp/dialplan.xml.sgn'

sgnfile --build --tftp pem/issued.pem --root t/tftp t/tftp/SoftKeys.xml
finds 'a signer that no list names' 'signed-signer tftp/SoftKeys.xml.sgn'

sgnfile --build --tftp pem/sast.pem --root t/tftp t/tftp/SoftKeys.xml
finds 'a signer that is listed for something else' 'signed-role tftp/SoftKeys.xml.sgn'

sgnfile --build --tftp pem/issued.pem --root t/tftp t/tftp/SoftKeys.xml
rm t/tftp/ITLSEP$b.tlv
itl t/tftp/ITLSEP$b.tlv --sast pem/sast2.pem --sast pem/sast.pem --tftp pem/issued.pem
finds 'a signer that one phone alone knows' 'signed-signer tftp/SoftKeys.xml.sgn'

flip sound/tftp/Bell.raw.sgn $(($(stat -c %s sound/tftp/Bell.raw.sgn) - 3)) t/tftp/Bell.raw.sgn
rm t/tftp/Bell.raw
finds 'a changed signed file' 'signed-signature tftp/Bell.raw.sgn'

for list in "$vectors"/callmanager-shape/*.tlv; do
    case $list in *-trunc-*) continue ;; esac
    rm t/tftp/*.tlv
    cp "$list" t/tftp/ITLFile.tlv
    # shellcheck disable=SC2086 # words
    tree --json $options
    unlike "as vendors build them: ${list##*/}" "$(found)" 'list-(signer|signature|unreadable|certificate)'
    fresh
done

cp t/tftp/Chile/mk-sip.jar.sgn t/tftp/Chile/tc-sip.jar.sgn
finds 'a signed file under another name' 'signed-name tftp/Chile/tc-sip.jar.sgn'

sign t/tftp/SoftKeys.xml --timestamp $((now + 7200))
finds 'a signed file from the future' 'signed-future tftp/SoftKeys.xml.sgn'

sign t/tftp/SoftKeys.xml --digest sha512
finds 'a common file with SHA-512' 'signed-digest tftp/SoftKeys.xml.sgn'

cp t/tftp/SIP42.9-4-2SR3-1S.loads t/tftp/DSP.zz.sgn
finds 'firmware is the vendors own' ''

# --- encrypted configurations

rm t/tftp/SEP$a.cnf.xml.enc.sgn
finds 'a stub without its encrypted file' "stub-alone tftp/SEP$a.cnf.xml.sgn"

rm t/tftp/SEP$a.cnf.xml.sgn
finds 'an encrypted file without its stub' "encrypted-alone tftp/SEP$a.cnf.xml.enc.sgn"

configuration sip88xx.14-2-1 >t/tftp/SEP$a.cnf.xml
sign t/tftp/SEP$a.cnf.xml
rm t/tftp/SEP$a.cnf.xml
finds 'an encrypted file beside a configuration that is no stub' \
    "encrypted-alone tftp/SEP$a.cnf.xml.enc.sgn"

sgnfile --build --tftp pem/asterisk.pem --filename SEP$a.cnf.xml.enc.sgn t/tftp/dialplan.xml
mv t/tftp/dialplan.xml.sgn t/tftp/SEP$a.cnf.xml.enc.sgn
sign t/tftp/dialplan.xml
finds 'an encrypted file that is none' "encrypted-unreadable tftp/SEP$a.cnf.xml.enc.sgn"

openssl x509 -in pem/SEP$b.pem -out t/devices/SEP$a.pem
finds 'another certificate of the phone' "certificate-hash tftp/SEP$a.cnf.xml.sgn"

full sip88xx.14-2-1 "$password" >t/tftp/SEP$a.cnf.xml
mv t/tftp/SEP$a.cnf.xml.enc.sgn t/kept
enccnf --build --tftp pem/apache.pem --certificate pem/SEP$a.pem t/tftp/SEP$a.cnf.xml
mv t/kept t/tftp/SEP$a.cnf.xml.enc.sgn
rm t/tftp/ITLFile.tlv t/tftp/CTLFile.tlv
itl t/tftp/ITLFile.tlv --sast pem/sast.pem --sast pem/sast2.pem --tftp pem/apache.pem
finds 'stub and encrypted file of different signers' "pair-signers tftp/SEP$a.cnf.xml.enc.sgn"

rm t/devices/SEP$a.pem
finds 'no certificate of a phone' "device-certificate devices/SEP$a.pem"

finds 'no folder of certificates' 'unreadable nowhere' t/tftp --devices t/nowhere

echo nothing >t/devices/SEP$a.pem
finds 'a certificate that is none' "certificate-unreadable devices/SEP$a.pem"

# --- configurations

unsigned() { # CONTENT; of the phone that takes no signature
    printf '%s\n' "$1" >t/tftp/SEP$old.cnf.xml
}

unsigned '<device><loadInformation>P0S3-8-12-00</device>'
finds 'malformed XML' "config-malformed tftp/SEP$old.cnf.xml"

unsigned '<device><loadInformation>P0S3-8-12-00</device>'
# shellcheck disable=SC2086 # words
tree $options
is 'what a phone does with it is said once' "$(grep -o 'discards' "$out" | wc -l)" 1
fresh

unsigned '<Default><loadInformation>P0S3-8-12-00</loadInformation></Default>'
finds 'another root' "config-root tftp/SEP$old.cnf.xml"

echo '<nothing/>' >t/tftp/XMLDefault.cnf.xml
sign t/tftp/XMLDefault.cnf.xml
finds 'another root of the defaults' 'config-root tftp/XMLDefault.cnf.xml
config-root tftp/XMLDefault.cnf.xml.sgn'

configuration SIP42.9-4-2SR3-1S >t/tftp/SEP000000000002.cnf.xml
finds 'an unsigned configuration' 'config-unsigned tftp/SEP000000000002.cnf.xml'

configuration SIP42.9-4-2SR3-1S >t/tftp/SEP000000000002.cnf.xml
cp t/tftp/SEP000000000002.cnf.xml t/secure
chmod 640 t/secure/*
finds 'an unsigned configuration that goes over HTTPS' ''

configuration sip88xx.14-2-1 >t/tftp/SEP$a.cnf.xml
finds 'a clear configuration beside the encrypted one' "config-beside-encrypted tftp/SEP$a.cnf.xml"

configuration SIP42.9-4-2SR3-1S "$password" >t/tftp/SEP$c.cnf.xml
sign t/tftp/SEP$c.cnf.xml
rm t/tftp/SEP$c.cnf.xml
finds 'a password in a signed configuration' "clear-password tftp/SEP$c.cnf.xml.sgn"

configuration P0S3-8-12-00 "<sshPassword><![CDATA[Xyzzy99]]></sshPassword>" >t/tftp/SEP$old.cnf.xml
finds 'a password in a clear configuration' "clear-password tftp/SEP$old.cnf.xml"

printf '<device><x></device><!-- %s -->' "$password" >t/tftp/BAK_SEP$old.cnf.xml_
finds 'a password in a copy that nobody asks for' "clear-password tftp/BAK_SEP$old.cnf.xml_
name-odd tftp/BAK_SEP$old.cnf.xml_"

configuration P0S3-8-12-00 "$password" | sed 's/UTF-8/UTF-16/' | iconv -f UTF-8 -t UTF-16 \
    >t/tftp/SEP$old.cnf.xml
finds 'a password in UTF-16' "clear-password tftp/SEP$old.cnf.xml"

printf 'line1_name: "100"\r\nline1_password: "Xyzzy99"\r\n' >t/tftp/SIP$old.cnf
finds 'a password in the settings of a 7940' "text-password tftp/SIP$old.cnf"

configuration P0S3-8-12-00 "<adminPassword/>" "<adminPassword> </adminPassword>" \
    "<adminPassword a='b'><![CDATA[]]></adminPassword>" "<passwordPersistence>1</passwordPersistence>" \
    >t/tftp/SEP$old.cnf.xml
finds 'no password' ''

rm t/tftp/sip88xx.14-2-1.loads
finds 'a load that is not there' "load-missing secure/SEP$a.cnf.xml
load-missing secure/SEP$b.cnf.xml"

mv t/tftp/sip88xx.14-2-1.loads t/tftp/SIP88XX.14-2-1.LOADS
finds 'a load in another case' ''

rm -r t/tftp/Chile t/tftp/Spanish
finds 'a locale that is not there' "locale-missing secure/SEP$a.cnf.xml
locale-missing secure/SEP$b.cnf.xml
locale-missing tftp/SEP$c.cnf.xml.sgn"

rm t/tftp/Bell.raw t/tftp/Bell.raw.sgn
finds 'a ring tone that is not there' 'file-missing tftp/ringlist.xml.sgn'

rm t/tftp/dialplan.xml.sgn
finds 'a dial template that is not signed' "file-missing secure/SEP$a.cnf.xml
file-missing secure/SEP$b.cnf.xml
file-missing tftp/SEP$c.cnf.xml.sgn"

rm t/tftp/Desktops/*/blue.png*
finds 'a background that is not there' "file-missing secure/SEP$a.cnf.xml
file-missing secure/SEP$b.cnf.xml
file-missing tftp/Desktops/320x212x12/List.xml
file-missing tftp/Desktops/320x212x12/List.xml
file-missing tftp/Desktops/320x212x12/List.xml.sgn
file-missing tftp/Desktops/320x212x12/List.xml.sgn
file-missing tftp/SEP$c.cnf.xml.sgn"

# --- roles that configurations need

without() { # ROLE-NUMBER: no list has it any more
    surgery pem/sast.pem roles t/tftp/ITLFile.tlv "$1=99,9"
    surgery pem/sast.pem roles t/tftp/CTLFile.tlv "$1=99,9"
    rm t/tftp/ITLSEP$b.tlv
}

without 4
finds 'no CAPF' 'role-capf tftp/ITLFile.tlv'
without 7
finds 'no APP-SERVER' 'role-app-server tftp/ITLFile.tlv'
without 1
surgery pem/sast.pem roles t/tftp/CTLFile.tlv 2=3
finds 'no CCM' 'role-ccm tftp/ITLFile.tlv'

configuration SIP42.9-4-2SR3-1S \
    '<TVS><members><member priority="0"><port>2445</port><address>192.0.2.1</address></member></members></TVS>' \
    >t/tftp/SEP$c.cnf.xml
sign t/tftp/SEP$c.cnf.xml
rm t/tftp/SEP$c.cnf.xml
finds 'no TVS' 'role-tvs tftp/ITLFile.tlv'

# --- certificates and keys

finds 'certificates that expire' 'certificate-expires tftp/CTLFile.tlv
certificate-expires tftp/CTLFile.tlv
certificate-expires tftp/CTLFile.tlv
certificate-expires tftp/CTLFile.tlv
certificate-expires tftp/ITLFile.tlv
certificate-expires tftp/ITLFile.tlv' t/tftp --days 8000

mkcert -c short -o o -u u -y 1 t/short.pem >/dev/null
rm t/tftp/ITLFile.tlv
itl t/tftp/ITLFile.tlv --sast pem/sast.pem --sast pem/sast2.pem --tftp t/short.pem --timestamp "$now"
rm t/tftp/CTLFile.tlv t/tftp/ITLSEP$b.tlv
cp -a t kept
finds 'a certificate that expired' 'certificate-expired tftp/ITLFile.tlv' t/tftp \
    --timestamp $((now + 370 * 86400))
rm -rf t && mv kept t
finds 'a certificate that expires soon' 'certificate-expires tftp/ITLFile.tlv' t/tftp \
    --timestamp $((now + 340 * 86400))

cp pem/apache.pem t/web.pem
finds 'an HTTPS certificate with an RSA key' 'https-not-ec web.pem'

cp pem/p256.pem t/web.pem
finds 'an HTTPS certificate that is not listed' 'https-unlisted web.pem'

cp pem/apache.pem t/tftp/backup.txt
chmod 644 t/tftp/backup.txt
finds 'a key in the tree' 'key-in-tree tftp/backup.txt'

{ head -c 3000000 /dev/zero | tr '\0' a; cat pem/p256.pem; } >t/tftp/image.bin
finds 'a key deep in a large file' 'key-in-tree tftp/image.bin'

# Nobody should be able to fetch a key, so it is not said to be unreadable, too.
for mode in 600 640 400; do
    cp pem/apache.pem t/tftp/backup.txt && cp pem/apache.pem t/tftp/backup.key
    { head -c 3000000 /dev/zero | tr '\0' a; cat pem/p256.pem; } >t/tftp/image.bin
    openssl x509 -in pem/apache.pem -out t/tftp/web.pem
    chmod "$mode" t/tftp/backup.txt t/tftp/backup.key t/tftp/image.bin t/tftp/web.pem
    finds "keys of mode $mode in the tree" 'key-in-tree tftp/backup.key
key-in-tree tftp/backup.txt
key-in-tree tftp/image.bin
name-denied tftp/web.pem'
done

chmod 644 t/web.pem
finds 'a key that all can read' "$(exposed 'key-exposed web.pem')"

cp pem/SEP$a.pem t/devices/SEP$a.pem
chmod 644 t/devices/SEP$a.pem
finds 'a key of a phone that all can read' "$(exposed "key-exposed devices/SEP$a.pem")"

cp pem/SEP$a.pem t/devices/SEP$a.pem
chmod 644 t/devices/SEP$a.pem
chmod 750 t/devices
finds 'a key in a folder that not all can enter' ''

# --- files

echo '<softKeyCfg other="1"/>' >t/tftp/softkeys.xml
finds 'names that differ in case alone' 'case-twin tftp/softkeys.xml'

ln t/tftp/SoftKeys.xml t/tftp/softkeys.xml
ln -s dialplan.xml t/tftp/DialPlan.xml
finds 'names that differ in case and mean the same file' ''

echo x >t/tftp/.hidden
mkdir t/tftp/.git
echo x >t/tftp/.git/x
finds 'dot files, which are a note' ''
mkdir -p notes/.git
echo x >notes/.hidden
chmod -R a+rX notes
run provcheck tree notes --strict --json
is 'dot files, with --strict' "$(found | paste -sd' ')" 'dot-file notes/.git dot-file notes/.hidden'

ln -s /etc/hostname t/tftp/absolute
ln -s ../secure/SEP$a.cnf.xml t/tftp/out
ln -s "$PWD/t/tftp/SoftKeys.xml" t/tftp/inside
finds 'links that lead out or are absolute' 'link-outside tftp/absolute
link-outside tftp/inside
link-outside tftp/out'

ln -s nowhere t/tftp/broken
finds 'a link that leads nowhere' 'link-broken tftp/broken'

mkfifo t/tftp/pipe
finds 'a FIFO' 'not-a-file tftp/pipe'

chmod 600 t/tftp/dialplan.xml.sgn
chmod 700 t/tftp/Desktops/320x212x12
finds 'what others cannot read' 'unreadable tftp/Desktops/320x212x12
unreadable tftp/dialplan.xml.sgn'

: >t/tftp/empty.xml
finds 'an empty file' 'empty tftp/empty.xml'

head -c 2097153 /dev/zero >t/tftp/huge.png
sign t/tftp/huge.png
finds 'files over 2048 KB' 'large tftp/huge.png
large tftp/huge.png.sgn'

echo x >"t/tftp/Ñandú.png"
name=$(printf '%0130d' 1)
mkdir -p "t/tftp/$name"
echo x >"t/tftp/$name/$name"
finds 'names that phones cannot ask for' "name-impossible tftp/$name/$name
name-impossible tftp/Ñandú.png" t/tftp

openssl x509 -in pem/apache.pem -out t/tftp/web.pem
finds 'a name that is never served' 'name-denied tftp/web.pem'

echo '<softKeyCfg new="1"/>' >t/tftp/SoftKeys.xml
finds 'an unsigned file that differs from the signed one' 'twin-differs tftp/SoftKeys.xml'

chmod 644 t/secure/SEP$a.cnf.xml
finds 'a clear configuration that all can read' "$(exposed "secure-exposed secure/SEP$a.cnf.xml")"

cp t/tftp/SEP$a.cnf.xml.sgn t/secure
chmod 640 t/secure/*
finds 'a signed file below the secure root' "secure-signed secure/SEP$a.cnf.xml.sgn"

# --- what the user of the check may not read

as_nobody() {
    setpriv --reuid 65534 --regid 65534 --clear-groups "$PROV_BIN/provcheck" "$@"
}

mkdir -p denied/tftp denied/devices && chmod 755 denied denied/*
cp pem/p256.pem denied/web.pem && cp pem/SEP$a.pem denied/devices/ && cp t/tftp/SEP$a.cnf.xml.* denied/tftp/
chmod 600 denied/web.pem denied/devices/*
cp pem/apache.pem denied/tftp/backup.key && chmod 600 denied/tftp/backup.key
if [ "$(id -u)" -eq 0 ] && have setpriv; then
    run as_nobody tree denied/tftp --devices denied/devices --certificate denied/web.pem
    for file in web.pem devices/SEP$a.pem; do
        printed "$file may be sound" \
            "^denied/$file: cannot open it: Permission denied; it cannot be looked at; check as a user who may read it\$"
    done
    printed 'what has the name of a key is not to be made readable' '^denied/tftp/backup.key: its name ends in .pem or .key;'
    unlike 'nothing is to be replaced or made readable' "$(<"$out")" 'put a sound file|make it readable'
else
    skip 'what the user of the check may not read' 'this takes root and setpriv'
fi

# --- what it says

configuration P0S3-8-12-00 "$password" >t/tftp/SEP$old.cnf.xml
tree t/tftp
is 'one line' "$(lines "$out")" 1
printed 'file, what, why, how' "^t/tftp/SEP$old.cnf.xml: it holds a password \(authPassword\) in clear; [^;]+; [^;]+\$"
unlike 'never the password' "$(<"$out")" Xyzzy99
tree t/tftp --json
unlike 'nor in JSON' "$(<"$out")" Xyzzy99
fresh

printf 'x' >"t/tftp/a"$'\033'"[31m.xml"
tree t/tftp
printed 'escape sequences are shown' '^t/tftp/a\\x1b\[31m\.xml: '
fresh

echo x >notes/.b
echo x >notes/.a
: >notes/empty
tree notes --strict
is 'sorted by file' "$(cut -d: -f1 "$out")" 'notes/.a
notes/.b
notes/.git
notes/.hidden
notes/empty'
fresh

# --- prov.conf

cat >t/prov.conf <<CONF
paths { tftpboot = "tftp" secure = "secure" devices = "devices" }
server { certificate = "web.pem" https = ":6971" }
trust { sast = {"../pem/sast.pem", "../pem/sast2.pem"} }
sign { certificate = "signer.pem" exclude = {"*.img2"} }
CONF
cp pem/asterisk.pem t/signer.pem
chmod 600 t/signer.pem
cp -a t with-settings
finds 'settings' '' --config t/prov.conf
rm -rf t && cp -a with-settings t
chmod 644 t/signer.pem
finds 'a key that settings name' "$(exposed 'key-exposed signer.pem')" --config t/prov.conf
rm -rf t && cp -a with-settings t
head -c 3000000 /dev/zero >t/tftp/huge.img2
finds 'what settings exclude from signing is firmware' '' --config t/prov.conf
rm -rf t && cp -a with-settings t
chmod 640 t/tftp/SoftKeys.xml
sed -i '/certificate = "web/s/$/\nserver { user = "nobody" }/' t/prov.conf
finds 'a file that the servers user cannot read' "unreadable secure/SEP$a.cnf.xml
unreadable secure/SEP$b.cnf.xml
unreadable tftp/SoftKeys.xml" --config t/prov.conf

# --- usage

misused 'neither folder nor settings' 'give one folder or --config' provcheck tree
misused 'both' 'give one folder or --config' provcheck tree t/tftp --config t/prov.conf
misused 'no number of days' '--days must be a number' provcheck tree t/tftp --days soon
refused 'no such folder' 'nowhere: ' provcheck tree nowhere
tree --help
is 'help' "$code" 0

done_testing
