#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/lib/secrets.sh and tests/limited: a secret that a test leaves where it may not be fails the test.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

limited=$root/tests/limited
with_library="cd '$root' && . tests/lib/test.sh"
# shellcheck disable=SC2016 # for the scripts within, which hold no secret themselves
plants="secret=\$(tail -n 1 '$root/tests/lib/planted')"

# A test that does what these lines say.
script() { # NAME LINE...
    printf '%s\n' '#!/bin/bash' "${@:2}" >"$1" && chmod +x "$1"
}

leaks_in() { # NAME SCRIPT PATH
    run "$limited" "$2"
    is "$1" "$code" 1
    like "$1: which file" "$(<"$err")" "$3\$"
}

left='no secret is left where it may not be'

# shellcheck disable=SC2016
script tree.t "$with_library" "$plants" 'pass this' 'mkdir tftpboot' 'echo "x $secret" >tftpboot/SEP.cnf.xml' done_testing
leaks_in 'a password in a tree' tree.t '# tree/tftpboot/SEP.cnf.xml'
like 'it is a check that fails' "$(<"$out")" "^not ok - $left\$"

# shellcheck disable=SC2016
script said.t "$with_library" "$plants" 'run echo "the PIN $secret is wrong"' 'pass this' done_testing
leaks_in 'what a program printed' said.t '# out'

# shellcheck disable=SC2016
script core.t "$with_library" "$plants" 'head -c 5000 /dev/zero >core' 'echo "$secret" >>core' done_testing
leaks_in 'a core file' core.t '# tree/core'

# shellcheck disable=SC2016
script kept.t "$with_library" "$plants" 'mkdir source' 'echo "$secret" | tee source/a >passphrase' 'pass this' done_testing
done_well 'where secrets are kept they may be' "$limited" kept.t

# shellcheck disable=SC2016
script told.t "$with_library" "$plants" "may_hold 'd/*'" 'mkdir d' 'echo "$secret" >d/a' 'pass this' done_testing
done_well 'where the test says so, too' "$limited" told.t

# shellcheck disable=SC2016
script alone.t "$plants" 'echo "ok 1"' 'echo "1..1"' 'echo "$TMPDIR" >folder' 'echo "$secret" >"$TMPDIR/journal"'
run "$limited" alone.t
is 'a test without a folder of its own' "$code" 1
is 'is given one, which is looked through' "$(<"$err")" 'alone.t: a secret is left in journal'
not_ok 'and removed' test -e "$(<folder)"

# shellcheck disable=SC2016
script clean.t "$with_library" 'echo nothing >file' 'pass this' done_testing
done_well 'a test that leaves nothing' "$limited" clean.t

done_testing
