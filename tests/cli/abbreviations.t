#!/bin/bash
# SPDX-License-Identifier: MIT
# Abbreviated options: what meant one of certutils' options alone still means it, though options of
# today begin alike; and what is said where an option is unknown or ambiguous.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
copy_inputs

# As in docs/formats.md, section 6.
declare -A reference=(
    [mkcert]='common organization unit locality state country years bits key-size curve digest file help'
    [tlvfile]='parse build version digest filename sast ccm tftp ccm-tftp capf app-server tvs help'
    [sgnfile]='parse build remove digest filename tftp help'
    [enccnf]='parse build remove digest tftp certificate key help'
    [certhash]='digest help'
    [stripsgn]='help'
)

# How many of certutils' options of the program begin so.
meanings() { # PROGRAM PREFIX
    local option count=0
    for option in ${reference[$1]}; do
        [[ $option != "$2"* ]] || count=$((count + 1))
    done
    echo "$count"
}

value_of() { # OPTION
    case $1 in
    parse | build | remove | help) ;;
    digest) echo sha1 ;;
    version) echo 1.0 ;;
    years) echo 1 ;;
    bits | key-size) echo 1024 ;;
    curve) echo secp256r1 ;;
    *) echo x ;;
    esac
}

role() { # OPTION
    rm -f list.tlv
    tlvfile --build --sast pem/sast.pem --timestamp 1700000000 "--$1" pem/apache.pem list.tlv &&
        cat list.tlv
}

# The same option, since it is given twice then.
same_option() { # PROGRAM PREFIX OPTION
    local name="$1 --$2 is --$3" value
    value=$(value_of "$3")
    case $1:$2:$3 in
    mkcert:key:key-size)
        misused "$name" '--bits and --key-size are the same' mkcert --key 1024 --key-size 1024
        ;;
    *:help)
        is "$name" "$("$1" "--$2")" "$("$1" --help)"
        ;;
    tlvfile:*:sast | tlvfile:*:ccm | tlvfile:*:tftp | tlvfile:*:ccm-tftp | tlvfile:*:capf | \
        tlvfile:*:app-server | tlvfile:*:tvs)
        role "$2" >short 2>&1
        role "$3" >full 2>&1
        ok "$name" test -s full
        ok "$name: the same list" same short full
        ;;
    *)
        misused "$name" "option --$3 is given twice" "$1" "--$2" ${value:+"$value"} "--$3" \
            ${value:+"$value"}
        ;;
    esac
}

count=0
for program in $programs; do
    for option in ${reference[$program]}; do
        for ((len = 1; len < ${#option}; len++)); do
            prefix=${option:0:len}
            [ "$(meanings "$program" "$prefix")" -eq 1 ] || continue
            # An option of certutils, or of ours, that is named so in full.
            [[ " ${reference[$program]} " != *" $prefix "* ]] || continue
            same_option "$program" "$prefix" "$option"
            count=$((count + 1))
        done
    done
done
ok 'there are many' test "$count" -gt 150

silent 'a value behind an equals sign' mkcert --com=pbx --o=Acme --u=Voice --b=1024 --f=pbx.pem
ok 'it is taken' test -s pbx.pem
silent 'a value that looks like an option' mkcert --com --f --o Acme --u Voice --b 1024 --f other.pem
is 'it stays a value' "$(openssl x509 -in other.pem -noout -subject -nameopt RFC2253 2>/dev/null | grep -c 'CN=--f')" 1

says='^(mkcert|certhash|tlvfile|sgnfile|stripsgn|enccnf|provd|provbuild): '

# --- ambiguous, in both

while read -r program given may_be; do
    misused "$program $given is ambiguous" "option $given is ambiguous: it may be $may_be; see $program --help" \
        "$program" "$given" x
done <<'END'
mkcert --co --common or --country
mkcert --is --issuer or --issuer-key
tlvfile --t --tftp, --tvs or --timestamp
tlvfile --c --ccm, --ccm-tftp or --capf
sgnfile --j --jobs or --json
END

# --- unknown

while read -r program given meant; do
    misused "$program $given: did you mean $meant?" \
        "option $given is unknown; did you mean $meant\\? See $program --help\$" "$program" "$given"
done <<'END'
mkcert --orginization --organization
mkcert --comon --common
mkcert --issure --issuer
mkcert --yaers --years
tlvfile --bild --build
tlvfile --buidl --build
tlvfile --tfpt --tftp
tlvfile --filname --filename
sgnfile --tftpp --tftp
sgnfile --layuot --layout
sgnfile --removed --remove
enccnf --certificat3 --certificate
enccnf --digset --digest
certhash --digets --digest
stripsgn --ouput --output
provd --chek-config --check-config
provd --secure_root --secure-root
provbuild --stauts --status
provbuild --dry_run --dry-run
provbuild --addopt --adopt
END
while read -r program given; do
    misused "$program $given: nothing is near" "option $given is unknown; see $program --help\$" \
        "$program" "$given"
done <<'END'
mkcert --nonsense
mkcert --x
mkcert --cc
tlvfile --abc
sgnfile --output-directory
enccnf --password
provd --listen
provbuild --verbose
END
misused 'a value too many' 'option --build=yes takes no value; see tlvfile --help$' tlvfile --build=yes
misused 'a word that is far too long' 'option --x+ is unknown; see mkcert' \
    mkcert "--$(printf 'x%.0s' {1..1000})"
misused 'no name at all' 'option --=x is unknown; see mkcert --help$' mkcert --=x

done_testing
