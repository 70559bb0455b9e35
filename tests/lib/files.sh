# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Files: what they are, whether they changed, and damaged copies of them.

same() { # FILE FILE
    cmp -s "$1" "$2"
}

lines() { # FILE
    wc -l <"$1" | tr -d ' '
}

mode() { # FILE
    stat -c %a "$1"
}

# Which file stands at PATH, to see whether it was replaced or written.
identity_of() { # PATH
    stat -c '%d %i %s %y %z' "$1"
}

no_temporaries() { # NAME [FOLDER]
    is "$1" "$(find "${2-.}" -name '.*.tmp')" ''
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

# Binary files from hexadecimal.
unhex() {
    perl -0777 -ne 's/[^0-9a-fA-F]//g; print pack("H*", $_)'
}

# The vectors' keys and inputs as pem/ and in/, keys for their owner only.
copy_inputs() {
    # shellcheck disable=SC2154 # tests/lib/test.sh
    cp -R "$vectors/pem" "$vectors/in" . && chmod 600 pem/*.pem && chmod u+w pem in in/*
}
