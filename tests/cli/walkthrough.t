#!/bin/bash
# SPDX-License-Identifier: MIT
# docs/walkthrough.md, from an empty machine to a fleet, and docs/fleet.md, which goes on
# from there: every command that root types, on a machine that a folder stands for (examples.pl).

# shellcheck source=tests/cli/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=tests/cli/machine.sh
. "$root/tests/cli/machine.sh"

mkdir -p "$machine"/{etc/cron.d,etc/asterisk,root,srv,media/usb}
documents=("$root/docs/walkthrough.md" "$root/docs/fleet.md")

# --- the first block, without what it would do to this machine

make_install
like 'the user is described' "$(<"$machine/usr/local/lib/sysusers.d/prov.conf")" '^u prov - '
read -ra units <<<"$(sed -n 's/^# systemctl enable --now //p' "$root/docs/walkthrough.md" | paste -sd ' ')"
is 'units are named' "${#units[@]}" 4
for unit in "${units[@]}"; do
    ok "$unit is installed" test -s "$machine/usr/local/lib/systemd/system/$unit"
done

# --- the recovery key leaves the machine only where something is mounted

move=$(sed -n 's/^# \(.*mv \/root\/recovery.pem .*\)/\1/p' "$root/docs/walkthrough.md")
move=${move//\/root\//$machine/root/} move=${move//\/media\//$machine/media/}
echo key >"$machine/root/recovery.pem"
run sh -c "$move"
is 'no stick is mounted: the key stays' "$(<"$machine/root/recovery.pem")" key
is 'and nothing is in the folder of the stick' "$(ls "$machine/media/usb")" ''
rmdir "$machine/media/usb"
run sh -c "$move"
is 'no such folder: the key stays' "$(<"$machine/root/recovery.pem")" key
ok 'and does not become that folder' test ! -e "$machine/media/usb"
mkdir "$machine/media/usb" && rm "$machine/root/recovery.pem"
mount_stick

# --- all others

run_documents "${documents[@]}"
recovery_key_is_away

# Every entry of cron's table is run there, as cron does.
sed -n 's/^[^#].* root *//p' "$machine/etc/cron.d/prov" >entries
is 'cron has entries' "$(lines entries)" 3
while IFS= read -r entry; do
    ok "$entry is an example" grep -Fqx "# $entry" "${documents[@]}"
done <entries

done_testing
