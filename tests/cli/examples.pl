#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Runs the console examples of documents in turn and compares what they print. Serial numbers,
# hashes, times and sizes differ from run to run and are masked; "..." stands for any lines. A
# server that an example starts with "&" listens on free ports instead of its own, is waited for
# until it says that it is ready (sd_notify(3)), and ends with `kill %1`.
#
# Examples with the prompt "$" run as they stand, in the working directory. Those with "#" are
# root's, on a machine of their own: the folder MACHINE stands for "/", and the caller for the user
# prov. A command with its whole path is an entry of that machine's /etc/cron.d/prov, and is run as
# cron does.
#
# usage: examples.pl '$' DOCUMENT... | examples.pl '#' MACHINE DOCUMENT...
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket;
use Time::HiRes qw(sleep time);

my $deadline = 60;    # seconds
my $prompt = shift;
my $machine = $prompt eq '#' ? shift : undef;
my ($server, %port_of);
$ENV{PROV_SHARE} = "$machine/usr/local/share/prov" if defined $machine;
END { kill 'KILL', $server if $server }

# --- what stands in the documents

# Each command with what it should print; here documents and lines that end in a backslash belong to
# the command.
sub examples_of_block {
    my @examples;
    my $end;
    for my $line (@_) {
        if (defined $end) {
            $examples[-1][0] .= "\n$line";
            $end = undef if $line eq $end;
        } elsif (@examples && $examples[-1][1] eq '' && $examples[-1][0] =~ /\\\z/) {
            $examples[-1][0] .= "\n$line";
        } elsif ($line =~ /^\Q$prompt\E (.*)/) {
            push @examples, [$1, ''];
            $end = $1 if $line =~ /<<'(\w+)'/;
        } else {
            $examples[-1][1] .= "$line\n";
        }
    }
    return @examples;
}

sub examples_of {
    my ($document) = @_;
    open my $file, '<', $document or die "cannot read $document: $!\n";
    my $text = do { local $/; <$file> };
    my @blocks = map { [split /\n/] } $text =~ /^```console\n(.*?)^```$/msg;
    return map { examples_of_block(@$_) } grep { $_->[0] =~ /^\Q$prompt\E / } @blocks;
}

# --- another machine, other ports

# The port that stands in for the one of the text: below those that the kernel gives to clients,
# which would take it before the server does.
sub free_port {
    my ($port, $proto) = @_;
    return $port_of{$port} if $port_of{$port};
    for (1 .. 10000) {
        my $free = 10000 + int rand 20000;
        next if grep { $_ == $free } values %port_of;
        IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $free, Proto => $proto,
            $proto eq 'tcp' ? (Listen => 1) : ()) or next;
        return $port_of{$port} = $free;
    }
    die "no free port\n";
}

sub with_free_ports {
    my ($command) = @_;
    $command =~ s/(127\.0\.0\.1[: ])(69\d\d)\b/$1 . free_port($2, $2 == 6969 ? 'udp' : 'tcp')/ge;
    $command =~ s/(--(tftp|https?)-port )(69\d\d)\b/$1 . free_port($3, $2 eq 'tftp' ? 'udp' : 'tcp')/ge;
    return $command;
}

# What the command is on the machine that MACHINE stands for.
sub on_machine {
    my ($command) = @_;
    my %ports = (tftp => free_port(69, 'udp'), http => free_port(6970, 'tcp'),
        https => free_port(6971, 'tcp'));
    my $listen = join ' ', map { "--$_ 127.0.0.1:$ports{$_}" } sort keys %ports;
    my $ask = join ' ', '--server 127.0.0.1', map { "--$_-port $ports{$_}" } sort keys %ports;
    my ($user, $group) = (getpwuid $>)[0, 3];

    $command =~ s/(^|\/)(provbuild|provd)\b/$& --config \/etc\/prov\/prov.conf/
        unless $command =~ / --config /;
    $command =~ s/^provd\b/$& $listen/;
    $command =~ s/--server 192\.0\.2\.10\b/$ask/g;
    $command =~ s/\b192\.0\.2\.10:(69\d\d)\b/'127.0.0.1:' . free_port($1, 'tcp')/ge;
    my $folders = 'etc/prov|etc/cron\.d|etc/asterisk|srv|var/lib/prov|usr/local|root|media';
    $command =~ s{(?<![\w.])/($folders)\b}{$machine/$1}g;
    $command =~ s/(-o |chown |\buser +=\ ")prov\b/$1$user/g;
    $command =~ s/-g prov\b/-g $group/g;
    return $command;
}

# What it printed, as that machine would have printed it.
sub from_machine {
    my ($printed) = @_;
    my %port = reverse %port_of;
    my $user = getpwuid $>;
    $printed =~ s/\Q$machine\E//g;
    $printed =~ s/its owner \(\Q$user\E\) and group \(\S+?\)/its owner (root) and group (root)/g;
    $printed =~ s/\b127\.0\.0\.1( port |:)(\d+)\b/"192.0.2.10$1" . ($port{$2} \/\/ $2)/ge;
    return $printed;
}

# The command as cron runs it.
sub as_cron {
    my ($command) = @_;
    open my $table, '<', "$machine/etc/cron.d/prov" or return "echo 'there is no table of cron'";
    my $entry = qr/^[^#\s]+(?: +\S+){4} +root +\Q$command\E$/;
    return "echo 'it is no entry of cron'" unless grep { $_ =~ $entry } <$table>;
    $command = on_machine($command);
    return "cd $machine/root && exec env -i HOME=$machine/root LOGNAME=root SHELL=/bin/sh "
        . "PATH=/usr/bin:/bin sh -c '$command' </dev/null";
}

sub translated {
    my ($command) = @_;
    return with_free_ports($command) unless defined $machine;
    return $command =~ m{^/} ? as_cron($command) : on_machine($command);
}

# --- running

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
    open my $run, '-|', 'sh', '-c', "exec 2>&1\n$command" or die "cannot run: $!\n";
    local $/;
    my $printed = <$run> // '';
    close $run;
    return defined $machine ? from_machine($printed) : $printed;
}

# --- comparing

sub mask {
    my ($text) = @_;
    $text =~ s/\b[0-9a-f]{28,}\b/HEX/g;
    $text =~ s{^[A-Za-z0-9+/]{27}=$}{BASE64}mg;
    $text =~ s/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/TIME/g;
    $text =~ s/\bValid until \d{4}-\d\d-\d\d/Valid until DAY/g;
    $text =~ s/\.tlv\.\d{10}\b/.tlv.TIME/g;
    $text =~ s/\b\d+ bytes?\b/SIZE/g;
    $text =~ s/time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/TIME/g;
    $text =~ s/\bbytes=\d+ ms=\d+\b/SIZE/g;
    return $text;
}

sub is_as_expected {
    my ($printed, $expected) = @_;
    # Padding lines come and go with the length of a serial number.
    s/^Padding: .*\n//mg for $printed, $expected;
    my $pattern = join '(?:.*\n)*?', map { quotemeta mask($_) } split /^\.\.\.\n/m, $expected, -1;
    return mask($printed) =~ /\A$pattern\z/;
}

# What a phone was given is in the ledger a moment after it has it.
sub may_come_later {
    my ($command) = @_;
    return $command =~ /^provbuild --status/;
}

my ($number, $failed) = (0, 0);
for my $example (map { examples_of($_) } @ARGV) {
    my ($command, $expected) = @$example;
    my $end = time + $deadline;
    my ($printed, $good);
    while (1) {
        $printed = run(translated($command));
        $good = is_as_expected($printed, $expected);
        last if $good || $failed || !may_come_later($command) || time > $end;
        sleep 0.05;
    }
    $number++;
    $failed++ unless $good;
    print $good ? 'ok' : 'not ok', " $number - ", $command =~ s/\n.*//sr, "\n";
    print map { "# $_\n" } split /\n/, "printed:\n$printed" unless $good;
}
print "1..$number\n";
