#!/usr/bin/env bats
# examples/systemd in a real systemd: what it leaves behind, and what becomes of it.
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
    install_file "$examples/gateway/gateway.js" /opt/gateway/gateway.js
}

teardown() {
    end_machine
    harness_teardown
}

# without_portclaim UNIT: for as long as the machine is up, or until it is taken back
without_portclaim() {
    install_text "/run/systemd/system/$1.d/off.conf" <<<$'[Service]\nEnvironment=PORTCLAIM=off'
    in_machine systemctl daemon-reload
}

# Systemd tries five times in ten seconds, and then no more.
assert_loops() {
    in_machine systemctl --no-block restart "$1"
    wait_until 20 unit_is "$1" failed
    [ "$(property "$1" NRestarts)" -ge 4 ] || fail "$(property "$1" NRestarts) restarts"
    refute gone "$old"
    in_machine systemctl reset-failed "$1"
}

# assert_takes_over UNIT EVIDENCE: one start is enough, and the old one is dead.
assert_takes_over() {
    wait_until 15 answers_as_another
    wait_until 5 gone "$old"
    assert_equal "$(property "$1" ActiveState) $(property "$1" NRestarts)" "active 0"
    wait_until 5 unit_said "$1" "held by $old .*stale, $2; sent SIGTERM"
}

# The PID that listens on the port in $listener; true once that is another than PID.
listener_differs_from() {
    listener=$("${inside[@]}" ss -Hltnp "sport = :$port" | sed -n 's/.*pid=\([0-9]*\).*/\1/p')
    [ -n "$listener" ] && [ "$listener" != "$1" ]
}

@test "C01 gateway.service: a gateway started by hand stands in the way" {
    install_unit "$examples/systemd/gateway.service"
    start_by_hand
    answered_by_old
    stall_a_client
    without_portclaim gateway.service
    assert_loops gateway
    in_machine systemctl revert gateway
    in_machine systemctl start gateway
    assert_takes_over gateway 'same script'
    assert_equal "$(who_answers)" "$(main_pid gateway)"
}

@test "S04 portclaim.conf: KillMode=process leaves the gateway behind its script" {
    install_vendor_unit gateway.service
    in_machine systemctl start gateway
    answered_by_old
    stall_a_client
    assert_loops gateway
    install_dropin "$examples/systemd/portclaim.conf" gateway.service
    in_machine systemctl start gateway
    assert_takes_over gateway 'same unit'
    # From now on as often as one likes.
    answered_by_old
    in_machine systemctl restart gateway
    assert_takes_over gateway 'same unit'
}

@test "S04 portclaim.conf: the unit has another name now" {
    install_vendor_unit old-name.service
    in_machine systemctl start old-name
    answered_by_old
    stall_a_client
    rm "$machine_root/etc/systemd/system/old-name.service"
    install_vendor_unit gateway.service
    assert_loops gateway
    install_dropin "$examples/systemd/portclaim.conf" gateway.service
    in_machine systemctl start gateway
    assert_takes_over gateway 'same script'
}

@test "C04 free-first.service: ExecStartPre frees the port for a static binary" {
    install_static_server
    install_unit "$examples/systemd/free-first.service"
    # What the unit leaves behind: the server's own child, told to ignore SIGTERM.
    install_text /etc/systemd/system/free-first.service.d/leave.conf <<'END'
[Service]
KillMode=process
ExecStart=
ExecStart=/bin/sh -c '/opt/gateway/gateway --port 18789 --ignore-term; exit'
END
    in_machine systemctl daemon-reload
    in_machine systemctl start free-first
    wait_until 10 listener_differs_from ''
    old=$listener
    in_machine systemctl restart free-first
    wait_until 10 listener_differs_from "$old"
    wait_until 5 gone "$old"
    assert_equal "$(property free-first NRestarts)" 0
    wait_until 5 unit_said free-first 'claimed in .*: 1 stale holder (stopped|let go)'
}

@test "C04 free-first.service: whom nobody named is left alone, and the unit says who it is" {
    install_static_server
    install_unit "$examples/systemd/free-first.service"
    in_machine systemd-run --quiet --unit=stranger /opt/gateway/gateway --port "$port"
    wait_until 10 listener_differs_from ''
    refute in_machine systemctl start free-first
    in_machine systemctl stop free-first
    refute gone "$listener"
    wait_until 5 unit_said free-first \
        "is held by $listener \"gateway\" .*unit stranger.service"
}

@test "C01 run: Type=notify, the main PID, the stop signal and the exit status are as without it" {
    install_text /opt/gateway/notify.sh <<'END'
systemd-notify --ready --status="main is $$"
trap 'exit 3' USR2
while :; do sleep 0.05; done
END
    install_text /etc/systemd/system/notify.service <<'END'
[Service]
Type=notify
NotifyAccess=all
KillSignal=SIGUSR2
ExecStart=/usr/local/bin/portclaim run --ports 18789 -- /bin/bash /opt/gateway/notify.sh
END
    in_machine systemctl daemon-reload
    in_machine systemctl start notify
    assert_equal "$(property notify StatusText)" "main is $(main_pid notify)"
    in_machine systemctl stop notify
    assert_equal "$(property notify ExecMainStatus) $(property notify Result)" "3 exit-code"
}

@test "C01 run: what it cannot serve is refused, and the unit is not started again" {
    install_static_server
    sed 's|-- /usr/bin/node .*|--engine=preload -- /opt/gateway/gateway --port 18789|' \
        "$examples/systemd/gateway.service" | install_text /etc/systemd/system/gateway.service
    in_machine systemctl daemon-reload
    in_machine systemctl start gateway
    wait_until 10 unit_is gateway failed
    assert_equal "$(property gateway ExecMainStatus) $(property gateway NRestarts)" "125 0"
    wait_until 5 unit_said gateway '/opt/gateway/gateway.*static'
}
