#!/bin/bash
# SPDX-License-Identifier: MIT
# The flags of the build: warnings are errors only where that is asked for, and CPPFLAGS reach every
# compilation.

# shellcheck source=tests/lib/test.sh
. "${0%/*}/../lib/test.sh"
requires make cc pkg-config

# Builds in a folder of the test's own, whatever the make that runs this test was told.
build() { # ARGUMENT...
    env -u MAKEFLAGS -u MAKELEVEL -u CC -u CFLAGS -u CPPFLAGS -u LDFLAGS -u WERROR \
        make -s -C "$root" B="$temporary/build" "$@"
}

# The compilations of the whole tree, with the tests and the load generators, a line each.
compilations() { # ARGUMENT...
    build -n V=1 all tests bench-programs fuzz-programs "$@" 2>/dev/null | grep -E ' -c -o '
}

compilations >plain
compilations CPPFLAGS=-DFROM_OUTSIDE WERROR=1 >with
ok 'there is much to compile' test "$(lines plain)" -gt 200
is 'warnings are no errors by themselves' "$(grep -c -e ' -Werror' plain)" 0
is 'with WERROR=1 they are, everywhere' "$(grep -c -e ' -Werror ' with)" "$(lines plain)"
is 'CPPFLAGS are there, everywhere' "$(grep -c -e ' -DFROM_OUTSIDE ' with)" "$(lines plain)"

echo 'static int unused(void) { return 1; }' >warning.h
object=$temporary/build/libprov/error.o
run build CPPFLAGS="-include $PWD/warning.h" "$object"
is 'a warning does not end a build' "$code" 0
like 'but is shown' "$(<"$err")" 'warning: .*unused'
rm -f "$object"
run build CPPFLAGS="-include $PWD/warning.h" WERROR=1 "$object"
is 'with WERROR=1 it does' "$code" 2
like 'and is an error' "$(<"$err")" 'error: .*unused'
not_ok 'nothing is left of it' test -e "$object"

run build help
is 'make help' "$code" 0
mapfile -t targets < <(sed -n 's/^make \([a-z-]*\) .*/\1/p' "$out" | grep .)
for target in "${targets[@]}"; do
    run build -n "$target"
    unlike "make $target is known" "$(<"$err")" 'No rule'
done
done_testing
