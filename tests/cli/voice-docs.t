#!/bin/bash
# SPDX-License-Identifier: MIT
# The commands in docs/voice, page by page, each page on a machine of its own: a folder that stands
# for /etc, a real Asterisk or Kamailio (unpacked, not installed) on a free port of 127.0.0.1 that
# stands for 192.0.2.10:5061, and the caller for the users of those systems.

# shellcheck source=tests/server/lib.sh
. "${0%/*}/../server/lib.sh"

# shellcheck source=tests/lib/peers.sh
. "$root/tests/lib/peers.sh"
pages=$root/docs/voice
declare -A peer_of=([asterisk]=asterisk [cisco-phones]=asterisk [mediatrix]=kamailio
    [img2020]=kamailio [freeswitch]='')
export MACHINE PORT PEERS=$peers PROV_SHARE=$root/share/prov

end_servers() {
    local file
    for file in "$temporary"/*/*.pid; do
        [ ! -e "$file" ] || kill -KILL -- "-$(<"$file")" 2>/dev/null
    done
}
at_exit end_servers

# --- a machine

# What Debian's packages put there, as far as it matters, with the machine's own folders.
install_asterisk() {
    local installed=$peers/asterisk/root/usr folder
    mkdir -p "$MACHINE"/etc/asterisk "$MACHINE"/{run,lib,log,spool}
    {
        printf '[directories]\nastetcdir => %s\n' "$MACHINE/etc/asterisk"
        printf 'astmoddir => %s\n' "$installed/lib/asterisk/modules"
        printf 'astdatadir => %s\n' "$installed/share/asterisk"
        for folder in varlib db key agi; do printf 'ast%sdir => %s\n' $folder "$MACHINE/lib"; done
        printf 'astrundir => %s\nastlogdir => %s\n' "$MACHINE/run" "$MACHINE/log"
        printf 'astspooldir => %s\n' "$MACHINE/spool"
    } >"$MACHINE/etc/asterisk/asterisk.conf"
    {
        printf '[modules]\nautoload=no\n'
        printf 'load=%s.so\n' res_sorcery_{config,memory,astdb} res_pjproject res_pjsip \
            res_pjsip_endpoint_identifier_user res_pjsip_session chan_pjsip pbx_config
    } >"$MACHINE/etc/asterisk/modules.conf"
    printf '[general]\n' >"$MACHINE/etc/asterisk/extensions.conf"
    printf '[general]\n[logfiles]\nconsole => notice,warning,error\n' \
        >"$MACHINE/etc/asterisk/logger.conf"
}

install_kamailio() {
    mkdir -p "$MACHINE/etc/kamailio"
    sed "s|/etc/kamailio|$MACHINE&|" "$peers/kamailio/root/etc/kamailio/kamailio.cfg" \
        >"$MACHINE/etc/kamailio/kamailio.cfg"
}

# The programs that are root's or talk to the servers, as the examples call them.
make_programs() {
    mkdir -p "$temporary/programs"
    ln -s "$root/tests/voice/systemctl" "$temporary/programs/systemctl"
    # shellcheck disable=SC2016 # for the program
    printf '#!/bin/sh\nexec "$PEERS/bin/asterisk" -C "$MACHINE/etc/asterisk/asterisk.conf" "$@"\n' \
        >"$temporary/programs/asterisk"
    # shellcheck disable=SC2016 # for the program
    printf '#!/bin/sh\nshift\nexec /bin/chown "$(id -un)" "$@"\n' >"$temporary/programs/chown"
    chmod +x "$temporary/programs/asterisk" "$temporary/programs/chown"
    PATH=$temporary/programs:$PATH
}

# --- a page

# The page as it is on this machine. What mkcert prints is the same on all.
translated() { # PAGE
    # shellcheck disable=SC2016 # the prompt
    sed -e '/^```console$/,/^```$/s/^# /$ /' \
        -e "s/192\.0\.2\.10\( port \|:\)5061/127.0.0.1\1$PORT/g" \
        -e "/--for asterisk/,/^As root/!s/0\.0\.0\.0:5061/127.0.0.1:$PORT/g" \
        -e "s,\(^\|[^[:alnum:]]\)\(/etc/\(asterisk\|kamailio\|freeswitch\)\),\1$MACHINE\2,g" \
        "$pages/$1.md"
}

run_examples() { # PAGE
    local line planned=''
    mkdir -p "$MACHINE/root" "$MACHINE/etc/freeswitch"
    translated "$1" >"$MACHINE/page.md"
    # shellcheck disable=SC2016 # the prompt
    (cd "$MACHINE/root" && perl "$root/tests/cli/examples.pl" '$' "$MACHINE/page.md") |
        while IFS= read -r line; do
            line=${line//$MACHINE/}
            case $line in
            ok*) pass "$1: ${line#* - }" ;;
            'not ok'*) fail "$1: ${line#* - }" ;;
            \#*) echo "$line" ;;
            1..[1-9]*) planned=yes ;;
            esac
        done
    is "$1: all of its commands" "$planned" yes
}

# Blocks that are not run are of another kind than "console", and the sentence before says so.
unmarked_blocks() { # PAGE
    awk '/^```/ { inside = !inside
            if (inside && $0 != "```console" && said !~ /[Nn]ot run/) print NR ": " $0 }
        !inside && !/^```/ && NF { said = $0 }' "$pages/$1.md"
}

make_programs
for file in "$pages"/*.md; do
    page=${file##*/} page=${page%.md}
    MACHINE=$temporary/$page
    is "$page says what is not run" "$(unmarked_blocks "$page")" ''
    if [ -n "${peer_of[$page]}" ]; then
        if ! get_peers "${peer_of[$page]}"; then
            skip "$page" "${peer_of[$page]} cannot be downloaded: $(tail -n 1 peers.err)"
            continue
        fi
        "install_${peer_of[$page]}"
    fi
    free_ports tcp 1 | read -r PORT
    run_examples "$page"
done
done_testing
