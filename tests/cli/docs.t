#!/bin/bash
# SPDX-License-Identifier: MIT
# Manual pages and completion know the options that --help shows, and no others.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

# The options of --help, one a line.
options_of_help() { # PROGRAM
    "$1" --help | sed -n '/^options:$/,/^$/p' | grep -Eo '^ +(-[A-Za-z])?,? *(--[a-z-]+)?' |
        tr -d ' ' | tr ',' '\n' | grep . | sort
}

# The options of a manual page; mdoc writes --name as ".Fl -name", letters as ".Fl l" or ".Fl lmn".
options_of_page() { # PAGE
    grep -Eo 'Fl -?[A-Za-z][A-Za-z-]*' "$1" | while read -r _ option; do
        case $option in
        -*) echo "-$option" ;;
        *) grep -o . <<<"$option" | sed 's/^/-/' ;;
        esac
    done | sort -u
}

for program in $programs provd; do
    options_of_help "$program" >help
    ok "$program --help shows options" test -s help
    page=$root/man/$program.1
    [ "$program" != provd ] || page=$root/man/provd.8
    if [ -e "$page" ]; then
        options_of_page "$page" >known
        is "${page##*/} lacks no option" "$(comm -23 help known)" ''
        is "${page##*/} knows no other" "$(comm -13 help known)" ''
    else
        skip "${page##*/}" 'it is not written yet'
    fi
    if [ -e "$root/completion/prov" ]; then
        complete_words() { # WORD; what is offered for it
            bash -c '. "$1" && COMP_WORDS=("$2" "$3") COMP_CWORD=1 COMP_LINE="$2 $3" \
                COMP_POINT=${#COMP_LINE} &&
                function=$(complete -p "$2" | sed -n "s/.*-F \([^ ]*\).*/\1/p") &&
                "$function" "$2" "$3" "$2" && printf "%s\n" "${COMPREPLY[@]}"' \
                complete "$root/completion/prov" "$program" "$1" | sed 's/[ =]*$//' | sort -u
        }
        complete_words -- >offered
        is "completion of $program lacks no option" "$(comm -23 <(grep '^--' help) offered)" ''
        is "completion of $program knows no other" \
            "$(comm -13 help <(grep '^-' offered))" ''
    else
        skip "completion of $program" 'it is not written yet'
    fi
done

# --- documents

# The options that documents give a program, in commands that begin with its name.
options_in_documents() { # PROGRAM
    sed -e ':next' -e '/\\$/{N;s/\\\n//;b next' -e '}' "$root"/README.md "$root"/docs/*.md |
        grep -E "^ *[\$#]? *$1 " | grep -Eo -e ' --[a-z][a-z-]*' | tr -d ' ' | sort -u
}

for program in $programs provd; do
    options_of_help "$program" >help
    is "documents give $program no unknown option" \
        "$(comm -13 help <(options_in_documents "$program"))" ''
done

# What a document links to is there.
for document in "$root"/README.md "$root"/docs/*.md; do
    grep -Eo '\]\([^)#]+' "$document" | cut -c 3- | grep -v '^https\?:' | sort -u >links
    while read -r link; do
        ok "${document##*/}: $link is there" test -e "${document%/*}/$link"
    done <links
done

done_testing
