#!/usr/bin/env bats
# PORTCLAIM_CLAIM: the port is claimed before main(), for programs that take a lock before they bind.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

setup() {
    harness_setup
    make_network
    lock=$BATS_TEST_TMPDIR/lock
}

teardown() {
    harness_teardown
}

@test "a single-instance lock is asked for before bind: without PORTCLAIM_CLAIM it fails" {
    serve old --lock "$lock"
    claim new -- --lock "$lock"
    assert_exit new 1
    assert_said new '^lock: EAGAIN'
    assert_untouched old
}

@test "C02 PORTCLAIM_CLAIM frees port and lock before main" {
    serve old --lock "$lock"
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$port" -- --lock "$lock"
    assert_took_over new
    assert_exit old 0
    assert_equal "$(signals_of old)" SIGTERM
    assert_equal "$(answer)" "$(pid_of new)"
}

@test "C02 ... from one that ignores SIGTERM" {
    serve old --lock "$lock" --ignore-term
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$port" PORTCLAIM_TERM_MS=200 -- --lock "$lock"
    assert_took_over new
    assert_exit old 137
}

@test "C02 a port alone means every address" {
    serve old --lock "$lock" --address 127.0.0.5
    claim new "PORTCLAIM_CLAIM=$port" -- --lock "$lock"
    assert_took_over new "$(pid_of old)"
}

@test "C02 several endpoints, of both protocols" {
    serve old --address 127.0.0.1 --address ::1 --lock "$lock"
    serve udp --udp
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$port, [::1]:$port,udp:127.0.0.1:$port" -- --lock "$lock"
    assert_took_over new "$(pid_of old)" "$(pid_of udp)"
}

@test "C02 a free port: not a word, and the program starts" {
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$port" -- --lock "$lock"
    assert_listening new
    assert_not_said new portclaim
}

@test "C02 a foreign holder: the program starts all the same and sees EADDRINUSE itself" {
    serve_stranger old
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$port" PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new 'not claimed in .*foreign'
    assert_untouched old
}

@test "C02 an endpoint that is not ours to bind is no reason not to start" {
    claim new "PORTCLAIM_CLAIM=192.0.2.1:$port"
    assert_listening new
}

@test "C02 it is taken out of the environment: children do not claim again" {
    # Otherwise the child would wait for its own ancestor, and say so.
    serve old
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$port" -- \
        --spawn 'env | grep PORTCLAIM_CLAIM; sh -c "env | grep PORTCLAIM_CLAIM"; echo children done'
    assert_took_over new "$(pid_of old)"
    wait_for_line new '^children done'
    assert_not_said new 'PORTCLAIM_CLAIM'
    assert_not_said new 'lineage'
    assert_equal "$(count new 'portclaim\[')" 2
}

@test "C02 the other settings stay in the environment" {
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$port" PORTCLAIM_SERVICE=gateway -- \
        --spawn 'echo "service $PORTCLAIM_SERVICE $PORTCLAIM_LIMIT $TEST_TAG"'
    assert_listening new
    wait_for_line new "^service gateway off $TEST_TAG"
}

@test "C02 nothing is left open" {
    local before
    serve old
    before=$(find "/proc/$(pid_of old)/fd" -mindepth 1 -printf '%f ')
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$port,$other_port"
    assert_took_over new "$(pid_of old)"
    assert_equal "$(find "/proc/$(pid_of new)/fd" -mindepth 1 -printf '%f ')" "$before"
    refute "${network[@]}" "$build/tests/client" --once 127.0.0.1 "$other_port"
}

@test "C02 not for a program that PORTCLAIM_ONLY leaves out" {
    serve old --lock "$lock"
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$port" PORTCLAIM_ONLY=node -- --lock "$lock"
    assert_exit new 1
    assert_said new '^lock: EAGAIN'
    assert_untouched old
}

@test "C02 in dry-run nobody is stopped" {
    serve old --lock "$lock"
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$port" PORTCLAIM=dry-run -- --lock "$lock"
    assert_exit new 1
    assert_said new 'would send SIGTERM'
    assert_said new '^lock: EAGAIN'
    assert_untouched old
}
