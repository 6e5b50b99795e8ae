#!/usr/bin/env bats
# One service started again and again while the instance before it is still alive.

# shellcheck disable=SC2154 # variables of the files loaded
load ../lib/harness
load servers

setup() {
    servers_setup
}

teardown() {
    harness_teardown
}

start_clients() {
    start clients "${network[@]}" node "$servers/clients.js" "$port" 4
    clients=$started
}

# Were there clients all the time? Prints "N instances N answers N lost".
check_clients() {
    local instances
    assert_alive "$clients"
    kill -TERM "$clients"
    wait_for_line clients ' instances '
    instances=$(sed -n 's/ instances .*//p' "$(log_of clients)")
    [ "$instances" -ge "$1" ] || fail "clients met $instances instances of $1"
}

@test "S01 N10 100 restarts of a Node server with live clients, each listens at its first attempt" {
    start_clients
    restarts node 100
    check_clients 90
}

@test "S01 N10 100 restarts of an asyncio server without SO_REUSEADDR, with live clients" {
    start_clients
    restarts asyncio 100
    check_clients 90
}

@test "N15 two supervisors of one port: the kill war ends at the default limit" {
    local command one other kills winner
    unset PORTCLAIM_LIMIT
    node_command "$port"
    start one "${network[@]}" "$servers/supervise.sh" env LD_PRELOAD="$object" "${command[@]}"
    one=$started
    start other "${network[@]}" "$servers/supervise.sh" env LD_PRELOAD="$object" "${command[@]}"
    other=$started
    wait_until 30 war_is_over
    # The winner lives on, whatever the other supervisor does.
    winner=$(ask_node "$port")
    kills=$(kills_of_both)
    sleep 3
    assert_equal "$(ask_node "$port")" "$winner"
    assert_equal "$(kills_of_both)" "$kills"
    [ "$kills" -le 10 ] || fail "$kills kills"
    assert_alive "$one" "$other"
    cat "$(log_of one)" "$(log_of other)" >"$(log_of both)"
    assert_said both 'kill war: 10 kills in 60 s, .*"node".*"node"'
}

war_is_over() {
    said one 'kill war' || said other 'kill war'
}

kills_of_both() {
    echo $(($(count one 'sent SIGTERM') + $(count other 'sent SIGTERM')))
}
