#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# TFTP clients that do what curl and tftp never do: each command is one conversation, packet by
# packet. What is expected not to come is proved with a write request from the same socket: the
# server answers in order, so what was to come before its refusal has come.
use strict;
use warnings;
use IO::Socket::INET;
use Socket;
use Time::HiRes qw(sleep time);

my $patience = $ENV{PROV_DEADLINE} // 60;    # seconds until what must happen counts as not happening
my $host = $ENV{TFTP_HOST} // '127.0.0.1';
my $port = $ENV{TFTP_PORT} or die "TFTP_PORT is not set\n";
my $server = pack_sockaddr_in($port, inet_aton($host));
my $single = $ENV{TFTP_SINGLE_PORT};    # take nothing from another port, as NAT does
my $sentinel = pack('n', 2) . "sentinel\0octet\0";
$| = 1;

# --- packets

sub rrq { my ($name, @rest) = @_; return pack('n', 1) . join("\0", $name, @rest) . "\0" }
sub ack { return pack('nn', 4, $_[0] & 0xffff) }
sub abort_packet { return pack('nn', 5, 8) . "enough\0" }

sub say_text { my ($text) = @_; $text =~ s/\0/~/g; return $text }

sub describe {
    my ($packet) = @_;
    my ($opcode, $number) = unpack('nn', $packet);
    return "DATA $number " . (length($packet) - 4) if $opcode == 3;
    return "ERROR $number " . say_text(substr $packet, 4) if $opcode == 5;
    return 'OACK ' . say_text(substr $packet, 2) if $opcode == 6;
    return "opcode $opcode";
}

# --- a client: a socket, the last packet and where it came from

sub client {
    my ($address) = @_;
    my $socket = IO::Socket::INET->new(LocalAddr => $address // '127.0.0.1', Proto => 'udp',
        Broadcast => 1) || die "udp socket: $!\n";
    setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 1 << 20);
    connect($socket, $server) || die "connect: $!\n" if $single;
    return {socket => $socket};
}

sub ask { my ($client, $packet) = @_; $client->{socket}->send($packet, 0, $server) // die "send: $!\n" }
sub answer { my ($client, $packet) = @_; $client->{socket}->send($packet, 0, $client->{peer}) // die "send: $!\n" }

# The next packet; '' if none comes in time.
sub receive {
    my ($client, $seconds) = @_;
    my $bits = '';
    vec($bits, fileno($client->{socket}), 1) = 1;
    return '' unless select($bits, undef, undef, $seconds // $patience);
    $client->{from} = $client->{socket}->recv(my $packet, 70000) // die "recv: $!\n";
    return $packet;
}

sub expect {
    my ($client, $wanted, $what) = @_;
    my $packet = receive($client);
    my $got = $packet eq '' ? 'nothing' : describe($packet);
    die "$what: $got instead of $wanted\n" unless $got eq $wanted;
    $client->{peer} //= $client->{from};
    die "$what: it came from another port\n" unless $client->{from} eq $client->{peer};
    return $packet;
}

# All that came before the answer to a request sent now.
sub until_now {
    my ($client) = @_;
    my @packets;
    for (1 .. 2) {
        ask($client, $sentinel);
        while ((my $packet = receive($client)) ne '') {
            last if describe($packet) =~ /^ERROR 2 /;
            push @packets, $packet;
        }
    }
    return @packets;
}

sub expect_nothing {
    my ($client, $what) = @_;
    my @packets = until_now($client);
    die "$what: " . join(', ', map { describe($_) } @packets) . "\n" if @packets;
}

# The same for what a transfer's own socket might answer: it does so within a turn of the server's
# loop, as it does to a request, but not in a known order. Two sentinels take two turns.
sub expect_quiet {
    my ($client, $what) = @_;
    expect_nothing($client, $what) for 1 .. 3;
}

sub start {
    my ($name, @options) = @_;
    my $client = client();
    ask($client, rrq($name, 'octet', @options));
    return $client;
}

# Timers that never matter.
my @calm = (timeout => 60);

# --- one question

# What comes first: NAME MODE [OPTION VALUE]...
sub first {
    my ($name, @rest) = @_;
    my $client = client();
    ask($client, rrq($name, @rest));
    my $packet = receive($client);
    die "no answer\n" if $packet eq '';
    $client->{peer} = $client->{from};
    answer($client, abort_packet()) unless describe($packet) =~ /^ERROR/;
    my ($from_port, $from) = unpack_sockaddr_in($client->{from});
    die "from port $from_port\n" if ($from_port == $port) != !!$single;
    die 'from ' . inet_ntoa($from) . "\n" if $host !~ /255$/ && inet_ntoa($from) ne $host;
    print describe($packet), "\n";
}

# What answers to these bytes (hexadecimal): a description or "silence".
sub raw {
    my ($hex) = @_;
    my $client = client();
    ask($client, pack('H*', $hex));
    my ($packet) = until_now($client);
    print defined $packet ? describe($packet) : 'silence', "\n";
}

# What answers to a write request.
sub put {
    my ($name) = @_;
    my $client = client();
    ask($client, pack('n', 2) . "$name\0octet\0");
    print describe(receive($client)), "\n";
}

# A request to a broadcast address; silence is proved at the address of the host.
sub broadcast {
    my ($name) = @_;
    my $client = client();
    $client->{socket}->send(rrq($name, 'octet'), 0,
        pack_sockaddr_in($port, inet_aton('127.255.255.255'))) // die "broadcast: $!\n";
    expect_nothing($client, 'a broadcast');
}

# --- whole transfers

# Fetches NAME and writes it to stdout. Loses one of LOST packets in either direction,
# at random (0: none).
sub fetch {
    my ($lost, $mode, $name, %options) = @_;
    my $client = client();
    my ($expected, $last) = (1, rrq($name, $mode, %options));
    my $blksize = 512;
    my $window = 1;
    my ($ahead, $due) = (0, 1);    # told of a gap; the block to acknowledge next
    srand 385;
    my $drops = sub { return $lost && rand($lost) < 1 };
    ask($client, $last);
    my $end = time + $patience;
    while (time < $end) {
        my $packet = receive($client, 0.5);
        if ($packet eq '') {
            $client->{peer} ? answer($client, $last) : ask($client, $last);
            next;
        }
        next if $drops->();
        $client->{peer} //= $client->{from};
        my ($opcode, $number) = unpack('nn', $packet);
        die describe($packet) . "\n" if $opcode == 5;
        if ($opcode == 6) {
            my %accepted = split /\0/, substr($packet, 2);
            ($blksize, $window) = ($accepted{blksize} // 512, $accepted{windowsize} // 1);
            $due = $window;
            $last = ack(0);
            answer($client, $last) unless $drops->();
            next;
        }
        my $data = substr($packet, 4);
        if ($number != ($expected & 0xffff)) {    # a gap, or again
            my $again = $number == (($expected - 1) & 0xffff);
            if ($again || ($window > 1 && !$ahead++)) {
                $due = $expected - 1 + $window;
                answer($client, $last = ack($expected - 1)) unless $drops->();
            }
            next;
        }
        $ahead = 0;
        print $data;
        my $done = length $data < $blksize;
        $last = ack($expected);
        if ($expected++ >= $due || $done) {
            $due = $expected - 1 + $window;
            answer($client, $last) if $done || !$drops->();
        }
        return if $done;
    }
    die "not complete\n";
}

# --- duplicates and strangers

# Every acknowledgement twice: each block comes once all the same (Sorcerer's Apprentice).
sub every_ack_twice {
    my ($name, $blocks) = @_;
    my $client = start($name, @calm);
    expect($client, 'OACK timeout~60~', 'options');
    answer($client, ack(0)) for 1 .. 2;
    for my $block (1 .. $blocks) {
        my $size = $block < $blocks ? 512 : 0;
        expect($client, "DATA $block $size", 'block');
        answer($client, ack($block)) for 1 .. ($block < $blocks ? 2 : 1);
    }
    expect_quiet($client, 'after the end');
}

# A request that comes again makes no second transfer; a new one after the end does.
sub repeated_request {
    my ($name) = @_;
    my $client = start($name, @calm);
    expect($client, 'OACK timeout~60~', 'options');
    ask($client, rrq($name, 'octet', @calm));
    expect($client, 'OACK timeout~60~', 'the first packet again, from the same port');
    answer($client, ack(0));
    expect($client, 'DATA 1 512', 'first block');
    ask($client, rrq($name, 'octet', @calm)) for 1 .. 3;
    expect_nothing($client, 'after progress a repeated request');
    answer($client, ack(1));
    expect($client, 'DATA 2 512', 'second block');
    answer($client, ack(2));
    expect($client, 'DATA 3 0', 'last block');
    answer($client, ack(3));
    my $old = delete $client->{peer};
    ask($client, rrq($name, 'octet', @calm));
    expect($client, 'OACK timeout~60~', 'a new transfer');
    die "the new transfer has the old port\n" if $client->{peer} eq $old && !$single;
    answer($client, abort_packet());
}

# Whoever acknowledges nothing gets five packets in all, whatever is asked for in its name.
sub silent_peer {
    my ($first, $second) = @_;
    my $client = start($first, @calm);
    expect($client, 'OACK timeout~60~', 'options');
    ask($client, rrq($first, 'octet', @calm));
    expect($client, 'OACK timeout~60~', 'the first packet again');
    for (1 .. 3) {
        delete $client->{peer};
        ask($client, rrq($_ % 2 ? $second : $first, 'octet', @calm));
        expect($client, 'OACK timeout~60~', 'another file');
    }
    delete $client->{peer};
    ask($client, rrq($_ % 2 ? $second : $first, 'octet', @calm)) for 1 .. 20;
    expect_nothing($client, 'after five packets');
}

# So many transfers of one address may wait for their first acknowledgement, and 50 more for each
# second that this takes.
sub silent_address {
    my ($name, $count, $begun) = @_;
    my @silent = map { client() } 1 .. $count;
    my $others = 0;
    my $start = time;
    for my $client (@silent) {
        ask($client, rrq($name, 'octet', @calm));
        ask($client, $sentinel);
        my $packet = receive($client);
        $others++ if describe($packet) =~ /^OACK/;
    }
    my $most = $begun + 50 * (time - $start) + 1;
    die "$others were begun, not $begun\n" if $others < $begun || ($others > $most && $begun < $count);
    my $client = client('127.0.0.2');
    ask($client, rrq($name, 'octet', @calm));
    expect($client, 'OACK timeout~60~', 'another address');
}

# Another request from the same port: the client has given the first transfer up.
sub other_request {
    my ($first, $second) = @_;
    my $client = start($first, @calm);
    expect($client, 'OACK timeout~60~', 'options');
    answer($client, ack(0));
    expect($client, 'DATA 1 512', 'first file');
    delete $client->{peer};
    ask($client, rrq($second, 'octet'));
    expect($client, 'DATA 1 100', 'second file');
    answer($client, ack(1));
}

sub strangers {
    my ($name) = @_;
    my $client = start($name, @calm);
    expect($client, 'OACK timeout~60~', 'options');
    answer($client, ack(0));
    expect($client, 'DATA 1 512', 'first block');
    my $stranger = client();
    $stranger->{peer} = $client->{peer};
    answer($stranger, $_) for ack(1), abort_packet(), rrq($name, 'octet'), "\0";
    expect_quiet($client, 'strangers disturb');
    answer($client, ack(1));
    expect($client, 'DATA 2 512', 'second block');
    answer($client, ack(2));
    expect($client, 'DATA 3 0', 'last block');
    answer($client, ack(3));
}

# Acknowledgements of blocks that were not sent, and packets that make no sense.
sub nonsense {
    my ($name) = @_;
    my $client = start($name, @calm);
    expect($client, 'OACK timeout~60~', 'options');
    answer($client, ack(1));
    answer($client, ack(65535));
    expect_quiet($client, 'an acknowledgement before the first block');
    answer($client, ack(0));
    expect($client, 'DATA 1 512', 'first block');
    answer($client, $_)
        for ack(2), ack(3), ack(65535), ack(0), "\0", "\0\4", "\0\4\0", "\0\3\0\1x", "\0\6x\0y\0", '';
    expect_quiet($client, 'nonsense');
    answer($client, ack(1));
    expect($client, 'DATA 2 512', 'second block');
    answer($client, ack(2));
    expect($client, 'DATA 3 0', 'last block');
    answer($client, ack(3));
}

# --- windows

sub expect_blocks {
    my ($client, $first, $last, $what) = @_;
    expect($client, "DATA $_ 512", $what) for $first .. $last;
    expect_quiet($client, "$what: more than the window");
}

sub windows {
    my ($name) = @_;
    my $client = start($name, windowsize => 4, @calm);
    expect($client, 'OACK windowsize~4~timeout~60~', 'options');
    sleep 3;    # a long round trip, so that all below lies within one
    answer($client, ack(0));
    expect_blocks($client, 1, 4, 'first window');
    answer($client, ack(4));
    expect_blocks($client, 5, 8, 'second window');
    answer($client, ack(5));
    expect_blocks($client, 6, 9, 'resumed after the named block');
    answer($client, ack(5)) for 1 .. 20;
    expect_quiet($client, 'resumed more than once per round trip');
    sleep 3;
    answer($client, ack(5)) for 1 .. 20;
    expect_blocks($client, 6, 9, 'resumed once more');
    answer($client, ack(9)) for 1 .. 2;
    expect_blocks($client, 10, 13, 'on it goes');
    answer($client, abort_packet());
}

# --- time

# When a packet came, in seconds since $since. It cannot come before it was due, but may be late.
sub arrivals {
    my ($client, $since, $wanted, @due) = @_;
    for my $due (@due) {
        expect($client, $wanted, "due after $due s");
        my $came = time - $since;
        die "due after $due s, came after $came s\n" if $came < $due - 0.002;
    }
}

# Never acknowledged: five sends, then silence.
sub first_timers {
    my ($name) = @_;
    my $asked = time;
    my $client = start($name);
    arrivals($client, $asked, 'DATA 1 512', 0, 0.25, 0.75, 1.75, 3.75);
    die "a sixth send\n" if receive($client, 6) ne '';
}

sub negotiated_timers {
    my ($name) = @_;
    my $asked = time;
    my $client = start($name, timeout => 1);
    arrivals($client, $asked, 'OACK timeout~1~', 0, 1, 3);
    my $acked = time;
    answer($client, ack(0));
    arrivals($client, $acked, 'DATA 1 512', 0, 1, 3);
    answer($client, abort_packet());
}

# Acknowledged at once, then silent: from the round trip on, doubling, at most a second apart, until
# 30 s have passed.
sub later_timers {
    my ($name) = @_;
    my $client = start($name);
    my $acked;
    for my $block (1 .. 8) {
        while (1) {
            my $packet = receive($client);
            $client->{peer} //= $client->{from};
            last if describe($packet) eq "DATA $block 512";
        }
        $acked = time;
        answer($client, ack($block));
    }
    arrivals($client, $acked, 'DATA 9 512', 0, 0.02, 0.06, 0.14, 0.3, 0.62);
    my ($count, $last) = (6, time);
    while (time < $acked + 45) {
        next if receive($client, 1) eq '';
        ($count, $last) = ($count + 1, time);
    }
    die "the last one came after " . ($last - $acked) . " s\n"
        if $last < $acked + 25 || $last > $acked + 35;
    die "$count sends\n" if $count > 37;
}

# A round trip longer than the first timer: the server learns it and stops sending twice.
sub long_round_trip {
    my ($name, $blocks) = @_;
    my $client = start($name);
    my ($expected, $packets) = (1, 0);
    while ($expected <= $blocks) {
        my $packet = receive($client);
        die "nothing came\n" if $packet eq '';
        $client->{peer} //= $client->{from};
        $packets++;
        my ($opcode, $number) = unpack('nn', $packet);
        next if $number != $expected;
        sleep 0.4;
        answer($client, ack($expected++));
    }
    die "$packets packets for $blocks blocks\n" if $packets > $blocks * 1.5;
}

# --- ends

# All was received, but the last acknowledgement never comes: the port is closed.
sub no_last_ack {
    my ($name) = @_;
    my $client = start($name);
    expect($client, 'DATA 1 100', 'the only block');
}

sub aborted {
    my ($name) = @_;
    my $client = start($name, tsize => 0);
    expect($client, 'OACK tsize~1024~', 'the size');
    answer($client, abort_packet());
}

# The file shrinks after the first block.
sub shrinking {
    my ($name, $path) = @_;
    my $client = start($name);
    expect($client, 'DATA 1 512', 'first block');
    truncate($path, 600) or die "truncate: $!\n";
    answer($client, ack(1));
    expect($client, 'ERROR 0 File changed, try again~', 'after the file shrank');
}

# --- crowds

# COUNT transfers at once, each acknowledged once if ACKED; then says so on stdout, and waits for
# the end of stdin.
sub crowd {
    my ($name, $count, $acked) = @_;
    my (@clients, @waiting);
    for my $number (1 .. $count) {
        my $client = client('127.0.0.' . (1 + $number % 8));
        ask($client, rrq($name, 'octet', @calm));
        push @clients, $client;
        push @waiting, $client;
        next if @waiting < 50 && $number < $count;
        crowd_goes_on($_, $acked) for splice @waiting;
    }
    print "ready\n";
    readline(STDIN);
    answer($_, abort_packet()) for @clients;
}

sub crowd_goes_on {
    my ($client, $acked) = @_;
    expect($client, 'OACK timeout~60~', 'options');
    return unless $acked;
    answer($client, ack(0));
    expect($client, 'DATA 1 512', 'first block');
}

# A table for four: the fifth displaces the oldest that was never acknowledged; when all were, it
# gets nothing.
sub full_table {
    my ($name) = @_;
    my @clients = map { start($name, @calm) } 1 .. 4;
    expect($_, 'OACK timeout~60~', 'options') for @clients;
    answer($clients[0], ack(0));
    expect($clients[0], 'DATA 1 512', 'the first one goes on');
    my $fifth = start($name, @calm);
    expect($fifth, 'OACK timeout~60~', 'the fifth');
    answer($clients[1], ack(0));
    expect_quiet($clients[1], 'the second gave way');
    for my $client (@clients[2, 3], $fifth) {
        answer($client, ack(0));
        expect($client, 'DATA 1 512', 'the others go on');
    }
    my $sixth = start($name, @calm);
    expect_nothing($sixth, 'no room for the sixth');
    answer($_, abort_packet()) for @clients[0, 2, 3], $fifth;
    # The errors are read after requests that came with them.
    for (1 .. 100) {
        ask($sixth, rrq($name, 'octet', @calm));
        my $packet = receive($sixth, 0.1);
        next if $packet eq '';
        $sixth->{peer} = $sixth->{from};
        answer($sixth, abort_packet());
        return;
    }
    die "no room after the others ended\n";
}

# COUNT requests in the same instant: each is answered, none has to ask again.
sub same_instant {
    my ($name, $count) = @_;
    my @clients = map { client() } 1 .. $count;
    ask($_, rrq($name, 'octet')) for @clients;
    for my $client (@clients) {
        my $packet = receive($client);
        die "one was not answered\n" unless describe($packet) eq 'DATA 1 100';
        $client->{peer} = $client->{from};
        answer($client, ack(1));
    }
}

my %commands = (first => \&first, raw => \&raw, put => \&put, broadcast => \&broadcast, fetch => \&fetch,
    'every-ack-twice' => \&every_ack_twice, 'repeated-request' => \&repeated_request,
    'silent-peer' => \&silent_peer, 'silent-address' => \&silent_address,
    'other-request' => \&other_request, strangers => \&strangers, nonsense => \&nonsense,
    windows => \&windows, 'first-timers' => \&first_timers,
    'negotiated-timers' => \&negotiated_timers, 'later-timers' => \&later_timers,
    'long-round-trip' => \&long_round_trip, 'no-last-ack' => \&no_last_ack,
    aborted => \&aborted, shrinking => \&shrinking, crowd => \&crowd,
    'full-table' => \&full_table, 'same-instant' => \&same_instant);
my $command = $commands{shift @ARGV // ''} or die 'usage: tftpprobe.pl ' . join('|', sort keys %commands) . "\n";
binmode STDOUT;
$command->(@ARGV);
