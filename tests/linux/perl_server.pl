# A server in an interpreted language: perl_server.pl PORT
use strict;
use warnings;
use IO::Socket::INET;

$| = 1;
$SIG{TERM} = sub { print "signal SIGTERM\n"; exit 0 };
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ARGV[0], Listen => 5);
if (!$listener) {
    print 'bind: ', ($!{EADDRINUSE} ? 'EADDRINUSE' : $!), "\n";
    exit 1;
}
print "listening $ARGV[0]\n";
sleep 1 while 1;
