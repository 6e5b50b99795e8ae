#!/usr/bin/env bats
# portclaim who: is it right about everything that can stand on a port?
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load ../linux/scenarios
load command

setup() {
    harness_setup
    make_network
}

teardown() {
    harness_teardown
    remove_public
}

# holders FILTER: of all holders of the answer, one line each
holders() {
    query ".endpoints[].holders[] | $1"
}

@test "C03 a free port: exit status 1, and one line that says so" {
    ask who "$port"
    assert_status 1
    assert_equal "$output" "$port is free, for TCP and for UDP"
    ask who "tcp:$port"
    assert_status 1
    assert_equal "$output" "tcp:$port is free"
}

@test "C03 who holds it: address, state, PID, user, age, program, parents" {
    serve old
    ask who "$port"
    assert_status 0
    assert_answer '^ENDPOINT +STATE +PID +USER +UP +PROGRAM +UNIT +VERDICT$'
    assert_answer "^127\.0\.0\.1:$port +listening +$(pid_of old) +$(id -un) +[0-9.]+ m?s +server .*foreign: another program$"
    assert_answer "^$(pid_of old) \"server\", started by $(parent_of "$(pid_of old)") \""
    assert_answer "^  command line: +$server --port $port  \(in $PWD\)$"
}

@test "C03 it says what a stranger would get, what its next instance would do, and what to do" {
    serve old
    ask who "$port"
    assert_answer '^  to a stranger: +foreign, another program; portclaim would wait up to 2000 ms, then bind\(\) fails$'
    assert_answer '^  to its next instance: +stale, same program; portclaim would send SIGTERM, and SIGKILL after 600 ms$'
    assert_answer '^  what to do: +stop it or choose another port'
    assert_answer "^  to free the port: +portclaim free --match exe:$server $port$"
    # And that command line does it.
    # shellcheck disable=SC2086
    "${network[@]}" "$portclaim" ${output##*portclaim } >"$logs/freed" 2>&1
    assert_dead "$(pid_of old)"
    ask who "$port"
    assert_status 1
}

@test "C03 JSON has the same and more" {
    serve old
    ask who --json "tcp:127.0.0.1:$port"
    assert_status 0
    assert_equal "$(query '.version, .seen_by')" \
        "$("$portclaim" --version | cut -d ' ' -f 2)
stranger"
    assert_equal "$(query '.endpoints | length')" 1
    assert_equal "$(query '.endpoints[0] | .endpoint, .protocol, .port, .held, .complete')" \
        "127.0.0.1:$port
tcp
$port
true
true"
    assert_equal "$(holders '.pid, .address, .state, .name, .program, .directory, .user, .user_name, .socket_user')" \
        "$(pid_of old)
127.0.0.1:$port
listening
server
$server
$PWD
$(id -u)
$(id -un)
$(id -u)"
    assert_equal "$(holders '.arguments | join(" ")')" "$server --port $port"
    assert_equal "$(holders '.parents[0].pid')" "$(parent_of "$(pid_of old)")"
    assert_equal "$(holders '.verdict, .evidence, .action')" "foreign
other-program
wait"
    assert_equal "$(holders '.next_instance | .verdict, .evidence, .action')" "stale
program
would-ask"
    [ "$(holders '.age_ms')" -lt 60000 ]
}

@test "C03 the JSON of every kind of answer has its documented shape" {
    local shape='
        def holder: (.address | type == "string") and (.state | IN("listening", "bound", "connected"))
            and (.verdict | type == "string") and (.evidence | type == "string")
            and (.action | IN("wait", "would-ask", "spared", "breaker"))
            and (.user | type == "number") and (.socket_user | type == "number")
            and (.advice | type == "string")
            and ((has("pid") | not) or (.pid | type == "number"))
            and ((has("next_instance") | not) or (.next_instance | keys == ["action", "evidence", "verdict"]));
        (keys - ["command", "connections", "endpoints", "seen_by", "version"] == [])
        and (.version | type == "string") and (.endpoints | all(
            (keys - ["complete", "endpoint", "gap", "held", "holders", "lingering", "port", "protocol"] == [])
            and (.holders | all(holder)) and (.lingering | type == "object")))'
    serve old
    for arguments in "" "--all" "$port" "--all $port" "$other_port" "udp:$port"; do
        # shellcheck disable=SC2086
        ask who --json $arguments
        jq -e "$shape" <<<"$answer" >/dev/null || fail "who --json $arguments: $answer"
    done
}

@test "C03 without arguments everything that listens, TCP and UDP, and nothing else" {
    require_bound_shown
    serve old
    port=$other_port serve other --udp
    start bound "${network[@]}" "$server" --port $((port + 5)) --no-listen
    assert_listening bound
    ask who
    assert_status 0
    assert_answer "^127\.0\.0\.1:$port +listening +$(pid_of old) "
    assert_answer "^udp:127\.0\.0\.1:$other_port +bound +$(pid_of other) "
    if is_root; then assert_equal "$(grep -c . <<<"$output")" 3; fi
    ask who --all
    assert_answer "^127\.0\.0\.1:$((port + 5)) +bound +$(pid_of bound) "
}

@test "C03 nothing listens at all: nothing is said, exit status 1" {
    require_root
    ask who
    assert_status 1
    assert_equal "$output" ""
}

@test "C03 IPv6, IPv4 and dual stack: who is in the way of which address" {
    serve old --address ::
    ask who --json "tcp:127.0.0.1:$port"
    assert_equal "$(holders '.pid, .address')" "$(pid_of old)
[::]:$port"
    ask who --json "tcp:[::1]:$port"
    assert_equal "$(holders '.pid')" "$(pid_of old)"
    send old KILL
    assert_dead "$(pid_of old)"
    serve six --address :: --v6only
    ask who "tcp:127.0.0.1:$port"
    assert_status 1
    ask who "tcp:[::1]:$port"
    assert_status 0
    serve four
    ask who --json "tcp:$port"
    assert_equal "$(holders '.pid' | sort)" "$(printf '%s\n' "$(pid_of six)" "$(pid_of four)" | sort)"
}

@test "C03 another address on the same port is not in the way" {
    serve old --address 127.0.0.2
    ask who "127.0.0.1:$port"
    assert_status 1
    ask who "$port"
    assert_status 0
}

@test "C03 UDP and TCP are told apart" {
    serve old --udp
    ask who "tcp:$port"
    assert_status 1
    ask who --json "udp:$port"
    assert_status 0
    assert_equal "$(holders '.pid, .state')" "$(pid_of old)
bound"
    ask who "$port"
    assert_status 0
}

@test "C03 MPTCP" {
    [ -e /proc/sys/net/mptcp/enabled ] || skip "this kernel has no MPTCP"
    start old "${network[@]}" python3 -c '
import socket, sys, time
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
listener.bind(("127.0.0.1", int(sys.argv[1]))); listener.listen()
print("listening", flush=True); time.sleep(600)' "$port"
    wait_for_line old '^listening'
    ask who --json "$port"
    assert_equal "$(holders '.pid, .state')" "$(pid_of old)
listening"
    ask who
    assert_answer "^127\.0\.0\.1:$port +listening +$(pid_of old) "
}

@test "C03 bound and not listening" {
    require_bound_shown
    start old "${network[@]}" "$server" --port "$port" --no-listen
    assert_listening old
    ask who --json "tcp:$port"
    assert_equal "$(holders '.pid, .state')" "$(pid_of old)
bound"
}

@test "C03 an inherited socket: the child, whose parent is gone" {
    serve old --leak-child
    local child
    child=$(sed -n 's/^child //p' "$(log_of old)")
    ask who --json "tcp:$port"
    assert_equal "$(holders '.pid' | sort -n)" "$(printf '%s\n' "$(pid_of old)" "$child" | sort -n)"
    # To the next instance the child is stale with its parent.
    assert_equal "$(holders "select(.pid == $child).next_instance | .evidence, .through")" "inherited
$(pid_of old)"
    send old KILL
    assert_dead "$(pid_of old)"
    ask who --json "tcp:$port"
    assert_equal "$(holders '.pid')" "$child"
}

@test "C03 master and workers: each once, and none is taken for the master" {
    serve old --fork-workers 3
    wait_until 10 eval '[ "$(descendants_of "$(pid_of old)" | wc -l)" -eq 3 ]'
    ask who --json "tcp:$port"
    assert_equal "$(holders '.pid' | sort | uniq | wc -l)" 4
    assert_equal "$(holders '.pid' | wc -l)" 4
    assert_equal "$(holders '.next_instance.action' | sort -u)" would-ask
    ask who
    assert_equal "$(grep -c "^127.0.0.1:$port " <<<"$output")" 4
}

@test "C03 a zombie leader with a living thread" {
    serve old --leader-exits
    ask who --json "tcp:$port"
    assert_equal "$(holders '.pid, .verdict')" "$(pid_of old)
foreign"
    ask who
    assert_answer "^127\.0\.0\.1:$port +listening +$(pid_of old) "
}

@test "C03 a thread with descriptors of its own" {
    serve old --own-files
    ask who --json "tcp:$port"
    assert_equal "$(holders '.pid')" "$(pid_of old)"
    ask who
    assert_answer "^127\.0\.0\.1:$port +listening +$(pid_of old) "
}

@test "C03 TIME_WAIT: how many, and that nobody is to blame" {
    serve old --close-first
    for visitor in one two three; do
        start "$visitor" "${network[@]}" "$build/tests/client" 127.0.0.1 "$port"
        assert_exit "$visitor" 0
    done
    send old KILL
    assert_dead "$(pid_of old)"
    ask who "tcp:$port"
    assert_status 0
    assert_answer "^\[::\]:$port +TIME_WAIT +- +- +- +3 closed connections +- +lingering$"
    assert_answer 'Connections that were closed keep the port'
    ask who --json "tcp:$port"
    assert_equal "$(query '.endpoints[0].lingering.TIME_WAIT, .endpoints[0].held')" "3
true"
    assert_equal "$(holders '.pid')" ""
}

@test "C03 TIME_WAIT of another address on the same port is not counted" {
    local address
    for address in 127.0.0.1 127.0.0.2; do
        serve "old$address" --address "$address" --close-first
        start "visitor$address" "${network[@]}" "$build/tests/client" "$address" "$port"
        assert_exit "visitor$address" 0
        send "old$address" KILL
        assert_dead "$(pid_of "old$address")"
    done
    ask who --json "tcp:127.0.0.1:$port"
    assert_equal "$(query '.endpoints[0].lingering.TIME_WAIT')" 1
    ask who --json "tcp:$port"
    assert_equal "$(query '.endpoints[0].lingering.TIME_WAIT')" 2
}

@test "C03 FIN_WAIT2 is called by its name" {
    serve old --close-first
    start visitor "${network[@]}" "$build/tests/client" --stay 127.0.0.1 "$port"
    wait_for_line visitor '^eof'
    send old KILL
    assert_dead "$(pid_of old)"
    wait_until 5 eval '[ -n "$("${network[@]}" ss -Htan state fin-wait-2 "sport = :$port")" ]'
    ask who --json "tcp:$port"
    assert_equal "$(query '.endpoints[0].lingering.FIN_WAIT2')" 1
}

@test "C03 connections: behind a listener only with --all, else of whom they are" {
    serve old --drain
    start visitor "${network[@]}" "$build/tests/client" --stay 127.0.0.1 "$port"
    wait_for_line visitor '^connected'
    ask who --json "tcp:$port"
    assert_equal "$(query '.connections')" null
    ask who --all --json "tcp:127.0.0.1:$port"
    assert_equal "$(query '.connections[] | .local, .state, .pids[0]')" "127.0.0.1:$port
ESTABLISHED
$(pid_of old)"
    ask who --all "tcp:$port"
    assert_answer "^127\.0\.0\.1:$port - 127\.0\.0\.1:[0-9]+ +ESTABLISHED +$(pid_of old) "
    # Its listener is closed and the connection is in the way itself.
    send old TERM
    wait_for_line old '^signal SIGTERM'
    wait_until 10 eval '[ -z "$("${network[@]}" ss -Htln "sport = :$port")" ]'
    ask who --json "tcp:$port"
    assert_equal "$(holders '.pid, .state, .verdict')" "$(pid_of old)
connected
client"
    assert_equal "$(holders '.next_instance.verdict')" stale
}

@test "C03 a client that has the port" {
    port=$other_port serve far
    start client "${network[@]}" "$build/tests/client" --from "$port" --stay 127.0.0.1 "$other_port"
    wait_for_line client '^connected'
    ask who "tcp:$port"
    assert_status 0
    assert_answer "^127\.0\.0\.1:$port +connected +$(pid_of client) .*client: its connection has our local port$"
    assert_answer 'ip_local_reserved_ports'
    refute_answer 'to free the port'
}

@test "C03 another user's process, and how to free the port of it" {
    require_root
    make_public
    become 65534
    serve old
    as=()
    ask who "tcp:$port"
    assert_answer "^127\.0\.0\.1:$port +listening +$(pid_of old) +nobody .*foreign: another user's process$"
    assert_answer "^  to free the port: +sudo -u nobody portclaim free --match exe:$public/server $port$"
    assert_answer '^  to its next instance: +stale, same program'
}

@test "C03 how to free a port of several: all are named, or it would stop nobody" {
    local frees
    cp "$server" "$BATS_TEST_TMPDIR/server2" # its path begins as the other one does
    cp "$server" "$BATS_TEST_TMPDIR/server"
    program=$BATS_TEST_TMPDIR/server2 serve old
    program=$BATS_TEST_TMPDIR/server serve other --address 127.0.0.2
    serve_stranger third --address 127.0.0.3
    ask who --json "tcp:$port"
    frees=$(holders .free_command | sort -u)
    assert_equal "$(wc -l <<<"$frees")" 1
    "${network[@]}" bash -c "${frees/#portclaim/"$portclaim"}" || fail "does not free it: $frees"
    assert_dead "$(pid_of old)" "$(pid_of other)" "$(pid_of third)"
    # Somebody who is stopped on no account keeps the port.
    serve old
    serve_stranger other --address 127.0.0.2
    ask who --json --protect "$(pid_of other)" "tcp:$port"
    assert_equal "$(holders .free_command)" "null
null"
}

@test "C03 how to free the port of a path that is no plain glob, nor to be typed" {
    local name frees
    for name in 'a,any' 'b[cd]*?' $'e\\f g\'h"\xff\n'; do
        mkdir "$BATS_TEST_TMPDIR/$name"
        cp "$server" "$BATS_TEST_TMPDIR/$name/server,any"
        program=$BATS_TEST_TMPDIR/$name/server,any serve old
        ask who "tcp:$port"
        frees=$(sed -n 's/^  to free the port: *//p' <<<"$output")
        "${network[@]}" bash -c "${frees/#portclaim/"$portclaim"}" || fail "does not free it: $frees"
        assert_dead "$(pid_of old)"
    done
}

@test "C03 how to free the port of workers with less privileges: as who owns the socket" {
    require_root
    start old "${network[@]}" perl -MSocket -e '
        socket(S, PF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in($ARGV[0], INADDR_ANY)) or die;
        listen(S, 1); $| = 1;
        if (!fork) { $) = "65534 65534"; $( = 65534; $> = $< = 65534; print "up\n"; sleep 60 }
        sleep 60' "$port"
    wait_for_line old '^up$'
    ask who --json "tcp:$port"
    assert_equal "$(holders .user_name | sort)" "nobody
root"
    assert_equal "$(holders .free_command | sort -u | sed 's/ --.* / /')" "portclaim free $port"
}

@test "C03 as another user it says whose a socket is, and to look again as root" {
    require_root
    make_public
    cp "$portclaim" "$public"
    serve old
    become 65534
    portclaim=$public/portclaim ask who "tcp:$port"
    assert_status 0
    assert_answer "^127\.0\.0\.1:$port +listening +- +root +- +not visible +- +foreign: another user's process$"
    assert_answer '^A process of root that cannot be seen: look again as root$'
}

@test "C03 a process that is hidden from root as well" {
    require_root
    # In a child PID namespace with its own /proc nothing else is visible.
    serve old
    as=(unshare --pid --fork --mount-proc --)
    ask who "tcp:$port"
    assert_answer "^127\.0\.0\.1:$port +listening +- +root +- +not visible +- +unknown: holder not visible$"
    assert_answer '^A process of root that cannot be seen$'
}

@test "C03 ancestors are called ancestors" {
    start old "${network[@]}" "$server" --port "$port" \
        --spawn "exec $portclaim who tcp:$port >$logs/spawned"
    wait_for_line "$logs/spawned" 'what to do'
    grep -Eq "^127.0.0.1:$port .* $(pid_of old) .*lineage: an ancestor of this process$" "$logs/spawned"
    refute grep -q 'to free the port' "$logs/spawned"
}

@test "C03 --as: to a second instance of the same program it is stale" {
    serve old
    ask who --as "$server --port 1" "tcp:$port"
    assert_answer ' stale: same program$'
    assert_answer '^  to that command: +stale, same program; portclaim would send SIGTERM, and SIGKILL after 600 ms$'
    assert_answer '^  what to do: +start it under portclaim$'
    ask who --json --as "$server --port 1" "tcp:$port"
    assert_equal "$(query '.seen_by, .command')" "command
$server --port 1"
    assert_equal "$(holders '.verdict, .evidence, .action')" "stale
program
would-ask"
}

@test "C03 --as: what the same shell started a moment ago is no sibling" {
    start shell "${network[@]}" bash -c '
        "$1" --port "$3" & until "$2" who "tcp:$3" >/dev/null; do :; done
        sleep 0.03 # started within one clock tick, none would be the older
        "$2" who --json --as "$1" "tcp:$3" >"$4"; kill $!' - \
        "$server" "$portclaim" "$port" "$BATS_TEST_TMPDIR/answer"
    assert_exit shell 0
    answer=$(cat "$BATS_TEST_TMPDIR/answer")
    assert_equal "$(holders .evidence)" program
}

@test "C03 --as finds the program in PATH, through a script's first line, and resolves the script" {
    require_command python3
    make_script
    # What is called python3 may be a script that looks for one.
    PATH=$(dirname "$(python3 -c 'import sys; print(sys.executable)')"):$PATH
    cp "$BATS_TEST_TMPDIR/site/serve.py" "$BATS_TEST_TMPDIR/site/other.py"
    printf '%s\n' '#!/usr/bin/env python3' 'print()' >"$BATS_TEST_TMPDIR/site/run.py"
    chmod +x "$BATS_TEST_TMPDIR/site/run.py"
    start old "${network[@]}" env -C "$BATS_TEST_TMPDIR/site" python3 serve.py "$port"
    wait_for_line old '^listening'
    cd "$BATS_TEST_TMPDIR"
    ask who --json --as "python3 site/serve.py 99" "tcp:$port"
    assert_equal "$(holders '.evidence')" script
    ask who --json --as "python3 site/../site/other.py 99" "tcp:$port"
    assert_equal "$(holders '.evidence')" other-script
    ask who --json --as "site/run.py" "tcp:$port"
    assert_equal "$(holders '.evidence')" other-script
    # A word of it can be quoted.
    cp -r site "a site"
    ask who --json --as "python3 'a site/serve.py'" "tcp:$port"
    assert_equal "$(holders '.evidence')" other-script
}

@test "C03 --as a command that is not there, or that no shell could read" {
    ask who --as no-such-program "$port"
    assert_status 2
    assert_answer '^portclaim who: cannot see it as "no-such-program" would: '
    ask who --as "$BATS_TEST_FILENAME" "$port" # a file, and no program
    assert_status 2
    assert_answer 'it may not be executed'
    ask who --as 'server "unfinished' "$port"
    assert_status 2
    assert_answer 'quotes do not match'
    ask who --as '$(touch /tmp/never)' "$port"
    assert_status 2
    ask who --as '' "$port"
    assert_status 2
    assert_answer 'no command is named'
}

@test "C03 settings count: label, rule, protection, and the environment's" {
    start old "${network[@]}" env PORTCLAIM_SERVICE=gateway "$server" --port "$port"
    wait_for_line old '^listening'
    next_tick
    ask who --json --service gateway "tcp:$port"
    assert_equal "$(holders '.evidence, .action, .service')" "service
would-ask
gateway"
    ask who --json --service other "tcp:$port"
    assert_equal "$(holders '.evidence')" other-service
    ask who --json --match exe:nobody --match comm:server "tcp:$port"
    assert_equal "$(holders '.evidence')" rule
    ask who --json --match any --protect "$(pid_of old)" "tcp:$port"
    assert_equal "$(holders '.evidence')" protected
    PORTCLAIM_MATCH=comm:server ask who --json "tcp:$port"
    assert_equal "$(holders '.evidence')" rule
    # Its next instance would have its label.
    assert_equal "$(holders '.next_instance.evidence')" service
}

@test "C03 where a claim would stop nobody, it does not say that it would" {
    serve old
    ask who --json --as "$server" "tcp:$port"
    assert_equal "$(holders '.verdict, .action')" "stale
would-ask"
    for setting in PORTCLAIM=off "PORTCLAIM_PORTS=$other_port"; do
        as=(env "$setting")
        ask who --json --as "$server" "tcp:$port"
        assert_equal "$(holders '.verdict, .action')" "stale
wait"
    done
}

@test "C03 one stale among others is spared, as in a claim" {
    serve old
    serve_stranger other --address 127.0.0.2
    ask who --json --as "$server" "tcp:$port"
    assert_equal "$(holders "select(.pid == $(pid_of old)) | .verdict, .action")" "stale
spared"
    assert_equal "$(holders "select(.pid == $(pid_of other)) | .verdict, .action")" "foreign
wait"
}

@test "C03 after too many kills it says that nobody would be stopped" {
    export PORTCLAIM_LIMIT=1/600
    serve old
    claim new
    assert_took_over new "$(pid_of old)"
    next_tick
    ask who --json --as "$server" --state-dir "$PORTCLAIM_STATE_DIR" "tcp:$port"
    assert_equal "$(holders '.action')" breaker
    ask who --as "$server" "tcp:$port"
    assert_answer 'too many kills lately'
}

@test "C03 several endpoints: held if one is" {
    serve old
    ask who "$other_port" "$port"
    assert_status 0
    assert_answer "^$other_port is free, for TCP and for UDP$"
    assert_answer "^127\.0\.0\.1:$port +listening +$(pid_of old) "
}

@test "C03 it stops and changes nothing" {
    serve old
    for arguments in "" "--all" "$port" "--as $server $port" "--match any $port"; do
        # shellcheck disable=SC2086
        ask who $arguments
    done
    assert_untouched old
    assert_equal "$(answer)" "$(pid_of old)"
    refute test -e "$PORTCLAIM_STATE_DIR"
}

@test "C03 O06 a hostile title can neither break the table nor the JSON" {
    start old "${network[@]}" bash -c \
        'exec -a "$1" "$2" --port "$3"' - $'evil\n127.0.0.1:1 \e[2J"\\\xff' "$server" "$port"
    wait_for_line old '^listening'
    ask who "tcp:$port"
    refute grep -q $'\e' <<<"$output"
    refute_answer '^127\.0\.0\.1:1 '
    assert_answer 'evil\\x0a127\.0\.0\.1:1 \\x1b\[2J\\x22\\x5c\\xff'
    ask who --json "tcp:$port"
    assert_equal "$(holders '.arguments[0] == "evil\n127.0.0.1:1 \u001b[2J\"\\\u00ff"')" true
    refute grep -q '[^ -~]' <<<"$answer"
}

@test "C03 a narrow terminal gets narrow lines, a pipe whole ones" {
    local long=$BATS_TEST_TMPDIR/a-server-with-a-name-that-is-much-too-long-for-any-terminal
    cp "$server" "$long"
    start old "${network[@]}" "$long" --port "$port"
    wait_for_line old '^listening'
    COLUMNS=80 ask who
    assert_answer '\.\.\. '
    refute grep -Eq '^.{81}' <<<"$answer"
    COLUMNS='' ask who
    assert_answer "${long##*/}"
}

@test "C03 colour on a terminal only, and not with NO_COLOR" {
    require_command script
    serve old
    in_terminal() {
        "${network[@]}" env "$@" script -qec "$portclaim who tcp:$port" /dev/null </dev/null
    }
    in_terminal TERM=xterm | grep -q $'\e\[1mENDPOINT'
    refute eval 'in_terminal TERM=xterm NO_COLOR=1 | grep -q $'"'\\e'"
    refute eval 'in_terminal TERM=dumb | grep -q $'"'\\e'"
    ask who "tcp:$port"
    refute grep -q $'\e' <<<"$output"
}

@test "C03 mistakes change nothing: what cannot be read, and what is wanted" {
    for wrong in 0 65536 http localhost:80 1.2.3:80 "[::1:80" "udp:" ""; do
        ask who "$wrong"
        assert_status 2
        assert_answer '^portclaim who: cannot read the endpoint ".*": want '
        assert_answer '^usage: portclaim who '
    done
    PORTCLAIM_MATCH=nonsense ask who "$port"
    assert_status 2
    assert_answer '^portclaim: PORTCLAIM_MATCH="nonsense": want exe:GLOB'
    ask who --match nonsense "$port"
    assert_status 2
}

@test "C03 without sock_diag a named port is still found, and the gap is told" {
    require_root
    make_public
    serve old
    as=("$public/deny" netlink --)
    ask who "tcp:$port"
    assert_status 0
    assert_answer "^127\.0\.0\.1:$port +listening +$(pid_of old) "
    assert_answer '^Note: no sock_diag here'
    ask who
    assert_status 2
    assert_answer 'cannot list the sockets'
}

@test "C03 valgrind has nothing to say" {
    require_command valgrind
    serve old --close-first
    "${network[@]}" "$build/tests/client" 127.0.0.1 "$port" >"$logs/visitor"
    portclaim=valgrind
    for arguments in "" "--json --all" "$port" "--json --as $server 127.0.0.1:$port" "--all $port"; do
        # shellcheck disable=SC2086
        ask -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
            "$build/portclaim" who $arguments
        assert_status 0
    done
}
