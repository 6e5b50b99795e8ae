#!/usr/bin/env bats
# Real, unmodified servers: an old instance is alive, a new one starts under portclaim on the same
# port with the same command line, once. It answers, the old one is gone, nobody else is touched.

# shellcheck disable=SC2154 # variables of the files loaded
load ../lib/harness
load ../servers/servers

setup() {
    servers_setup
}

teardown() {
    harness_teardown
}

@test "S01 Node http on both families by one socket (::)" {
    polite_takeover node_dual
}

@test "R10 Node http on 127.0.0.1 and ::1, two sockets" {
    takeover node_two
    assert_said new '^both$'
}

@test "S14 Node with a rewritten title" {
    takeover node_title
    assert_said new 'is held by [0-9]+ "openclaw-gateway"'
}

@test "S08 Node cluster: two workers hold the socket as well" {
    takeover node_cluster_shared
}

@test "S04 a Node gateway hung in shutdown on a stalled client" {
    launch_bystander node_hang
    launch_old node_hang
    stall "$port"
    launch_new node_hang
    check_takeover node_hang
    assert_said old 'asked to end'
    assert_equal "$(count new 'sent SIGKILL')" 1
}

@test "S03 a Node server that closed its listener drains in peace" {
    launch_bystander node_drain
    launch_old node_drain
    stall "$port"
    launch_new node_drain
    assert_not_said new SIGKILL
    assert_alive "$old"
    # Its client comes to itself, and gets its answer from the old one.
    touch "$BATS_TEST_TMPDIR/go"
    wait_for_line client "^$old\$"
    check_takeover node_drain
}

@test "S06 a stopped Node server" {
    launch_bystander node
    launch_old node
    kill -STOP "$old"
    launch_new node
    check_takeover node
}

@test "S06 S08 a stopped nginx, master and workers" {
    launch_bystander nginx
    launch_old nginx
    kill -STOP "${old_family[@]}"
    launch_new nginx
    check_takeover nginx
}

@test "T01 asyncio without SO_REUSEADDR: connections in TIME_WAIT are nothing to the next instance" {
    launch_bystander asyncio
    # The first instance under portclaim gets SO_REUSEADDR, to the next one's good.
    launch_old asyncio "${under[@]}"
    lingering "$port"
    kill -KILL "$old"
    assert_dead "$old"
    lingering "$port"
    launch_new asyncio
    # Nobody is in the way, nothing is waited for, no privilege is used.
    assert_equal "$(grep -v 'claimed in ..\? ms: SO_REUSEADDR was enough' "$(log_of new)")" ''
    assert_alive "$bystander"
}

@test "T02 asyncio without SO_REUSEADDR: TIME_WAIT of an instance that was not under portclaim" {
    require_root
    launch_bystander asyncio
    launch_old asyncio
    lingering "$port"
    launch_new asyncio
    check_takeover asyncio
}

# refused KIND: the new one must not touch the old one and fails for that.
refused() {
    launch new "$1" "$port" "${under[@]}" PORTCLAIM_WAIT_MS=300
    exit_of new
    [ "$exit_status" -ne 0 ]
    assert_said new 'not claimed in .*: foreign, '
    assert_alive "$old"
}

@test "N08 Node: another script on the port is left alone" {
    launch_old node
    refused node_drain
    answers node "$port" "$old"
}

@test "N08 python3 -m http.server: the same arguments in another directory are another service" {
    launch_old python_module
    mkdir "$BATS_TEST_TMPDIR/elsewhere"
    cd "$BATS_TEST_TMPDIR/elsewhere"
    refused python_module
    answers python_module "$port" "$old"
}

@test "N07 nginx leaves a Node server alone" {
    launch_old node
    refused nginx
    answers node "$port" "$old"
}
