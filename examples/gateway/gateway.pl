# A gateway that is slow to die: asked to end, it first waits for every client to finish.
# usage: perl gateway.pl PORT
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my $ending = 0;
$SIG{TERM} = sub { $ending = 1 };
$SIG{PIPE} = 'IGNORE';

my $listener = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => $ARGV[0], Listen => 16, ReuseAddr => 1
) or die "listen: $!\n";
my $waiting = IO::Select->new($listener);
my %request;

until ($ending && !%request) {
    for my $ready ($waiting->can_read(0.1)) {
        if   ($ready == $listener) { greet($listener->accept) }
        else                       { hear($ready) }
    }
}

sub greet {
    my ($client) = @_;
    return if !$client;
    $waiting->add($client);
    $request{ fileno $client } = '';
}

sub hear {
    my ($client) = @_;
    my $more = sysread $client, $request{ fileno $client }, 4096, length $request{ fileno $client };
    return if $more && $request{ fileno $client } !~ /\r\n\r\n/;
    syswrite $client, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ngateway $$\n" if $more;
    $waiting->remove($client);
    delete $request{ fileno $client };
    close $client;
}
