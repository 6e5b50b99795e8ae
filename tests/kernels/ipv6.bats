#!/usr/bin/env bats
# A kernel that was started with ipv6.disable=1.
# shellcheck disable=SC2154 # what the harness sets
bats_require_minimum_version 1.5.0

load ../lib/harness
load ../linux/scenarios

setup() {
    [ ! -e /proc/net/tcp6 ] || skip "the kernel speaks IPv6"
    harness_setup
    make_network
    export PORTCLAIM_WAIT_MS=20000 # a processor that is emulated is slow
}

teardown() {
    harness_teardown
}

@test "S01 a takeover without IPv6" {
    serve old
    claim new
    assert_took_over new
    assert_equal "$(signals_of old)" SIGTERM
}

@test "C02 without IPv6, every address is every one of IPv4" {
    serve old --address 0.0.0.0
    claim new "PORTCLAIM_CLAIM=$port"
    assert_took_over new
    assert_equal "$(signals_of old)" SIGTERM
}

@test "C03 C04 without IPv6, who and free" {
    serve old
    run -0 "${network[@]}" "$build/portclaim" who
    [[ $output == *"127.0.0.1:$port"*"$(pid_of old)"* ]]
    run -0 "${network[@]}" "$build/portclaim" who "$port"
    [[ $output == *"$(pid_of old)"* ]]
    run -0 "${network[@]}" "$build/portclaim" free --match exe:server "$port"
    assert_dead "$(pid_of old)"
    run -1 "${network[@]}" "$build/portclaim" who "$port"
    run -2 "${network[@]}" "$build/portclaim" free "[::1]:$port"
    [[ $output == *"name an IPv4 address"* ]]
}
