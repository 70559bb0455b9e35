#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the console examples of README.md in turn and compares what they print. Serial numbers, hashes,
# times and sizes differ from run to run and are masked; "..." stands for any lines.
set -u

repository=$(pwd)
PATH=$(cd "${PROV_BIN:-build/bin}" && pwd):$PATH
export PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/prov-readme.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work" || exit 1

perl - "$repository/README.md" <<'PERL'
use strict;
use warnings;

sub mask {
    my ($text) = @_;
    $text =~ s/\b[0-9a-f]{28,}\b/HEX/g;
    $text =~ s{^[A-Za-z0-9+/]{27}=$}{BASE64}mg;
    $text =~ s/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/TIME/g;
    $text =~ s/\b\d+ bytes?\b/SIZE/g;
    return $text;
}

open my $readme, '<', $ARGV[0] or die "cannot read $ARGV[0]: $!\n";
my ($inside, @examples);
while (my $line = <$readme>) {
    if ($line =~ /^```/) { $inside = $line =~ /^```console/; next }
    next unless $inside;
    if ($line =~ /^\$ (.*)/) { push @examples, [$1, ''] }
    else { $examples[-1][1] .= $line }
}

my $number = 0;
for my $example (@examples) {
    my ($command, $expected) = @$example;
    open my $run, '-|', 'sh', '-c', "exec 2>&1; $command" or die "cannot run: $!\n";
    local $/;
    my $printed = <$run> // '';
    close $run;
    # Padding lines come and go with the length of a serial number.
    s/^Padding: .*\n//mg for $printed, $expected;
    my $pattern = join '(?:.*\n)*?', map { quotemeta mask($_) } split /^\.\.\.\n/m, $expected, -1;
    $number++;
    my $good = mask($printed) =~ /\A$pattern\z/;
    print $good ? 'ok' : 'not ok', " $number - $command\n";
    print map { "# $_\n" } split /\n/, "printed:\n$printed" unless $good;
}
print "1..$number\n";
PERL
