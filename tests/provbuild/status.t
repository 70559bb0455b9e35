#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild --status: rotations, phones, standing warnings.

# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/provbuild/fleet.sh
. "${0%/*}/fleet.sh"

json() { # PERL-EXPRESSION on $s
    build --status --json 2>/dev/null | perl -MJSON::PP -0777 -ne 'my $s = decode_json($_);
        my @answer = '"($1); print @answer"
}

phone_says() { # SEP<MAC> KEY: what JSON says of a phone
    json 'map { $_->{'"$2"'} } grep { $_->{phone} eq "'"$1"'" } @{$s->{phones}}'
}
counts() {
    json 'join " ", map { "$_ $s->{$_}" } grep { $s->{$_} } qw(ready proven forgotten followed given silent strangers)'
}
sum() { # LIST
    md5sum <"$1" | cut -d ' ' -f 1
}

ok 'a fleet' fleet first
new_key next 'SAST Next'
before=$(snapshot)
run build --status
is 'it succeeds' "$code" 0
printed 'no rotation' '^Rotation: *none$'
printed 'who signs lists' '^Newest SAST: *CN=SAST acme;'
unlike 'nobody else' "$(<"$out")" '^Old SAST'
printed 'how many phones there are' '^Fleet: *3 phones$'
printed 'which are ready' '^Ready: *3$'
printed 'what a phone may hold' '^ITL: *may hold any of 1 lists$'
printed 'a configuration in clear text' "Warning: *$other.cnf.xml: it is published in clear text"
unlike 'an encrypted one is no matter' "$(cat "$out" "$err")" "$phone.cnf.xml: "
is 'JSON' "$(json '$s->{rotation}, " ", scalar @{$s->{phones}}')" 'none 3'
boots "$phone" && boots "$other"
is 'whoever is served is ready still' "$(counts)" 'ready 3'
ok 'a stranger asks in the name of no phone' forge SEP0A0B0C0D0E0F SEP0A0B0C0D0E0F.cnf.xml
run build --status
printed 'who is counted apart' '^Strangers: *1$'
printed 'by name' '^Names Of Strangers: *SEP0A0B0C0D0E0F$'
unlike 'and is no phone' "$(<"$out")" '^Phone: *SEP0A0B0C0D0E0F'
is 'of the fleet' "$(json '"@{[map { $_->{phone} } @{$s->{phones}}]}"')" "$third $other $phone"
unchanged 'it changes nothing' "$before"

# --- a rotation

build --rotate-sast pem/next.pem >/dev/null
run build --status
printed 'a rotation' '^Rotation: *SAST$'
printed 'the new one signs' '^Newest SAST: *CN=SAST Next;'
printed 'and the old one' '^Old SAST: *CN=SAST acme;'
printed 'with its key' '^Key: */.*pem/sast.pem$'
printed 'and who may need it' "^Needed By: *3 of 3 phones, until they are proven: $third, $other, $phone\$"
printed 'how many lists are in turns' '^In Turns: *2$'
printed 'what phones may hold' '^ITL: *may hold any of 3 lists, and may need a bridge$'
printed 'what is left to do' 'Warning: *settings: put the newest SAST in the place of the old one'
is 'nobody was given it' "$(counts)" 'silent 3 strangers 1'
given() { # SEP<MAC> FOLLOWED
    sqlite3 ledger "INSERT OR REPLACE INTO given VALUES('${1#SEP}', 'itl',
        x'$(sha256sum <"$(newest)" | cut -d ' ' -f 1)', 1795300000, $clock, $2, $clock, $clock)"
}
given "$phone" 2
given "$other" 0
is 'two were given it, and one followed' "$(counts)" 'followed 1 given 1 silent 1 strangers 1'
is 'JSON has it of each' "$(phone_says "$phone" state) $(phone_says "$phone" itl_followed) $(phone_says "$other" itl_given)" \
    'followed 2 1795300000'
run build --status
printed 'so has the text' '^ITL Followed: *2 boots$'
run build --seen "$phone" "$(sum "$(newest)")"
run build --forget "$other"
is 'one is proven, one forgotten' "$(counts)" 'proven 1 forgotten 1 silent 1 strangers 1'
is 'what the first holds' "$(phone_says "$phone" itl)" \
    "holds $(basename "$(newest)") or a later one, as it showed"
is 'who is left' "$(json '$s->{old_sasts}[0]{needed_by}')" "1 of 3 phones, until they are proven: $third"
build --forget "$third" >/dev/null
is 'nobody' "$(json '$s->{old_sasts}[0]{needed_by}')" 'no phone; its key may be destroyed'
stop_provd

site plain
settings trust 'sast = {pem/sast.pem} ccm-tftp = {pem/asterisk.pem}'
build >/dev/null 2>&1
run build --status
is 'without a ledger' "$code" 0
like 'a list without a second SAST' "$(cat "$out" "$err")" 'ITLFile.tlv: .*one SAST certificate only'
like 'no ledger' "$(cat "$out" "$err")" 'ledger: none is set'
is 'JSON holds the warnings' "$(json 'scalar(grep { /one SAST/ } @{$s->{warnings}}) > 0')" 1
silent 'a plain run does not say them' build

# --- phones that nobody has counted

site unknown
rm source/SEP*.cnf.xml devices/*.pem
echo '<Default/>' >source/XMLDefault.cnf.xml
build >/dev/null 2>&1
new_key next 'SAST Next'
build --rotate-sast pem/next.pem >/dev/null 2>&1
like 'XMLDefault.cnf.xml serves phones that are none of the fleet' "$(build --status 2>&1)" \
    '^Not Counted: *phones that XMLDefault.cnf.xml serves'
like 'so nobody knows who needs the old key' "$(build --status 2>&1)" \
    '^Needed By: *nobody knows, since XMLDefault.cnf.xml serves .*take it out of source'
configuration "$other"
build >/dev/null 2>&1
before=$(ladder)
run build --seen "$other" "$(sum "$(newest)")"
is 'the proof of all others ends no turns' "$(ladder)" "$before"
unlike 'nor the need for the old key' "$(<"$err")" 'may be destroyed'
is 'as the status says' "$(json 'join ", ", map { $_->{needed_by} =~ /^nobody knows/ } @{$s->{old_sasts}}')" 1
rm source/XMLDefault.cnf.xml
settings trust "${fleet_trust/sast.pem/next.pem}"
run build
like 'without it they are all' "$(<"$err")" 'no phone needs this key any more'

# --- folders that are not set, or not there: every kind of run names them, and does nothing

site roots
mkdir keys && cp pem/sast.pem pem/sast2.pem pem/asterisk.pem keys/
declare -A verbs=([plain]='' [quick]='--quick' [dry]='--dry-run' [status]='--status'
    [prune]='--prune' [adopt]='--adopt keys' [rotate]='--rotate-sast pem/sast2.pem'
    [release]="--release $phone" [json]='--status --json')
declare -A set_to=([source]='source = source ' [tftpboot]='tftpboot = tftpboot ' [secure]='secure = secure '
    [archive]='archive = archive ')

without() { # NAME PATHS EXTENDED-REGULAR-EXPRESSION
    local verb options
    printf 'paths { %s }\n' "$2" >bare.conf
    settings paths "$2"
    for verb in "${!verbs[@]}"; do
        read -ra options <<<"${verbs[$verb]}"
        cp prov.conf used.conf
        [ "$verb" != adopt ] || cp bare.conf used.conf
        run provbuild --config used.conf "${options[@]}"
        is "$1, $verb: exit code" "$code" 1
        like "$1, $verb: message" "$(<"$err")" "^provbuild: $3"
        is "$1, $verb: one line" "$(lines "$err")" 1
    done
    is "$1: nothing is written" "$(find tftpboot secure archive -type f)" ''
}

if [ -e /etc/prov/prov.conf ]; then
    skip 'no settings' '/etc/prov/prov.conf is there'
else
    for verb in "${!verbs[@]}"; do
        read -ra options <<<"${verbs[$verb]}"
        run provbuild "${options[@]}"
        is "no settings, $verb: exit code" "$code" 1
        like "no settings, $verb" "$(<"$err")" \
            '^provbuild: there is no /etc/prov/prov.conf, so nothing says what to build; write it, or name'
    done
fi
refused 'settings that are named and not there' 'nowhere.conf: cannot open it' \
    provbuild --status --config nowhere.conf

all=${set_to[source]}${set_to[tftpboot]}${set_to[secure]}${set_to[archive]}
for root in source tftpboot; do
    without "no $root" "${all/"${set_to[$root]}"/}" "set $root in section paths"
done
without 'none at all' '' 'set (source|tftpboot) in section paths'
for root in source tftpboot secure archive; do
    without "a $root that is not there" "${all/"${set_to[$root]}"/"$root = nowhere "}" \
        "$root: cannot use nowhere: .*make it"
done
done_testing
