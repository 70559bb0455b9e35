#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 600
# provbuild: secrets are planted in every kind of input, a whole fleet lives with them (builds,
# rotations, failures, kills), and everything that is left anywhere is searched for them.

# shellcheck disable=SC2119

# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

phones="$phone $other $third"

# --- the oracle

# Files below the paths that hold a secret: as it is, in base64, in hexadecimal, in UTF-16, or the
# bytes of a key.
secrets_in() { # PATH...
    find "$@" -type f 2>/dev/null | perl -MMIME::Base64 -e '
        open(my $in, "<", $ARGV[0]) or die "$ARGV[0]: $!\n";
        for my $line (<$in>) {
            chomp $line;
            my $secret = $line =~ s/^hex:// ? pack("H*", $line) : $line;
            push @forms, $secret, unpack("H*", $secret), uc unpack("H*", $secret),
                join("", map { "$_\0" } split //, $secret);
            for my $shift (0 .. 2) {    # where base64 begins
                my $coded = encode_base64(("x" x $shift) . $secret, "");
                push @forms, substr($coded, 4, 4 * int(length($secret) / 3 - 1));
            }
        }
        my $any = join "|", map { quotemeta } @forms;
        while (my $path = <STDIN>) {
            chomp $path;
            open(my $file, "<:raw", $path) or next;
            local $/;
            my $content = <$file> // "";
            print "$path " if $content =~ /$any/o;
        }' "$temporary/secrets"
}

plant() { # SECRET
    echo "$1" >>"$temporary/secrets"
}

# Lines of the key as PEM and bytes of it that no certificate shares.
plant_key() { # FILE
    if openssl pkey -in "$1" -text -noout | grep -q prime1; then
        openssl pkey -in "$1" | sed -n '5,8p' >>"$temporary/secrets"
        openssl pkey -in "$1" -outform DER | tail -c 64 |
            perl -0777 -ne 'print "hex:", unpack("H*", $_), "\n"' >>"$temporary/secrets"
    else
        openssl pkey -in "$1" | sed -n '2p' >>"$temporary/secrets"
    fi
}

# Nothing but the folders that are there for it (source, secure, the keys) holds a secret.
searched() { # NAME
    is "$1: nothing leaked" \
        "$(secrets_in . "$TMPDIR" -not -path './source/*' -not -path './secure/*' -not -path './pem/*' \
            -not -path './kept/*')" ''
}

# --- a fleet with secrets

plant_everywhere() {
    local name
    for name in $phones; do
        with_certificate "$name"
        plant "pw-of-$name-8c1f"
        configuration "$name" "<sshPassword>pw-of-$name-8c1f</sshPassword>"
    done
    for name in SIP001122334455.cnf XMLDefault.cnf.xml ata001122334455.cnf.xml phones.csv copied.sbn \
        001122334455.xml settings.json; do
        plant "planted-in-$name-77aa"
    done
    printf 'line1_password: "planted-in-SIP001122334455.cnf-77aa"\n' >source/SIP001122334455.cnf
    for name in XMLDefault.cnf.xml ata001122334455.cnf.xml 001122334455.xml copied.sbn; do
        echo "<x><authPassword>planted-in-$name-77aa</authPassword></x>" >"source/$name"
    done
    printf 'name,password\na,planted-in-phones.csv-77aa\n' >source/phones.csv
    echo '{"secret": "planted-in-settings.json-77aa"}' >source/settings.json
    for name in pem/*.pem; do
        ! grep -q 'PRIVATE KEY' "$name" || plant_key "$name"
    done
    cp pem/sast2.pem source/notes.txt
    openssl pkey -in pem/sast2.pem -outform DER -out source/blob
}

# What any command prints is kept, to be searched.
does() { # OPTION...
    provbuild --config prov.conf "$@" >>said 2>&1
}

umask 022
export TMPDIR=$temporary/tmp
mkdir "$TMPDIR" && : >"$temporary/secrets"
site life
configuration "$third"
fleet_settings sign 'certificate = pem/asterisk.pem encryption = required exclude = {"*.sbn"}'
plant_everywhere
is 'the oracle sees what is planted' "$(secrets_in source | wc -w)" 12
printf '%s' "xx$(printf 'pw-of-%s-8c1f' "$phone" | base64)" >"$TMPDIR/control"
openssl pkey -in pem/asterisk.pem -outform DER -out "$TMPDIR/control.der"
is 'in other forms, too' "$(secrets_in "$TMPDIR" | wc -w)" 2
rm "$TMPDIR"/control*

does
mkdir phones
free_ports udp 1 | read -r tftp_port
free_ports tcp 1 | read -r http_port
ok 'they are served' serve
searched 'a build'
ok 'clear configurations are in the secure root alone' test "$(secrets_in secure | wc -w)" -eq 3
for options in '' --quick --dry-run --force '--force --quick' '--json' --status '--status --json' \
    '--prune'; do
    # shellcheck disable=SC2086
    does $options
done
searched 'every kind of run'
for name in $phones; do boots "$name" >>said 2>&1; done
searched 'phones that boot'

# --- failures

sed -i 's|</sshPassword>|</sshPasswort>|' "source/$phone.cnf.xml"
does
configuration "$phone" "<sshPassword>pw-of-$phone-8c1f</sshPassword>&"
does
printf '<device><sshPassword>pw-of-%s-8c1f' "$phone" >"source/$phone.cnf.xml"
does
configuration "$phone" "<sshPassword>pw-of-$phone-8c1f</sshPassword>"
mv "devices/$phone.pem" kept.pem
does
does --force
cp "pem/$other.pem" "devices/$phone.pem" # another's, and with its key
does
rm "devices/$phone.pem" && mv kept.pem "devices/$phone.pem"
cp "source/$phone.cnf.xml" "source/$phone.cnf.xml~"
ln -s "$phone.cnf.xml" source/template.xml
does
rm "source/$phone.cnf.xml~" source/template.xml
mv archive away && does
mv away archive
echo nonsense >>prov.conf && does
sed -i '$d' prov.conf
mv pem/asterisk.pem pem/gone && does
mv pem/gone pem/asterisk.pem
searched 'failures'

# --- killed, and crashed with core files allowed

if can_trace; then
    ulimit -c unlimited 2>/dev/null
    for signal in KILL SEGV; do
        for call in openat write fsync syncfs renameat unlinkat; do
            for n in 1 2 4 8; do
                for name in $phones; do
                    configuration "$name" "<sshPassword>pw-of-$name-8c1f</sshPassword><n>$signal $call $n</n>"
                done
                { ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e "trace=$call" \
                    -e "inject=$call:signal=$signal:when=$n" provbuild --config prov.conf --jobs 1 \
                    >>said 2>&1; } 2>/dev/null
                [ -z "$(secrets_in tftpboot archive core* "$TMPDIR")" ] ||
                    problem "after $signal at $call $n: $(secrets_in tftpboot archive core* "$TMPDIR")"
            done
        done
    done
    judge 'kills and crashes leave nothing'
    does
    searched 'kills and crashes'
else
    skip 'kills and crashes leave nothing' 'strace is not installed, or may not trace'
fi

# --- changes of certificates

new_key next 'Files next' && plant_key pem/next.pem
new_key sast3 'SAST next' && plant_key pem/sast3.pem
does --rotate-signer pem/next.pem
does
does --status
does --rotate-signer pem/asterisk.pem # back again
does --rotate-sast pem/sast3.pem
does
does --status
does --rotate-sast pem/sast.pem
does --forget "$third"
does --release "$other"
does --take-back "$other"
mkdir kept && does --new-recovery kept/recovery.pem
ok 'a recovery key is made' plant_key kept/recovery.pem
ok 'lists were published meanwhile' test "$(find archive -name 'ITLFile.tlv.*' | wc -l)" -ge 3
searched 'changes of certificates'

# --- what goes

rm "source/$third.cnf.xml" "devices/$third.pem"
does --prune --force
settings paths "$fleet_paths" trust "$fleet_trust"
does
does --prune
planted_elsewhere=$(secrets_in tftpboot | tr ' ' '\n' | grep -c "SEP\|notes\|blob")
is 'encryption no longer required: phones and keys stay closed' "$planted_elsewhere" 0
stop_provd
ok 'the ledger was kept' test -s ledger
is 'and holds nothing' "$(secrets_in ledger ledger-wal provd.log said)" ''

done_testing
