#!/bin/bash
# SPDX-License-Identifier: MIT
# Every reference file: built byte for byte, parsed with every value, decrypted.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
copy_inputs

time=1700000000

# The values of a report, each on a line; record by record in the order of the file.
values() {
    sed -n -e 's/^[A-Za-z0-9+ -]*: *//p' -e '/^Valid signature$/p' "$1"
}

# True if the values of report $1 occur in report $2, in the same order.
all_values() {
    values "$1" >"$temporary/wanted"
    values "$2" >"$temporary/got"
    awk 'NR == FNR { wanted[++n] = $0; next }
        at < n && index($0, wanted[at + 1]) == 1 { at++ }
        END { if (at < n) { print "# missing: " wanted[at + 1]; exit 1 } }' \
        "$temporary/wanted" "$temporary/got"
}

# The header of an encrypted file, with zeros for what is random in it.
steady_part() {
    perl -e 'local $/; binmode STDIN; binmode STDOUT; $_ = <STDIN>;
        my $end = unpack("n", substr($_, 8, 2)); my $at = 0;
        while ($at < $end) {
            my ($tag, $len) = unpack("Cn", substr($_, $at, 3));
            if ($tag == 13) { $at++; next }
            $at += 3;
            next if grep { $tag == $_ } 3, 7, 9, 16, 17, 21;
            substr($_, $at, $len) = "\0" x $len if grep { $tag == $_ } 12, 19, 25;
            $at += $len;
        }
        print substr($_, 0, $end), length($_)' <"$1"
}

same_steady_part() {
    [ "$(steady_part "$1" | cksum)" = "$(steady_part "$2" | cksum)" ]
}

# Builds may warn (keys of 4096 bits, one SAST only), and say nothing else.
builds() { # NAME COMMAND...
    run "${@:2}"
    want_no_other_message "$says.*: warning: "
    want_no_output
    want_code 0
    judge "$1"
}

# The value after an option among the words of a command.
option() { # OPTION
    local i
    for ((i = 0; i < ${#words[@]}; i++)); do
        [ "${words[i]}" != "$1" ] || printf '%s' "${words[i + 1]}"
    done
}

check_trust_list() { # LAYOUT BUILD-OPTION...
    local layout=$1 target=${words[2]#LAYOUT/} name
    shift
    name=${target##*/}
    mkdir -p list && rm -f "list/$name"
    builds "$layout $target" tlvfile --build "list/$name" "$@" "${words[@]:3}"
    ok "$layout $target is the reference's byte for byte" \
        same "list/$name" "$vectors/$layout/$target"
}

check_signed() { # LAYOUT BUILD-OPTION...
    local layout=$1 target=${outputs[0]#LAYOUT/} name=${words[2]##*/}
    shift
    mkdir -p signed && rm -f signed/* && cp "${words[2]}" signed/
    builds "$layout $target" sgnfile --build "signed/$name" "$@" "${words[@]:3}"
    ok "$layout $target is the reference's byte for byte" \
        same "signed/$name.sgn" "$vectors/$layout/$target"
    ok "$layout $target leaves its input" same "signed/$name" "${words[2]}"
}

check_encrypted() { # LAYOUT BUILD-OPTION...
    local layout=$1 encrypted=${outputs[0]#LAYOUT/} stub=${outputs[1]#LAYOUT/} name=${words[2]##*/}
    shift
    mkdir -p encrypted && rm -f encrypted/* && cp "${words[2]}" encrypted/
    builds "$layout $encrypted" enccnf --build "encrypted/$name" "$@" "${words[@]:3}"
    ok "$layout $stub is the reference's byte for byte" \
        same "encrypted/$name.sgn" "$vectors/$layout/$stub"
    ok "$layout $encrypted has the reference's header but for what is random" \
        same_steady_part "encrypted/$name.enc.sgn" "$vectors/$layout/$encrypted"
    not_ok "$layout $encrypted: the clear text is gone" test -e "encrypted/$name"
    silent "$layout $encrypted decrypts" enccnf --remove "encrypted/$name.enc.sgn" \
        --tftp "$(option --tftp)" --key "$(option --certificate)"
    ok "$layout $encrypted: the clear text is back" same "encrypted/$name" "${words[2]}"
    is "$layout $encrypted: the pair is gone" "$(ls encrypted)" "$name"
    # The reference's own file, too.
    rm -f encrypted/* && cp "$vectors/$layout/$encrypted" encrypted/
    silent "$layout $encrypted of the reference decrypts" \
        enccnf --remove "encrypted/$name.enc.sgn" --tftp "$(option --tftp)" \
        --key "$(option --certificate)"
    ok "$layout $encrypted of the reference holds its input" same "encrypted/$name" "${words[2]}"
}

while read -r line; do
    read -ra words <<<"${line%% -> *}"
    read -ra outputs <<<"${line#* -> }"
    for layout in 4.11 4.13; do
        case ${words[0]} in
        tlvfile) check=check_trust_list ;;
        sgnfile) check=check_signed ;;
        *) check=check_encrypted ;;
        esac
        "$check" "$layout" --layout "$layout" --timestamp "$time"
        export SOURCE_DATE_EPOCH=$time
        "$check" "$layout" --layout "$layout"
        unset SOURCE_DATE_EPOCH
    done
done <"$vectors/commands.txt"

# The callmanager layout of lists and signed files is 4.11's, and the default.
read -ra words <<<"$(sed -n 1p "$vectors/commands.txt")"
check_trust_list 4.11 --layout callmanager --timestamp "$time"
check_trust_list 4.11 --timestamp "$time"

# --- parsing

check_report() { # NAME REPORT COMMAND...
    local name=$1 report=$2
    shift 2
    done_well "$name is valid" "$@"
    ok "$name shows every value" all_values "$report" "$out"
}

signer_of() { # TARGET, without its layout
    local line
    line=$(grep -F "LAYOUT/$1" "$vectors/commands.txt")
    read -ra words <<<"${line%% -> *}"
    option --tftp
}

for layout in 4.11 4.13; do
    for report in "$vectors/$layout"/parse/*.txt; do
        name=${report##*/}
        name=${name%.txt}
        case $name in
        *.tlv)
            check_report "$layout tlv/$name" "$report" \
                tlvfile --parse "$vectors/$layout/tlv/$name"
            ;;
        *.enc.sgn)
            target=enc/${name%%-*}/${name#*-}
            check_report "$layout $target" "$report" \
                enccnf --parse --tftp "$(signer_of "$target")" "$vectors/$layout/$target"
            check_report "$layout $target through sgnfile" "$report" \
                sgnfile --parse --tftp "$(signer_of "$target")" "$vectors/$layout/$target"
            ;;
        *)
            target=sgn/${name%%-*}/${name#*-}
            check_report "$layout $target" "$report" \
                sgnfile --parse --tftp "$(signer_of "$target")" "$vectors/$layout/$target"
            ;;
        esac
    done
    for stub in "$vectors/$layout"/enc/*/*.cnf.xml.sgn; do
        target=${stub#"$vectors/$layout/"}
        done_well "$layout $target is valid" \
            sgnfile --parse --tftp "$(signer_of "$target")" "$stub"
    done
done

while read -r name sha1 sha512; do
    done_well "certhash of $name" certhash "pem/$name"
    is "certhash of $name is the reference's" "$(<"$out")" "${sha1#*=}"
    done_well "certhash -d sha512 of $name" certhash --digest sha512 "pem/$name"
    is "certhash -d sha512 of $name is the reference's" "$(<"$out")" "${sha512#*=}"
done <"$vectors/certhash.txt"

# --- the call manager's shapes

shapes=$vectors/callmanager-shape

for list in CTLFile-etoken-nonsecure ITLFile-tvs-hash-only ITLFile-sha512-v28 ITLFile-sha256 \
    ITLFile-unknown-rectag ITLFile-unknown-role ITLFile-latin1-name; do
    done_well "$list is taken" tlvfile --parse "$shapes/$list.tlv"
    printed "$list is valid" '^Valid signature$'
    cp "$out" "$temporary/$list.txt"
done

shown() { # LIST NAME EXTENDED-REGULAR-EXPRESSION
    like "$1: $2" "$(<"$temporary/$1.txt")" "$3"
}

unshown() { # LIST NAME EXTENDED-REGULAR-EXPRESSION
    unlike "$1: $2" "$(<"$temporary/$1.txt")" "$3"
}

shown CTLFile-etoken-nonsecure 'an unclosed quote and trailing blanks are shown' \
    '^(Subject|Signer) Name: .*cn="SAST-[^"]* +"?;.*o="Cisco Systems'
unshown CTLFile-etoken-nonsecure 'there is no signer version' '^Signer Version:'
is 'CTLFile-etoken-nonsecure: two records hold no certificate' \
    "$(($(grep -c '^Record Length:' "$temporary/CTLFile-etoken-nonsecure.txt") - \
        $(grep -c '^Certificate Hash:' "$temporary/CTLFile-etoken-nonsecure.txt")))" 2
shown ITLFile-tvs-hash-only 'the hash is shown' '^Listed Hash: +[0-9a-f]{40}$'
shown ITLFile-tvs-hash-only 'its algorithm is shown' '^Hash Algorithm: +SHA1$'
shown ITLFile-sha512-v28 'the digest is SHA-512' '^Digest Algorithm: +SHA512$'
shown ITLFile-sha512-v28 'the signer version is 1.1' '^Signer Version: +1\.1$'
shown ITLFile-sha256 'digest code 2 is SHA-256' '^Digest Algorithm: +SHA256$'
shown ITLFile-unknown-rectag 'the unknown tag is shown by number' '^Tag [0-9]+: '
shown ITLFile-unknown-role 'the unknown role is shown by number' '^Role Number: +99$'
shown ITLFile-unknown-role 'the unknown role gives a warning' \
    '^Warning: +nobody knows this role; a phone may refuse the list$'
shown ITLFile-latin1-name 'the byte is escaped' '\\x[0-9a-fA-F]{2}'
not_ok 'ITLFile-latin1-name: no raw byte reaches the terminal' \
    grep -aq $'[\x80-\xff]' "$temporary/ITLFile-latin1-name.txt"

refused 'a list that names its signer by hash only cannot be verified alone' \
    'names its certificate by hash only; give the certificate with --sast$' \
    tlvfile --parse "$shapes/ITLFile-sast-hash-only.tlv"

# The certificate with that hash stands in another of the shapes.
hash=$(tlvfile --parse "$shapes/ITLFile-sast-hash-only.tlv" 2>/dev/null |
    sed -n 's/^Listed Hash: *//p' | head -n 1)
for list in "$shapes"/ITLFile-sha*.tlv "$shapes"/ITLFile-tvs-*.tlv; do
    tlvfile --parse --json "$list" | sed -n 's/^ *"certificate": "\([0-9a-f]*\)".*/\1/p'
done | sort -u | while read -r hex; do
    perl -e 'print pack("H*", $ARGV[0])' "$hex" >certificate.der
    if [ "$(sha1sum <certificate.der | cut -d ' ' -f 1)" = "$hash" ]; then
        mv certificate.der signer.der
    else
        mv certificate.der other.der
    fi
done
ok 'the certificate of that signer is found' test -s signer.der
done_well 'it is valid once the certificate is given' \
    tlvfile --parse --sast signer.der "$shapes/ITLFile-sast-hash-only.tlv"
printed 'it says so' '^Valid signature$'
refused 'another certificate does not do' 'the certificate at hand has another hash$' \
    tlvfile --parse --sast pem/sast.pem "$shapes/ITLFile-sast-hash-only.tlv"

refused 'a list cut in its header' 'header should have 464 bytes, but the file ends after 200$' \
    tlvfile --parse "$shapes/ITLFile-trunc-hdr.tlv"
refused 'a list cut in a record' \
    'record [0-9]+ at byte [0-9]+ says [0-9]+ bytes, but the file ends after [0-9]+$' \
    tlvfile --parse "$shapes/ITLFile-trunc-rec.tlv"
refused 'an empty list' 'the file is empty$' tlvfile --parse "$shapes/ITLFile-empty.tlv"

# --- headers of real firmware

for hex in "$vectors"/real-headers/*.hex; do
    name=${hex##*/}
    name=${name%.hex}
    perl -ne 's/[^0-9a-fA-F]//g; print pack("H*", $_)' "$hex" >"$name"
    done_well "$name is taken" sgnfile --parse "$name"
    is "$name: its last line" "$(tail -n 1 "$out")" 'signature: not checked'
    printed "$name: it is the vendor's" "the vendor's .*signature cannot be checked"
    printed "$name: its version" '^Version: +1\.1$'
    printed "$name: its name" '^Filename: +[A-Za-z0-9.-]+$'
    printed "$name: its length" "^Header Length: +$(wc -c <"$name") bytes\$"
    case $name in
    *.sebn)
        printed "$name: its last tag" '^Encryption Digest: +[0-9a-f]{40}$'
        printed "$name: its key size" '^Encryption Key Size: +256 bits$'
        printed "$name: its algorithm" '^Encryption Algorithm: +2$'
        printed "$name: its key usage" '^Key Usage: +symmetric$'
        ;;
    esac
    refused "$name is not valid by any certificate" 'Invalid signature|not' \
        sgnfile --parse --tftp pem/asterisk.pem "$name"
done

done_testing
