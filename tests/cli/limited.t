#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/limited, which every test is run by: what fails is told with what was seen, what hangs is
# ended with all that it started.

# shellcheck source=tests/lib/test.sh
. "${0%/*}/../lib/test.sh"

limited=$root/tests/limited

# A test of its own: these lines after the library.
script() { # NAME LINE...
    {
        printf '#!/bin/bash\n'
        printf '%s\n' "${@:2}"
    } >"$1" && chmod +x "$1"
}

with_library="cd '$root' && . tests/lib/test.sh"

script passes.t 'echo "ok 1 - this"' 'echo "1..1"'
done_well 'a test that passes' "$limited" passes.t
is 'its TAP is handed on' "$(<"$out")" $'ok 1 - this\n1..1'

# shellcheck disable=SC2016 # for the script within
script fails.t "$with_library" 'run ls nowhere' 'is "the code" "$code" 0' 'pass other' done_testing
run "$limited" fails.t
is 'a test that fails ends as it did' "$code" 0
like 'its TAP is handed on as well' "$(<"$out")" '^not ok 1 - the code$'
like 'what failed is told with the name of the file' "$(<"$err")" '^fails.t: not ok 1 - the code$'
like 'what was wanted' "$(<"$err")" '^fails.t: # wanted: 0$'
like 'the last command' "$(<"$err")" '^fails.t: # command: ls nowhere$'
like 'its exit code' "$(<"$err")" '^fails.t: # exit code: 2$'
like 'what it said' "$(<"$err")" "^fails.t: # stderr: ls: cannot access 'nowhere'"
unlike 'and nothing about what passed' "$(<"$err")" 'other'

script skips.t "$with_library" 'requires no-such-program' 'fail "this"'
done_well 'a test that cannot run' "$limited" skips.t
is 'says that it is skipped, and why' "$(<"$out")" '1..0 # SKIP no-such-program is not installed'

script ends.t 'echo "ok 1"' 'exit 3'
run "$limited" ends.t
is 'a test that gives up' "$code $(<"$err")" '3 ends.t: ended with exit code 3'
# shellcheck disable=SC2016 # for the script within
script dies.t 'echo "ok 1"' 'kill -SEGV $$'
run "$limited" dies.t
is 'a test that dies' "$code $(<"$err")" '139 dies.t: ended by signal 11'

# --- limits

# shellcheck disable=SC2016 # for the script within
script hangs.t '# limit: 1' 'echo "ok 1 - begun"' 'echo $$ >pids' \
    'sleep 1000 & echo $! >>pids' "setsid bash -c 'trap \"\" TERM; echo \$\$ >>pids
        sleep 1000; sleep 1000' &" 'wait'
run "$limited" hangs.t
is 'a test that hangs fails' "$code" 1
is 'by its name' "$(<"$err")" 'hangs.t: ran into its limit of 1 seconds'
is 'in its TAP too' "$(<"$out")" $'ok 1 - begun\nnot ok - ran into its limit of 1 seconds'
is 'three processes' "$(lines pids)" 3
for pid in $(<pids); do
    ok 'none is left' wait_until gone "$pid"
done

script cleans.t '# limit: 1' "$with_library" "pwd >'$PWD/folder'" 'sleep 1000'
run "$limited" cleans.t
is 'a test with a folder of its own that hangs' "$code" 1
ok 'had one' grep -q /prov-test folder
not_ok 'and removes it' test -e "$(dirname "$(<folder)")"

script slow.t '# limit: 1' 'read -rt 2 <> <(:)' 'echo "1..0"'
done_well 'limits can be stretched' env TEST_SLOWNESS=100 "$limited" slow.t
# shellcheck disable=SC2016 # for the script within
script leaves.t 'sleep 1000 >/dev/null 2>&1 & echo $! >pid' 'echo "1..0"'
done_well 'a test that leaves a process behind' "$limited" leaves.t
ok 'it is ended' wait_until gone "$(<pid)"

done_testing
