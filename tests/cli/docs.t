#!/bin/bash
# SPDX-License-Identifier: MIT
# Manual pages and completion know the options that --help shows, and no others.

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"

# The options of --help, one a line.
options_of_help() { # PROGRAM [VERB]
    "$@" --help | sed -n '/^options:$/,/^$/p' | grep -Eo '^ +(-[A-Za-z])?,? *(--[a-z-]+)?' |
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

# What completion offers for "--" after these words.
offered_after() { # PROGRAM [VERB]
    bash -c '. "$1" && shift && COMP_WORDS=("$@" --) COMP_CWORD=$# COMP_LINE="$* --" \
        COMP_POINT=${#COMP_LINE} &&
        function=$(complete -p "$1" | sed -n "s/.*-F \([^ ]*\).*/\1/p") &&
        "$function" "$1" -- "${!#}" && printf "%s\n" "${COMPREPLY[@]}"' \
        complete "$root/completion/prov" "$@" | sed 's/[ =]*$//' | sort -u
}

completion_knows() { # HELP PROGRAM [VERB]
    offered_after "${@:2}" >offered
    is "completion of ${*:2} lacks no option" "$(comm -23 <(grep '^--' "$1") offered)" ''
    is "completion of ${*:2} knows no other" "$(comm -13 "$1" <(grep '^-' offered))" ''
}

page_knows() { # HELP PAGE
    options_of_page "$root/man/$2" >known
    is "$2 lacks no option" "$(comm -23 "$1" known)" ''
    is "$2 knows no other" "$(comm -13 "$1" known)" ''
}

for program in prov $programs provd provbuild provcheck; do
    options_of_help "$program" >"help-$program"
    ok "$program --help shows options" test -s "help-$program"
    completion_knows "help-$program" "$program"
done

# provcheck's page and the documents show the options of all its verbs.
verbs=$(provcheck --help | sed -n '/^verbs:$/,/^$/s/^  \([a-z]*\).*/\1/p')
for verb in $verbs; do
    options_of_help provcheck "$verb" >help-verb
    ok "provcheck $verb --help shows options" test -s help-verb
    completion_knows help-verb provcheck "$verb"
    sort -u -o help-provcheck help-provcheck help-verb
    ok "provcheck.1 has a section on $verb" grep -qx ".Ss $verb" "$root/man/provcheck.1"
done
is 'provcheck has seven verbs' "$(wc -w <<<"$verbs")" 7

for program in prov $programs provcheck; do
    page_knows "help-$program" "$program.1"
done
for program in provd provbuild; do
    page_knows "help-$program" "$program.8"
done

# --- documents

documents=("$root"/*.md "$root"/docs/*.md "$root"/docs/voice/*.md)

# Their commands, one a line, with the program's own name where they say `prov COMMAND`.
sed -e ':next' -e '/\\$/{N;s/\\\n//;b next' -e '}' "${documents[@]}" |
    sed -E -e 's/^( *[$#]? *)prov build /\1provbuild /' -e 's/^( *[$#]? *)prov check /\1provcheck /' \
        -e 's/^( *[$#]? *)prov serve /\1provd /' -e 's/^( *[$#]? *)prov ([a-z]+ )/\1\2/' >commands

# The options that documents give a program, in commands that begin with its name.
options_in_documents() { # PROGRAM
    grep -E "^ *[\$#]? *$1 " commands | grep -Eo -e ' --[a-z][a-z-]*' | tr -d ' ' | sort -u
}

for program in prov $programs provd provbuild provcheck; do
    is "documents give $program no unknown option" \
        "$(comm -13 "help-$program" <(options_in_documents "$program"))" ''
done

# Another program may have its name, so documents call mkcert by prov.
is 'documents say prov mkcert' "$(grep -En '^ *[$#] mkcert ' "${documents[@]}")" ''

# The headings of a document, as links name them.
anchors_of() { # DOCUMENT
    sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed -e 's/[^a-z0-9 _-]//g' -e 's/ /-/g'
}

# What a document links to is there, and so is the place in it.
for document in "${documents[@]}"; do
    grep -Eo '\]\([^)]+' "$document" | cut -c 3- | grep -v '^https\?:' | sort -u >links
    while IFS='#' read -r link anchor; do
        target=${document%/*}/$link
        [ -n "$link" ] || target=$document
        ok "${document##*/}: ${link:-#$anchor} is there" test -e "$target"
        [ -z "$anchor" ] || ok "${document##*/}: $link has a part $anchor" \
            grep -Fqx -e "$anchor" <(anchors_of "$target")
    done <links
done

# Every document is in the table of contents.
for document in "$root"/docs/*.md "$root"/docs/voice/*.md; do
    name=${document#"$root/docs/"}
    [ "$name" = index.md ] || ok "index.md lists $name" grep -Fq "]($name" "$root/docs/index.md"
done

done_testing
