#!/usr/bin/env bats
# portclaim free: the claim without a server.
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
    # It is in use until the last process in it was reaped.
    [ -z "${unit:-}" ] || wait_until 5 rmdir "$unit" 2>/dev/null
}

# make_unit NAME: a control group of that name, as of a systemd service; becomes $unit, and $as puts
# what is started into it.
make_unit() {
    local root
    for root in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
        unit=$root/$1
        if [ -e "$root/cgroup.procs" ] && mkdir "$unit" 2>/dev/null; then
            as=(sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$unit")
            return
        fi
    done
    unit=
    skip "no cgroup can be made here"
}

# free ARGUMENT...: in the background, as a start of its own
free_port() {
    start free "${network[@]}" "${as[@]}" "$portclaim" free "$@"
}

# What it was asked to free can be bound now.
assert_bindable() {
    claim probe PORTCLAIM=off
    assert_listening probe
}

@test "C04 a free port: exit status 0, nothing is said" {
    ask free "$port"
    assert_status 0
    assert_equal "$output" ""
}

@test "C04 a named holder is asked, and the port can be bound when it returns" {
    serve old
    ask free --match "exe:$server" "$port"
    assert_status 0
    assert_answer "portclaim\[[0-9]+\]: \[::\]:$port is held by $(pid_of old) \"server\" .*: stale, matches PORTCLAIM_MATCH; sent SIGTERM"
    assert_answer 'claimed in .*: 1 stale holder (stopped|let go)'
    assert_dead "$(pid_of old)"
    assert_equal "$(signals_of old)" SIGTERM
    assert_bindable
}

@test "C04 without a name nobody is stopped: it waits, says by whom the port is held and what to do" {
    serve old
    ask free --wait-ms 2000 "127.0.0.1:$port"
    assert_status 1
    assert_answer "127.0.0.1:$port not claimed in .*: (still|last seen) held by $(pid_of old) .*: foreign, not named by --match, --unit or --service; name it if it may be stopped, or use --force"
    assert_untouched old
}

@test "C04 it waits for one that goes by itself" {
    serve old
    free_port --wait-ms 60000 "$port"
    wait_for_line free 'foreign, not named by .*; waiting'
    send old TERM
    assert_exit free 0
    assert_said free 'it became free by itself'
    assert_bindable
}

@test "C04 one that is not named is not stopped, by any kind of rule" {
    serve old
    for rule in exe:/bin/server exe:serve comm:serve 'cmdline:server' unit:server.service; do
        ask free --wait-ms 50 --match "$rule" "$port"
        assert_status 1
    done
    ask free --wait-ms 50 --unit server --service gateway "$port"
    assert_status 1
    assert_untouched old
}

@test "C04 several rules, each one suffices" {
    serve old
    ask free --match exe:nobody --match comm:server "$port"
    assert_status 0
    assert_dead "$(pid_of old)"
}

@test "C04 rules of the environment count, and give way to the command line's" {
    serve old
    PORTCLAIM_MATCH=comm:server ask free --match exe:nobody --wait-ms 2000 "$port"
    assert_status 1
    assert_untouched old
    PORTCLAIM_MATCH=comm:server ask free "$port"
    assert_status 0
    assert_dead "$(pid_of old)"
}

@test "C04 --unit names that unit, and no other one that its name would match as a glob" {
    require_root
    local name=portclaim$$
    make_unit "$name"'\x2db*.service'
    serve old
    as=()
    for wrong in "$name" "$name*" '*' "?${name:1}"'\x2db*' "$name"'\\x2db*' "$name-b*" \
        "$name"'\x2dbc' "$name"'\x2db*.scope'; do
        ask free --dry-run --unit "$wrong" "$port"
        assert_answer 'foreign, not named'
    done
    for right in "$name"'\x2db*' "$name"'\x2db*.service'; do
        ask free --dry-run --unit "$right" "$port"
        assert_answer 'would send SIGTERM'
    done
    ask who "tcp:$port"
    assert_answer "^  to free the port: +portclaim free --match 'unit:$name\?x2db\?.service' $port$"
    ask free --unit "$name"'\x2db*' "$port"
    assert_status 0
    assert_dead "$(pid_of old)"
}

@test "C04 --service names those that were started with the label" {
    start old "${network[@]}" env PORTCLAIM_SERVICE=gateway "$server" --port "$port"
    assert_listening old
    next_tick
    ask free --wait-ms 2000 --service other "$port"
    assert_status 1
    assert_answer 'foreign, another service label'
    assert_untouched old
    ask free --service gateway "$port"
    assert_status 0
    assert_answer 'stale, same service label'
    assert_dead "$(pid_of old)"
}

@test "C04 another label outweighs --force beside --service" {
    start old "${network[@]}" env PORTCLAIM_SERVICE=gateway "$server" --port "$port"
    assert_listening old
    next_tick
    ask free --force --service other --wait-ms 2000 "$port"
    assert_status 1
    assert_untouched old
}

@test "C04 one that is deaf is forced after the grace" {
    serve old --ignore-term
    ask free --match comm:server --term-ms 200 "$port"
    assert_status 0
    assert_answer 'still held by .* after SIGTERM; sent SIGKILL'
    assert_dead "$(pid_of old)"
}

@test "C04 --signal asks with another one" {
    serve old
    ask free --match comm:server --signal INT "$port"
    assert_status 0
    assert_equal "$(signals_of old)" SIGINT
}

@test "C04 one that lets go of the port and drains is left to drain" {
    serve old --drain --reuseaddr
    start visitor "${network[@]}" "$build/tests/client" --stay 127.0.0.1 "$port"
    wait_for_line visitor '^connected'
    ask free --match comm:server "$port"
    assert_status 0
    assert_answer '1 stale holder let go and ends by itself'
    assert_alive "$(pid_of old)"
}

@test "C04 master, workers and a leaked child go together, though only the master is named" {
    serve old --fork-workers 2
    wait_until 10 eval '[ "$(descendants_of "$(pid_of old)" | wc -l)" -eq 2 ]'
    local family
    family=$(descendants_of "$(pid_of old)")
    ask free --match "cmdline:$server --port $port --fork-workers 2" "$port"
    assert_status 0
    # shellcheck disable=SC2086
    assert_dead "$(pid_of old)" $family
}

@test "C04 --force: any holder of the same user" {
    serve_stranger old
    ask free --force "$port"
    assert_status 0
    assert_answer 'stale, any holder may be stopped; sent SIGTERM'
    assert_dead "$(pid_of old)"
}

@test "C04 --force spares ancestors: a hook of the server itself" {
    start old "${network[@]}" "$server" --port "$port" --spawn \
        "$portclaim free --force --wait-ms 2000 $port >$logs/hook 2>&1; echo \"status \$?\" >>$logs/hook"
    wait_for_line "$logs/hook" '^status 1$'
    grep -q 'lineage, an ancestor of this process' "$logs/hook"
    assert_untouched old
}

@test "C04 --force spares another user's" {
    require_root
    make_public
    become 65534
    serve old
    as=()
    ask free --force --wait-ms 2000 "$port"
    assert_status 1
    assert_answer "foreign, another user's process; stop it as that user"
    assert_untouched old
}

@test "C04 --force spares a client that has the port" {
    port=$other_port serve far
    start client "${network[@]}" "$build/tests/client" --from "$port" --stay 127.0.0.1 "$other_port"
    wait_for_line client '^connected'
    next_tick
    ask free --force --wait-ms 2000 "$port"
    assert_status 1
    assert_answer 'ip_local_reserved_ports'
    assert_alive "$(pid_of client)"
}

@test "C04 --force spares the protected" {
    serve old
    ask free --force --protect "$(pid_of old)" --wait-ms 2000 "$port"
    assert_status 1
    assert_untouched old
    ask free --force --protect nobody --protect 'serv*' --wait-ms 2000 "$port"
    assert_status 1
    assert_untouched old
}

@test "C04 nobody is stopped for a port that another one keeps" {
    serve old
    serve_stranger other --address 127.0.0.2
    ask free --match "exe:$server" --wait-ms 2000 "$port"
    assert_status 1
    assert_untouched old other
    # Of 127.0.0.1 alone the named one is the only holder.
    ask free --match "exe:$server" "127.0.0.1:$port"
    assert_status 0
    assert_untouched other
}

@test "C04 more holders than are looked at: nobody is stopped, and that is why" {
    serve old --fork-workers 70
    wait_until 20 eval '[ "$(descendants_of "$(pid_of old)" | wc -l)" -eq 70 ]'
    ask free --force --wait-ms 2000 "$port"
    assert_status 1
    assert_answer 'more processes hold the port than fit one look: nobody is stopped'
    assert_answer 'not claimed in .*: stale, any .*; it was not asked to stop, for not everything could be seen'
    assert_untouched old
    # Neither is it said that it would be, nor how.
    ask who --json --as "$server" "tcp:$port"
    assert_equal "$(query '.endpoints[0].complete')" false
    assert_equal "$(query '.endpoints[0].holders[] | .action, .free_command' | sort -u)" "null
wait"
}

@test "C04 dry run: says what it would do, does nothing, and answers whether it is free" {
    serve old
    ask free --dry-run --match comm:server "$port"
    assert_status 1
    assert_answer 'would send SIGTERM \(dry run\)'
    assert_untouched old
    PORTCLAIM=dry-run ask free --match comm:server "$port"
    assert_status 1
    assert_untouched old
    send old KILL
    assert_dead "$(pid_of old)"
    ask free --dry-run "$port"
    assert_status 0
}

@test "C04 where portclaim is off, or the port is not its own, nobody is stopped" {
    serve old
    PORTCLAIM=off ask free --force "$port"
    assert_status 1
    assert_answer 'PORTCLAIM=off keeps portclaim from'
    PORTCLAIM_PORTS=1 ask free --force "$port"
    assert_status 1
    assert_answer 'PORTCLAIM_PORTS keeps portclaim from'
    assert_untouched old
}

@test "C04 the limit of kills holds for it too" {
    serve old
    ask free --limit 0/60 --match comm:server --wait-ms 2000 "$port"
    assert_status 1
    assert_answer 'kill war: 0 kills in 60 s'
    assert_untouched old
}

@test "C04 UDP, IPv6, and an address of its own" {
    serve old --udp
    ask free --match comm:server "$port"
    assert_status 0
    assert_untouched old
    ask free --match comm:server "udp:$port"
    assert_status 0
    assert_dead "$(pid_of old)"
    serve six --address ::1
    ask free --match comm:server "127.0.0.1:$port"
    assert_status 0
    assert_untouched six
    ask free --match comm:server "[::1]:$port"
    assert_status 0
    assert_dead "$(pid_of six)"
}

@test "C04 TIME_WAIT is no reason to wait, nor to blame anybody" {
    serve old --close-first
    start visitor "${network[@]}" "$build/tests/client" 127.0.0.1 "$port"
    assert_exit visitor 0
    send old KILL
    assert_dead "$(pid_of old)"
    ask free "$port"
    assert_status 0
}

@test "C04 the record has it" {
    serve old
    ask free --match comm:server --log "$logs/record" --log-format json "$port"
    assert_status 0
    assert_equal "$(jq -r '.event' "$logs/record" | xargs)" "held claimed"
    assert_equal "$(jq -r 'select(.event == "held") | .self, .holder, .evidence, .action' "$logs/record" | xargs)" \
        "portclaim $(pid_of old) rule asked"
}

@test "C04 under the shared object it is still one claim" {
    serve old --ignore-term
    as=("${under[@]}" PORTCLAIM_MATCH=any)
    ask free --force --term-ms 100 "$port"
    assert_status 0
    assert_equal "$(grep -c 'sent SIGKILL' <<<"$output")" 1
}

@test "C04 an error that is none of its business is told with what to do" {
    ask free 192.0.2.1:80
    assert_status 2
    assert_answer "^portclaim free: cannot try to bind 192.0.2.1:80: Cannot assign requested address; the address is not one of this machine's"
    if is_root; then
        as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
        make_public
        cp "$portclaim" "$public"
        portclaim=$public/portclaim ask free 80
        assert_status 2
        assert_answer 'Permission denied; ports below 1024 need root'
    fi
}

@test "C04 mistakes: nothing is stopped, exit status 2, what is wanted" {
    serve old
    ask free
    assert_status 2
    assert_answer '^portclaim free: which port is to be freed\?$'
    ask free --force "$port" "$other_port"
    assert_status 2
    assert_answer '^portclaim free: one port at a time$'
    for wrong in 0 65536 http localhost:80 "127.0.0.1:$port x"; do
        ask free --force "$wrong"
        assert_status 2
        assert_answer '^portclaim free: cannot read the endpoint ".*": want '
    done
    ask free --forc "$port" --no-such
    assert_status 2
    assert_answer '^portclaim free: there is no option --no-such$'
    ask free --mach any "$port"
    assert_status 2
    assert_answer 'did you mean --match\?$'
    ask free --match any --term-ms soon "$port"
    assert_status 2
    assert_answer '^portclaim: PORTCLAIM_TERM_MS="soon": want a number of milliseconds'
    ask free --match nonsense "$port"
    assert_status 2
    ask free --match
    assert_status 2
    assert_answer '^portclaim free: --match wants a value$'
    for wrong in '' 'other,any' 'other,any,comm:x'; do
        ask free --unit "$wrong" "$port"
        assert_status 2
        assert_answer '^portclaim free: --unit wants the name of one unit, without a comma'
    done
    ask free --force=yes "$port"
    assert_status 2
    assert_answer '^portclaim free: --force takes no value$'
    assert_untouched old
}

@test "C04 a closed standard stream: no socket of ours takes its place" {
    local closed setting
    serve old
    for closed in '2>&-' '<&- >&- 2>&-'; do
        for setting in PORTCLAIM=off PORTCLAIM_PORTS=1; do
            run -1 bash -c 'exec "$@" '"$closed" - "${network[@]}" env "$setting" "$portclaim" free "$port"
        done
        run -1 bash -c 'exec "$@" '"$closed" - "${network[@]}" "$portclaim" free --wait-ms 50 "$port"
    done
    run -2 bash -c 'exec "$@" >&-' - "${network[@]}" "$portclaim" who "$port"
    assert_untouched old
}

@test "C04 options may follow the endpoint" {
    serve old
    ask free "$port" --match comm:server
    assert_status 0
    assert_dead "$(pid_of old)"
}

@test "C04 valgrind has nothing to say" {
    require_command valgrind
    serve old
    portclaim=valgrind
    ask -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
        "$build/portclaim" free --unit 'a\x2db' --match comm:server --wait-ms 5000 "$port"
    # It knows no pidfds, so nobody can be stopped.
    assert_status 1
    assert_answer 'cannot send SIGTERM safely here'
    assert_untouched old
}
