# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the server's tests share besides tests/lib: its log, its metrics, certificates for it. To be
# sourced first, from the repository's root.

# shellcheck source=tests/lib/test.sh
. tests/lib/test.sh

# shellcheck disable=SC2034 # for tests/lib/programs.sh
says='^provd: '
# shellcheck disable=SC2034 # for the tests
phone=$root/tests/server/phone.pl # clients that curl and tftp cannot be

# The last line of the delivery log about a name, once there is one.
delivery_line() { # NAME [FILE]
    wait_for_line "^time=.* asked=\"$1\" " "${2-$provd_log}"
    grep -E "^time=.* asked=\"$1\" " "${2-$provd_log}" | tail -n 1
}

# A certificate and its key in one file.
new_certificate() { # FILE COMMON-NAME [rsa]
    local key=(ec -pkeyopt ec_paramgen_curve:P-256)
    [ "${3-ec}" = ec ] || key=(rsa:2048)
    openssl req -x509 -newkey "${key[@]}" -nodes -days 90 -subj "/CN=$2" \
        -keyout "$1.key.tmp" -out "$1.crt.tmp" 2>/dev/null &&
        cat "$1.crt.tmp" "$1.key.tmp" >"$1.tmp" && chmod 600 "$1.tmp" && mv "$1.tmp" "$1" &&
        rm "$1.key.tmp" "$1.crt.tmp"
}

# The common name that a TLS port shows.
shown_name() { # PORT
    openssl s_client -connect "127.0.0.1:$1" </dev/null 2>/dev/null |
        openssl x509 -noout -subject 2>/dev/null | sed -n 's/^subject=CN = //p'
}

# A large file is served once it was looked through for keys, and it is old enough.
served() { # URL
    wait_until curl -ksf --max-time "$deadline" -o /dev/null "$1"
}

# The value of a metric, by its whole name with labels.
metric() { # ADMIN-PORT NAME
    curl -s "http://127.0.0.1:$1/metrics" | awk -v name="$2" '$1 == name { print $2 }'
}

# prov.conf for the folders `tree` and `secure` and the ports $tftp, $http and $https, with more
# lines for its section `server`.
server_settings() { # LINE...
    {
        cat <<END
paths {
    tftpboot = "tree"
    secure = "secure"
}
server {
    tftp = { "127.0.0.1:${tftp:?}" }
    http = { "127.0.0.1:${http:?}" }
    https = { "127.0.0.1:${https:?}" }
END
        printf '    %s\n' "$@"
        echo '}'
    } >prov.conf
}

reloaded='^([^ ]* )?provd: (reloaded|reload: )'
# Reloads, and waits until that is done: "reloaded", or what was wrong.
reload() {
    local before
    before=$(said "$reloaded")
    kill -HUP "$provd_pid"
    wait_until reloads_beyond "$before"
}

reloads_beyond() { # COUNT
    [ "$(said "$reloaded")" -gt "$1" ]
}

# How many lines of the log are like the pattern.
said() { # EXTENDED-REGULAR-EXPRESSION [FILE]
    grep -Ec -e "$1" "${2-$provd_log}"
}
