# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Secrets: tests/lib/planted lists the passwords, passphrases and PINs that fixtures plant. When a test
# ends, nothing below its folder may hold one, core files and what programs printed included, but what
# stands where such things are kept, and what the test says may hold them. What a test leaves outside of
# its folder tests/limited looks through.

# shellcheck disable=SC2154 # tests/lib/test.sh
secrets_planted=$root/tests/lib/planted
holders=('source/*' '*/source/*' 'secure/*' '*/secure/*' 'in/*' '*/in/*' passphrase pin)

# These files may, too: patterns of paths below the test's folders, where * stands for any characters.
may_hold() { # PATTERN...
    holders+=("$@")
}

# What holds a secret and may not.
leaked() {
    local path pattern
    # shellcheck disable=SC2154 # tests/lib/test.sh
    grep -rlaFZs -f "$secrets_planted" "$temporary" | while IFS= read -rd '' path; do
        path=${path#"$temporary/"}
        for pattern in "${holders[@]}"; do
            # shellcheck disable=SC2053 # it is a pattern
            [[ ${path#tree/} != $pattern ]] || continue 2
        done
        printf '# %s\n' "$path"
    done
}

look_for_leaks() {
    local found
    found=$(leaked)
    [ -n "$found" ] || return 0
    printf 'not ok - no secret is left where it may not be\n%s\n' "$found"
    # shellcheck disable=SC2034 # tests/lib/test.sh
    at_end_code=1
}
