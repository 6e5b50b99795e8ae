#!/usr/bin/env bats
# The third ABI of x86-64, x32: its calls are those of x86-64 with a bit in their numbers, and any
# process may make them. Few kernels run it, and only with syscall.x32=y on their command line.
# shellcheck disable=SC2016,SC2154 # a program in Perl, and what the harness sets
bats_require_minimum_version 1.5.0

load ../lib/harness

# Binds and listens by x32 alone, and says so as the tests' server does.
x32='use Socket; $| = 1;
    my ($port) = @ARGV;
    my $bit = 0x40000000;
    my $address = sockaddr_in($port, INADDR_LOOPBACK);
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die;
    syscall(49 | $bit, fileno $socket, $address, length $address) == 0 or die "bind: $!\n";
    syscall(50 | $bit, fileno $socket, 8) == 0 or die "listen: $!\n";
    print "listening $port\n";
    sleep 600;'

setup() {
    # getpid
    perl -e 'exit(syscall(39 | 0x40000000) != $$)' || skip "the kernel does not run x32"
    harness_setup
    make_network
    printf '%s\n' "$x32" >"$BATS_TEST_TMPDIR/x32.pl"
}

teardown() {
    harness_teardown
}

@test "B01 a program that binds and listens by x32 calls takes its port back" {
    local program=(perl "$BATS_TEST_TMPDIR/x32.pl" "$port")
    start old "${network[@]}" "$build/portclaim" run --engine=seccomp "${program[@]}"
    wait_for_line old '^listening'
    next_tick
    start new "${network[@]}" env PORTCLAIM_WAIT_MS=20000 \
        "$build/portclaim" run --engine=seccomp "${program[@]}"
    wait_for_line new '^listening' 30
    assert_said new "127.0.0.1:$port is held by $(pid_of old) .*: stale, same script; sent SIGTERM"
    assert_dead "$(pid_of old)"
}

@test "R03 an x32 call that fails for another reason fails as it would without us" {
    start server "${network[@]}" "$build/portclaim" run --engine=seccomp perl -e '
        my $address = "\2\0"; syscall(49 | 0x40000000, 0, $address, 2); print "$!\n"'
    exit_of server
    assert_said server '^Socket operation on non-socket'
}
