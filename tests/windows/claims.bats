#!/usr/bin/env bats
# An unmodified Windows server takes its own port back.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; wine.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load wine

setup_file() {
    make_prefix
}

teardown_file() {
    end_prefix
}

setup() {
    wine_setup
}

teardown() {
    wine_teardown
}

# ----- every kind of endpoint -----------------------------------------------------------------

@test "W01 S01 WSAEADDRINUSE at bind: the stale one is asked, ends, and the bind is made again" {
    serve old
    claim new
    assert_took_over new
    assert_exit old 0
    assert_equal "$(events_of old)" CTRL_BREAK
    assert_said new "127.0.0.1:$port is held by $(windows_pid_of old) \"server(.exe)?\" \(server.exe, up .*\): stale, same program; sent CTRL_BREAK"
    assert_said new 'claimed in .*: 1 stale holder (stopped|let go)'
    assert_not_said new TerminateProcess
    assert_equal "$(answer)" "$(windows_pid_of new)"
}

@test "W01 nothing in the way: not a word" {
    claim new
    assert_listening new
    assert_not_said new portclaim
    assert_equal "$(answer)" "$(windows_pid_of new)"
}

@test "W01 IPv6, where Wine's table has no owner: by a search of the handles" {
    serve old --address ::1
    claim new -- --address ::1
    assert_took_over new old
    assert_said new "\[::1\]:$port is held by $(windows_pid_of old) "
    assert_equal "$(answer ::1)" "$(windows_pid_of new)"
}

@test "W01 UDP, IPv4 and IPv6" {
    serve old --udp
    claim new -- --udp
    assert_took_over new old
    assert_said new "udp:127.0.0.1:$port is held by $(windows_pid_of old) "
    finish new
    serve old6 --udp --address ::1
    claim new6 -- --udp --address ::1
    assert_took_over new6 old6
}

@test "W01 a stale holder that bound the port and never listened" {
    serve old --no-listen
    claim new
    assert_took_over new old
}

@test "W01 R04 a dual-stack server replaces one on IPv4, and the other way round" {
    serve old
    claim dual -- --address ::
    assert_took_over dual old
    assert_equal "$(answer)" "$(windows_pid_of dual)"
    next_start
    claim new
    assert_took_over new dual
}

@test "W01 R04 the wildcard replaces one on a single address, and the other way round" {
    serve old --address 127.0.0.2
    claim wildcard -- --address 0.0.0.0
    assert_took_over wildcard old
    next_start
    claim new -- --address 127.0.0.2
    assert_took_over new wildcard
}

@test "R04 an IPv6-only bind takes over the IPv6 instance and leaves the IPv4 one" {
    serve other --address 0.0.0.0
    serve old --address :: --v6only
    claim new -- --address :: --v6only
    assert_took_over new old
    assert_untouched other
}

@test "R04 N13 instances on other addresses, ports and protocols are left alone" {
    local wanted=$port
    serve address --address 127.0.0.9
    serve udp --udp
    port=$other_port
    serve port
    port=$wanted
    serve old
    claim new
    assert_took_over new old
    assert_untouched address udp port
}

@test "R10 a server that binds two addresses gets both from one that held both" {
    serve old --address 127.0.0.1 --address ::1
    claim new -- --address 127.0.0.1 --address ::1
    assert_took_over new old
    assert_equal "$(answer 127.0.0.1)" "$(windows_pid_of new)"
    assert_equal "$(answer ::1)" "$(windows_pid_of new)"
}

@test "R10 a server with two listening ports gets both from one that held both" {
    serve old --second-port "$other_port"
    claim new -- --second-port "$other_port"
    assert_took_over new old
    assert_equal "$(answer 127.0.0.1 "$port")" "$(windows_pid_of new)"
    assert_equal "$(answer 127.0.0.1 "$other_port")" "$(windows_pid_of new)"
}

@test "S07 two generations, one for each family, are ended together" {
    serve old4 --address 127.0.0.1
    serve old6 --address ::1
    claim new -- --address ::
    assert_took_over new old4 old6
    assert_claimed_from new 2
    assert_equal "$(events_of old4)" CTRL_BREAK
    assert_equal "$(events_of old6)" CTRL_BREAK
}

@test "W02 WSAEACCES, as SO_REUSEADDR beside a listener gets it, is claimed as well" {
    serve old --reuseaddr
    claim new -- --reuseaddr
    assert_took_over new old
}

@test "W02 WSAEACCES for a stranger's sake is returned as such after the budget" {
    serve_stranger old --reuseaddr
    claim new PORTCLAIM_WAIT_MS=1000 -- --reuseaddr
    assert_refused new WSAEACCES
    assert_said new "not claimed in .* (still|last seen) held by $(windows_pid_of old) .*foreign, another program"
    assert_untouched old
}

@test "R09 a listen that fails is claimed as a bind is" {
    local go=$BATS_TEST_TMPDIR/go
    start_in_wine old wine "$program" --port "$port" --reuseaddr --listen-when "$(windows_path "$go-old")"
    wait_for_line old '^bound'
    next_start
    claim new -- --reuseaddr --listen-when "$(windows_path "$go-new")"
    wait_until 20 bound_or_settled new
    touch "$go-old"
    wait_until 20 settled old
    touch "$go-new"
    assert_took_over new old
}

# With SO_REUSEADDR the bind itself may be claimed, since Windows would let both have the port.
bound_or_settled() {
    said "$1" '^bound' || settled "$1"
}

# ----- holders of every temper ----------------------------------------------------------------

@test "S02 W06 one that ignores Ctrl-Break is terminated after the grace, and is gone by then" {
    serve old --ignore-break
    claim new PORTCLAIM_TERM_MS=300
    assert_listening new
    gone old || fail "it listens while the old one lives"
    assert_took_over new
    assert_equal "$(events_of old)" CTRL_BREAK
    assert_said new "127.0.0.1:$port is still held by $(windows_pid_of old) \"server(.exe)?\" ([3-9][0-9]{2}|[0-9]{4,}) ms after CTRL_BREAK; sent TerminateProcess"
    assert_said new 'claimed in .*: 1 stale holder (stopped|let go)'
}

@test "S02 the default budget is enough for it" {
    serve old --ignore-break
    claim new
    assert_took_over new old
}

@test "S01 one that takes its time within the grace is not forced" {
    serve old --stop-delay 500
    claim new PORTCLAIM_TERM_MS=8000
    assert_took_over new
    assert_exit old 0
    assert_not_said new TerminateProcess
}

@test "W06 a program of windows is asked by WM_CLOSE" {
    program=$programs/server_window.exe
    serve old --window
    assert_said old '^window open'
    claim new PORTCLAIM_TERM_MS=3000
    assert_took_over new
    assert_exit old 0
    assert_equal "$(events_of old)" WM_CLOSE
    assert_said new '; sent WM_CLOSE'
    assert_not_said new TerminateProcess
}

@test "W01 one with an established client, whose connection is cut" {
    serve old
    connect client
    claim new
    assert_took_over new old
    assert_exit old 0
    wait_for_line client '^eof'
    assert_equal "$(answer)" "$(windows_pid_of new)"
}

@test "S06 W06 a suspended one is terminated after the grace" {
    serve old
    "${network[@]}" wine "$programs/look.exe" suspend "$(windows_pid_of old)" >"$(log_of suspend)"
    assert_said suspend '^suspended 1'
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new old
    assert_said new 'sent TerminateProcess'
}

@test "S01 W06 one that is slow to take what asks it is not terminated for that" {
    serve old
    # shellcheck disable=SC2046
    kill -STOP $(processes_of old)
    claim new PORTCLAIM_TERM_MS=15000
    wait_for_line new 'sent CTRL_BREAK'
    # shellcheck disable=SC2046
    kill -CONT $(processes_of old)
    assert_took_over new
    assert_exit old 0
    assert_equal "$(events_of old)" CTRL_BREAK
    assert_not_said new TerminateProcess
}

@test "S04 one that hangs on a client that never closes is ended within the budget" {
    serve old --hang-on-client
    connect client
    claim new PORTCLAIM_TERM_MS=300
    assert_took_over new old
    wait_for_line client '^eof'
    assert_equal "$(answer)" "$(windows_pid_of new)"
}

@test "S03 one that drains is left to drain, and ends by itself" {
    serve old --drain
    connect client
    claim new PORTCLAIM_TERM_MS=10000
    assert_took_over new
    assert_said new '1 stale holder let go and ends by itself'
    refute gone old
    send client KILL
    assert_exit old 0
    assert_not_said new TerminateProcess
}

@test "W08 S08 a child that inherited the socket of a dead parent is found" {
    serve old --leak "$(windows_path "$server_exe") --only-spawn"
    kill -KILL "$(pid_of old)"
    assert_dead "$(pid_of old)"
    refute gone old
    claim new
    assert_took_over new old
}

@test "S08 a stray child of the stale one that inherited its socket ends with it" {
    serve old --leak "$(windows_path "$server_exe") --only-spawn"
    claim new
    assert_took_over new old
}

@test "S05 already dead when it would be asked: the claim goes on" {
    serve old --stop-delay 100
    claim one PORTCLAIM_WAIT_MS=15000
    kill -KILL "$(pid_of old)"
    assert_listening one
    assert_gone old
}

# ----- the retry ------------------------------------------------------------------------------

@test "R01 a stranger that leaves within the budget: one successful bind" {
    serve_stranger old
    claim new PORTCLAIM_WAIT_MS=15000
    wait_for_line new 'is held by .*foreign, another program; waiting'
    assert_untouched old
    finish old
    assert_listening new
    assert_said new 'claimed in .*: it became free by itself'
    assert_equal "$(count new '^listening')" 1
}

@test "R06 the first free moment is taken" {
    local gap
    serve_stranger old
    claim new PORTCLAIM_WAIT_MS=20000
    wait_for_line new waiting
    sleep 0.5
    finish_at=${EPOCHREALTIME/[.,]/}
    kill -KILL "$(pid_of old)"
    wait_for_line new '^listening'
    gap=$(((${EPOCHREALTIME/[.,]/} - finish_at) / 1000))
    [ "$gap" -le 150 ] || fail "$gap ms"
}

@test "W07 connections that a dead instance left are no holder" {
    serve old
    connect client
    connect other
    finish old
    send other KILL
    wait_until 10 connections_are 'FIN-WAIT-2 TIME-WAIT'
    claim new PORTCLAIM_WAIT_MS=600000
    assert_listening new
    assert_not_said new portclaim
}

# The kernel sees to the last of them after the process is gone.
connections_are() {
    [ "$("${network[@]}" ss -Htan "sport = :$port" | cut -d' ' -f1 | sort | xargs)" = "$1" ]
}

@test "W10 R05 the last error: after a takeover as at entry, and with nothing in the way as ever" {
    # The server sets it to 4242, which no call does, before each of its calls.
    serve old
    claim new
    assert_took_over new old
    assert_said new '^bind left 4242'
    finish new
    claim free
    assert_listening free
    assert_equal "$(grep ' left ' "$(log_of free)")" "$(grep ' left ' "$(log_of old)")"
}

# ----- how it is started ----------------------------------------------------------------------

@test "W09 the child of a wrapped launcher is hooked, and its grandchild" {
    local line
    line="$(windows_path "$server_exe") --port $port"
    serve old
    start_in_wine child "${under[@]}" "$server_exe" --only-spawn --spawn "$line"
    wait_for_line child '^listening' 20
    assert_said child "claimed in"
    assert_gone old
    finish child
    serve old2
    start_in_wine grandchild "${under[@]}" "$server_exe" --only-spawn --spawn "cmd /c $line"
    wait_for_line grandchild '^listening' 20
    assert_said grandchild "claimed in"
    assert_gone old2
}

@test "W01 a path with spaces and letters of other alphabets" {
    local directory="$BATS_TEST_TMPDIR/späces and δοκιμή"
    mkdir -p "$directory"
    program=$directory/my\ sërver.exe
    cp "$server_exe" "$program"
    serve old
    claim new
    assert_took_over new old
}

@test "W01 the DLL in a directory with spaces and letters of other alphabets" {
    local directory="$BATS_TEST_TMPDIR/Prográmme Files/portclaim 日本"
    mkdir -p "$directory"
    cp "$windows/portclaim.exe" "$windows/portclaim.dll" "$directory"
    under=(wine "$directory/portclaim.exe" run --)
    serve old
    claim new
    assert_took_over new old
}

@test "W05 quoting, case and backslashes of the command line don't matter" {
    # From two directories, so that the arguments have to say that it is one service.
    local path
    path=$(windows_path "$server_exe")
    mkdir "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
    start_in_wine old env -C "$BATS_TEST_TMPDIR/one" wine "$server_exe" --only-spawn \
        --spawn "\"${path^^}\"  \"--port\"   \"$port\""
    assert_listening old
    next_start
    start_in_wine new env -C "$BATS_TEST_TMPDIR/two" "${under[@]}" "$server_exe" --only-spawn \
        --spawn "${path//\\//} --port $port"
    wait_for_line new '^listening' 20
    assert_said new 'stale, same program'
}

@test "S13 an executable replaced by an upgrade still counts as the same program" {
    program=$BATS_TEST_TMPDIR/upgraded.exe
    cp "$server_exe" "$program"
    serve old
    mv "$program" "$program.old"
    cp "$server_exe" "$program"
    claim new
    assert_took_over new old
}
