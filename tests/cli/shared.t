#!/bin/bash
# SPDX-License-Identifier: MIT
# The shared library as others see it, and what gets installed.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

library=${PROV_BIN%/bin}/lib/libprov.so.1

# The functions that the headers offer.
perl -0777 -ne 'print "$1\n" while /PROV_API[^;(]*?\b(prov_\w+)\(/g' \
    "$root"/libprov/include/prov/*.h | sort >declared

# --- what names them

ok 'much is declared' test "$(wc -l <declared)" -gt 30
is 'prov.map lists what the headers declare' \
    "$(diff declared <(sed -n 's/^ *\(prov_[a-z0-9_]*\);$/\1/p' "$root/libprov/prov.map"))" ''
is 'prov(3) names what the headers declare' \
    "$(diff declared <(sed -n 's/^\.Fn \(prov_[a-z0-9_]*\).*/\1/p' "$root/man/prov.3" | sort -u))" ''

# --- the library

if ! have nm || ! have readelf; then
    skip 'the library' 'binutils is not installed'
elif [ ! -e "$library" ]; then
    skip 'the library' 'it is not built here'
else
    nm -D --defined-only "$library" | awk '{ print $NF }' | sed 's/@.*//' | sort -u >symbols
    # The version is a symbol of its own; sanitizers and coverage bring theirs.
    is 'only prov_ is exported' \
        "$(grep -Ev '^(prov_[a-z0-9_]+|PROV_[0-9.]+|LIBPROV_[0-9.]+|__asan_.*|__ubsan_.*|__odr_asan.*|__gcov.*|mangle_path)$' symbols)" ''
    not_ok 'nothing internal is exported' grep -q '^prov__' symbols
    like 'SONAME' "$(readelf -d "$library")" 'SONAME.*\[libprov\.so\.1\]$'
    is 'each symbol has the first version' \
        "$(nm -D --defined-only "$library" | grep ' prov_' | grep -vc '@@LIBPROV_1$')" 0
    unlike 'no path to libraries is built in' "$(readelf -d "$library")" 'RPATH|RUNPATH'
    is 'what is exported is what the headers declare' \
        "$(diff declared <(grep '^prov_' symbols))" ''
fi

# --- installed

if sanitized sgnfile; then
    skip 'make install' 'programs with sanitizers are not installed'
elif ! have make || ! have pkg-config || ! have cc; then
    skip 'make install' 'there is no compiler'
else
    tree=$PWD/tree
    build=${PROV_BIN%/bin}
    # As it was built: nothing is compiled anew.
    run make -s -C "$root" -o all install B="${build#"$root/"}" DESTDIR="$tree" PREFIX=/usr
    is 'make install' "$code" 0
    [ "$code" -eq 0 ] || sed 's/^/# /' "$err"
    for program in $programs; do
        ok "$program is installed" test -x "$tree/usr/bin/$program"
        ok "$program.1 is installed" test -s "$tree/usr/share/man/man1/$program.1"
        ok "the completion of $program is installed" \
            test -s "$tree/usr/share/bash-completion/completions/$program"
    done
    ok 'the shared library is installed' test -s "$tree/usr/lib/libprov.so.1"
    is 'a link for the linker' "$(readlink "$tree/usr/lib/libprov.so")" libprov.so.1
    ok 'the static library is installed' test -s "$tree/usr/lib/libprov.a"
    for header in "$root"/libprov/include/prov/*.h; do
        ok "prov/${header##*/} is installed" test -s "$tree/usr/include/prov/${header##*/}"
    done
    not_ok 'no path of the build is left in prov.pc' \
        grep -e "$tree" -e @ "$tree/usr/lib/pkgconfig/prov.pc"
    is 'prov.pc says the programs'\'' version' \
        "$(PKG_CONFIG_PATH=$tree/usr/lib/pkgconfig pkg-config --modversion prov)" \
        "$(sgnfile -V | cut -d ' ' -f 2)"

    cat >one.c <<'END'
#include <prov.h>
#include <stdio.h>
int main(void)
{
    struct prov_error err;
    struct prov_bytes *bytes = NULL;
    if (prov_file_read("/nowhere", 10, &bytes, &err) == PROV_OK)
        return 1;
    printf("%s %s\n", prov_role_name(PROV_ROLE_SAST), err.text);
    return 0;
}
END
    export PKG_CONFIG_PATH=$tree/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$tree
    read -ra flags <<<"$(pkg-config --cflags prov)"
    read -ra libs <<<"$(pkg-config --libs prov)"
    run cc -std=c17 -Wall -Wextra -Werror "${flags[@]}" -o one one.c "${libs[@]}"
    is 'a program compiles against it' "$code" 0
    [ "$code" -eq 0 ] || sed 's/^/# /' "$err"
    done_well 'it runs' env LD_LIBRARY_PATH="$tree/usr/lib" ./one
    is 'it works' "$(<"$out")" 'SAST cannot open it: No such file or directory'

    for header in "$tree"/usr/include/prov/*.h; do
        echo "#include <prov/${header##*/}>" >alone.c
        ok "prov/${header##*/} needs no other before it" \
            cc -std=c17 -fsyntax-only -Wall -Werror "${flags[@]}" alone.c
    done
    cat >plus.cc <<'END'
#include <prov.h>
#include <cstdio>
static int nobody(void *, const char *, char *, size_t) { return -1; }
int main()
{
    prov_error err;
    prov_identity *identity = nullptr;
    if (prov_identity_read("x", 1, PROV_NEED_KEY, nobody, nullptr, &identity, &err) == PROV_OK)
        return 1;
    std::printf("%s %s\n", prov_version(), err.text);
    return prov_version_number() != PROV_VERSION_NUMBER;
}
END
    if have g++; then
        run g++ -std=c++17 -Wall -Wextra -Werror "${flags[@]}" -o plus plus.cc "${libs[@]}"
        is 'a program in C++ compiles against it' "$code" 0
        [ "$code" -eq 0 ] || sed 's/^/# /' "$err"
        done_well 'it runs as well' env LD_LIBRARY_PATH="$tree/usr/lib" ./plus
        like 'it works as well' "$(<"$out")" '^[0-9.]+ it holds no private key'
    else
        skip 'a program in C++' 'there is no compiler for it'
    fi
fi

done_testing
