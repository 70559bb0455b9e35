#!/bin/bash
# SPDX-License-Identifier: MIT
# Names that somebody makes up: they cost next to nothing, and a file that appears is served at once.
. tests/server/lib.sh

can_trace || skip_all 'system calls cannot be traced'
mkdir tree traced
for i in 1 2 3; do
    echo "file $i" >"tree/SEP00112233445$i.cnf.xml"
done
touch -d '1 hour ago' tree # so it is not taken for one that changes right now
tftp=$(free_ports udp 1)
cat >traced/provd <<END
#!/bin/bash
exec strace -D -f -qq -o $temporary/calls -e trace=%file,getdents64 $PROV_BIN/provd "\$@"
END
chmod +x traced/provd

get() { # NAME
    "$phone" tftp-get "$tftp" "$1" 2>&1
}

calls() { # EXTENDED-REGULAR-EXPRESSION
    grep -Ec -e "$1" "$temporary/calls"
}

PROV_BIN=$PWD/traced
ok 'provd starts' start_provd --root tree --tftp "127.0.0.1:$tftp" --http off --https off --ledger off
get SEP000000000000.cnf.xml.sgn >/dev/null # the folder is read
before=$(calls .)
for i in {1..20}; do
    get "SEP0000000000$((10 + i)).cnf.xml.sgn"
done | sort | uniq -c | xargs >said
is 'twenty names that are not there' "$(<said)" '20 error 1 File not found'
ok 'take fewer than four calls each' [ $(($(calls .) - before)) -lt 80 ]
is 'none of which names them' "$(calls 'SEP0000000000[123]')" 0
echo new >tree/SEP000000000011.cnf.xml.sgn
is 'one that appears is served' "$(get SEP000000000011.cnf.xml.sgn)" new
is 'in any case' "$(get sep000000000011.CNF.xml.sgn)" new
is 'files are there as ever' "$(get SEP001122334452.cnf.xml)" 'file 2'
rm tree/SEP000000000011.cnf.xml.sgn
like 'and gone when they are' "$(get SEP000000000011.cnf.xml.sgn)" 'not found'
mkdir tree/folder
echo deep >tree/folder/file
is 'in a new folder' "$(get Folder/FILE)" deep
stop_provd
done_testing
