#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Senders of what was nearly right before it was changed at random, and one who changes the tree
# meanwhile. Each goes on until FILE exists, then prints how often it did what it does.
# usage: senders.pl KIND SEED FILE ARGUMENT...
#   tftp PORT            single datagrams, and transfers with changed acknowledgements
#   http PORT...         requests, in pieces
#   tls PORT...          first flights of a TLS client
#   https PORT PEM...    requests inside of TLS, with and without a client's certificate
#   tree FOLDER          lists, tables of lists in turns, folders, links, keys, large files
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_LINGER);
use Time::HiRes qw(sleep time);

$SIG{PIPE} = 'IGNORE';
my ($kind, $seed, $end, @arguments) = @ARGV;
srand($seed);

sub any_of { $_[int rand @_] }

# --- mutations

my @awkward = ("\0", "\xff", "\xff\xff", "\x7f\xff", "\x80\0", "\r\n", "\n ", "\n\t", "\r\n\r\n",
    ':', '%00', '%2e%2e/', '/', '../', '"', 'A' x 300, "\0" x 40, '4294967296', '-1',
    '18446744073709551616');

sub changed_once {
    my ($bytes, $others) = @_;
    my $at = int rand(1 + length $bytes);
    my $how = int rand 7;
    if ($how == 0 && $at < length $bytes) {
        substr($bytes, $at, 1) ^= chr(1 << int rand 8);
    } elsif ($how == 1) {
        substr($bytes, $at, 0) = any_of(@awkward);
    } elsif ($how == 2) {
        substr($bytes, $at, int rand 20) = '';
    } elsif ($how == 3) {
        $bytes = substr($bytes, 0, $at);
    } elsif ($how == 4) {
        substr($bytes, $at, 0) = substr($bytes, int rand(1 + length $bytes), int rand 60);
    } elsif ($how == 5) {
        my $other = any_of(@$others);
        $bytes = substr($bytes, 0, $at) . substr($other, int rand(1 + length $other));
    } else {
        substr($bytes, $at, 0) = join '', map { chr int rand 256 } 1 .. 1 + int rand 16;
    }
    return $bytes;
}

# One of the seeds: as it is, one time in eight.
sub changed {
    my @seeds = @_;
    my $bytes = any_of(@seeds);
    my $times = int rand 8;
    $bytes = changed_once($bytes, \@seeds) for 1 .. ($times > 4 ? 1 : $times);
    return $bytes;
}

# --- TFTP

my @names = qw(ITLFile.tlv CTLFile.tlv ITLSEP001122334455.tlv SEP001122334455.cnf.xml large.bin
    SEP001122334455.cnf.xml.sgn folder/file Folder/FILE missing .ladder/rungs);

sub tftp {
    my ($port) = @_;
    my $options = "blksize\0001428\0windowsize\00016\0tsize\0000\0";
    my @seeds =
        map { ("\0\1$_\0octet\0", "\0\1$_\0netascii\0$options", "\0\2$_\0octet\0") } @names;
    push @seeds, "\0\3\0\1data", "\0\4\0\1", "\0\5\0\1no\0", "\0\6blksize\0008\0";
    my $from = '127.0.' . int(rand 200) . '.' . (1 + int rand 200);
    my $socket = IO::Socket::INET->new(Proto => 'udp', LocalAddr => $from) or return;
    my $to = pack_sockaddr_in($port, inet_aton('127.0.0.1'));
    send($socket, rand() < 0.5 ? any_of(@seeds) : changed(@seeds), 0, $to);
    my $select = IO::Select->new($socket);
    for (1 .. int rand 6) {
        last unless $select->can_read(0.02);
        my $peer = recv($socket, my $packet, 70000, 0) or last;
        my $answer = "\0\4" . substr("$packet\0\0\0\0", 2, 2);
        send($socket, rand() < 0.7 ? $answer : changed($answer, @seeds), 0, $peer);
    }
}

# --- HTTP

my @requests = map { my $name = $_; (
    "GET /$name HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "HEAD /$name HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-3\r\nIf-Modified-Since: x\r\n\r\n",
    "GET http://127.0.0.1/$name?a=b&c HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "POST /$name HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nabcde",
    "GET /$name HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        . "3\r\nabc\r\n0\r\nTrailer: x\r\n y\r\n\r\n",
    "GET /$name HTTP/1.1\nX: a\n b\n\tc\nCookie: a=b; c=\"d\"; e\nHost: localhost\n evil\n\n",
    "GET /$name HTTP/1.1\r\n" . "A: b\r\n" x 40 . "\r\n",
    "GET /$name HTTP/1.1\r\nUser-Agent: " . 'x' x (5 + int rand 17000) . "\r\nX:\r\n b\r\n\r\n",
    ) } @names, 'healthz', 'metrics', 'phones', 'phones?limit=2&after=SEP001122334455',
    'phones/SEP001122334455';

sub connected {
    my ($port) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Proto => 'tcp',
        Timeout => 2);
}

sub send_in_pieces {
    my ($socket, $bytes) = @_;
    while (length $bytes) {
        my $length = 1 + int rand(rand() < 0.3 ? 8 : length $bytes);
        syswrite($socket, substr($bytes, 0, $length, '')) or return;
        sleep rand 0.004 if rand() < 0.3;
    }
}

sub finish {
    my ($socket) = @_;
    my $select = IO::Select->new($socket);
    my $until = time + 0.1;
    while (time < $until && $select->can_read(0.03)) {
        last unless sysread($socket, my $answer, 65536);
    }
    setsockopt($socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)) if rand() < 0.3;
    close $socket;
}

sub http {
    my $socket = connected(any_of(@_)) or return;
    send_in_pieces($socket, join '', map { changed(@requests) } 0 .. int rand 3);
    finish($socket);
}

# --- TLS

# What openssl s_client says first.
sub hello_of {
    my @options = @_;
    my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)
        or die "listen: $!\n";
    my $port = $listener->sockport;
    my $child = fork // die "fork: $!\n";
    if ($child == 0) {
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        exec 'openssl', 's_client', '-connect', "127.0.0.1:$port", @options;
    }
    my $socket = $listener->accept;
    sysread($socket, my $hello, 65536);
    close $socket;
    waitpid $child, 0;
    return $hello;
}

my @hellos;

sub tls {
    @hellos = (hello_of('-tls1_2'), hello_of('-tls1_3'),
        hello_of('-tls1', '-cipher', 'ALL:@SECLEVEL=0')) unless @hellos;
    my $socket = connected(any_of(@_)) or return;
    send_in_pieces($socket, changed(grep { defined } @hellos));
    finish($socket);
}

sub https {
    my ($port, @pems) = @_;
    my @options = rand() < 0.6 ? ('-cert', any_of(@pems)) : ();
    open my $client, '|-', 'timeout', '2', 'sh', '-c',
        'exec openssl s_client -quiet "$@" >/dev/null 2>&1', 's_client', '-connect',
        "127.0.0.1:$port", @options
        or return;
    sleep 0.05;
    syswrite($client, join '', map { changed(@requests) } 0 .. int rand 3);
    sleep 0.05;
    close $client;
}

# --- the tree

sub put {
    my ($path, $bytes) = @_;
    open my $file, '>', $path or return;
    print $file $bytes;
}

sub replace {
    my ($path, $bytes) = @_;
    put("$path.new", $bytes);
    rename "$path.new", $path;
}

sub tree {
    my ($root) = @_;
    my $rungs = "ITLFile.tlv ITLFile.tlv.1 ITLFile.tlv.2\nCTLFile.tlv CTLFile.tlv.1\nend 2\n";
    my $key = "-----BEGIN PRIVATE KEY-----\nMC4CAQA=\n";
    my @targets = ('folder/file', '..', 'link', '/etc/passwd');
    my @changes = (
        sub { replace("$root/ITLFile.tlv", 'x' x int rand 3000) },
        sub { put("$root/ITLFile.tlv", 'y' x int rand 3000) },    # in place
        sub { unlink "$root/ITLFile.tlv" },
        sub { mkdir "$root/.ladder"; replace("$root/.ladder/rungs", changed($rungs)) },
        sub { replace("$root/.ladder/ITLFile.tlv." . (1 + int rand 2), "rung\n") },
        sub { unlink glob "$root/.ladder/*" },
        sub { rename "$root/folder", "$root/away" or rename "$root/away", "$root/folder" },
        sub { unlink "$root/link"; symlink any_of(@targets), "$root/link" },
        sub { replace("$root/SEP001122334455.cnf.xml", changed("<device>\n<a>b</a>\n</device>\n")) },
        sub { chmod any_of(0000, 0644), "$root/ITLFile.tlv", "$root/folder/file" },
        sub { replace("$root/large.bin", "\0" x any_of(1000, 1048576, 1048577, 3000000)) },
        sub { truncate "$root/large.bin", int rand 2000000 },
        sub { replace("$root/folder/file", any_of('', 'x', $key)) },
    );
    any_of(@changes)->();
    sleep rand 0.1;
}

# --- until the end

my %kinds = (tftp => \&tftp, http => \&http, tls => \&tls, https => \&https, tree => \&tree);
my $step = $kinds{$kind // ''} or die 'kinds: ', join(' ', sort keys %kinds), "\n";
my $count = 0;
until (-e $end) {
    $step->(@arguments);
    $count++;
}
print "$kind $count\n";
