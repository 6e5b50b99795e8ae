#!/usr/bin/env bats
# SCTP, where the kernel has it: one-to-one sockets (SOCK_STREAM) and one-to-many (SOCK_SEQPACKET).
# `make check-kernels` runs these in a virtual machine that does.
# shellcheck disable=SC2154 # what the harness sets

load ../lib/harness
load scenarios

setup() {
    perl -MSocket -e 'socket(my $socket, PF_INET, SOCK_STREAM, 132) or exit 1' ||
        skip "the kernel has no SCTP"
    harness_setup
    make_network
}

teardown() {
    harness_teardown
}

# python NAME SCRIPT ARGUMENT...: with one-to-one sockets made by sctp()
python() {
    start "$1" "${network[@]}" python3 -uc "
import socket, struct, sys, time
def sctp():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)
$2
time.sleep(600)" "${@:3}"
}

@test "S01 a stale holder of SCTP gets SIGTERM and nothing else" {
    serve old --sctp
    claim new -- --sctp
    assert_took_over new
    assert_exit old 0
    assert_equal "$(signals_of old)" SIGTERM
    assert_said new "sctp:127.0.0.1:$port is held by $(pid_of old) \"server\" .*: stale, same program; sent SIGTERM"
}

@test "S02 a one-to-many socket of SCTP, held by one that ignores SIGTERM" {
    serve old --sctp --one-to-many --ignore-term
    claim new PORTCLAIM_TERM_MS=300 -- --sctp --one-to-many
    assert_took_over new "$(pid_of old)"
    assert_said new 'sent SIGKILL'
}

@test "R09 SCTP: bound with SO_REUSEADDR as the other was, listen() is claimed" {
    claim new -- --sctp --reuseaddr --listen-when "$BATS_TEST_TMPDIR/go"
    wait_for_line new '^bound'
    start old "${network[@]}" "$server" --port "$port" --sctp --reuseaddr
    assert_listening old
    touch "$BATS_TEST_TMPDIR/go"
    # It is the younger one, and lives.
    assert_refused new
    assert_said new "sctp:127.0.0.1:$port is held by $(pid_of old) .*: newer"
    assert_untouched old
}

@test "N13 the ports of SCTP, TCP and UDP are not the same" {
    serve tcp
    serve udp --udp
    claim new -- --sctp
    assert_listening new
    assert_not_said new portclaim
    claim other PORTCLAIM_WAIT_MS=20000 -- --sctp
    assert_took_over other "$(pid_of new)"
    assert_untouched tcp udp
}

@test "N07 SCTP: another program, on several addresses of which one is wanted" {
    python many '
s = sctp()
s.bind(("127.0.0.9", int(sys.argv[1])))
add = 100 # SCTP_SOCKOPT_BINDX_ADD, linux/sctp.h
s.setsockopt(132, add, struct.pack("=H2s4s8x", socket.AF_INET,
    struct.pack(">H", int(sys.argv[1])), socket.inet_aton("127.0.0.1")))
s.listen(1)
print("listening")' "$port"
    wait_for_line many '^listening'
    claim new PORTCLAIM_WAIT_MS=3000 -- --sctp
    assert_refused new
    assert_said new "sctp:127.0.0.1:$port .*held by $(pid_of many) .*foreign"
    assert_alive "$(pid_of many)"
}

@test "N10 SCTP: a client that has the port as its local port" {
    start far "${network[@]}" "$server" --port "$other_port" --sctp
    assert_listening far
    python client '
s = sctp()
s.bind(("127.0.0.1", int(sys.argv[1])))
s.connect(("127.0.0.1", int(sys.argv[2])))
print("connected")' "$port" "$other_port"
    wait_for_line client '^connected'
    claim new PORTCLAIM_WAIT_MS=3000 PORTCLAIM_MATCH=any -- --sctp
    assert_refused new
    assert_said new "held by $(pid_of client) .*client"
    assert_alive "$(pid_of client)"
}

@test "S03 SCTP: one that goes on draining associations is left to drain" {
    claim old -- --sctp --drain
    assert_listening old
    next_tick
    python client '
s = sctp()
s.connect(("127.0.0.1", int(sys.argv[1])))
print("answer", s.recv(32))' "$port"
    wait_for_line client '^answer' # so it was accepted
    claim new -- --sctp
    assert_took_over new
    assert_not_said new SIGKILL
    assert_alive "$(pid_of old)"
}

@test "C03 who shows servers of SCTP, and C04 free frees their port" {
    serve old --sctp --one-to-many
    run "${network[@]}" "$build/portclaim" who
    [ "$status" -eq 0 ]
    [[ $output == *"sctp:127.0.0.1:$port"*listening*"$(pid_of old)"* ]]
    run "${network[@]}" "$build/portclaim" who --json "$port"
    [ "$status" -eq 0 ]
    [[ $output == *'"protocol": "sctp"'* ]]
    run "${network[@]}" "$build/portclaim" who "tcp:$port"
    [ "$status" -eq 1 ]
    run "${network[@]}" "$build/portclaim" free --match "exe:server" "sctp:$port"
    [ "$status" -eq 0 ]
    assert_dead "$(pid_of old)"
}
