#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples of docs/api.md are compiled and run as they stand.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
may_hold content SEP58971ECC97C1.cnf.xml.sgn # what is signed

libraries=${PROV_BIN%/bin}/lib
export LD_LIBRARY_PATH=$libraries

# The text of the document's only block in this language.
block() { # LANGUAGE
    sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$root/docs/api.md"
}

block c >publish.c
block python >look.py
ok 'there is an example in C' test -s publish.c
ok 'it is about 40 lines long' test "$(grep -c . publish.c)" -le 45
ok 'there is an example in Python' test -s look.py

if sanitized sgnfile; then
    skip 'the examples' 'what is not sanitized cannot load a library that is'
    done_testing
    exit
fi
if [ ! -e "$libraries/libprov.so.1" ]; then
    skip 'the examples' 'the library is not built here'
    done_testing
    exit
fi
copy_inputs
name=SEP58971ECC97C1.cnf.xml

if have cc; then
    done_well 'the example in C compiles' cc -std=c17 -Wall -Wextra -Werror -I "$root/libprov/include" \
        -o publish publish.c -L "$libraries" -lprov
    silent 'it runs' ./publish pem/asterisk.pem "in/$name" "$name.sgn"
    done_well 'what it signed is good' sgnfile --parse --tftp pem/asterisk.pem "$name.sgn"
    is 'under its name' "$(value Filename)" "$name.sgn"
    silent 'the content is whole' stripsgn --output content "$name.sgn"
    ok 'it is the same' same content "in/$name"
    run ./publish pem/asterisk.pem in/nothing "$name.sgn"
    is 'it tells what is wrong' "$code $(<"$err")" '1 cannot open it: No such file or directory'
else
    skip 'the example in C' 'there is no compiler'
fi

if have python3 && python3 -c 'import ctypes' 2>/dev/null; then
    list=$vectors/4.13/tlv/ITLFile.tlv
    done_well 'the example in Python runs' python3 look.py "$list"
    run tlvfile --parse --json "$list"
    records=$(grep -c '"certificate_hash"' "$out")
    signed=$(sed -n 's/^  "timestamp": \([0-9]*\),$/\1/p' "$out")
    run python3 look.py "$list"
    is 'it sees what tlvfile sees' "$(<"$out")" \
        "libprov $(tlvfile -V | cut -d ' ' -f 2) finds $records records, signed at $signed"
    run python3 look.py "in/$name"
    is 'it tells what is wrong as well' "$code $(<"$err")" '1 this is no signed file: it does not start with a version'
else
    skip 'the example in Python' 'Python has no ctypes here'
fi

done_testing
