#!/usr/bin/perl
# dns.pl PORT NAME ADDRESS: does the server on 127.0.0.1 say, by UDP and by TCP, that NAME has this
# ADDRESS? RFC 1035, sections 4.1 and 4.2.
use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(inet_aton);

my ($port, $name, $address) = @ARGV;
my $header = pack 'n6', 4242, 0x0100, 1, 0, 0, 0;    # one question, recursion desired
my $labels = join '', map { pack 'C/a', $_ } split /\./, $name;
my $query  = $header . $labels . pack 'Cnn', 0, 1, 1;    # of type A, class IN

alarm 2;
for my $protocol ('udp', 'tcp') {
    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $port, Proto => $protocol
    ) or die "$protocol: $!\n";
    syswrite $socket, $protocol eq 'tcp' ? pack 'n/a', $query : $query;
    sysread $socket, my $answer, 512 or die "$protocol: no answer\n";
    die "$protocol: another answer\n" if substr($answer, -4) ne inet_aton($address);
}
