#!/usr/bin/env bats
# What portclaim doctor says of units in a real systemd, and whether it is right.
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
}

teardown() {
    end_machine
    harness_teardown
}

# doctor STATUS ARGUMENT...: its answer in `output`
doctor() {
    local expected=$1
    shift
    run in_machine portclaim doctor "$@"
    assert_equal "$status" "$expected"
}

answered() {
    grep -Eq "$1" <<<"$output" || fail "it does not say: $1"
}

# take_its_dropin UNIT
take_its_dropin() {
    in_machine portclaim doctor --dropin "$1" >"$BATS_TEST_TMPDIR/portclaim.conf"
    install_dropin "$BATS_TEST_TMPDIR/portclaim.conf" "$1"
}

@test "C06 doctor: a unit without portclaim fails, and with the drop-in that it prints is helped" {
    install_file "$examples/gateway/gateway.js" /opt/gateway/gateway.js
    install_vendor_unit gateway.service
    doctor 1 gateway.service
    answered '^fail +preload'
    answered '^warn +kill-mode'
    take_its_dropin gateway.service
    doctor 0 gateway.service
    refute answered '^(fail|warn) '
    start_by_hand
    answered_by_old
    stall_a_client
    doctor 1 "$old"
    in_machine systemctl start gateway
    wait_until 15 answers_as_another
    wait_until 5 gone "$old"
    doctor 0 "$(who_answers)"
}

@test "C06 doctor: the units in examples pass" {
    local unit
    install_file "$examples/gateway/gateway.js" /opt/gateway/gateway.js
    for unit in gateway hardened; do
        install_file "$examples/systemd/$unit.service" /etc/systemd/system/gateway.service
        in_machine systemctl daemon-reload
        doctor 0 gateway.service
        refute answered '^(fail|warn) '
    done
}

@test "C06 doctor: a static binary in a unit is told of the unit's way out" {
    install_static_server
    install_unit "$examples/systemd/free-first.service"
    doctor 1 free-first.service
    answered '^fail +program: /opt/gateway/gateway.*static'
    answered 'portclaim free'
}

@test "C06 doctor: what a hardened unit lacks is named, and cured by the drop-in that it prints" {
    install_file "$repository/tests/examples/replacing.js" /opt/gateway/gateway.js
    install_file "$examples/systemd/hardened.service" /etc/systemd/system/gateway.service
    add_line gateway.service PrivateUsers=yes SystemCallFilter=~pidfd_open \
        RestrictAddressFamilies=~AF_NETLINK
    doctor 1 gateway.service
    answered '^fail +user-namespace'
    answered '^fail +system-calls.*pidfd_open'
    answered '^warn +address-families'
    take_its_dropin gateway.service
    doctor 0 gateway.service
    refute answered '^(fail|warn) '
    add_line gateway.service KillMode=process
    leave_one_behind
    in_machine systemctl start gateway
    wait_until 15 answers_as "$(main_pid gateway)"
    wait_until 5 gone "$old"
}
