#!/usr/bin/env bats
# `make demo` with each server that it knows: its exit status is a promise.

# shellcheck disable=SC2154 # variables of the files loaded
load ../lib/harness

setup() {
    harness_setup
    make_network
}

teardown() {
    harness_teardown
}

demo() {
    require_command "$1"
    start demo "${network[@]}" env PORTCLAIM_OBJECT="$object" "$repository/examples/demo" "$1"
    assert_exit demo 0
    assert_said demo 'EADDRINUSE|Address already in use'
    assert_said demo 'portclaim\[[0-9]+\]: .* claimed in .*: 1 stale holder'
    assert_said demo 'After: [0-9]+ answers, [0-9]+ is gone'
    [ "$(wc -l <"$(log_of demo)")" -le 25 ]
}

@test "the demo shows a takeover of a Node gateway" {
    demo node
}

@test "the demo shows a takeover of a Python gateway" {
    demo python3
}

@test "the demo shows a takeover of a Perl gateway" {
    demo perl
}

@test "the demo fails when nothing was taken over" {
    start demo "${network[@]}" env PORTCLAIM_OBJECT=/dev/null "$repository/examples/demo" perl
    assert_exit demo 1
    assert_said demo 'does not answer'
}
