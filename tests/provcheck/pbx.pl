#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# A PBX that answers OPTIONS over TCP and UDP, and knows no more. Runs until it is killed.
# usage: pbx.pl READY-FILE PORT
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my ($ready, $port) = @ARGV;
my %local = (LocalAddr => '127.0.0.1', LocalPort => $port);
my $udp = IO::Socket::INET->new(%local, Proto => 'udp') or die "no port: $!";
my $tcp = IO::Socket::INET->new(%local, Listen => 16, ReuseAddr => 1) or die "no port: $!";
my $select = IO::Select->new($udp, $tcp);

# With the fields of the request that belong into the answer.
sub answer_to {
    my ($request) = @_;
    return '' unless $request =~ m{^OPTIONS sip:\S+ SIP/2\.0\r\n} && $request =~ /\r\n\r\n/;
    my @fields = grep { /^(Via|From|To|Call-ID|CSeq):/ } split /\r\n/, $request;
    return join "\r\n", 'SIP/2.0 200 OK', @fields, 'Content-Length: 0', '', '';
}

open my $file, '>', $ready or die;
close $file;
$SIG{PIPE} = 'IGNORE';
while (my @readable = $select->can_read) {
    for my $socket (@readable) {
        if ($socket == $tcp) {
            $select->add($tcp->accept);
        } elsif ($socket == $udp) {
            my $peer = $udp->recv(my $request, 4096);
            $udp->send(answer_to($request), 0, $peer);
        } else {
            my $got = $socket->sysread(my $request, 4096);
            $socket->syswrite(answer_to($request)) if $got;
            $select->remove($socket), close $socket if !$got;
        }
    }
}
