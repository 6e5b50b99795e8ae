#!/usr/bin/env bats
# examples/supervisord under a real supervisord, with Debian's own configuration.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load gateways
load container

configuration=/etc/supervisor/supervisord.conf

# supervisord is PID 1 of a container, as it often is.
setup() {
    harness_setup
    require_command node
    require_command supervisord
    [ -f "$configuration" ] || skip "needs $configuration"
    put_portclaim
    put "$examples/supervisord/gateway.conf" /etc/supervisor/conf.d/gateway.conf
    put "$examples/gateway/gateway.js" /opt/gateway/gateway.js
    printf '#!/bin/sh\nnode /opt/gateway/gateway.js %s\n' "$port" >"$BATS_TEST_TMPDIR/start.sh"
    put "$BATS_TEST_TMPDIR/start.sh" /opt/gateway/start.sh 755
}

teardown() {
    harness_teardown
}

control() {
    "${inside[@]}" supervisorctl -c "$configuration" "$@"
}

# It says that it is done only when the gateway has been up for startsecs=.
restart_gateway() {
    start restart "${inside[@]}" supervisorctl -c "$configuration" restart gateway
}

gateway_log() {
    "${inside[@]}" cat /var/log/supervisor/gateway.log
}

gateway_is() {
    control status gateway | grep -q "$1"
}

@test "C01 supervisord: without portclaim a restart meets the gateway that the script left behind" {
    start_container env PORTCLAIM=off supervisord --nodaemon --configuration "$configuration"
    answered_by_old
    stall_a_client
    restart_gateway
    wait_until 15 gateway_is BACKOFF
    answers_as "$old"
    wait_until 10 eval 'gateway_log | grep -q EADDRINUSE'
}

@test "S04 supervisord: the restarted gateway listens at its first attempt" {
    start_container supervisord --nodaemon --configuration "$configuration"
    answered_by_old
    stall_a_client
    restart_gateway
    wait_until 15 answers_as_another
    wait_until 5 gone "$old"
    gateway_is 'STARTING\|RUNNING'
    # supervisord writes down what it is told when it comes to it.
    wait_until 10 eval 'gateway_log | grep -q "claimed in"'
    assert_equal "$(gateway_log | grep -Ec 'claimed in .*: 1 stale holder (stopped|let go)')" 1
    assert_not_said container 'exited: gateway .*not expected'
}
