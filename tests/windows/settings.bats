#!/usr/bin/env bats
# What each variable does on Windows, and what portclaim leaves as it was.
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

# ----- left alone -----------------------------------------------------------------------------

@test "R03 W10 other errors, port 0, AF_UNIX and last-error values are as without portclaim" {
    cd "$BATS_TEST_TMPDIR"
    run -0 --separate-stderr "${network[@]}" wine "$programs/errors.exe"
    local plain=$output
    assert_equal "$(grep -c : <<<"$plain")" 17
    run -0 --separate-stderr timeout 20 "${network[@]}" env PORTCLAIM_WAIT_MS=600000 \
        "${under[@]}" "$programs/errors.exe"
    assert_equal "$output" "$plain"
    # shellcheck disable=SC2154
    assert_equal "$stderr" ""
}

@test "R03 a port that the system chooses" {
    port=0
    claim new
    assert_listening new
    assert_not_said new portclaim
}

@test "PORTCLAIM=off does nothing" {
    serve old
    claim new PORTCLAIM=off
    assert_inert new
    assert_untouched old
}

@test "PORTCLAIM_PORTS leaves other ports alone, and acts on its own" {
    serve old
    claim other "PORTCLAIM_PORTS=1-$((port - 1)),$((port + 1))"
    assert_inert other
    assert_untouched old
    claim new "PORTCLAIM_PORTS=80, $((port - 1))-$((port + 1))"
    assert_took_over new old
}

@test "PORTCLAIM_ONLY leaves other programs alone, and acts in those it names" {
    serve old
    claim other PORTCLAIM_ONLY=node.exe,erver
    assert_inert other
    assert_untouched old
    claim new 'PORTCLAIM_ONLY=node*,s?rver*'
    assert_took_over new old
}

@test "O05 a malformed setting: one line, then inert" {
    serve old
    claim new PORTCLAIM_TERM_MS=soon
    assert_exit new 2
    assert_said new '^portclaim: PORTCLAIM_TERM_MS="soon": want a number of milliseconds'
    assert_equal "$(count new :)" 1
    # Where `run` does not look, in a child, the DLL says it.
    start_in_wine child "${under[@]}" cmd /c "set PORTCLAIM_TERM_MS=soon&&" \
        "$(windows_path "$server_exe")" --port "$port"
    assert_refused child
    assert_equal "$(count child portclaim)" 1
    assert_said child 'PORTCLAIM_TERM_MS.*soon.*; portclaim does nothing in this process'
    assert_untouched old
}

# ----- identity -------------------------------------------------------------------------------

@test "PORTCLAIM_SERVICE: the same label is the same service, whatever the program" {
    make_stranger stranger
    start_in_wine old env PORTCLAIM_SERVICE=gateway wine "$stranger" --port "$port"
    assert_listening old
    next_start
    claim other PORTCLAIM_SERVICE=gateway2 PORTCLAIM_WAIT_MS=1000
    assert_refused other
    assert_said other 'foreign, another service label'
    assert_untouched old
    claim new PORTCLAIM_SERVICE=gateway
    assert_took_over new old
    assert_said new 'stale, same service label'
}

@test "PORTCLAIM_MATCH names further programs" {
    serve_stranger old
    claim other PORTCLAIM_WAIT_MS=1000 'PORTCLAIM_MATCH=exe:other*,cmdline:node *'
    assert_refused other
    assert_untouched old
    claim new 'PORTCLAIM_MATCH=exe:stranger.exe'
    assert_took_over new old
    assert_said new 'stale, matches PORTCLAIM_MATCH'
}

# ----- time -----------------------------------------------------------------------------------

@test "R02 the budget is kept: WAIT_MS with nobody to stop" {
    serve_stranger old
    claim new PORTCLAIM_WAIT_MS=700
    assert_refused new
    between 700 "$(refused_after new)" 850
    claim none PORTCLAIM_WAIT_MS=0
    assert_refused none
    between 0 "$(refused_after none)" 500
}

@test "PORTCLAIM_TERM_MS=0 forces at once" {
    serve old --stop-delay 5000
    claim new PORTCLAIM_TERM_MS=0
    assert_took_over new old
    assert_said new 'sent TerminateProcess'
}

# ----- what is shared -------------------------------------------------------------------------

# assert_state_refused NUMBER: a takeover without the directory, which says so once
assert_state_refused() {
    serve "old$1"
    claim "new$1" PORTCLAIM_LIMIT=10/60
    assert_took_over "new$1" "old$1"
    assert_equal "$(count "new$1" 'the state directory cannot be used: ')" 1
    finish "new$1"
}

@test "PORTCLAIM_STATE_DIR: made for this user alone, and used" {
    serve old
    claim new PORTCLAIM_LIMIT=10/60
    assert_took_over new old
    assert_not_said new 'state directory'
    # The group is Wine's for the administrators.
    [[ $(stat -c %a "$BATS_TEST_TMPDIR/state") = 7?0 ]]
    [ -s "$BATS_TEST_TMPDIR/state/tcp-$port" ]
}

@test "PORTCLAIM_STATE_DIR that others can write to, or whose file they can, is not used" {
    local state=$BATS_TEST_TMPDIR/state
    mkdir -m 777 "$state"
    assert_state_refused 1
    assert_equal "$(ls "$state")" ""
    chmod 755 "$state"
    serve old2
    claim new2
    assert_took_over new2 old2
    assert_not_said new2 'state directory'
    finish new2
    chmod 666 "$state/tcp-$port"
    assert_state_refused 3
}

@test "PORTCLAIM_STATE_DIR of another user, or where nothing can be made, is not used" {
    require_root
    local state=$BATS_TEST_TMPDIR/state
    mkdir -m 700 "$state"
    chown nobody "$state"
    assert_state_refused 1
    PORTCLAIM_STATE_DIR=$(windows_path "$BATS_TEST_TMPDIR/missing/state") assert_state_refused 2
}

# ----- messages -------------------------------------------------------------------------------

@test "PORTCLAIM_LOG: a file gets the lines, and its directory may have letters of other alphabets" {
    local log="$BATS_TEST_TMPDIR/jóurnal.log"
    serve old
    claim new "PORTCLAIM_LOG=$(windows_path "$log")"
    assert_listening new
    assert_not_said new portclaim
    wait_for_line "$log" 'claimed in'
    grep -q 'sent CTRL_BREAK' "$log"
}

@test "PORTCLAIM_LOG=none says nothing" {
    serve old
    claim new PORTCLAIM_LOG=none
    assert_listening new
    assert_not_said new portclaim
    assert_gone old
}

@test "PORTCLAIM_LOG_FORMAT=json: one object a line" {
    local log="$BATS_TEST_TMPDIR/claims.json"
    require_command jq
    serve old
    claim new PORTCLAIM_LOG_FORMAT=json "PORTCLAIM_LOG=$(windows_path "$log")"
    assert_listening new
    wait_for_line "$log" claimed
    [ "$(jq -s length "$log")" -ge 2 ]
}

@test "C02 PORTCLAIM_CLAIM frees the port before the program runs" {
    serve old
    port=$other_port
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$((other_port - 1))"
    assert_listening new
    assert_gone old
    assert_said new "127.0.0.1:$((other_port - 1)) claimed in"
}

listens_twice() {
    [ "$(count "$1" '^listening')" -eq 2 ]
}

# A DLL that is not named in ASCII comes by a remote thread.
@test "C02 PORTCLAIM_CLAIM likewise where the DLL comes by a remote thread, and children claim no more" {
    local directory=$BATS_TEST_TMPDIR/ä命
    mkdir "$directory"
    cp "$windows"/portclaim.{exe,dll} "$directory"
    under=(wine "$directory/portclaim.exe" run --)
    serve old
    port=$other_port
    claim new "PORTCLAIM_CLAIM=127.0.0.1:$((other_port - 1))" -- \
        --spawn "$(windows_path "$server_exe") --port $((other_port + 1))"
    assert_listening new
    assert_gone old
    wait_until 20 listens_twice new
    assert_equal "$(count new "127.0.0.1:$((other_port - 1)) claimed in")" 1
    assert_not_said new 'nothing is claimed'
}

@test "C02 PORTCLAIM_CLAIM for a program of .NET is told to be in vain" {
    serve old
    port=$other_port
    start_in_wine new env "PORTCLAIM_CLAIM=127.0.0.1:$((other_port - 1))" wine "$programs/inject_launch.exe" managed \
        "$(windows_path "$windows/portclaim.dll")" "$(windows_path "$server_exe")" --port "$port"
    assert_listening new
    assert_said new 'PORTCLAIM_CLAIM: nothing is claimed, for this is a program of .NET'
    assert_untouched old
}

# ----- portclaim run --------------------------------------------------------------------------

@test "C01 run: settings as options, arguments and exit codes pass through" {
    serve old
    under=(wine "$windows/portclaim.exe" run --term-ms 100 --)
    claim new
    assert_took_over new old
    assert_exit_of_run 3 cmd /c exit 3
    assert_exit_of_run 127 no-such-program.exe
    run "${network[@]}" wine "$windows/portclaim.exe" run -- "$server_exe" '--two words'
    [[ $output == *'cannot understand --two words'* ]] || fail "$output"
    assert_equal "$status" 2
}

# assert_exit_of_run STATUS COMMAND...
assert_exit_of_run() {
    local status=0
    "${network[@]}" wine "$windows/portclaim.exe" run -- "${@:2}" >"$(log_of run)" 2>&1 || status=$?
    assert_equal "$status" "$1"
}
