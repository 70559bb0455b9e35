#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# TLS servers that misbehave, or speak what OpenSSL does not. They answer each connection at its
# first bytes, or hang up at once. Run until they are killed.
# usage: tls-fake.pl READY-FILE PORT silent
#        tls-fake.pl READY-FILE PORT hang-up [ANSWER]
#        tls-fake.pl READY-FILE PORT stall ANSWER
#        tls-fake.pl READY-FILE PORT flight VERSION SUITE [CERTIFICATE...]
# ANSWER, VERSION and SUITE are hexadecimal, a CERTIFICATE is a DER file.
use strict;
use warnings;
use IO::Socket::INET;

my ($ready, $port, $mode, @rest) = @ARGV;
$SIG{PIPE} = 'IGNORE';

sub content_of {
    my ($file) = @_;
    local $/;
    open my $in, '<:raw', $file or die "$file: $!";
    return scalar <$in>;
}

# A length of three bytes, then the value.
sub vector {
    my ($value) = @_;
    return substr(pack('N', length $value), 1) . $value;
}

# ServerHello, Certificate and ServerHelloDone, each in records of at most 1000 bytes.
sub flight {
    my ($version, $suite, @certificates) = @_;
    my $hello = pack 'H4 a32 C H4 C', $version, 'r' x 32, 0, $suite, 0;
    my $messages = pack('C', 2) . vector($hello);
    $messages .= pack('C', 11) . vector(vector(join '', map { vector(content_of($_)) } @certificates));
    $messages .= pack('C', 14) . vector('');
    return join '', map { pack 'C H4 n a*', 22, $version, length, $_ } unpack '(a1000)*', $messages;
}

my $answer = $mode eq 'flight' ? flight(@rest) : pack 'H*', $rest[0] // '';
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 64,
    ReuseAddr => 1) or die "no port: $!";
open my $file, '>', $ready or die;
close $file;

my @open;
while (my $client = $server->accept) {
    if ($mode ne 'silent') {
        $client->sysread(my $hello, 4096);
        $client->syswrite($answer);
    }
    if ($mode eq 'hang-up') { close $client } else { push @open, $client }
}
