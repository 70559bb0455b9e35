# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What every shell test stands on: TAP, programs and what is held against them, files, processes, and
# a folder of the test's own, in which it begins. To be sourced first, from the repository's root; the
# lib.sh of a folder of tests does that, and adds what is that folder's.
#
#   PROV_BIN       where the programs are (build/bin)
#   TEST_DATA      where the vectors are (tests/data)
#   PROV_DEADLINE  seconds until a thing that must happen counts as not happening (60)

set -u
shopt -s lastpipe # checks at the end of a pipe count
umask 022
unset SOURCE_DATE_EPOCH
export LC_ALL=C TZ=NZST-12 # what is printed is UTC wherever the machine stands

root=$PWD
PROV_BIN=$(cd "${PROV_BIN:-build/bin}" && pwd) || exit 1
# shellcheck disable=SC2034 # for the tests
vectors=$(cd "${TEST_DATA:-tests/data}" && pwd)/vectors || exit 1
PATH=$PROV_BIN:$PATH

# --- what is done at the end, the last first

at_end=()

at_exit() { # COMMAND
    at_end=("$1" "${at_end[@]}")
}

# shellcheck disable=SC2329 # called by the trap
end_test() {
    local command at_end_code=$?
    trap '' HUP INT TERM
    for command in "${at_end[@]}"; do eval "$command"; done
    exit "$at_end_code"
}
trap end_test EXIT
trap 'exit 1' HUP INT TERM

temporary=$(mktemp -d "${TMPDIR:-/tmp}/prov-test.XXXXXX") || exit 1
# shellcheck disable=SC2016 # when the test ends
at_exit 'cd / && chmod -R u+w "$temporary" && rm -rf "$temporary"'
at_exit look_for_leaks

# shellcheck source=tests/lib/tap.sh
. "$root/tests/lib/tap.sh"
# shellcheck source=tests/lib/programs.sh
. "$root/tests/lib/programs.sh"
# shellcheck source=tests/lib/secrets.sh
. "$root/tests/lib/secrets.sh"
# shellcheck source=tests/lib/files.sh
. "$root/tests/lib/files.sh"
# shellcheck source=tests/lib/processes.sh
. "$root/tests/lib/processes.sh"

mkdir "$temporary/tree" && cd "$temporary/tree" || exit 1
