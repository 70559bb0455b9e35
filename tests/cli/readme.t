#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the console examples of README.md in turn and compares what they print. Serial numbers, hashes,
# times and sizes differ from run to run and are masked; "..." stands for any lines. A server that an
# example starts with "&" listens on free ports instead of its own, is waited for until it says that
# it is ready (sd_notify(3)), and ends with `kill %1`.
set -u

repository=$(pwd)
PATH=$(cd "${PROV_BIN:-build/bin}" && pwd):$PATH
no_proxy='*'
export PATH no_proxy
work=$(mktemp -d "${TMPDIR:-/tmp}/prov-readme.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work" || exit 1

perl - "$repository/README.md" <<'PERL'
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket;

my $deadline = 60;    # seconds
my ($server, %port_of);
END { kill 'KILL', $server if $server }

# The ports of loopback addresses, with free ones for those that stand in the text.
sub with_free_ports {
    my ($command) = @_;
    my $free = sub {
        my ($port) = @_;
        return $port_of{$port} if $port_of{$port};
        my @open = map { IO::Socket::INET->new(LocalAddr => '127.0.0.1', Proto => $_, LocalPort => 0,
            $_ eq 'tcp' ? (Listen => 1) : ()) } qw(tcp udp);
        return $port_of{$port} = $open[$port == 6969 ? 1 : 0]->sockport;
    };
    $command =~ s/(127\.0\.0\.1[: ])(69\d\d)\b/$1 . $free->($2)/ge;
    return $command;
}

sub start_server {
    my ($command) = @_;
    my $name = 'notify.socket';
    my $ready = IO::Socket::UNIX->new(Local => $name, Type => SOCK_DGRAM) or die "socket: $!\n";
    $server = fork // die "cannot fork: $!\n";
    if ($server == 0) {
        $ENV{NOTIFY_SOCKET} = $name;
        open STDOUT, '>', '/dev/null';
        exec 'sh', '-c', "exec $command";
        die "cannot run: $!\n";
    }
    local $SIG{ALRM} = sub { die "no server within $deadline s: $command\n" };
    alarm $deadline;
    my $said = '';
    $ready->recv($said, 4096) until $said =~ /^READY=1/m;
    alarm 0;
    unlink $name;
    return '';
}

sub stop_server {
    kill 'TERM', $server;
    waitpid $server, 0;
    $server = undef;
    return $? == 0 ? '' : "the server ended with $?\n";
}

sub run {
    my ($command) = @_;
    return start_server($1) if $command =~ /^(.*) &$/;
    return stop_server() if $command eq 'kill %1';
    open my $run, '-|', 'sh', '-c', "exec 2>&1; $command" or die "cannot run: $!\n";
    local $/;
    my $printed = <$run> // '';
    close $run;
    return $printed;
}

sub mask {
    my ($text) = @_;
    $text =~ s/\b[0-9a-f]{28,}\b/HEX/g;
    $text =~ s{^[A-Za-z0-9+/]{27}=$}{BASE64}mg;
    $text =~ s/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/TIME/g;
    $text =~ s/\b\d+ bytes?\b/SIZE/g;
    $text =~ s/time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/TIME/g;
    $text =~ s/\bbytes=\d+ ms=\d+\b/SIZE/g;
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
    my $printed = run(with_free_ports($command));
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
