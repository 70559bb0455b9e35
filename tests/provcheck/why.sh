# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the tests of provcheck why share: a site that is served, phones of it, and what is said of
# them. To be sourced after lib.sh.

# shellcheck disable=SC2034,SC2154 # lib.sh and tests/lib
asked=$PROV_BIN/../tests/provcheck/asked
pbx_helper=$root/tests/provcheck/pbx.pl
may_hold 'source/*' 'devices/*'

# A configuration whose PBX is $pbx_host; what it is made of may be replaced.
pbx_host=127.0.0.1
configuration() { # [ELEMENT...], instead of the standard ones
    local transport='<transportLayerProtocol>1</transportLayerProtocol>' load=SIP42.9-4-2SR3-1S
    local mode='<deviceSecurityMode>1</deviceSecurityMode>' more='' element
    for element in "$@"; do
        case $element in
        '<transport'*) transport=$element ;;
        '<deviceSecurityMode'*) mode=$element ;;
        load=*) load=${element#load=} ;;
        *) more+=$element ;;
        esac
    done
    cat <<END
<?xml version="1.0" encoding="UTF-8"?>
<device>
<deviceProtocol>SIP</deviceProtocol>
<devicePool><dateTimeSetting><timeZone>GMT Standard/Daylight Time</timeZone>
<ntps><ntp><name>192.0.2.1</name><ntpMode>Unicast</ntpMode></ntp></ntps></dateTimeSetting>
<callManagerGroup><members><member priority="0"><callManager>
<ports><sipPort>$pbx_port</sipPort><securedSipPort>$pbx_port</securedSipPort></ports>
<processNodeName>$pbx_host</processNodeName>
</callManager></member></members></callManagerGroup></devicePool>
<sipProfile><sipLines><line button="1" lineIndex="1"><featureID>9</featureID>
<proxy>USECALLMANAGER</proxy><name>100</name><displayName>100</displayName><authName>100</authName>
</line></sipLines></sipProfile>
<loadInformation>$load</loadInformation>
$mode
$transport
$more
</device>
END
}

# Another phone for each situation: $mac, $phone_name, $xml. Their names are not alike.
phones=0
next_phone() {
    phones=$((phones + 1))
    mac=$(printf '%012X' $((phones * 0x1F3A7B5D91 % 0xFFFFFFFFFFFF)))
    phone_name=SEP$mac
    xml=$phone_name.cnf.xml
}

settings() { # [SECTION-SERVER-LINE...]
    cat >prov.conf <<END
paths { source = source tftpboot = tree secure = secure devices = devices archive = archive
    ledger = ledger.db }
sign { certificate = $keys/asterisk.pem }
server {
    tftp = {"127.0.0.1:$tftp_port"} http = {"127.0.0.1:$http_port"}
    https = {"127.0.0.1:$https_port"} certificate = {$keys/web.pem}
    $*
}
END
}

# The files of a phone that is well: source, and what is signed of it.
prepare() { # [ELEMENT...]
    next_phone
    configuration "$@" >"source/$xml"
    publish
}

publish() {
    cp "source/$xml" "tree/$xml" && sign "tree/$xml" && rm "tree/$xml"
}

# The phone starts, and asks as one of its family.
start() { # FAMILY
    local file via
    provcheck boot "$phone_name" --server 127.0.0.1 --family "$1" "${ports[@]}" --as-phone \
        >boot.out 2>&1
    known
    # Over HTTP a delivery is known when its connection is closed, which may be after the next request.
    # shellcheck disable=SC2030
    awk -v mac="$mac" 'index($1, mac) && $2 ~ /^(tftp|https?)$/ { last = $1 " " $2 }
        END { print last }' boot.out | read -r file via
    # shellcheck disable=SC2031 # lastpipe
    [ -z "$(find tree secure -name "S?P$mac.cnf*")" ] || wait_until is_asked "$file" "$via"
}

# shellcheck disable=SC2329 # for wait_until
is_asked() { # NAME TRANSPORT
    [ "$(sqlite3 -readonly ledger.db \
        "SELECT count(*) FROM request WHERE asked = '$1' AND transport = '$2'")" -gt 0 ]
}

# Waits until the ledger has all that was asked for so far: requests come into it in their order. The
# last one is by a phone that nobody else knows, and is forgotten again.
known() {
    local last=FEDCBA987654
    curl -s -o /dev/null "http://127.0.0.1:$http_port/SEP$last.cnf.xml" &&
        wait_until is_asked "SEP$last.cnf.xml" http &&
        sqlite3 -cmd '.timeout 10000' ledger.db "DELETE FROM phone WHERE phone = '$last'"
}

# Requests of other times: lines of asked.c.
ago() { # ADDRESS
    "$asked" ledger.db "$phone_name" "${1-192.0.2.7}" "$now"
}

why() { # [OPTION...]
    run provcheck why "$phone_name" --config prov.conf --timestamp "$now" "$@"
}

# The first cause that it tells is this one, with evidence like the pattern.
first() { # NAME CAUSE [EXTENDED-REGULAR-EXPRESSION [OPTION...]]
    local told
    why "${@:4}"
    want_code 1
    want_no_messages
    told=$(grep -Em 1 '^[a-z0-9-]+ \[(certain|likely|possible)\]: ' "$out")
    [[ $told =~ ${3-.} ]] || problem="the evidence is not like: $3"
    [ "${told%% *}" = "$2" ] || problem="the first cause is ${told:-none}"
    judge "$1"
}

nothing() { # NAME [OPTION...]
    why "${@:2}"
    want_code 0
    want_no_messages
    grep -qx 'nothing found' "$out" || problem="it found $(grep -Em 1 '^[a-z0-9-]+ \[' "$out")"
    judge "$1"
}

# A PBX that answers OPTIONS over UDP and TCP.
start_pbx() { # PORT
    start_helper perl "$pbx_helper" "$temporary/pbx.$1" "$1"
    wait_until test -e "$temporary/pbx.$1"
}
