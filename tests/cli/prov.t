#!/bin/bash
# SPDX-License-Identifier: MIT
# prov: each command becomes its program, wherever that stands, with its arguments and exit code.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

# shellcheck disable=SC2034 # for lib.sh
says='^(prov|tlvfile|sgnfile): '
declare -A program_of=([mkcert]=mkcert [certhash]=certhash [tlvfile]=tlvfile [sgnfile]=sgnfile
    [stripsgn]=stripsgn [enccnf]=enccnf [build]=provbuild [check]=provcheck [serve]=provd)

# --- the programs

for command in "${!program_of[@]}"; do
    program=${program_of[$command]}
    done_well "prov $command -V" prov "$command" -V
    is "prov $command is $program" "$(<"$out")" "$("$program" -V)"
    done_well "prov help $command" prov help "$command"
    is "prov help $command is $program --help" "$(<"$out")" "$("$program" --help)"
    is "prov --help $command is the same" "$(prov --help "$command")" "$(<"$out")"
    prov --help >help
    ok "prov --help names $command" grep -Eq "^  $command( \($program\))? +[a-z]" help
done
is 'prov --help names no other' "$(grep -Ec '^  [a-z]+( \([a-z]+\))?  ' help)" \
    $((${#program_of[@]} + 1))
done_well 'prov help' prov help
ok 'prov help is prov --help' same help "$out"
is 'prov help help, too' "$(prov help help)" "$(<help)"
done_well 'help for a verb of a command' prov help check tree
is 'it is that of the verb' "$(<"$out")" "$(provcheck tree --help)"

is 'prov --help fits a terminal' "$(grep -Ec '.{101}' help)" 0
ok 'prov -H says the same' same help <(prov -H)
done_well 'prov -V' prov -V
is 'its version is that of all' "$(cut -d ' ' -f 2 "$out")" "$(sgnfile -V | cut -d ' ' -f 2)"
is 'prov --version says the same' "$(prov --version)" "$(<"$out")"
for option in --help --version help; do
    run sh -c "prov $option >/dev/full"
    is "prov $option to a full disk: exit code" "$code" 1
    is "prov $option to a full disk: message" "$(<"$err")" \
        'prov: standard output: cannot write: No space left on device'
done

# --- what is passed on

misused 'wrong usage stays wrong usage' '^tlvfile: give ' prov tlvfile
refused 'what fails fails, under its own name' '^sgnfile: nothing.sgn: ' \
    prov sgnfile --parse nothing.sgn
done_well 'what works works' prov mkcert --common a --organization b --unit c 'd e.pem'
ok 'and leaves its files' test -s 'd e.pem'

mkdir beside
cp "$PROV_BIN/prov" beside
cat >beside/provbuild <<'END'
#!/bin/sh
for argument; do printf '<%s>\n' "$argument"; done
cat
exit 42
END
chmod +x beside/provbuild
printf 'input' | beside/prov build '' 'two words' --help -- build '*' >passed
is 'its exit code is that of the program' "$?" 42
is 'arguments and input reach the program as they are' "$(<passed)" \
    $'<>\n<two words>\n<--help>\n<-->\n<build>\n<*>\ninput'
ln -s beside/prov link
mkdir elsewhere
ln -s ../link elsewhere/prov
is 'it finds its own folder through links' "$(elsewhere/prov build a </dev/null)" '<a>'
is 'and in PATH' "$(PATH=$PWD/elsewhere:$PATH && prov build a </dev/null)" '<a>'
is 'and under another name' "$(bash -c 'exec -a nonsense elsewhere/prov build a' </dev/null)" '<a>'

# --- mistakes

misused 'nothing at all' '^prov: give a command; see prov --help$' prov
misused 'no command' '^prov: there is no command nonsense; see prov --help$' prov nonsense
misused 'an empty command' '^prov: there is no command ; see prov --help$' prov ''
misused 'a command that tries to look like two lines' '^prov: there is no command a\\x0ab; ' \
    prov $'a\nb'
misused 'help for none' '^prov: there is no command nonsense; ' prov help nonsense
misused 'a word that is far too long' '^prov: there is no command x+; see' \
    prov "$(printf 'x%.0s' {1..3000})"
while read -r word meant; do
    misused "$word: did you mean $meant?" "no command $word; did you mean $meant\\?" prov "$word"
done <<'END'
mkcrt mkcert
mkcetr mkcert
tlvfiles tlvfile
signfile sgnfile
encnf enccnf
biuld build
chek check
provbuild build
provcheck check
provd serve
prvocheck check
END

misused 'an option that takes no value' '^prov: option --help=yes is unknown or takes no value' \
    prov --help=yes
misused 'an option of another program' '^prov: option --config is unknown' prov --config a

# --- programs that are not there

mkdir alone
cp "$PROV_BIN/prov" alone
refused 'a program that is not installed' \
    "^prov: provd: it is not installed: it is neither in $PWD/alone nor in /.*/libexec/prov\$" \
    alone/prov serve
touch alone/provd
refused 'one that cannot be run' "^prov: provd: cannot run it in $PWD/alone: Permission denied\$" \
    alone/prov serve

if sanitized prov || ! have cc || [ ! -e "${PROV_BIN%/bin}/lib/cli.a" ]; then
    skip 'an installed prov' 'it is not compiled with this compiler'
else
    mkdir -p installed/bin installed/libexec/prov
    lib=${PROV_BIN%/bin}/lib
    run cc -std=c17 -D_GNU_SOURCE -DPROV_VERSION='"0"' -DPROV_BINDIR="\"$PWD/installed/./bin\"" \
        -DPROV_LIBEXECDIR="\"$PWD/installed/libexec/prov\"" -I"$root" \
        -I"$root/libprov/include" -o installed/bin/prov "$root"/prov/*.c "$lib/cli.a" "$lib/libprov.a"
    is 'it needs neither OpenSSL nor another library' "$code" 0
    [ "$code" -eq 0 ] || sed 's/^/# /' "$err"
    printf '#!/bin/sh\necho "another program"\n' >installed/bin/mkcert
    chmod +x installed/bin/mkcert
    is 'what stands beside it is taken' "$(installed/bin/prov mkcert)" 'another program'
    printf '#!/bin/sh\necho "ours"\n' >installed/libexec/prov/mkcert
    chmod +x installed/libexec/prov/mkcert
    is 'but what stands in libexec before it' "$(installed/bin/prov mkcert)" ours
    mkdir build
    cp installed/bin/prov installed/bin/mkcert build
    is 'a build takes what stands beside it' "$(build/prov mkcert)" 'another program'
    rm build/mkcert
    is 'and then what is installed' "$(build/prov mkcert)" ours
    refused 'an installed one looks in both' \
        "neither in $PWD/installed/libexec/prov nor in $PWD/installed/bin\$" installed/bin/prov serve
fi

done_testing
