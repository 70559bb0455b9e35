# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# TAP: what passes, fails and is skipped, and checks of values. A check that fails shows what it saw,
# and what the last program that was run did.

test_count=0

pass() { # NAME
    test_count=$((test_count + 1))
    printf 'ok %d - %s\n' "$test_count" "$1"
}

fail() { # NAME [WHAT-WAS-SEEN]
    test_count=$((test_count + 1))
    printf 'not ok %d - %s\n' "$test_count" "$1"
    {
        [ -z "${2-}" ] || printf '%s\n' "$2"
        last_run
    } | sed 's/^/# /'
}

skip() { # NAME REASON
    test_count=$((test_count + 1))
    printf 'ok %d - %s # SKIP %s\n' "$test_count" "$1" "$2"
}

skip_all() { # REASON
    printf '1..0 # SKIP %s\n' "$1"
    exit 0
}

# Skips the whole test where one of these programs is missing.
requires() { # PROGRAM...
    local program
    for program in "$@"; do
        have "$program" || skip_all "$program is not installed"
    done
}

done_testing() {
    printf '1..%d\n' "$test_count"
}

# --- what holds

ok() { # NAME COMMAND...
    local name=$1 status
    shift
    "$@"
    status=$?
    if [ "$status" -eq 0 ]; then
        pass "$name"
    else
        fail "$name" "failed with exit code $status: $*"
    fi
}

not_ok() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then fail "$name" "did not fail: $*"; else pass "$name"; fi
}

is() { # NAME GOT WANTED
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got:    $2"$'\n'"wanted: $3"; fi
}

like() { # NAME TEXT EXTENDED-REGULAR-EXPRESSION
    if grep -Eq -e "$3" <<<"$2"; then pass "$1"; else fail "$1" "$2"$'\n'"is not like: $3"; fi
}

unlike() { # NAME TEXT EXTENDED-REGULAR-EXPRESSION
    if grep -Eq -e "$3" <<<"$2"; then fail "$1" "$2"$'\n'"is like: $3"; else pass "$1"; fi
}
