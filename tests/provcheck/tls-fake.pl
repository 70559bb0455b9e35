#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# TLS servers that misbehave, or speak what OpenSSL does not. They answer each connection at its
# first bytes, or hang up at once. Run until they are killed.
# usage: tls-fake.pl READY-FILE PORT silent
#        tls-fake.pl READY-FILE PORT hang-up [ANSWER]
#        tls-fake.pl READY-FILE PORT stall ANSWER
#        tls-fake.pl READY-FILE PORT flight VERSION SUITE [CERTIFICATE...]
#        tls-fake.pl READY-FILE PORT asking VERSION SUITE [CERTIFICATE...]
#        tls-fake.pl READY-FILE PORT leave VERSION SUITE [CERTIFICATE...]
# asking: the flight asks for a client's certificate. leave: it is whole, and then they hang up.
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

# CertificateRequest (RFC 5246, section 7.4.4): an RSA key, RSA with SHA-256, any CA.
my $request = pack('C', 13) . vector(pack 'C C n n n', 1, 1, 2, 0x0401, 0);

# ServerHello, Certificate, perhaps a request, and ServerHelloDone, in records of at most 1000 bytes.
sub flight {
    my ($asks, $version, $suite, @certificates) = @_;
    my $hello = pack 'H4 a32 C H4 C', $version, 'r' x 32, 0, $suite, 0;
    my $messages = pack('C', 2) . vector($hello);
    $messages .= pack('C', 11) . vector(vector(join '', map { vector(content_of($_)) } @certificates));
    $messages .= $request if $asks;
    $messages .= pack('C', 14) . vector('');
    return join '', map { pack 'C H4 n a*', 22, $version, length, $_ } unpack '(a1000)*', $messages;
}

my $flies = $mode =~ /^(flight|asking|leave)$/;
my $answer = $flies ? flight($mode eq 'asking', @rest) : pack 'H*', $rest[0] // '';
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
    if ($mode eq 'hang-up' || $mode eq 'leave') { close $client } else { push @open, $client }
}
