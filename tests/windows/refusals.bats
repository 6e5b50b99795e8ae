#!/usr/bin/env bats
# Whom portclaim never touches on Windows.
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
    server_line="$(windows_path "$server_exe") --port $port"
}

teardown() {
    wine_teardown
}

# gateway COMMAND-LINE [VARIABLE=VALUE ...]: a server under portclaim that starts a sidecar, which
# binds the gateway's own port. Both write to one log.
gateway() {
    claim gateway PORTCLAIM_WAIT_MS=1000 "${@:2}" -- --spawn "$1"
    wait_for_line gateway '^(bind|listen): ' 20
}

assert_gateway_spared() {
    assert_said gateway '^bind: WSAEADDRINUSE'
    assert_equal "$(count gateway '^listening')" 1
    assert_equal "$(events_of gateway)" ""
    assert_equal "$(answer)" "$(windows_pid_of gateway)"
}

# ----- kin ------------------------------------------------------------------------------------

@test "N01 a second bind of the same process fails at once, without a word" {
    claim new PORTCLAIM_WAIT_MS=600000 -- --twice
    assert_listening new
    assert_said new '^second: WSAEADDRINUSE after [0-9]{1,3} ms'
    assert_not_said new portclaim
}

@test "N01 a dual-stack server that binds IPv4 too fails at once, without a word" {
    claim new PORTCLAIM_WAIT_MS=600000 -- --address :: --address 0.0.0.0
    assert_inert new
}

@test "N02 W03 its parent: a sidecar of the same program never kills the gateway" {
    gateway "$server_line"
    assert_gateway_spared
    assert_said gateway "held by $(windows_pid_of gateway) .*: lineage, an ancestor of this process; waiting"
}

@test "N02 its parent, though both have the same label and any holder may be stopped" {
    gateway "$server_line" PORTCLAIM_SERVICE=gateway PORTCLAIM_MATCH=any
    assert_gateway_spared
}

@test "N03 W03 a grandparent, across a shell and another program" {
    make_stranger stranger
    gateway "cmd /c $(windows_path "$stranger") --only-spawn --spawn \"$server_line\""
    assert_gateway_spared
    assert_said gateway 'lineage, an ancestor'
}

@test "N12 a sibling that one launcher started together with it" {
    start_in_wine family env PORTCLAIM_WAIT_MS=1000 "${under[@]}" "$server_exe" --only-spawn \
        --pause 200 --spawn "$server_line" --spawn "$server_line"
    wait_for_line family '^(bind|listen): WSAEADDRINUSE' 20
    assert_said family ': sibling, started together with us by one parent; waiting'
    assert_equal "$(events_of family)" ""
    assert_equal "$(count family '^listening')" 1
}

@test "N11 an instance younger than itself" {
    local go=$BATS_TEST_TMPDIR/go
    claim older PORTCLAIM_WAIT_MS=1000 -- --bind-when "$(windows_path "$go")"
    wait_for_line older '^started' 20
    next_start
    serve younger
    touch "$go"
    assert_refused older
    assert_said older "held by $(windows_pid_of younger) .*: newer, started after us; waiting"
    assert_untouched younger
}

@test "N11 of two started together one wins and lives, three times" {
    local round go winner
    for round in 1 2 3; do
        go=$BATS_TEST_TMPDIR/go$round
        serve "old$round"
        claim "one$round" PORTCLAIM_WAIT_MS=1500 -- --bind-when "$(windows_path "$go")"
        claim "other$round" PORTCLAIM_WAIT_MS=1500 -- --bind-when "$(windows_path "$go")"
        wait_for_line "one$round" '^started' 20
        wait_for_line "other$round" '^started' 20
        next_start
        touch "$go"
        wait_until 20 settled "one$round"
        wait_until 20 settled "other$round"
        assert_gone "old$round"
        assert_equal $(($(count "one$round" '^listening') + $(count "other$round" '^listening'))) 1
        winner=one$round
        said "$winner" '^listening' || winner=other$round
        assert_untouched "$winner"
        assert_equal "$(answer)" "$(windows_pid_of "$winner")"
        finish "$winner"
    done
}

@test "N11 of three started together without anybody before them one is left, and lives" {
    local name living
    for name in a b c; do claim "$name" PORTCLAIM_WAIT_MS=1500; done
    for name in a b c; do wait_until 20 settled "$name"; done
    wait_until 10 one_lives a b c
    assert_untouched "$living"
    assert_said "$living" '^listening'
}

# Of those that were replaced the last may still be ending.
one_lives() {
    local name count=0
    for name in "$@"; do gone "$name" || { living=$name && count=$((count + 1)); }; done
    [ "$count" -eq 1 ]
}

# ----- strangers ------------------------------------------------------------------------------

@test "R02 N07 another image: WSAEADDRINUSE after the budget, and the line says who" {
    serve_stranger old
    claim new
    assert_refused new
    between 2000 "$(refused_after new)" 2200
    assert_said new "127.0.0.1:$port not claimed in 2.[01] s: (still|last seen) held by $(windows_pid_of old) \"stranger.exe\" \(stranger.exe, up .*\): foreign, another program; "
    assert_untouched old
}

@test "N07 W05 the same image with other arguments in another directory" {
    start_in_wine old env -C / wine "$server_exe" --port "$port"
    assert_listening old
    next_start
    claim new PORTCLAIM_WAIT_MS=1000 -- --drain
    assert_refused new
    assert_said new 'foreign, same program with other arguments or directory'
    assert_untouched old
}

@test "N07 an image whose name contains the service's name" {
    make_stranger server.exe-2
    program=$stranger
    serve old
    program=$server_exe
    claim new PORTCLAIM_WAIT_MS=1000
    assert_refused new
    assert_said new 'foreign, another program'
    assert_untouched old
}

@test "N05 a holder that is no Windows process is nobody's to stop" {
    # shellcheck disable=SC2016
    start holder "${network[@]}" perl -MIO::Socket::INET -e '
        $| = 1;
        my $socket = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Listen => 1) or die;
        print "up\n"; sleep 600' "$port"
    wait_for_line holder '^up'
    claim new PORTCLAIM_WAIT_MS=1000
    assert_refused new
    assert_said new 'not claimed'
    assert_alive "$(pid_of holder)"
}

@test "N06 the protected: by name and by PID" {
    serve old
    claim byname PORTCLAIM_WAIT_MS=1000 'PORTCLAIM_PROTECT=serv*'
    assert_refused byname
    assert_said byname 'lineage, protected by PORTCLAIM_PROTECT'
    claim bypid PORTCLAIM_WAIT_MS=1000 "PORTCLAIM_PROTECT=$(windows_pid_of old)"
    assert_refused bypid
    assert_untouched old
}

@test "N10 another instance of our program, whose outgoing connection has our port" {
    start_in_wine elsewhere wine "$server_exe" --port "$other_port"
    assert_listening elsewhere
    start_in_wine second wine "$server_exe" --port $((other_port + 1)) --connect-from "$port" \
        --connect-to "$other_port"
    assert_listening second
    next_start
    claim new PORTCLAIM_WAIT_MS=1000
    assert_refused new
    assert_said new "held by $(windows_pid_of second) .*: client"
    assert_untouched second elsewhere
}

@test "N14 a foreign holder beside the stale one makes the claim hopeless: nobody is stopped" {
    serve_stranger foreign --address 127.0.0.1
    serve stale --address ::1
    claim new PORTCLAIM_WAIT_MS=1500 -- --address ::
    assert_refused new
    assert_said new "not claimed in .* (still|last seen) held by $(windows_pid_of foreign) \"stranger"
    assert_untouched foreign stale
}

@test "N15 the breaker: a kill war ends, and the message names both sides" {
    local name
    for name in alpha beta; do cp "$server_exe" "$BATS_TEST_TMPDIR/$name.exe"; done
    duel() {
        program=$BATS_TEST_TMPDIR/$1.exe
        claim "$2" PORTCLAIM_SERVICE=gateway PORTCLAIM_LIMIT=2/60 PORTCLAIM_WAIT_MS=1000
    }
    duel alpha first
    assert_listening first
    next_start
    duel beta second
    assert_took_over second first
    next_start
    duel alpha third
    assert_took_over third second
    next_start
    duel beta fourth
    assert_refused fourth
    assert_said fourth 'kill war: 2 kills in 60 s, the last of .*"beta.exe" by .*"alpha.exe"'
    assert_untouched third
}

@test "N16 dry-run says what it would have done, and does nothing" {
    serve old
    claim new PORTCLAIM=dry-run PORTCLAIM_WAIT_MS=600000 PORTCLAIM_TERM_MS=600000
    assert_refused new
    between 0 "$(refused_after new)" 2000
    assert_said new "held by $(windows_pid_of old) .*: stale, same program; would send CTRL_BREAK or WM_CLOSE \(dry run\)"
    assert_not_said new ' sent '
    assert_untouched old
}

# ----- what cannot be seen --------------------------------------------------------------------

# The process in which Wine's driver reads its tables of sockets.
driver_of_prefix() {
    local path
    # shellcheck disable=SC2013
    for path in $(grep -lzsxF "WINEPREFIX=$WINEPREFIX" /proc/[0-9]*/environ); do
        path=${path%/environ}
        if grep -qs 'nsiproxy' "$path/maps"; then echo "${path#/proc/}"; fi
    done
}

# The last of this file: the prefix has no tables any more.
@test "W04 R07 a look-up that fails stops nobody, and is not read as a free port" {
    local driver
    serve old
    driver=$(driver_of_prefix)
    [ -n "$driver" ] || skip "this Wine keeps its tables elsewhere"
    # shellcheck disable=SC2086
    kill -KILL $driver
    claim new PORTCLAIM_WAIT_MS=500
    assert_refused new
    between 500 "$(refused_after new)" 900
    assert_said new 'nobody is stopped|nobody can be identified|could not be found'
    assert_untouched old
}
