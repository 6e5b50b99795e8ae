#!/usr/bin/env bats
# portclaim.exe free: the claim without a server, on Windows. Here the whole of Wine runs without the
# privilege to bind a port below 1024, which stands for a range that Windows keeps for itself.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; wine.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load wine

setup_file() {
    local unprivileged=()
    ! is_root || unprivileged=(setpriv --bounding-set -net_bind_service --inh-caps -net_bind_service)
    make_prefix "${unprivileged[@]}"
}

teardown_file() {
    end_prefix
}

setup() {
    wine_setup
    portclaim=(wine "$windows/portclaim.exe")
}

teardown() {
    wine_teardown
}

# ask ARGUMENT...: `portclaim free`; sets $status and $output, without carriage returns
ask() {
    status=0
    "${network[@]}" timeout 60 "${portclaim[@]}" free "$@" </dev/null >"$(log_of answer)" 2>&1 3>&- 4>&- || status=$?
    output=$(tr -d '\r' <"$(log_of answer)")
}

assert_status() {
    [ "$status" -eq "$1" ] || fail "exit status $status, not $1: $output"
}

assert_answer() {
    grep -Eq -e "$1" <<<"$output" || fail "no line like \"$1\" in: $output"
}

# What it was asked to free can be bound now.
assert_bindable() {
    claim probe PORTCLAIM=off
    assert_listening probe
}

# ----- whom it stops --------------------------------------------------------------------------

@test "C04 W01 a free port is free; a named holder is asked and goes; the port can be bound" {
    ask "$port"
    assert_status 0
    assert_equal "$output" ""
    serve old
    ask --match exe:server.exe "$port"
    assert_status 0
    assert_answer "portclaim\[[0-9]+\]: \[::\]:$port is held by $(windows_pid_of old) \"server(.exe)?\" .*: stale, matches PORTCLAIM_MATCH; sent CTRL_BREAK"
    assert_answer 'claimed in .*: 1 stale holder (stopped|let go)'
    assert_gone old
    assert_equal "$(events_of old)" CTRL_BREAK
    assert_bindable
}

@test "C04 N07 without a name nobody is stopped: it waits, says by whom the port is held and what to do" {
    serve old
    ask --wait-ms 1500 "127.0.0.1:$port"
    assert_status 1
    assert_answer "127.0.0.1:$port not claimed in .*: (still|last seen) held by $(windows_pid_of old) .*: foreign, not named by --match or --service; name it if it may be stopped, or use --force"
    ask --wait-ms 50 --match 'exe:portclaim.exe,exe:serve,comm:erver.exe' --service gateway "$port"
    assert_status 1
    assert_untouched old
}

@test "C04 W06 one that is deaf to Ctrl-Break is terminated after the grace" {
    serve old --ignore-break
    ask --match exe:server.exe --term-ms 200 "$port"
    assert_status 0
    assert_answer 'still held by .* after CTRL_BREAK; sent TerminateProcess'
    assert_gone old
    serve next --stop-delay 60000
    ask --match exe:server.exe --signal KILL "$port"
    assert_status 0
    assert_answer 'sent TerminateProcess'
    assert_gone next
    assert_equal "$(events_of next)" ""
}

@test "C04 --force spares the protected and another label; --service names those with the label" {
    start_in_wine old env PORTCLAIM_SERVICE=gateway wine "$program" --port "$port"
    assert_listening old
    next_start
    ask --force --wait-ms 50 --protect "$(windows_pid_of old)" "$port"
    assert_status 1
    ask --force --wait-ms 1500 --service other "$port"
    assert_status 1
    assert_answer 'foreign, another service label'
    assert_untouched old
    ask --service gateway "$port"
    assert_status 0
    assert_answer 'stale, same service label'
    assert_gone old
}

@test "C04 W03 --force spares ancestors: a hook of the server itself" {
    serve old --spawn "$(windows_path "$windows/portclaim.exe") free --force --wait-ms 1500 $port"
    wait_for_line old 'not claimed in' 20
    assert_said old 'lineage, an ancestor of this process'
    assert_untouched old
}

@test "C04 a server under portclaim.exe run is named by its own name; its portclaim.exe ends with it" {
    claim wrapped
    assert_listening wrapped
    next_start
    ask --match exe:portclaim.exe --wait-ms 1500 "$port"
    assert_status 1
    assert_answer "is held by $(windows_pid_of wrapped) \"server(.exe)?\" .*: foreign, not named"
    assert_untouched wrapped
    ask --match exe:server.exe "$port"
    assert_status 0
    assert_gone wrapped
    assert_exit wrapped 0
}

@test "C04 W01 another program that bound the port and never listened, which Windows does not list" {
    serve old --no-listen
    ask --wait-ms 1500 "127.0.0.1:$port"
    assert_status 1
    # On a busy machine the last look may be cut short.
    assert_answer "(still|last seen) held by $(windows_pid_of old) .*: foreign, not named"
    assert_untouched old
    ask --match exe:server.exe "127.0.0.1:$port"
    assert_status 0
    assert_answer "sent CTRL_BREAK"
    assert_gone old
}

@test "C04 UDP, IPv6, and an address of its own: others on the port are left alone" {
    serve old --udp
    ask --match exe:server.exe "$port"
    assert_status 0
    assert_untouched old
    serve six --address ::1
    ask --match exe:server.exe "127.0.0.1:$port"
    assert_status 0
    ask --match exe:server.exe "udp:$port"
    assert_status 0
    assert_gone old
    assert_untouched six
    ask --match exe:server.exe "[::1]:$port"
    assert_status 0
    assert_gone six
    serve seven --address :: --v6only
    ask --match exe:server.exe "127.0.0.1:$port"
    assert_status 0
    assert_untouched seven
}

# ----- what keeps it from it ------------------------------------------------------------------

@test "C04 N16 dry run, PORTCLAIM=off, PORTCLAIM_PORTS: nothing is done, and it answers whether it is free" {
    serve old
    ask --dry-run --match exe:server.exe "$port"
    assert_status 1
    assert_answer 'would send CTRL_BREAK or WM_CLOSE \(dry run\)'
    PORTCLAIM=off ask --force "$port"
    assert_status 1
    assert_answer 'PORTCLAIM=off keeps portclaim from'
    PORTCLAIM_PORTS=1 ask --force "$port"
    assert_status 1
    assert_answer 'PORTCLAIM_PORTS keeps portclaim from'
    assert_untouched old
    ask --dry-run "$other_port"
    assert_status 0
}

# The DLL would claim for its bind(), by settings of its own: of a dry run it would not know. Only
# bind() finds out about a dual-stack server here, for which Wine has one row.
@test "C04 N16 under portclaim.dll it is still its own claim" {
    serve old --address ::
    export PORTCLAIM_MATCH=any
    portclaim+=(run "$(windows_path "$windows/portclaim.exe")")
    ask --dry-run "127.0.0.1:$port"
    assert_status 1
    assert_equal "$(grep -c 'would send CTRL_BREAK' <<<"$output")" 1
    assert_untouched old
    ask --force "127.0.0.1:$port"
    assert_status 0
    assert_answer 'stale, any holder may be stopped; sent CTRL_BREAK'
    assert_equal "$(grep -c 'sent CTRL_BREAK' <<<"$output")" 1
    assert_gone old
}

@test "C04 W02 a port that Windows keeps for itself: nobody is stopped, and it says what to look at" {
    require_root
    serve elsewhere
    ask --force 127.0.0.1:80
    assert_status 2
    assert_answer '^portclaim free: cannot try to bind 127.0.0.1:80: .*WSAEACCES.*"netsh interface ipv4 show excludedportrange protocol=tcp"'
    ask --log none 192.0.2.1:8080
    assert_status 2
    assert_answer "^portclaim free: cannot try to bind 192.0.2.1:8080: the address is not one of this machine's .*\"ipconfig\" shows them"
    assert_untouched elsewhere
}

@test "C04 mistakes: nothing is stopped, exit status 2, what is wanted" {
    serve old
    ask
    assert_status 2
    assert_answer '^portclaim free: which port is to be freed\?$'
    ask --force "$port" 0
    assert_status 2
    ask --force localhost:80
    assert_status 2
    assert_answer '^portclaim free: cannot read the endpoint "localhost:80": want '
    ask --mach any "$port"
    assert_status 2
    assert_answer 'did you mean --match\?$'
    ask --match any --term-ms soon "$port"
    assert_status 2
    assert_answer '^portclaim: PORTCLAIM_TERM_MS="soon": want a number of milliseconds'
    ask --force --unit gateway "$port"
    assert_status 2
    assert_answer "^portclaim free: --unit is for systemd's services, and Windows has none: name the program with --match"
    assert_untouched old
    ask --help
    assert_status 0
    refute grep -qE -e 'unit|systemd|ExecStart|SIG[A-Z]|PID 1' <<<"$output"
}

# ----- the surroundings -----------------------------------------------------------------------

@test "C04 without standard streams it does the same" {
    local subject
    serve old
    subject=$(windows_path "$programs/inject_subject.exe")
    portclaim=(wine "$subject" start-silent "$(windows_path "$windows/portclaim.exe")")
    ask --wait-ms 50 "$port"
    assert_status 1
    PORTCLAIM=off ask "$port"
    assert_status 1
    ask --no-such "$port"
    assert_status 2
    assert_untouched old
    ask --force "$port"
    assert_status 0
    assert_equal "$output" ""
    assert_gone old
}

@test "C04 Ctrl-C ends it while it waits, and nobody else" {
    local console=$BATS_TEST_TMPDIR/console
    require_command script
    serve old
    {
        wait_until 20 grep -qs waiting "$console" || true
        printf '\x03'
        wait_until 20 test -e "$console.over" || true
    } | {
        "${network[@]}" timeout 50 script --quiet --return --flush --command \
            "${portclaim[*]@Q} free --wait-ms 40000 $port" "$console" >/dev/null 2>&1 3>&- 4>&- || true
        touch "$console.over"
    }
    grep -q 'held by' "$console"
    refute grep -q 'not claimed' "$console"
    assert_untouched old
}
