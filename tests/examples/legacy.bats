#!/usr/bin/env bats
# examples/legacy: a server that takes a lock file before it binds.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load gateways

setup() {
    harness_setup
    make_network
    inside=("${network[@]}")
    lock=$BATS_TEST_TMPDIR/lock
}

teardown() {
    harness_teardown
}

legacy() {
    start "$1" "${network[@]}" "${@:2}" "$server" --port "$port" --lock "$lock" --ignore-term
}

@test "C02 start-legacy: the old instance and its lock are gone before main()" {
    legacy old env
    wait_for_line old '^listening '
    next_tick
    legacy plain env
    assert_exit plain 1
    assert_said plain '^lock: '
    PATH=$build:$PATH legacy new "$examples/legacy/start-legacy" "$port"
    wait_for_line new '^listening '
    assert_dead "$(pid_of old)"
    assert_said new 'claimed in .*: 1 stale holder (stopped|let go)'
}

@test "C01 start-legacy: exit status and usage" {
    PATH=$build:$PATH run "$examples/legacy/start-legacy" "$port" sh -c 'exit 7'
    assert_equal "$status" 7
    run "$examples/legacy/start-legacy" "$port"
    assert_equal "$status" 2
}
