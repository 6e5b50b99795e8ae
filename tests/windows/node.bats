#!/usr/bin/env bats
# Real servers, unmodified: node.exe of three generations, and a program of Go.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; wine.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load wine

servers=$repository/tests/servers

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

# fetch NAME: sets $fetched to the program, or skips
fetch() {
    fetched=$("$repository/tests/windows/fetch" "$1" 2>"$BATS_TEST_TMPDIR/fetch") ||
        skip "$(tail -n 1 "$BATS_TEST_TMPDIR/fetch")"
}

# node_line NODE [SCRIPT]: the command of a Node server on $port, in $line
node_line() {
    fetch "$1"
    line=("$fetched" "$(windows_path "${2:-$servers/http.js}")" "$port")
}

# The PID that the server on $port answers with: of Windows
ask() {
    # shellcheck disable=SC2016
    "${network[@]}" timeout 2 bash -c '
        exec 9<>"/dev/tcp/$1/$2" && printf "GET / HTTP/1.0\r\n\r\n" >&9 && cat <&9' \
        - 127.0.0.1 "$port" 2>/dev/null | tail -n 1 | tr -d '\r'
}

# Who answered is in $answered then.
answers() {
    answered=$(ask)
    # Each question leaves a connection in TIME_WAIT, and Wine takes its time to tell of those.
    [[ $answered =~ ^[0-9]+$ ]] || { sleep 0.2 && false; }
}

answers_or_ended() {
    answers || gone "$1"
}

# launch NAME COMMAND...: it answers when this returns
launch() {
    start_in_wine "$@"
    wait_until 40 answers_or_ended "$1"
    refute gone "$1"
    next_start
}

# replace NEW OLD COMMAND...: like launch, but the answer must be that of another instance than the last
replace() {
    local before=$answered new=$1 old=$2
    start_in_wine "$new" "${@:3}"
    wait_until 40 claimed_or_ended "$new"
    assert_said "$new" ':[0-9]+ claimed in .*: 1 stale holder (stopped|let go)'
    assert_gone "$old"
    wait_until 20 answers_or_ended "$new"
    [ "$answered" != "$before" ] || fail "it is still $old that answers"
    refute gone "$new"
    assert_not_said "$new" 'not claimed|EADDRINUSE'
    next_start
}

claimed_or_ended() {
    said "$1" ' claimed in ' || said "$1" EADDRINUSE || gone "$1"
}

# takeover NODE
takeover() {
    local line
    node_line "$1"
    launch old wine "${line[@]}"
    replace new old "${under[@]}" "${line[@]}"
}

@test "W01 Node 18" {
    takeover node-18
    assert_said new 'stale, same script'
}

@test "W01 Node 22" {
    takeover node-22
    assert_said new 'stale, same script'
}

@test "W01 W06 a Node gateway restarted 20 times over a live predecessor listens at its first attempt" {
    local number line before=0
    node_line node-20
    launch 0 "${under[@]}" "${line[@]}"
    for number in {1..20}; do
        replace "$number" "$before" "${under[@]}" "${line[@]}"
        before=$number
    done
}

@test "S04 a Node gateway that hangs on a client in the middle of a request" {
    local line
    node_line node-20 "$servers/hang.js"
    launch old wine "${line[@]}"
    # shellcheck disable=SC2016
    start client "${network[@]}" bash -c '
        exec 9<>"/dev/tcp/127.0.0.1/$1" && printf "GET / HTTP/1.1\r\nHost: t\r\n" >&9 && echo sent
        cat <&9; echo eof; sleep 600' - "$port"
    wait_for_line client '^sent'
    replace new old "${under[@]}" "${line[@]}"
}

@test "W01 Node on the dual-stack wildcard" {
    local line
    node_line node-20
    line+=(::)
    launch old wine "${line[@]}"
    replace new old "${under[@]}" "${line[@]}"
}

@test "N08 another script under the same node.exe" {
    local line
    node_line node-20 "$servers/title.js"
    launch old wine "${line[@]}"
    local before=$answered
    node_line node-20
    start_in_wine new env PORTCLAIM_WAIT_MS=2000 "${under[@]}" "${line[@]}"
    exit_of new 30
    assert_said new 'EADDRINUSE'
    assert_said new 'foreign, another script'
    wait_until 10 answers
    assert_equal "$answered" "$before"
}

@test "N02 W09 a sidecar that a Node gateway starts never kills the gateway" {
    local line
    node_line node-20 "$BATS_TEST_TMPDIR/sidecar.js"
    cat >"$BATS_TEST_TMPDIR/sidecar.js" <<'END'
// Starts itself once more, on its own port, as a plugin would.
const { spawn } = require('child_process');
const server = require('http').createServer((_, response) => response.end(`${process.pid}\n`));
server.on('error', (error) => { console.log(`sidecar: ${error.code}`); process.exit(1); });
server.listen(Number(process.argv[2]), '127.0.0.1', () => {
  spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit' });
});
END
    launch gateway env PORTCLAIM_WAIT_MS=2000 "${under[@]}" "${line[@]}"
    local before=$answered
    wait_for_line gateway '^sidecar: ' 30
    assert_said gateway '^sidecar: EADDRINUSE'
    assert_said gateway 'lineage, an ancestor of this process'
    wait_until 10 answers
    assert_equal "$answered" "$before"
}

# As where the DLL's directory has a name that no import table can hold.
by_remote_thread() {
    mkdir "$BATS_TEST_TMPDIR/日本"
    cp "$windows"/portclaim.{exe,dll} "$BATS_TEST_TMPDIR/日本"
    under=(wine "$BATS_TEST_TMPDIR/日本/portclaim.exe" run --)
}

@test "W01 W09 Node 20, by a remote thread" {
    by_remote_thread
    takeover node-20
}

# A Go server imports nothing of Winsock by name.
go_takeover() {
    local line
    fetch esbuild
    mkdir "$BATS_TEST_TMPDIR/site"
    echo hello >"$BATS_TEST_TMPDIR/site/index.html"
    line=("$fetched" "--serve=127.0.0.1:$port" "--servedir=$(windows_path "$BATS_TEST_TMPDIR/site")")
    # It ends with its standard input.
    start_in_wine old sh -c 'sleep 600 | exec "$@"' - wine "${line[@]}"
    wait_until 30 go_answers
    next_start
    start_in_wine new sh -c 'sleep 600 | exec "$@"' - "${under[@]}" "${line[@]}"
    wait_for_line new 'claimed in .*: 1 stale holder (stopped|let go)' 30
    wait_until 30 go_answers
    assert_said new 'stale, same program'
}

go_answers() {
    [ "$(ask)" = hello ]
}

@test "W01 a Go server, by its import table" {
    go_takeover
}

@test "W01 W09 a Go server, by a remote thread" {
    by_remote_thread
    go_takeover
}
