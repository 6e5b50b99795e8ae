#!/usr/bin/env bats
# What TCP leaves behind of an instance that is gone.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

setup() {
    harness_setup
    make_network
}

teardown() {
    harness_teardown
    remove_public
}

connect() {
    start "$1" "${network[@]}" "$build/tests/client" "${@:2}" 127.0.0.1 "$port"
    wait_for_line "$1" '^connected'
}

# The sockets on our port in this state of TCP, as ss(8) calls it: "time-wait", "fin-wait-2" ...
in_state() {
    "${network[@]}" ss -Htan state "$1" "sport = :$port"
}

assert_in_state() {
    wait_until 5 eval "[ -n \"\$(in_state $1)\" ]"
}

# leave_time_wait NAME [COMMAND OF scenarios.bash]: an instance closes a connection first and dies.
leave_time_wait() {
    "${2:-serve}" "$1" "${@:3}" --close-first
    assert_listening "$1"
    start "visitor-$1" "${network[@]}" "$build/tests/client" 127.0.0.1 "$port"
    assert_exit "visitor-$1" 0
    assert_in_state time-wait
    send "$1" KILL
    assert_dead "$(pid_of "$1")"
}

# Without the right to close what others left. Not even root's.
powerless() {
    require_root
    as=(setpriv --bounding-set -net_admin --)
}

@test "T01 TIME_WAIT left under portclaim never delays the next instance" {
    leave_time_wait old claim --
    claim new PORTCLAIM_WAIT_MS=600
    assert_listening new
    # Nothing was closed for it.
    assert_in_state time-wait
    assert_not_said new 'is held by nobody'
}

@test "T01 ... nor an instance without any privilege" {
    if is_root; then powerless; fi
    leave_time_wait old claim --
    claim new PORTCLAIM_WAIT_MS=0
    assert_listening new
    assert_in_state time-wait
}

@test "T01 ten restarts in a row, each with a connection that it closed first" {
    local number
    if is_root; then powerless; fi
    for number in 1 2 3 4 5 6 7 8 9 10; do
        claim "new$number" PORTCLAIM_WAIT_MS=600 -- --close-first
        assert_listening "new$number"
        start "visitor$number" "${network[@]}" "$build/tests/client" 127.0.0.1 "$port"
        assert_exit "visitor$number" 0
        send "new$number" KILL
        assert_dead "$(pid_of "new$number")"
    done
}

@test "T01 of a takeover: the stale one's connections become TIME_WAIT" {
    if is_root; then powerless; fi
    claim old
    assert_listening old
    next_tick
    connect client
    claim new
    assert_took_over new "$(pid_of old)"
    assert_exit client 0
}

@test "T01 IPv6 and the wildcard" {
    if is_root; then powerless; fi
    leave_time_wait old claim -- --address ::
    claim new PORTCLAIM_WAIT_MS=600 -- --address ::
    assert_listening new
}

@test "T01 with PORTCLAIM_REUSEADDR=off it does delay: the setting is what helps" {
    if is_root; then powerless; fi
    leave_time_wait old claim PORTCLAIM_REUSEADDR=off --
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
}

@test "T02 TIME_WAIT left by an instance without portclaim is closed, where that is permitted" {
    require_root
    leave_time_wait old
    claim new PORTCLAIM_WAIT_MS=5000
    assert_listening new
    assert_said new 'is held by nobody, but by leftovers of closed connections: 1 in TIME_WAIT or FIN_WAIT2, 0 still sending; closed them'
    assert_equal "$(in_state time-wait)" ""
}

@test "T02 a hundred of them" {
    require_root
    serve old --close-first
    local number
    for number in {1..100}; do
        "${network[@]}" "$build/tests/client" 127.0.0.1 "$port" >/dev/null
    done
    send old KILL
    assert_dead "$(pid_of old)"
    assert_equal "$(in_state time-wait | wc -l)" 100
    claim new PORTCLAIM_WAIT_MS=5000
    assert_listening new
    assert_equal "$(in_state time-wait)" ""
}

@test "T02 connections of other ports are not closed" {
    require_root
    local wanted=$port
    port=$other_port
    leave_time_wait other
    port=$wanted
    leave_time_wait old
    claim new PORTCLAIM_WAIT_MS=5000
    assert_listening new
    port=$other_port
    assert_in_state time-wait
}

@test "T02 without the right to close it, it is waited for within the budget" {
    if is_root; then powerless; fi
    leave_time_wait old
    claim new PORTCLAIM_WAIT_MS=500
    assert_refused new
    assert_said new 'leftovers of closed connections: 1 in TIME_WAIT or FIN_WAIT2, 0 still sending; waiting'
    assert_said new 'not claimed in .*: leftovers of closed connections are still there'
    assert_in_state time-wait
}

@test "T02 ... and when it goes in time, the claim succeeds" {
    powerless
    leave_time_wait old
    claim new PORTCLAIM_WAIT_MS=15000
    wait_for_line new 'leftovers of closed connections'
    "${network[@]}" ss -K state time-wait "sport = :$port" >/dev/null || skip "ss cannot close sockets"
    assert_listening new
    assert_said new 'claimed in '
}

# leave_fin_wait_2: an instance dies whose connection was closed by its own side only.
leave_fin_wait_2() {
    serve old
    connect client --stay
    wait_for_line client '^[0-9]+$'
    send old KILL
    assert_in_state fin-wait-2
}

@test "T03 FIN_WAIT2 without a process is closed, where that is permitted" {
    require_root
    leave_fin_wait_2
    claim new PORTCLAIM_WAIT_MS=5000
    assert_listening new
    assert_said new '1 in TIME_WAIT or FIN_WAIT2, 0 still sending; closed them'
    assert_alive "$(pid_of client)"
}

@test "T03 ... else waited for" {
    if is_root; then powerless; fi
    leave_fin_wait_2
    claim new PORTCLAIM_WAIT_MS=600
    assert_refused new
    assert_said new '1 in TIME_WAIT or FIN_WAIT2, 0 still sending; waiting'
    assert_in_state fin-wait-2
}

# Connections that still carry data: the client does not read, so that the last of it is not
# acknowledged, and what the dead instance sent has to reach it all the same.
leave_sending() {
    serve old --flood
    connect client --no-read
    wait_for_line old '^flooded'
    flooded=$(sed -n 's/^flooded //p' "$(log_of old)")
    if [ "$1" = last-ack ]; then shut_down_client; fi
    send old KILL
    if [ "$1" = closing ]; then
        assert_in_state fin-wait-1
        shut_down_client
    fi
    assert_in_state "$1"
}

shut_down_client() {
    send client USR2
    wait_for_line client '^shut down'
}

# The data arrived whole: the PID, a newline, and the flood.
assert_nothing_lost() {
    send client USR1
    wait_for_line client '^read [0-9]+ bytes'
    assert_said client "^read $((flooded + $(pid_of old | wc -c))) bytes"
}

@test "T03 FIN_WAIT1 still carries data and is only waited for" {
    leave_sending fin-wait-1
    claim new PORTCLAIM_WAIT_MS=400
    assert_refused new
    assert_said new '0 in TIME_WAIT or FIN_WAIT2, 1 still sending; waiting'
    assert_in_state fin-wait-1
    assert_nothing_lost
}

@test "T03 CLOSING likewise" {
    leave_sending closing
    claim new PORTCLAIM_WAIT_MS=400
    assert_refused new
    assert_said new '0 in TIME_WAIT or FIN_WAIT2, 1 still sending; waiting'
    assert_in_state closing
    assert_nothing_lost
}

@test "T03 LAST_ACK likewise; when the data has arrived, the claim succeeds" {
    leave_sending last-ack
    claim new PORTCLAIM_WAIT_MS=15000
    wait_for_line new '0 in TIME_WAIT or FIN_WAIT2, 1 still sending; waiting'
    assert_nothing_lost
    assert_listening new
}

@test "T03 data on its way beside TIME_WAIT: one is closed, the other is not" {
    require_root
    serve other --close-first --address 127.0.0.2
    start visitor "${network[@]}" "$build/tests/client" 127.0.0.2 "$port"
    assert_exit visitor 0
    send other KILL
    leave_sending fin-wait-1
    assert_in_state time-wait
    claim new PORTCLAIM_WAIT_MS=15000 -- --address 0.0.0.0
    wait_for_line new 'leftovers of closed connections: [01] in TIME_WAIT or FIN_WAIT2, 1 still sending'
    assert_nothing_lost
    assert_listening new
}

@test "T04 established connections of a stale holder whose listener is closed" {
    require_root # what the connection becomes in the end has to be closed
    serve old --drain
    connect client
    wait_for_line client '^[0-9]+$'
    send old TERM
    wait_until 5 eval "[ -z \"\$(in_state listening)\" ]"
    assert_in_state established
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new "$(pid_of old)"
    assert_said new "held by $(pid_of old) .*: stale, same program"
}

@test "T04 ... under portclaim need not be stopped" {
    claim old -- --drain
    assert_listening old
    next_tick
    connect client
    wait_for_line client '^[0-9]+$'
    send old TERM
    wait_until 5 eval "[ -z \"\$(in_state listening)\" ]"
    claim new
    assert_listening new
    assert_alive "$(pid_of old)" "$(pid_of client)"
    assert_equal "$(signals_of old)" SIGTERM # ours
    assert_not_said new 'sent SIG'
}

@test "T04 ... of a stranger are a client's" {
    make_stranger
    program=$stranger
    serve old --drain
    connect client
    wait_for_line client '^[0-9]+$'
    send old TERM
    wait_until 5 eval "[ -z \"\$(in_state listening)\" ]"
    program=$server
    claim new PORTCLAIM_WAIT_MS=400
    assert_refused new
    assert_said new "held by $(pid_of old) .*: client"
    assert_equal "$(signals_of old)" SIGTERM # ours
}

# What claim starts from now on has its socket options traced.
trace_options() {
    require_command strace
    tracer=(strace -f -qq -o "$BATS_TEST_TMPDIR/options" -e trace=setsockopt)
}

@test "T05 UDP is never given SO_REUSEADDR" {
    trace_options
    claim new -- --udp
    assert_listening new
    refute grep -q SO_REUSEADDR "$BATS_TEST_TMPDIR/options"
}

@test "T05 ... not for a stranger's sake" {
    serve_stranger old --udp
    trace_options
    claim new PORTCLAIM_WAIT_MS=600 -- --udp
    assert_refused new
    refute grep -q SO_REUSEADDR "$BATS_TEST_TMPDIR/options"
    assert_untouched old
}

@test "T05 ... not to take over" {
    serve old --udp
    trace_options
    claim new -- --udp
    assert_listening new
    assert_dead "$(pid_of old)"
    refute grep -q SO_REUSEADDR "$BATS_TEST_TMPDIR/options"
}

@test "T05 two UDP servers never share a port" {
    claim first -- --udp
    assert_listening first
    next_tick
    claim second -- --udp
    assert_took_over second "$(pid_of first)"
    assert_equal "$("${network[@]}" ss -Huan "sport = :$port" | wc -l)" 1
    # One that wants to share cannot: it would have to, on both sides.
    start sharing "${network[@]}" "$server" --udp --reuseaddr --port "$port"
    assert_refused sharing
}
