#!/usr/bin/env bats
# examples/systemd/caddy.service in a real systemd.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load ../lib/systemd
load gateways

setup() {
    harness_setup
    require_command caddy
    boot_machine
    inside=("${into_machine[@]}")
    [ -x "$machine_root/usr/bin/caddy" ] || ln -s "$(command -v caddy)" "$machine_root/usr/bin/caddy"
    install_text /etc/caddy/Caddyfile <<<"{
	admin off
}
:$port {
	respond here
}"
}

teardown() {
    end_machine
    harness_teardown
}

# The PIDs that listen on the port, one a line.
listeners() {
    "${inside[@]}" ss -Hltnp "sport = :$port" | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -u
}

somebody_listens() {
    [ -n "$(listeners)" ]
}

@test "B01 caddy.service: an instance that was started by hand and shares its port has to go" {
    install_unit "$examples/systemd/caddy.service"
    run in_machine portclaim doctor caddy.service
    assert_equal "$status" 0
    in_machine sh -c 'setsid /usr/bin/caddy run --config /etc/caddy/Caddyfile >/dev/null 2>&1 &'
    wait_until 15 somebody_listens
    old=$(listeners)
    in_machine systemctl start caddy
    wait_until 5 gone "$old"
    assert_equal "$(listeners)" "$(main_pid caddy)"
    assert_equal "$(property caddy ActiveState) $(property caddy NRestarts)" "active 0"
    wait_until 5 unit_said caddy "is shared with $old \"caddy\".*: stale, same program; sent SIGTERM"
}
