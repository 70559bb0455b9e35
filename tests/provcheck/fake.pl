#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Servers that misbehave, for the tests of provcheck's clients. Runs until it is killed.
# usage: fake.pl READY-FILE http PORT ANSWER [--keep-open | --at-once]
#        fake.pl READY-FILE tftp PORT MODE [FILE]
#   MODE: error (code 2), garbage, oack, lossy (loses the first of every packet that comes, sends
#   every block twice), cut (a block that is too long), stranger (another host's packets between)
use strict;
use warnings;
use IO::Socket::INET;

my ($ready, $kind, $port, @rest) = @ARGV;
$SIG{PIPE} = 'IGNORE';

sub say_ready {
    open my $file, '>', $ready or die;
    close $file;
}

sub serve_http {
    my ($answer, $option) = (@_, '');
    $answer =~ s/\\r/\r/g;
    $answer =~ s/\\n/\n/g;
    my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 64,
        ReuseAddr => 1) or die "no port: $!";
    say_ready();
    my @open;
    while (my $client = $server->accept) {
        my $request = '';
        while ($option ne '--at-once' && $request !~ /\r\n\r\n/) { $client->sysread($request, 4096, length $request) or last }
        if (open my $log, '>>', "$ready.log") { print $log $request; close $log }
        $client->syswrite($answer);
        push @open, $client if $option eq '--keep-open';
        close $client if $option ne '--keep-open';
    }
}

sub blocks_of {
    my ($file) = @_;
    local $/;
    open my $in, '<:raw', $file or die;
    my $content = <$in> // '';
    my @blocks = unpack '(a512)*', $content;
    push @blocks, '' if length($content) % 512 == 0;
    return @blocks;
}

# A whole transfer from a port of its own.
sub transfer {
    my ($mode, $peer, @blocks) = @_;
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Proto => 'udp') or die;
    my ($at, %lost) = (0);
    $socket->send(pack('n a*', 6, "provcheck\x001\x00"), 0, $peer) if $mode eq 'oack';
    $socket->send(pack('n n a*', 3, 1, 'x' x 513), 0, $peer) if $mode eq 'cut';
    return if $mode eq 'cut';
    while ($at < @blocks) {
        my $data = pack 'n n a*', 3, ($at + 1) & 0xffff, $blocks[$at];
        if ($mode ne 'oack' || $at > 0) {
            $socket->send($data, 0, $peer) for 1 .. ($mode eq 'lossy' ? 2 : 1);
        }
        my $packet;
        local $SIG{ALRM} = sub { die "silent\n" };
        alarm 10;
        $socket->recv($packet, 1024);
        alarm 0;
        my ($code, $block) = unpack 'n n', $packet;
        next if $mode eq 'lossy' && $at + 1 < @blocks && !$lost{$block}++;
        if ($mode eq 'oack' && $block == 0) { $mode = 'plain'; next }
        $at = $block if $code == 4 && $block == $at + 1;
    }
}

sub serve_tftp {
    my ($mode, $file) = @_;
    my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Proto => 'udp')
        or die "no port: $!";
    my %lost;
    say_ready();
    while (my $peer = $server->recv(my $request, 1024)) {
        my ($code, $name) = unpack 'n Z*', $request;
        if (open my $log, '>>', "$ready.log") { print $log "$request\n"; close $log }
        next if $mode eq 'lossy' && !$lost{$name}++;
        if ($mode eq 'error') { $server->send(pack('n n a*', 5, 2, "no\x1b[0m\x00"), 0, $peer); next }
        if ($mode eq 'garbage') { $server->send("\x00\x09ab", 0, $peer); next }
        if ($name !~ /^SEP/) { $server->send(pack('n n a*', 5, 1, "no file\x00"), 0, $peer); next }
        transfer($mode, $peer, blocks_of($file));
    }
}

$kind eq 'http' ? serve_http(@rest) : serve_tftp(@rest);
