#!/usr/bin/env bats
# portclaim who on Windows: is it right about what can stand on a port there?
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; wine.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load ../command/command
load wine

setup_file() {
    make_prefix
}

teardown_file() {
    end_prefix
}

setup() {
    wine_setup
    server_path=$(windows_path "$server_exe")
    slashed=${server_path//\\//}
}

teardown() {
    wine_teardown
}

# As in command.bash, of portclaim.exe.
ask() {
    status=0
    answer=$("${network[@]}" timeout 60 wine "$windows/portclaim.exe" "$@" 2>"$logs/asked") || status=$?
    answer=${answer//$'\r'/}
    output=$answer$(tr -d '\r' <"$logs/asked")
}

# holders FILTER: of all holders of the answer, one line each
holders() {
    query ".endpoints[].holders[] | $1"
}

# ----- who holds it ---------------------------------------------------------------------------

@test "C03 a free port: exit status 1, and one line that says so" {
    ask who "$port"
    assert_status 1
    assert_equal "$output" "$port is free, for TCP and for UDP"
}

@test "C03 who holds it, whose it is, what would be done about it, and what to do" {
    serve old
    ask who "tcp:$port"
    assert_status 0
    assert_answer '^ENDPOINT +STATE +PID +USER +UP +PROGRAM +UNIT +VERDICT$'
    assert_answer "^127\.0\.0\.1:$port +listening +$(windows_pid_of old) +[^ ]+\\\\$(id -un) +[0-9.]+ m?s +server\.exe +- +foreign: another program$"
    assert_answer "^  command line: +$slashed --port $port  \(in Z:$PWD\)$"
    assert_answer '^  to a stranger: +foreign, another program; portclaim would wait up to 2000 ms, then bind\(\) fails$'
    assert_answer '^  to its next instance: +stale, same program; portclaim would send CTRL_BREAK.*, and TerminateProcess after 600 ms$'
    assert_answer '^  what to do: +stop it or choose another port'
    assert_answer "^  to free the port: +portclaim free --match exe:$slashed $port$"
    assert_untouched old
    refute test -e "$BATS_TEST_TMPDIR/state"
}

@test "C03 JSON has the same and more, in the shape that it has on Linux" {
    start_in_wine old env PORTCLAIM_SERVICE=gateway wine "$server_exe" --port "$port"
    assert_listening old
    ask who --json "tcp:127.0.0.1:$port"
    assert_status 0
    assert_equal "$(query 'keys | join(" ")')" "endpoints seen_by version"
    assert_equal "$(query '.endpoints[0] | keys | join(" ")')" "complete endpoint held holders lingering port protocol"
    assert_equal "$(query '.endpoints[0] | .endpoint, .protocol, .port, .held, .complete')" \
        "127.0.0.1:$port
tcp
$port
true
true"
    assert_equal "$(holders 'keys | join(" ")')" "action address advice age_ms arguments directory evidence free_command name next_instance parents pid program service state user_name verdict"
    assert_equal "$(holders '.pid, .address, .state, .name, .program, .directory, .service')" \
        "$(windows_pid_of old)
127.0.0.1:$port
listening
server.exe
$slashed
Z:$PWD
gateway"
    assert_equal "$(holders '.arguments | join(" ")')" "$slashed --port $port"
    assert_equal "$(holders '.user_name | split("\\")[1]')" "$(id -un)"
    assert_equal "$(holders '.next_instance | .verdict, .evidence, .action')" "stale
service
would-ask"
    [ "$(holders .age_ms)" -lt 60000 ]
}

@test "C03 without arguments all that listens: TCP and UDP, IPv4, IPv6 and both" {
    serve old
    serve udp --udp
    port=$other_port serve dual --address ::
    port=$((other_port + 1)) serve six --address :: --v6only
    ask who
    assert_status 0
    assert_equal "$(sed -E '1d; s/^([^ ]+) +([a-z]+) +([0-9]+) .*/\1 \2 \3/' <<<"$output")" \
        "127.0.0.1:$port listening $(windows_pid_of old)
udp:127.0.0.1:$port bound $(windows_pid_of udp)
[::]:$other_port listening $(windows_pid_of dual)
[::]:$((other_port + 1)) listening $(windows_pid_of six)"
    # And who is in the way of which address.
    ask who --json "tcp:127.0.0.1:$other_port" "tcp:127.0.0.1:$((other_port + 1))" "udp:127.0.0.1:$port"
    assert_equal "$(query '.endpoints[] | [.held, .holders[].pid] | join(" ")')" \
        "true $(windows_pid_of dual)
false
true $(windows_pid_of udp)"
}

@test "C03 a socket that is bound and does not listen, which Windows does not list" {
    start_in_wine old wine "$server_exe" --port "$port" --no-listen
    assert_listening old
    ask who --json "tcp:$port"
    assert_equal "$(holders '.pid, .state')" "$(windows_pid_of old)
bound"
}

@test "C03 W08 a child that has the socket of a parent that is gone" {
    make_stranger heir
    start_in_wine old wine "$server_exe" --port "$port" \
        --leak "$(windows_path "$stranger") --only-spawn"
    assert_listening old
    wait_until 20 eval '[ "$(count old "^process ")" -eq 2 ]'
    local pids
    pids=$(sed -n 's/^process \([0-9]*\).*/\1/p' "$(log_of old)" | sort -n)
    ask who --json "tcp:$port"
    assert_equal "$(holders .pid | sort -n)" "$pids"
    assert_equal "$(holders 'select(.name == "heir.exe").next_instance | .evidence, .through')" \
        "inherited
$(windows_pid_of old)"
    # shellcheck disable=SC2046
    kill -KILL $(grep -lsa server.exe $(printf '/proc/%s/cmdline ' $(processes_of old)) | cut -d / -f 3)
    wait_until 10 eval 'ask who --json "tcp:$port" && [ "$(holders .name)" = heir.exe ]'
}

@test "C03 W07 TIME_WAIT: how many, nobody's, and what it means on Windows" {
    "${network[@]}" python3 -c "import socket
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', $port)); s.listen()
c = socket.create_connection(('127.0.0.1', $port)); a, _ = s.accept(); a.close(); c.recv(1); c.close()"
    ask who "tcp:$port"
    assert_status 0
    assert_answer "^\[::\]:$port +TIME_WAIT +- +- +- +1 closed connection +- +lingering$"
    assert_answer '^Connections that were closed .* SO_EXCLUSIVEADDRUSE'
}

@test "C03 connections: with --all, and of a client that has the port" {
    serve old
    connect visitor
    ask who --json "tcp:$port"
    assert_equal "$(query .connections)" null
    ask who --json --all "tcp:127.0.0.1:$port"
    assert_equal "$(query '.connections[] | .local, .state')" "127.0.0.1:$port
ESTABLISHED"
    make_stranger client
    start_in_wine client wine "$stranger" --port $((port + 2)) --connect-from "$other_port" \
        --connect-to "$port"
    assert_listening client
    ask who "tcp:$other_port"
    assert_answer "^127\.0\.0\.1:$other_port +connected +$(windows_pid_of client) .*client: its connection has our local port$"
    assert_answer 'excludedportrange'
    refute_answer 'to free the port'
}

@test "C03 N05 a holder that is no Windows process: nothing is known of it, its user least of all" {
    start holder "${network[@]}" python3 -c "import socket, time
s = socket.socket(); s.bind(('127.0.0.1', $port)); s.listen(); print('up', flush=True); time.sleep(600)"
    wait_for_line holder '^up'
    ask who "tcp:$port"
    assert_status 0
    assert_answer "^127\.0\.0\.1:$port +listening +- +- +- +not visible +- +unknown: holder not visible$"
    assert_answer '^A process that cannot be seen(: look again as administrator)?$'
    ask who --json "tcp:$port"
    assert_equal "$(holders '[has("pid", "user", "user_name", "socket_user", "free_command")] | any')" false
}

# ----- for whom -------------------------------------------------------------------------------

@test "C03 W03 ancestors are called ancestors, and parents are named" {
    start_in_wine old wine "$server_exe" --port "$port" \
        --spawn "cmd /c $(windows_path "$windows/portclaim.exe") who --json tcp:$port"
    wait_for_line old '^}' 30
    answer=$(sed -n '/^{/,/^}/p' "$(log_of old)" | tr -d '\r')
    assert_equal "$(holders '.verdict, .evidence, .free_command')" "lineage
ancestor
null"
    make_stranger launcher
    start_in_wine family wine "$stranger" --only-spawn --spawn "$server_path --port $other_port"
    wait_for_line family '^listening' 20
    ask who "tcp:$other_port"
    assert_answer "^[0-9]+ \"server\.exe\", started by $(windows_pid_of family) \"launcher\.exe\"$"
}

@test "C03 --as: to a second instance of the same program it is stale, however it is named" {
    serve old
    ask who --as "$server_path --port 1" "tcp:$port"
    assert_answer ' stale: same program$'
    assert_answer '^  to that command: +stale, same program; portclaim would send CTRL_BREAK.*, and TerminateProcess after 600 ms$'
    assert_answer '^  what to do: +start it under portclaim$'
    WINEPATH=$(windows_path "$programs") ask who --json --as=SERVER "tcp:$port"
    assert_equal "$(query .command)" SERVER
    assert_equal "$(holders '.evidence, .action')" "program
would-ask"
}

@test "C03 --as resolves an interpreter's script, by the rules of Windows for a command line" {
    cp "$programs/look.exe" "$BATS_TEST_TMPDIR/node.exe"
    mkdir "$BATS_TEST_TMPDIR/a site"
    touch "$BATS_TEST_TMPDIR/a site/server.js" "$BATS_TEST_TMPDIR/server.js"
    start_in_wine old env -C "$BATS_TEST_TMPDIR/a site" wine ../node.exe server.js serve --port "$port"
    wait_for_line old '^ready' 30
    next_start
    cd "$BATS_TEST_TMPDIR"
    ask who --json --as '  node "a site\SERVER.js" serve' "tcp:$port"
    assert_equal "$(holders .evidence)" script
    ask who --json --as '.\node server.js' "tcp:$port"
    assert_equal "$(holders .evidence)" other-script
}

@test "C03 --as a command that is not there, or is no program" {
    refuses() {
        ask who --as "$1" "$port"
        assert_status 2
        assert_equal "$output" "portclaim who: cannot see it as \"$1\" would: $2"
    }
    touch "$BATS_TEST_TMPDIR/start.cmd" "$BATS_TEST_TMPDIR/notes.txt"
    refuses 'C:\no\such.exe --port 1' 'there is no such program'
    refuses "" 'no command is named'
    refuses "$(windows_path "$BATS_TEST_TMPDIR/start.cmd")" 'a batch file only starts the program that takes the port: name that one'
    refuses "$(windows_path "$BATS_TEST_TMPDIR/notes.txt")" 'it is no program'
}

@test "C03 N06 N15 settings count: a rule, a protection, and the kills of late" {
    serve old
    ask who --json --match 'exe:*/server.exe' "tcp:$port"
    assert_equal "$(holders '.evidence, .action')" "rule
would-ask"
    ask who --json --match any --protect "$(windows_pid_of old)" "tcp:$port"
    assert_equal "$(holders .evidence)" protected
    export PORTCLAIM_LIMIT=1/600
    claim new
    assert_took_over new old
    next_start
    ask who --json --as "$server_path" --state-dir "${PORTCLAIM_STATE_DIR}2" "tcp:$port"
    assert_equal "$(holders '.verdict, .action')" "stale
would-ask"
    ask who --json --as "$server_path" "tcp:$port"
    assert_equal "$(holders '.verdict, .action')" "stale
breaker"
}

@test "C03 mistakes change nothing: what cannot be read, and what is wanted" {
    for wrong in 65536 localhost:80; do
        ask who "$wrong"
        assert_status 2
        assert_answer '^portclaim who: cannot read the endpoint ".*": want '
        assert_answer '^usage: portclaim who '
    done
    ask who --match nonsense "$port"
    assert_status 2
}

# ----- what cannot be told --------------------------------------------------------------------

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
@test "C03 W04 what cannot be looked at is not called free: exit status 2" {
    local driver
    serve old
    driver=$(driver_of_prefix)
    [ -n "$driver" ] || skip "this Wine keeps its tables elsewhere"
    # shellcheck disable=SC2086
    kill -KILL $driver
    ask who "tcp:$other_port"
    assert_status 2
    assert_answer "^tcp:$other_port may be held: it could not be looked at in full$"
    assert_answer '^Note: Windows does not tell who holds the port'
    ask who --json "tcp:$other_port"
    assert_status 2
    assert_equal "$(query '.endpoints[0] | .held, .complete')" "null
false"
    ask who
    assert_status 2
    assert_answer '^portclaim who: cannot list the sockets: Windows does not tell them'
    assert_untouched old
}
