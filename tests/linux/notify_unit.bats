#!/usr/bin/env bats
# The seccomp engine in a real systemd: a static server as a unit.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load ../lib/systemd

setup() {
    harness_setup
    boot_machine
    install_program "$build/tests/static/server" /usr/local/bin/server
}

teardown() {
    end_machine
    harness_teardown
}

# make_unit LINE...: further lines of [Service]
make_unit() {
    {
        printf '[Service]\nExecStart=/usr/local/bin/portclaim run /usr/local/bin/server --port 18789\n'
        printf '%s\n' "$@"
    } | install_text /run/systemd/system/static.service
    in_machine systemctl daemon-reload
}

@test "B03 the main PID is the server's, and a stop does not wait for the supervisor" {
    make_unit TimeoutStopSec=60
    in_machine systemctl start static
    wait_until 10 unit_said static listening
    assert_equal "$(in_machine readlink "/proc/$(property static MainPID)/exe")" /usr/local/bin/server
    assert_equal "$(property static NRestarts)" 0
    in_machine timeout 20 systemctl stop static
    assert_equal "$(property static ActiveState) $(property static Result)" "inactive success"
    assert_equal "$(property static ExecMainStatus)" 0
    refute unit_said static 'left-over|Killing process'
}

@test "B01 what KillMode=process left behind is taken over by the restarted unit, as any user" {
    local old
    make_unit KillMode=process 'ExecStart=' 'User=nobody' \
        'ExecStart=/usr/local/bin/portclaim run /usr/local/bin/server --port 18789 --leak-child'
    in_machine systemctl start static
    wait_until 10 unit_said static listening
    old=$(property static MainPID)
    in_machine systemctl restart static
    wait_until 10 unit_said static '18789 claimed in'
    refute test "$(property static MainPID)" = "$old"
    assert_equal "$(property static NRestarts)" 0
}
