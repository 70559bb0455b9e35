#!/bin/bash
# SPDX-License-Identifier: MIT
# make install and uninstall: what goes where, and that exactly that is taken back.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

if sanitized sgnfile; then
    skip_all 'programs with sanitizers are not installed'
elif ! have make || ! have pkg-config; then
    skip_all 'there is no make or pkg-config'
fi

build=${PROV_BIN%/bin}
there=$PWD/there
export PATH=$PWD/path:/usr/bin:/bin
unset MAKEFLAGS MAKELEVEL

# As it was built: nothing is compiled anew.
make_target() { # TARGET VARIABLE...
    make -s -C "$root" -o all "$1" B="${build#"$root/"}" DESTDIR="$there" PREFIX=/usr/local "${@:2}"
}

everything() { # every file and folder, with what it holds
    (cd "$there" && find . -type f -exec sha256sum {} + -o -printf '%y %p %l\n' | sort)
}

# --- a machine that has something already

mkdir -p "$there/usr/local/bin" "$there/usr/local/share/man/man1" path
echo 'somebody else' >"$there/usr/local/bin/other"
everything >before
done_well 'make -n install' make_target install -n
is 'does nothing' "$(diff before <(everything))" ''
done_well 'make install' make_target install
like 'it says where its list is' "$(<"$out")" "^installed [0-9]+ files; $there/usr/local/share/prov/installed "
everything >installed
for program in prov $programs provd provbuild provcheck; do
    ok "$program is installed" same "$PROV_BIN/$program" "$there/usr/local/bin/$program"
done
for document in README.md CHANGELOG.md LICENSE docs/index.md docs/walkthrough.md docs/voice/asterisk.md; do
    ok "$document is installed" test -s "$there/usr/local/share/doc/prov/$document"
done
for page in prov.1 mkcert.1; do
    ok "$page is installed" test -s "$there/usr/local/share/man/man1/$page"
done
is 'nothing is left of the way there' "$(find "$there" -name '*.new')" ''
is 'all of it can be read by everybody' "$(find "$there" ! -perm -444)" ''
done_well 'make install once more' make_target install
ok 'nothing is different' same installed <(everything)
mkdir empty
run "$root/contrib/install" put "$PWD/empty" "$there" /usr/local/share/prov/installed /usr/local/bin/mkcert
is 'an install of nothing is refused' "$code" 1
done_well 'make -n install over it' make_target install -n
ok 'does nothing, either' same installed <(everything)
done_well 'make uninstall' make_target uninstall
is 'the machine is as it was' "$(diff before <(everything))" ''
run make_target uninstall
is 'make uninstall once more fails' "$code" 2
like 'and says why' "$(<"$err")" 'there is no such list, so nothing is known to be installed'

# --- without mkcert

done_well 'make install MKCERT=no' make_target install MKCERT=no
not_ok 'mkcert is left out' test -e "$there/usr/local/bin/mkcert"
ok 'it is in libexec' same "$PROV_BIN/mkcert" "$there/usr/local/libexec/prov/mkcert"
ok 'its page is prov-mkcert.1' test -s "$there/usr/local/share/man/man1/prov-mkcert.1"
not_ok 'and not mkcert.1' test -e "$there/usr/local/share/man/man1/mkcert.1"
completions=$there/usr/local/share/bash-completion/completions
is 'its name is not completed' "$(bash -c ". '$completions/prov' && complete" | grep -c ' mkcert$')" 0
is 'others are' "$(bash -c ". '$completions/prov' && complete" | grep -Ec ' (prov|enccnf)$')" 2
done_well 'make install, with mkcert' make_target install
ok 'mkcert is back' test -x "$there/usr/local/bin/mkcert"
not_ok 'and no longer in libexec' test -e "$there/usr/local/libexec/prov/mkcert"
done_well 'make install MKCERT=no again' make_target install MKCERT=no
not_ok 'mkcert is gone again' test -e "$there/usr/local/bin/mkcert"
done_well 'make uninstall takes back what is there' make_target uninstall
is 'the machine is as it was, again' "$(diff before <(everything))" ''

# --- another mkcert

printf '#!/bin/sh\n' >path/mkcert
chmod +x path/mkcert
run make_target install
is 'another mkcert in PATH is no reason to fail' "$code" 0
like 'but it is said' "$(<"$err")" "^install: /usr/local/bin/mkcert: .*another program, $PWD/path/mkcert, .*MKCERT=no"
done_well 'without mkcert nothing is said' make_target install MKCERT=no
cp path/mkcert "$there/usr/local/bin/mkcert"
everything >other
run make_target install
is 'another mkcert at the very place is not replaced' "$code" 2
like 'why' "$(<"$err")" "^install: $there/usr/local/bin/mkcert: this is another program, which stays; MKCERT=no"
ok 'and nothing was done' same other <(everything)
done_well 'make uninstall beside it' make_target uninstall
ok 'it stays' same path/mkcert "$there/usr/local/bin/mkcert"

# --- an install that could not go on

rm -r "$there"
mkdir -p "$there/usr/local/share/doc"
touch "$there/usr/local/share/doc/prov"
everything >before
run make_target install MKCERT=no
is 'a file where a folder should be' "$code" 2
ok 'is left alone' test -f "$there/usr/local/share/doc/prov"

done_testing
