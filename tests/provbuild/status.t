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

ok 'a fleet' fleet first
new_key next 'SAST Next'
before=$(snapshot)
run build --status
is 'it succeeds' "$code" 0
printed 'no rotation' '^Rotation: *none$'
printed 'a phone that was never seen' 'nothing known'
printed 'a configuration in clear text' "Warning: *$other.cnf.xml: it is published in clear text"
unlike 'an encrypted one is no matter' "$(cat "$out" "$err")" "$phone.cnf.xml: "
is 'JSON' "$(json '$s->{rotation}, " ", scalar @{$s->{phones}}')" 'none 3'
boots "$phone" && boots "$other"
is 'a phone that holds a list' "$(json '(grep { $_->{phone} eq "'"$phone"'" } @{$s->{phones}})[0]->{itl}')" \
    "holds $(basename archive/ITLFile.tlv.*)"
ok 'a stranger' forge "$other" "$other.cnf.xml.sgn"
is 'a phone that is disputed' "$(json '(grep { $_->{phone} eq "'"$other"'" } @{$s->{phones}})[0]->{itl}')" \
    disputed
unchanged 'it changes nothing' "$before"
build --rotate-sast pem/next.pem >/dev/null
is 'a rotation' "$(json '$s->{rotation}, " ", $s->{lists}[0]{through}')" 'SAST 0 of 3 phones'
run build --status
printed 'who is behind' "^Behind: *$third, $other, $phone\$"
boots "$phone" && boots "$other" && boots "$third"
build >/dev/null
boots "$phone" && boots "$third"
is 'its end' "$(json '$s->{lists}[0]{stage}')" 'the new one signs'
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
done_testing
