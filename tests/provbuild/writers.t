#!/bin/bash
# SPDX-License-Identifier: MIT
# provbuild: nothing is followed that others may write to.

# shellcheck disable=SC2119

# shellcheck source=tests/provbuild/lib.sh
. "${0%/*}/lib.sh"

[ "$(id -u)" -eq 0 ] || skip_all 'only root can give files to others'
for entry in 'group nogroup' 'passwd nobody'; do
    # shellcheck disable=SC2086
    getent $entry >/dev/null || skip_all "there is no $entry"
done
chmod 755 "$temporary" "$temporary/tree"

# Refused at once with such a line, said by --status, and built with --force, which says it too.
refused() { # NAME PLACE PATTERN COMMAND
    local name=$1 place=$2 text=$3
    site "${name// /-}"
    printf '#!/bin/sh\ntouch called\n' >hook && chmod 755 hook
    settings more "hooks { restart = '$PWD/hook' }"
    eval "$4"
    faulty "$name" "(.*/)?$place: $text.*or give --force; nothing was done"
    is "$name: nothing was done" "$(find . -path './tftpboot/*' -o -name called)" ''
    run build --status
    like "$name: --status says so" "$(<"$out")" "$place: $text"
    run build --force
    is "$name: --force does it" "$code $(ls called)" '0 called'
    like "$name: and says so" "$(<"$err")" "$place: warning: $text"
}

refused 'settings that everybody may write to' prov.conf 'it can be written by everybody' \
    'chmod 666 prov.conf'
refused 'settings of another user' prov.conf 'it belongs to another user' 'chown nobody prov.conf'
refused 'settings that a group may write to' prov.conf 'it can be written by a group' \
    'chgrp nogroup prov.conf; chmod 664 prov.conf'
refused 'a folder on the way' prov.conf 'the folder .*/way, where it stands, can be written' \
    'mkdir way && mv prov.conf way/ && ln -s way/prov.conf prov.conf && chmod 777 way'
for folder in source devices tftpboot secure archive; do
    refused "$folder that everybody may write to" $folder "it can be written by everybody" \
        "chmod 1777 $folder"
    refused "$folder of another user" $folder "it belongs to another user" "chown nobody $folder"
done
refused 'a restart command' hook 'it can be written by everybody' 'chmod 777 hook'
refused 'a restart command in a line for a shell' hook 'it belongs to another user' \
    "chown nobody hook; settings more \"hooks { restart = 'true; \$PWD/hook' }\""

# --- single sources

site sources
mkdir source/sub && echo x >source/sub/file.xml && chmod 777 source/sub
echo x >source/open.xml && chmod 666 source/open.xml
echo x >source/theirs.xml && chown nobody source/theirs.xml
ln -s /etc/hostname source/link.xml && chown -h nobody source/link.xml
echo x >kept.xml && chmod 666 kept.xml && ln -s ../kept.xml source/led.xml
run build
is 'sources that others may write to stay out, the rest is built' \
    "$code $(cd tftpboot && ls -d SoftKeys* open* theirs* link* led* sub 2>/dev/null)" \
    '1 SoftKeys.xml.sgn'
for file in sub/file.xml open.xml theirs.xml link.xml led.xml; do
    like "$file is said" "$(<"$err")" "^provbuild: $file: it, or a folder that it is in, (can|belongs)"
done
run build --force
is 'with --force they are built' "$code $(ls tftpboot/sub)" '0 file.xml.sgn'

# --- devices, which an enrolment service writes

site enrolled
build >/dev/null
chown nobody "devices/$phone.pem"
configuration "$phone" '<edited/>'
faulty 'a certificate of another user counts only by devices-ca' \
    "$phone.cnf.xml: devices/$phone.pem belongs to another user.*devices-ca"
is 'and its phone is not served in clear text' "$(leaks "$phone")" ''
chown -R nobody devices
openssl x509 -in "pem/$phone.pem" -out ca.crt
settings sign 'certificate = pem/asterisk.pem exclude = {"*.sbn"} devices-ca = ca.crt'
run build
is 'with devices-ca the folder may be the service'"'s" "$code $(grep -c "$phone.cnf.xml.enc.sgn" "$out")" '0 1'

# --- trusted groups

site trusted
build >/dev/null
chgrp -R nogroup source && chmod -R g+w source && chown nobody:nogroup source/SoftKeys.xml devices
chmod 664 source/SoftKeys.xml
faulty 'a group that nobody trusts' '.*'
more='trusted-groups = { "nogroup" }'
settings paths "source = source tftpboot = tftpboot secure = secure devices = devices archive = archive $more"
run build
is 'a group that is trusted may write to sources' "$(grep -c source "$err")" 0
chgrp nogroup archive && chmod g+w archive
run build
like 'but not to the archive' "$(<"$err")" 'archive: it can be written by a group'
settings paths 'source = source tftpboot = tftpboot trusted-groups = { "no-such-group" }'
faulty 'a group that is not there' '.*trusted-groups: there is no group no-such-group'

done_testing
