# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the command line tests share: TAP, programs run with their output kept, a folder of their
# own. To be sourced first, from the repository's root.
#
#   PROV_BIN    where the programs are (build/bin)
#   TEST_DATA   where the vectors are (tests/data)

set -u
shopt -s lastpipe # checks at the end of a pipe count
umask 022
unset SOURCE_DATE_EPOCH
export LC_ALL=C TZ=NZST-12 # what is printed is UTC wherever the machine stands

# shellcheck disable=SC2034 # for the tests
root=$PWD
PROV_BIN=$(cd "${PROV_BIN:-build/bin}" && pwd) || exit 1
vectors=$(cd "${TEST_DATA:-tests/data}" && pwd)/vectors || exit 1
PATH=$PROV_BIN:$PATH

temporary=$(mktemp -d "${TMPDIR:-/tmp}/prov-test.XXXXXX") || exit 1
trap 'cd / && chmod -R u+w "$temporary" && rm -rf "$temporary"' EXIT
trap 'exit 1' HUP INT TERM
out=$temporary/out # what the last command printed
err=$temporary/err
mkdir "$temporary/tree" && cd "$temporary/tree" || exit 1

test_count=0
command_line=''
code=0

# --- TAP

pass() { # NAME
    test_count=$((test_count + 1))
    printf 'ok %d - %s\n' "$test_count" "$1"
}

fail() { # NAME [WHY]
    test_count=$((test_count + 1))
    printf 'not ok %d - %s\n' "$test_count" "$1"
    [ -z "${2-}" ] || printf '%s\n' "$2" | sed 's/^/# /'
}

skip() { # NAME REASON
    test_count=$((test_count + 1))
    printf 'ok %d - %s # SKIP %s\n' "$test_count" "$1" "$2"
}

skip_all() { # REASON
    printf '1..0 # SKIP %s\n' "$1"
    exit 0
}

done_testing() {
    printf '1..%d\n' "$test_count"
}

# --- what holds

ok() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then pass "$name"; else fail "$name" "failed: $*"; fi
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

printed() { # NAME EXTENDED-REGULAR-EXPRESSION, in a line on stdout
    like "$1" "$(<"$out")" "$2"
}

# --- programs

# shellcheck disable=SC2034 # for the tests
programs='mkcert certhash tlvfile sgnfile stripsgn enccnf'
says='^(mkcert|certhash|tlvfile|sgnfile|stripsgn|enccnf): '

run() { # COMMAND...
    command_line=$*
    command_line=${command_line:0:300}
    "$@" >"$out" 2>"$err" </dev/null
    code=$?
}

# Ends a check of the last command; the problem, if any, is $2.
judge() { # NAME PROBLEM
    if [ -z "$2" ]; then
        pass "$1"
        return
    fi
    fail "$1" "$2"$'\n'"command: $command_line"$'\n'"exit code: $code"$'\n'"stdout: $(
        head -c 400 "$out"
    )"$'\n'"stderr: $(head -c 2000 "$err")"
}

lines() { # FILE
    wc -l <"$1" | tr -d ' '
}

# Done, with nothing to complain about.
done_well() { # NAME COMMAND...
    local name=$1 problem=''
    shift
    run "$@"
    [ ! -s "$err" ] || problem='it said something on stderr'
    [ "$code" -eq 0 ] || problem='it failed'
    judge "$name" "$problem"
}

# Done without a word.
silent() { # NAME COMMAND...
    local name=$1 problem=''
    shift
    run "$@"
    [ ! -s "$out" ] || problem='it said something on stdout'
    [ ! -s "$err" ] || problem='it said something on stderr'
    [ "$code" -eq 0 ] || problem='it failed'
    judge "$name" "$problem"
}

# Done, with nothing on stdout, and with warnings alone on stderr, one of them like the pattern.
warned() { # NAME EXTENDED-REGULAR-EXPRESSION COMMAND...
    local name=$1 pattern=$2 problem=''
    shift 2
    run "$@"
    grep -Eq -e "$pattern" "$err" || problem="no line is like: $pattern"
    ! grep -Evq -e "${says}.*: warning: " "$err" || problem='there is more than warnings'
    [ ! -s "$out" ] || problem='it said something on stdout'
    [ "$code" -eq 0 ] || problem='it failed'
    judge "$name" "$problem"
}

# Failed, with one line that names tool and file and is like the pattern.
refused() { # NAME EXTENDED-REGULAR-EXPRESSION COMMAND...
    local name=$1 pattern=$2 problem=''
    shift 2
    run "$@"
    grep -Eq -e "$pattern" "$err" || problem="it is not like: $pattern"
    grep -Eq -e "${says}[^ ].*: " "$err" || problem='it names no tool and file'
    [ "$(lines "$err")" -eq 1 ] || problem='there is not exactly one line'
    [ "$code" -eq 1 ] || problem='the exit code is not 1'
    judge "$name" "$problem"
}

# Wrong usage: one line, nothing done.
misused() { # NAME EXTENDED-REGULAR-EXPRESSION COMMAND...
    local name=$1 pattern=$2 problem=''
    shift 2
    run "$@"
    grep -Eq -e "$pattern" "$err" || problem="it is not like: $pattern"
    grep -Eq -e "$says" "$err" || problem='it names no tool'
    [ "$(lines "$err")" -eq 1 ] || problem='there is not exactly one line'
    [ ! -s "$out" ] || problem='it said something on stdout'
    [ "$code" -eq 2 ] || problem='the exit code is not 2'
    judge "$name" "$problem"
}

# --- files

# The vectors' keys and inputs as pem/ and in/, keys for their owner only.
copy_inputs() {
    cp -R "$vectors/pem" "$vectors/in" . && chmod 600 pem/*.pem && chmod u+w pem in in/*
}

same() { # FILE FILE
    cmp -s "$1" "$2"
}

no_temporaries() { # NAME [FOLDER]
    is "$1" "$(find "${2-.}" -name '.*.tmp')" ''
}

have() { # PROGRAM
    command -v "$1" >/dev/null
}

mode() { # FILE
    stat -c %a "$1"
}

# A copy of FILE with the byte at OFFSET changed.
flip() { # FILE OFFSET OUTPUT
    perl -e 'local $/; open F, "<", $ARGV[0]; binmode F; $_ = <F>;
        substr($_, $ARGV[1], 1) ^= "\x01"; binmode STDOUT; print' "$1" "$2" >"$3"
}

# FILE with SIZE bytes at its start alone.
cut_to() { # FILE SIZE OUTPUT
    head -c "$2" "$1" >"$3"
}

# Which file stands at PATH, to see whether it was replaced or written.
identity_of() { # PATH
    stat -c '%d %i %s %y %z' "$1"
}

# A value out of a report: the Nth line with LABEL.
value() { # LABEL [N], of the report in $out
    sed -n "s/^$1: *//p" "$out" | sed -n "${2-1}p"
}

# Binary files from hexadecimal.
unhex() {
    perl -0777 -ne 's/[^0-9a-fA-F]//g; print pack("H*", $_)'
}

tlv() { # TAG HEX-VALUE; in hexadecimal
    printf '%02x%04x%s' "$1" "$((${#2} / 2))" "$2"
}

# A file whose header says version 1.0 and its length, then goes on as given, without content.
header() { # HEX-FIELDS
    printf '0100020100020002%04x%s' "$((10 + ${#1} / 2))" "$1" | unhex
}

# Sanitizers take memory of their own.
sanitized() {
    grep -aq __asan_init "$PROV_BIN/$1"
}
