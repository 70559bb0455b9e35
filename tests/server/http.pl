#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# HTTP clients that curl cannot be told to be: byte for byte as given, slow, rude, or many.
use strict;
use warnings;
use Getopt::Long qw(GetOptionsFromArray :config require_order);
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_LINGER SO_RCVBUF IPPROTO_TCP TCP_NODELAY inet_aton pack_sockaddr_in);
use Time::HiRes qw(sleep time);

my $patience = 60;    # seconds until what must happen counts as not happening
$SIG{PIPE} = 'IGNORE';
$SIG{ALRM} = sub { die "nothing came for $patience s\n" };
$| = 1;

sub make_file {
    open my $file, '>', $_[0] or die "$_[0]: $!\n";
}

sub wait_for_file {
    my $end = time + $patience;
    until (-e $_[0]) {
        die "$_[0] does not appear\n" if time > $end;
        sleep 0.01;
    }
}

# A receive buffer must be small before the connection is made, to be small at all.
sub connected {
    my ($port, $receive_buffer) = @_;
    socket(my $socket, Socket::PF_INET, Socket::SOCK_STREAM, 0) or die "socket: $!\n";
    setsockopt($socket, SOL_SOCKET, SO_RCVBUF, $receive_buffer) if $receive_buffer;
    connect($socket, pack_sockaddr_in($port, inet_aton('127.0.0.1'))) or die "connect: $!\n";
    return $socket;
}

sub more {
    my ($socket, $buffer) = @_;
    alarm $patience;
    my $got = sysread($socket, $$buffer, 65536, length $$buffer);
    alarm 0;
    return $got;
}

# One answer to $socket out of $$buffer, header and body; undef if the connection ends before.
sub answer {
    my ($socket, $buffer, $bodiless) = @_;
    while (1) {
        if ($$buffer =~ /^(.*?\r\n\r\n)/s) {
            my $header = $1;
            my ($body) = $header =~ /^content-length: *(\d+)/mi;
            my $length = length($header) + ($bodiless ? 0 : $body // 0);
            return substr($$buffer, 0, $length, '') if length $$buffer >= $length;
        }
        return undef unless more($socket, $buffer);
    }
}

# Sends what comes on stdin and prints the answers; "open" or "closed" on stderr tells what becomes
# of the connection after them.
sub exchange {
    my %o = (answers => 1);
    GetOptionsFromArray(\@_, \%o, 'answers=i', 'head');
    my $socket = connected($_[0]);
    local $/;
    my $request = <STDIN>;
    syswrite($socket, $request);
    my $buffer = '';
    for (1 .. $o{answers}) {
        my $answer = answer($socket, \$buffer, $o{head});
        last unless defined $answer;
        print $answer;
    }
    my $bits = '';
    vec($bits, fileno($socket), 1) = 1;
    my $ended = select($bits, undef, undef, 0.3) && !sysread($socket, my $rest, 1);
    print STDERR $ended ? "closed\n" : "open\n";
}

# Asks for a file, reads --take bytes of the answer, then goes: with a reset, or just so, while the
# rest has not found room.
sub leave {
    my %o = (take => 1, version => '1.1');
    GetOptionsFromArray(\@_, \%o, 'take=i', 'reset', 'version=s');
    my ($port, $target) = @_;
    my $socket = connected($port, 2304);
    my ($buffer, $end) = ('', time + $patience);
    syswrite($socket, "GET $target HTTP/$o{version}\r\n\r\n");
    while (length $buffer < $o{take}) {
        alarm $patience;
        sysread($socket, $buffer, $o{take} - length $buffer, length $buffer) or die "it ended\n";
        alarm 0;
    }
    setsockopt($socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)) if $o{reset};
    close $socket;
}

# Asks for a file and stops reading after the first bytes; says so in a file, waits for another, and
# reads on. Prints how many bytes came in all.
sub pause {
    my ($port, $target, $started, $gate) = @_;
    my $socket = connected($port, 2304);
    my $buffer = '';
    syswrite($socket, "GET $target HTTP/1.1\r\nConnection: close\r\n\r\n");
    more($socket, \$buffer) or die "it ended\n";
    make_file($started);
    wait_for_file($gate);
    1 while more($socket, \$buffer);
    printf "%d\n", length $buffer;
}

# Sends a header byte by byte until the connection is cut; prints the seconds that it took.
sub trickle {
    my ($port) = @_;
    my $socket = connected($port);
    my $start = time;
    my $request = "GET /a HTTP/1.1\r\nX: ";
    while (time < $start + $patience) {
        my $bits = '';
        syswrite($socket, $request ne '' ? substr($request, 0, 1, '') : 'a') or last;
        vec($bits, fileno($socket), 1) = 1;
        last if select($bits, undef, undef, 0.1) && !sysread($socket, my $byte, 1);
    }
    printf "%d\n", time - $start;
}

# Opens COUNT connections, sends each what comes on stdin, says so in a file, and waits until all
# were cut.
sub hold {
    my ($port, $count, $started) = @_;
    local $/;
    my $bytes = <STDIN> // '';
    my @sockets = map { my $s = connected($port); syswrite($s, $bytes) if $bytes ne ''; $s }
        1 .. $count;
    make_file($started);
    for my $socket (@sockets) {
        my $buffer = '';
        1 while more($socket, \$buffer);
    }
}

# Fetches a file over one connection, waits for a file, then fetches again; prints both statuses.
sub idle {
    my ($port, $target, $started, $gate) = @_;
    my $socket = connected($port);
    my $buffer = '';
    my @statuses;
    for my $round (0, 1) {
        syswrite($socket, "GET $target HTTP/1.1\r\n\r\n");
        my $answer = answer($socket, \$buffer);
        push @statuses, defined $answer ? (split ' ', $answer)[1] : 'none';
        if ($round == 0) {
            make_file($started);
            wait_for_file($gate);
        }
    }
    print "@statuses\n";
}

sub count_status {
    my ($socket, $seen) = @_;
    my $buffer = '';
    my $answer = answer($socket, \$buffer) // '';
    $seen->{ (split ' ', $answer)[1] // 'none' }++;
}

# Sends requests of FROM to TO bytes whose last header goes on in a second line, each over a
# connection of its own; prints how often which status came.
sub fold {
    my ($port, $target, $from, $to) = @_;
    my %seen;
    for my $length ($from .. $to) {
        my ($start, $end) = ("GET $target HTTP/1.1\r\nA: ", "\r\nX:\n bcdefgh\n\n");
        my $filling = 'a' x ($length - length("$start$end"));
        my $socket = connected($port);
        syswrite($socket, "$start$filling$end");
        count_status($socket, \%seen);
    }
    print join(' ', map { "$_:$seen{$_}" } sort keys %seen), "\n";
}

# Sends what comes on stdin once for each place where it can be cut in two, each over a connection of
# its own; prints how often which status came.
sub cut {
    my ($port) = @_;
    my %seen;
    local $/;
    my $request = <STDIN>;
    for my $place (1 .. length($request) - 1) {
        my $socket = connected($port);
        setsockopt($socket, IPPROTO_TCP, TCP_NODELAY, 1);
        syswrite($socket, substr($request, 0, $place));
        sleep 0.002;
        syswrite($socket, substr($request, $place));
        count_status($socket, \%seen);
    }
    print join(' ', map { "$_:$seen{$_}" } sort keys %seen), "\n";
}

my %commands = (
    exchange => \&exchange,
    fold => \&fold,
    cut => \&cut,
    leave => \&leave,
    pause => \&pause,
    trickle => \&trickle,
    hold => \&hold,
    idle => \&idle,
);
my $command = $commands{shift // ''} or die 'commands: ', join(' ', sort keys %commands), "\n";
$command->(@ARGV);
