#!/usr/bin/env bats
# examples/systemd/user.service and examples/openclaw under a user's own systemd.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load ../lib/systemd
load gateways

user=claimant
user_id=4242
home=/home/$user

setup() {
    harness_setup
    require_command node
    boot_machine
    inside=("${into_machine[@]}")
    install_node
    in_machine useradd --create-home --uid "$user_id" "$user"
    in_machine systemctl start "user@$user_id" || skip "no user's systemd here"
}

teardown() {
    end_machine
    harness_teardown
}

as_user() {
    in_machine setpriv --reuid "$user_id" --regid "$user_id" --clear-groups \
        env "HOME=$home" "XDG_RUNTIME_DIR=/run/user/$user_id" "$@"
}

user_property() {
    as_user systemctl --user show --property "$2" --value "$1"
}

# assert_takes_over UNIT EVIDENCE: one start is enough, and the old one is dead.
assert_takes_over() {
    as_user systemctl --user start "$1"
    wait_until 15 answers_as_main "$1"
    wait_until 5 gone "$old"
    assert_equal "$(user_property "$1" ActiveState) $(user_property "$1" NRestarts)" "active 0"
    in_machine journalctl --sync
    in_machine journalctl --quiet "_UID=$user_id" | grep -q "held by $old .*stale, $2; sent SIGTERM"
}

# It is started again and again beside the old one, until we stop it.
assert_loops() {
    wait_until 20 restarted "$1" 2
    answers_as "$old"
    # Or our own starts would be counted with those.
    as_user systemctl --user reset-failed "$1"
    as_user systemctl --user stop "$1"
    answers_as "$old"
}

# restarted UNIT COUNT: at least
restarted() {
    [ "$(user_property "$1" NRestarts)" -ge "$2" ]
}

answers_as_main() {
    answers_as "$(user_property "$1" MainPID)"
}

@test "S04 user.service: a gateway started by hand stands in the way" {
    install_file "$build/libportclaim.so" "$home/.local/lib/libportclaim.so"
    install_program "$build/portclaim" "$home/.local/bin/portclaim"
    install_file "$examples/gateway/gateway.js" "$home/gateway/gateway.js"
    install_file "$examples/systemd/user.service" "$home/.config/systemd/user/gateway.service"
    as_user systemctl --user daemon-reload
    as_user setsid --fork /usr/bin/node "$home/gateway/gateway.js" "$port" </dev/null >/dev/null 2>&1
    answered_by_old
    stall_a_client
    assert_takes_over gateway 'same script'
    as_user test -f "/run/user/$user_id/portclaim/tcp-$port"
}

# What `openclaw gateway install` writes, as far as it matters here. KillMode= was process until
# February 2026 (its pull request 24206), and units stay as they were installed.
install_openclaw() {
    install_file "$repository/tests/examples/replacing.js" \
        "$home/.npm-global/lib/node_modules/openclaw/dist/index.js"
    install_text "$home/.config/systemd/user/openclaw-gateway.service" <<'END'
[Service]
ExecStart=/usr/bin/node %h/.npm-global/lib/node_modules/openclaw/dist/index.js 18789 %h/gateway.lock
Restart=always
RestartSec=1
KillMode=process
END
    in_machine chown -R "$user_id:$user_id" "$home"
    as_user systemctl --user daemon-reload
}

install_openclaw_dropin() {
    install_file "$examples/openclaw/portclaim.conf" \
        "$home/.config/systemd/user/openclaw-gateway.service.d/portclaim.conf"
    as_user systemctl --user daemon-reload
}

@test "C02 openclaw: the gateway replaces itself, and its replacement has port and lock" {
    install_openclaw
    as_user systemctl --user start openclaw-gateway
    answered_by_old
    as_user systemctl --user kill --kill-whom=main --signal=USR1 openclaw-gateway
    wait_until 15 answers_as_another
    old=$(who_answers)
    assert_loops openclaw-gateway
    install_openclaw_dropin
    assert_takes_over openclaw-gateway 'same unit'
    # From now on an update is no more than that.
    as_user systemctl --user kill --kill-whom=main --signal=USR1 openclaw-gateway
    wait_until 20 restarted openclaw-gateway 1
    wait_until 20 answers_as_main openclaw-gateway
    wait_until 10 only_one_left
    refute restarted openclaw-gateway 4
}

# comm has 15 characters.
only_one_left() {
    [ "$(in_machine pgrep --count --exact openclaw-gatewa)" = 1 ]
}

@test "C02 openclaw: a gateway started by hand has port and lock" {
    install_openclaw
    as_user setsid --fork /usr/bin/node "$home/.npm-global/lib/node_modules/openclaw/dist/index.js" \
        "$port" "$home/gateway.lock" </dev/null >/dev/null 2>&1
    answered_by_old
    as_user systemctl --user start openclaw-gateway
    assert_loops openclaw-gateway
    install_openclaw_dropin
    assert_takes_over openclaw-gateway 'matches PORTCLAIM_MATCH'
}

@test "C06 doctor --user: fails without the drop-in for openclaw, passes with it" {
    install_openclaw
    run as_user portclaim doctor --user openclaw-gateway.service
    assert_equal "$status" 1
    install_openclaw_dropin
    run as_user portclaim doctor --user openclaw-gateway.service
    assert_equal "$status" 0
}
