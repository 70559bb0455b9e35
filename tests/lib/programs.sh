# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Programs: run one, then hold against it what it did. A judge runs the command, says with "want_…"
# what it must have done, and ends by "judge", which passes or fails; the last thing amiss is named.

# shellcheck disable=SC2154 # tests/lib/test.sh
out=$temporary/out # what the last command printed
err=$temporary/err
command_line=''
code=0
problem=''
# shellcheck disable=SC2034 # for the tests
says='^[a-z]+: ' # how the messages of the programs at hand begin

run() { # COMMAND...
    command_line=$*
    command_line=${command_line:0:300}
    problem=''
    "$@" >"$out" 2>"$err" </dev/null
    code=$?
}

# What the last command was and did.
last_run() {
    [ -n "$command_line" ] || return 0
    printf 'command: %s\nexit code: %d\nstdout: %s\nstderr: %s\n' "$command_line" "$code" \
        "$(head -c 400 "$out" 2>/dev/null | tr -d '\0')" \
        "$(head -c 2000 "$err" 2>/dev/null | tr -d '\0')"
}

# Ends a check of the last command; the problem, if any, is $2.
judge() { # NAME [PROBLEM]
    local seen=${2-$problem}
    if [ -z "$seen" ]; then pass "$1"; else fail "$1" "$seen"; fi
}

# --- what the last command must have done

want_code() { # CODE
    [ "$code" -eq "$1" ] || problem="the exit code is not $1"
}

want_no_output() {
    [ ! -s "$out" ] || problem='it said something on stdout'
}

want_no_messages() {
    [ ! -s "$err" ] || problem='it said something on stderr'
}

# One of its messages is like the pattern.
want_message() { # EXTENDED-REGULAR-EXPRESSION
    grep -Eq -e "$1" "$err" || problem="no message is like: $1"
}

want_no_other_message() { # EXTENDED-REGULAR-EXPRESSION
    ! grep -Evq -e "$1" "$err" || problem="there are other messages than: $1"
}

want_one_message() {
    [ "$(lines "$err")" -eq 1 ] || problem='there is not exactly one line'
}

# --- judges

# Done, with nothing to complain about.
done_well() { # NAME COMMAND...
    run "${@:2}"
    want_no_messages
    want_code 0
    judge "$1"
}

# Done without a word.
silent() { # NAME COMMAND...
    run "${@:2}"
    want_no_output
    want_no_messages
    want_code 0
    judge "$1"
}

# Done, with nothing on stdout, and with warnings alone on stderr, one of them like the pattern.
warned() { # NAME EXTENDED-REGULAR-EXPRESSION COMMAND...
    run "${@:3}"
    want_message "$2"
    want_no_other_message "${says}.*: warning: "
    want_no_output
    want_code 0
    judge "$1"
}

# Failed, with one line that names tool and file and is like the pattern.
refused() { # NAME EXTENDED-REGULAR-EXPRESSION COMMAND...
    run "${@:3}"
    want_message "$2"
    want_message "${says}[^ ].*: "
    want_one_message
    want_code 1
    judge "$1"
}

# Failed, with one line of its own that is like the pattern.
failed_with() { # NAME EXTENDED-REGULAR-EXPRESSION COMMAND...
    run "${@:3}"
    want_message "$2"
    want_message "$says"
    want_one_message
    want_no_output
    want_code 1
    judge "$1"
}

# Wrong usage: one line, nothing done.
misused() { # NAME EXTENDED-REGULAR-EXPRESSION COMMAND...
    run "${@:3}"
    want_message "$2"
    want_message "$says"
    want_one_message
    want_no_output
    want_code 2
    judge "$1"
}

printed() { # NAME EXTENDED-REGULAR-EXPRESSION, in a line on stdout
    like "$1" "$(<"$out")" "$2"
}

# A value out of a report: the Nth line with LABEL.
value() { # LABEL [N], of the report in $out
    sed -n "s/^$1: *//p" "$out" | sed -n "${2-1}p"
}

have() { # PROGRAM
    command -v "$1" >/dev/null
}

# Sanitizers take memory of their own.
sanitized() { # PROGRAM
    grep -aq __asan_init "$PROV_BIN/$1"
}

# Programs can be stopped at a call of the system.
can_trace() {
    have strace && strace -qq -o /dev/null true 2>/dev/null
}

is_root() {
    [ "$(id -u)" -eq 0 ]
}
