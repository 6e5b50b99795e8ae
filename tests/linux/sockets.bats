#!/usr/bin/env bats
# Every kind of socket: MPTCP, UDP, devices, scopes, IPv6-only, addresses of nobody. Where two do not
# conflict, both live; where they do, the stale one goes.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

setup() {
    harness_setup
    make_network
}

teardown() {
    harness_teardown
}

# Two devices, veth-a and veth-b, both with fe80::1; veth-a has 10.9.0.1 as well.
make_devices() {
    require_root
    "${network[@]}" ip link add veth-a type veth peer name veth-b || skip "the kernel has no veth"
    "${network[@]}" sh -e -c 'for device in veth-a veth-b; do
            ip link set "$device" up
            ip -6 addr add fe80::1/64 dev "$device" nodad
        done
        ip addr add 10.9.0.1/24 dev veth-a'
}

require_mptcp() {
    [ "$(cat /proc/sys/net/mptcp/enabled 2>/dev/null)" = 1 ] || skip "this kernel has no MPTCP"
}

# One that is asked once, and goes.
assert_replaced() {
    assert_took_over new "$(pid_of old)"
    assert_equal "$(signals_of old)" SIGTERM
    assert_said new 'claimed in .*: 1 stale holder (stopped|let go)'
}

@test "R04 the kernel agrees on every pair of addresses, devices and protocols" {
    [ "$engine" = preload ] || skip "no engine is in it"
    require_bound_shown
    make_devices
    run "${network[@]}" "$build/tests/conflicts" veth-a veth-b
    [ "$status" -eq 0 ] || fail "$output"
}

# ----- MPTCP ----------------------------------------------------------------------------------

@test "S01 MPTCP by TCP, TCP by MPTCP, MPTCP by MPTCP" {
    local last=first option generation=0
    require_mptcp
    serve first --mptcp
    for option in --reuseaddr --mptcp --mptcp; do
        generation=$((generation + 1))
        claim "new$generation" -- "$option"
        assert_took_over "new$generation" "$(pid_of "$last")"
        assert_equal "$(signals_of "$last")" SIGTERM
        assert_equal "$(answer)" "$(pid_of "new$generation")"
        last=new$generation
        next_tick
    done
}

@test "R09 listen() on MPTCP, while a TCP socket bound beside it listens" {
    require_mptcp
    touch "$BATS_TEST_TMPDIR/bind"
    claim new -- --mptcp --reuseaddr --bind-when "$BATS_TEST_TMPDIR/bind" \
        --listen-when "$BATS_TEST_TMPDIR/listen"
    wait_for_line new '^bound'
    serve younger --reuseaddr
    touch "$BATS_TEST_TMPDIR/listen"
    assert_refused new
    assert_said new "held by $(pid_of younger) .*: newer, started after us"
    assert_untouched younger
}

@test "N07 another program's MPTCP listener" {
    require_mptcp
    serve_stranger old --mptcp
    claim new PORTCLAIM_WAIT_MS=600 -- --mptcp
    assert_refused new
    assert_untouched old
}

# ----- UDP ------------------------------------------------------------------------------------

@test "S01 UDP on every address, by one address and the other way round" {
    serve old --udp --address ::
    claim new -- --udp
    assert_replaced
    process_of[specific]=${process_of[new]}
    next_tick
    claim newer -- --udp --address ::
    assert_took_over newer "$(pid_of specific)"
}

# A socket for each peer, as QUIC and DTLS servers have: all of them stand on the port.
@test "S07 UDP with connected sockets of the same server beside the bound one" {
    serve old --udp --reuseaddr --connect-from "$port" --connect-to "$other_port"
    claim new -- --udp
    assert_replaced
}

@test "N10 a second instance on another port, whose outgoing UDP has our port as its local port" {
    start second "${network[@]}" "$server" --udp --port $((other_port + 1)) \
        --connect-from "$port" --connect-to "$other_port"
    assert_listening second
    next_tick
    claim new PORTCLAIM_WAIT_MS=600 -- --udp
    assert_refused new
    assert_untouched second
    assert_said new "$(pid_of second) .*: client, its connection has our local port"
}

@test "R03 UDP-Lite is none of ours: its error comes at once" {
    serve old --udp --udplite
    claim new PORTCLAIM_WAIT_MS=600000 -- --udp --udplite
    assert_refused new
    assert_untouched old
    assert_not_said new 'portclaim\['
}

# ----- who shares a port on purpose -----------------------------------------------------------

@test "N13 multicast receivers share a port on purpose" {
    local name
    for name in 224.0.0.251 0.0.0.0; do
        serve "old-$name" --udp --reuseaddr --address "$name"
        claim "new-$name" -- --udp --reuseaddr --address "$name"
        assert_listening "new-$name"
        assert_untouched "old-$name"
    done
}

# ----- devices and scopes ---------------------------------------------------------------------

@test "N13 a device of its own, none, and the same: only the last two conflict" {
    make_devices
    serve other --address 0.0.0.0 --device veth-b
    serve old --address 0.0.0.0 --device veth-a
    claim new -- --address 10.9.0.1 --device veth-a
    assert_replaced
    assert_untouched other
    process_of[first]=${process_of[new]}
    next_tick
    claim newer -- --address 0.0.0.0
    assert_took_over newer "$(pid_of first)" "$(pid_of other)"
}

@test "N13 a link-local address is another one on each device" {
    make_devices
    serve other --address fe80::1%veth-b
    serve old --address fe80::1%veth-a
    claim new -- --address fe80::1%veth-a
    assert_replaced
    assert_said new "\[fe80::1%[0-9]+\]:$port is held by $(pid_of old) "
    assert_untouched other
    assert_not_said new "$(pid_of other)"
}

@test "N13 the same with the device of the socket in place of a scope" {
    make_devices
    serve other --address fe80::1%veth-b
    serve old --address fe80::1 --device veth-a
    claim new -- --address fe80::1 --device veth-a
    assert_replaced
    assert_untouched other
    assert_not_said new "$(pid_of other)"
}

@test "N13 multicast within a link is another one on each device" {
    make_devices
    serve other --udp --address ff02::fb%veth-b
    serve old --udp --address ff02::fb%veth-a
    claim new -- --udp --address ff02::fb%veth-a
    assert_replaced
    assert_untouched other
}

# ----- IPv6 -----------------------------------------------------------------------------------

@test "N13 IPV6_V6ONLY on one side or both: IPv4 is another port" {
    serve six --address :: --v6only
    serve four --address 0.0.0.0
    claim new -- --address 0.0.0.0
    assert_took_over new "$(pid_of four)"
    assert_untouched six
    next_tick
    claim newer -- --address ::
    assert_took_over newer "$(pid_of new)" "$(pid_of six)"
}

@test "S01 an IPv4 address written as IPv6" {
    serve old --address ::ffff:127.0.0.1
    claim new
    assert_replaced
    next_tick
    claim newer -- --address ::ffff:127.0.0.1
    assert_took_over newer "$(pid_of new)"
}

@test "S01 an address that this machine does not have (IP_FREEBIND)" {
    serve old --freebind --address 192.0.2.1
    claim new -- --freebind --address 192.0.2.1
    assert_replaced
    claim without PORTCLAIM_WAIT_MS=600000 -- --address 192.0.2.2
    assert_exit without 1
    assert_said without '^bind: EADDRNOTAVAIL'
}
