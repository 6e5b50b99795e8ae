#!/usr/bin/env bats
# examples/systemd/hardened.service in a real systemd, and what its lines are for.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load ../lib/systemd
load gateways

setup() {
    harness_setup
    require_command node
    boot_machine
    inside=("${into_machine[@]}")
    install_node
    install_file "$repository/tests/examples/replacing.js" /opt/gateway/gateway.js
    install_file "$examples/systemd/hardened.service" /etc/systemd/system/gateway.service
    add_line gateway.service KillMode=process
}

teardown() {
    end_machine
    harness_teardown
}

# assert_takes_over EVIDENCE
assert_takes_over() {
    in_machine systemctl start gateway
    wait_until 15 answers_as "$(main_pid gateway)"
    wait_until 5 gone "$old"
    wait_until 5 unit_said gateway "held by $old .*stale, $1; sent SIGTERM"
    wait_until 5 unit_said gateway 'claimed in .*: 1 stale holder (stopped|let go)'
}

# assert_waits MESSAGE: nobody is signalled, and the server gets its error.
assert_waits() {
    in_machine systemctl start gateway
    wait_until 15 unit_is gateway failed
    wait_until 5 unit_said gateway "$1"
    refute unit_said gateway 'sent SIG'
    answers_as "$old"
}

@test "S04 hardened.service: an old instance in the unit is stopped, and the state is kept" {
    leave_one_behind
    assert_takes_over 'same unit'
    refute unit_said gateway 'portclaim does nothing|cannot be used|has to do'
    assert_equal "$(stat -c %a "$machine_root/run/gateway/portclaim")" 700
    [ -s "$machine_root/run/gateway/portclaim/tcp-$port" ]
}

@test "O04 hardened.service: with ProtectProc=invisible a label takes the unit's place" {
    sed -i 's/run --ports/run --service gateway --ports/' \
        "$machine_root/etc/systemd/system/gateway.service"
    add_line gateway.service ProtectProc=invisible
    leave_one_behind
    assert_takes_over 'same service label'
}

@test "O04 hardened.service: without its state directory it works, and says what is lost" {
    add_line gateway.service Environment=PORTCLAIM_STATE_DIR=/run/portclaim
    leave_one_behind
    assert_takes_over 'same unit'
    unit_said gateway 'the state directory cannot be used'
}

@test "O04 hardened.service: without AF_NETLINK it works, and says what to allow" {
    add_line gateway.service RestrictAddressFamilies=~AF_NETLINK
    leave_one_behind
    assert_takes_over 'same unit'
    unit_said gateway 'allow AF_NETLINK \(RestrictAddressFamilies=\)'
}

@test "O04 hardened.service: with PrivateUsers= the old instance cannot be read, and is left alone" {
    add_line gateway.service PrivateUsers=yes Restart=no Environment=PORTCLAIM_WAIT_MS=300
    leave_one_behind
    assert_waits 'unknown, holder not visible'
}

@test "O04 hardened.service: without pidfds nobody is signalled" {
    add_line gateway.service SystemCallFilter=~pidfd_open Restart=no Environment=PORTCLAIM_WAIT_MS=300
    leave_one_behind
    assert_waits 'cannot send SIGTERM safely here'
}
