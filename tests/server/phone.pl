#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# The clients that curl and tftp cannot be told to be: slow, silent, many, or up to no good; and
# what a service manager does before and while it runs a program.
use strict;
use warnings;
use Fcntl;
use Getopt::Long qw(GetOptionsFromArray :config require_order);
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket;
use Time::HiRes qw(sleep time);

my $patience = $ENV{PROV_DEADLINE} // 60;    # seconds until what must happen counts as not happening
$SIG{PIPE} = 'IGNORE';
$| = 1;

sub request {
    my ($name, @options) = @_;
    return pack('n', 1) . join("\0", $name, 'octet', @options) . "\0";
}

sub udp_from {
    my ($address) = @_;
    return IO::Socket::INET->new(LocalAddr => $address, Proto => 'udp')
        || die "udp socket on $address: $!\n";
}

sub readable {
    my ($socket, $seconds) = @_;
    my $bits = '';
    vec($bits, fileno($socket), 1) = 1;
    return select($bits, undef, undef, $seconds);
}

sub wait_for_file {
    my ($file) = @_;
    my $end = time + $patience;
    until (-e $file) {
        die "$file does not appear\n" if time > $end;
        sleep 0.01;
    }
}

sub make_file {
    open my $file, '>', $_[0] or die "$_[0]: $!\n";
}

# Fetches NAME over TFTP, to stdout. After the first block: says so in a file, waits for another
# file, or sends an error instead of an acknowledgement.
sub tftp_get {
    my %o = (from => '127.0.0.1', to => '127.0.0.1', patience => $patience);
    GetOptionsFromArray(\@_, \%o, 'from=s', 'to=s', 'started=s', 'gate=s', 'abort',
        'patience=f');
    my ($port, $name, @options) = @_;
    my %asked = (blksize => 512, @options);
    my $socket = udp_from($o{from});
    my ($peer, $expected, $end) = (undef, 1, time + $o{patience});
    my $answer_to = sub {
        my ($packet, $to) = @_;
        $socket->send($packet, 0, $to);
    };
    my $server = pack_sockaddr_in($port, inet_aton($o{to}));
    my $last = request($name, @options);
    $answer_to->($last, $server);
    while (time < $end) {
        unless (readable($socket, 0.2)) {
            $answer_to->($last, $peer // $server);
            next;
        }
        my $from = $socket->recv(my $packet, 70000) // next;
        $peer //= $from;
        next unless $from eq $peer;
        my ($opcode, $number) = unpack('nn', $packet);
        if ($opcode == 5) {
            warn "error $number " . unpack('x4 Z*', $packet) . "\n";
            return 1;
        }
        if ($opcode == 6) {
            my %accepted = split /\0/, substr($packet, 2);
            $asked{blksize} = $accepted{blksize} // 512;
            $answer_to->($last = pack('nn', 4, 0), $peer);
            next;
        }
        next unless $opcode == 3 && $number == ($expected & 0xffff);
        my $data = substr($packet, 4);
        if ($expected == 1) {
            make_file($o{started}) if $o{started};
            if ($o{abort}) {
                $answer_to->(pack('nn', 5, 0) . "changed my mind\0", $peer);
                return 3;
            }
            wait_for_file($o{gate}) if $o{gate};
        }
        print $data;
        $expected++;
        $answer_to->($last = pack('nn', 4, $number), $peer);
        return 0 if length $data < $asked{blksize};
    }
    warn "no answer\n";
    return 2;
}

# Asks from an address that may not be answered, then from one that is: when that answer is here,
# the other would be too. Says who was answered.
sub tftp_ask_both {
    my ($port, $name, $mute, $served) = @_;
    my $server = pack_sockaddr_in($port, inet_aton('127.0.0.1'));
    my @sockets = map { udp_from($_) } $mute, $served;
    for my $socket (@sockets) {
        $socket->send(request($name), 0, $server);
    }
    my $answered = readable($sockets[1], $patience);
    my $wrongly = readable($sockets[0], 0);
    print(($wrongly ? "$mute " : ''), ($answered ? $served : ''), "\n");
    return 0;
}

# Read requests from COUNT ports, all at once, that are never acknowledged. Stays there.
sub tftp_crowd {
    my ($port, $name, $count, $ready, @addresses) = @_;
    my $server = pack_sockaddr_in($port, inet_aton('127.0.0.1'));
    my @sockets;
    for my $i (1 .. $count) {
        push @sockets, udp_from($addresses[$i % @addresses]);
        $sockets[-1]->send(request($name), 0, $server);
    }
    for my $socket (@sockets) {
        readable($socket, 0.05); # so that it was read, not only sent
    }
    make_file($ready);
    sleep $patience;
    return 0;
}

# What is no request, in all lengths, with all opcodes, and at random.
sub tftp_garbage {
    my ($port, $count, $seed) = @_;
    my $server = pack_sockaddr_in($port, inet_aton('127.0.0.1'));
    my $socket = udp_from('127.0.0.1');
    srand $seed;
    my $noise = sub { join '', map { chr int rand 256 } 1 .. $_[0] };
    for my $length (0 .. 80, 511 .. 517, 1400, 9000, 65000) {
        for my $opcode (0 .. 8, 255, 256, 65535) {
            my $packet = substr(pack('n', $opcode) . $noise->($length), 0, $length);
            $socket->send($packet, 0, $server);
        }
    }
    my @words = ('SEP001122334455.cnf.xml', 'octet', 'OCTET', 'netascii', 'mail', 'blksize', '512',
        '-1', '99999999999999999999', 'timeout', 'tsize', 'windowsize', '', '../../etc/passwd',
        'x' x 480, "\xff\xfe", '%00', '/', '\\');
    for (1 .. $count) {
        my @picked = map { $words[rand @words] } 0 .. int rand 9;
        my $packet = pack('n', 1 + int rand 2) . join("\0", @picked);
        $packet .= "\0" if rand 2 > 1;
        $packet .= $noise->(int rand 20) if rand 4 > 3;
        $socket->send($packet, 0, $server);
    }
    return 0;
}

# COUNT connections that say TEXT and nothing more. Stays there.
sub tcp_hold {
    my ($port, $count, $text, $ready) = @_;
    $text =~ s/\\r/\r/g;
    $text =~ s/\\n/\n/g;
    $text =~ s/\\x([0-9a-f]{2})/chr hex $1/ge;
    my @sockets;
    for (1 .. $count) {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port,
            Proto => 'tcp', Timeout => $patience) or next;
        syswrite $socket, $text;
        push @sockets, $socket;
    }
    make_file($ready);
    sleep $patience;
    return 0;
}

# A GET whose answer is read only as far as the header until GATE appears. Prints its status line
# and the length of its body.
sub http_slow {
    my ($port, $path, $started, $gate) = @_;
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
    setsockopt $socket, SOL_SOCKET, SO_RCVBUF, 4096;
    connect $socket, pack_sockaddr_in($port, inet_aton('127.0.0.1')) or die "connect: $!\n";
    syswrite $socket, "GET $path HTTP/1.1\r\nHost: x\r\n\r\n";
    my $answer = '';
    while ($answer !~ /\r\n\r\n/) {
        sysread($socket, $answer, 512, length $answer) or die "no answer\n";
    }
    my ($status) = $answer =~ /^(.*?)\r\n/;
    my ($wanted) = $answer =~ /^Content-Length: (\d+)/mi;
    my $length = length($answer) - index($answer, "\r\n\r\n") - 4;
    make_file($started);
    wait_for_file($gate);
    while ($length < $wanted) {
        my $more = sysread $socket, my $data, 1 << 20;
        last unless $more;
        $length += $more;
    }
    print "$status\n$length\n";
    return $length == $wanted ? 0 : 1;
}

# One connection: a request for each PATH, once its GATE is there ('-': at once). Prints the status
# lines.
sub http_kept {
    my ($port, @requests) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Proto => 'tcp')
        or die "connect: $!\n";
    while (@requests) {
        my ($path, $gate) = splice @requests, 0, 2;
        wait_for_file($gate) if $gate ne '-';
        print $socket "GET $path HTTP/1.1\r\nHost: x\r\n\r\n";
        $socket->flush;
        my ($status, $length) = (scalar <$socket> // "closed\n", 0);
        print $status =~ s/\r//r;
        return 1 if $status eq "closed\n";
        while (my $line = <$socket>) {
            $length = $1 if $line =~ /^Content-Length: (\d+)/i;
            last if $line eq "\r\n";
        }
        read($socket, my $body, $length);
    }
    return 0;
}

# Runs COMMAND as systemd does with socket units: NAME=udp|tcp:PORT … -- COMMAND. Names are left out
# with the name '-'.
sub launch {
    my (@sockets, @names);
    while (defined(my $spec = shift)) {
        last if $spec eq '--';
        my ($name, $proto, $port) = $spec =~ /^(.*)=(\w+):(.*)$/ or die "$spec?\n";
        push @names, $name;
        if ($proto eq 'file') {
            sysopen my $file, $port, O_RDWR | O_CREAT or die "$port: $!\n";
            push @sockets, $file;
            next;
        }
        push @sockets, IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port,
            Proto => $proto, ReuseAddr => 1, $proto eq 'tcp' ? (Listen => 64) : ())
            || die "$spec: $!\n";
    }
    my @kept = map { fcntl($_, F_DUPFD, 100) or die "dup: $!\n" } @sockets;
    require POSIX;
    for my $i (0 .. $#kept) {
        POSIX::dup2($kept[$i] + 0, 3 + $i) // die "dup2: $!\n";
        POSIX::close($kept[$i] + 0);
    }
    $ENV{LISTEN_PID} //= $$;
    $ENV{LISTEN_FDS} = @sockets;
    $ENV{LISTEN_FDNAMES} = join ':', @names unless $names[0] eq '-';
    exec @_ or die "exec: $!\n";
}

# Writes the states that a program sends to its service manager into FILE, a line each.
sub manager {
    my ($path, $file) = @_;
    my $socket = IO::Socket::UNIX->new(Local => $path, Type => SOCK_DGRAM) or die "$path: $!\n";
    chmod 0666, $path;
    open my $out, '>>', $file or die "$file: $!\n";
    $out->autoflush;
    while (defined $socket->recv(my $state, 4096)) {
        print $out "$state\n";
    }
    return 0;
}

my %commands = (
    'tftp-get' => \&tftp_get,
    'tftp-ask-both' => \&tftp_ask_both,
    'tftp-crowd' => \&tftp_crowd,
    'tftp-garbage' => \&tftp_garbage,
    'tcp-hold' => \&tcp_hold,
    'http-slow' => \&http_slow,
    'http-kept' => \&http_kept,
    launch => \&launch,
    manager => \&manager,
);
my $name = shift // '';
my $command = $commands{$name} or die "phone.pl: no command '$name'\n";
exit $command->(@ARGV);
