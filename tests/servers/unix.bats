#!/usr/bin/env bats
# Real servers on a Unix socket, killed so that their path stays. Without PORTCLAIM_UNIX each of these
# fails then; others (asyncio, Redis) remove whatever socket is there, a living server's as well.

# shellcheck disable=SC2154,SC2034 # variables of the files loaded
load ../lib/harness

setup() {
    harness_setup
    make_network
    path=$BATS_TEST_TMPDIR/app.sock
    under+=(PORTCLAIM_UNIX=on)
}

teardown() {
    harness_teardown
}


# take_over COMMAND...: from a dead one, then from a living one
take_over() {
    require_command curl
    start old "${network[@]}" "$@"
    wait_until 20 test -S "$path"
    sleep 0.3
    # shellcheck disable=SC2046
    kill -KILL "$(pid_of old)" $(descendants_of "$(pid_of old)")
    exit_of old
    [ -S "$path" ]
    start without "${network[@]}" "$@"
    exit_of without 30
    [ "$exit_status" -ne 0 ]
    start new "${network[@]}" "${under[@]}" "$@"
    wait_for_line new 'unix:.* claimed in .*: the path of a server that has ended was removed' 20
    wait_until 20 curl -s --max-time 5 --unix-socket "$path" -o /dev/null http://localhost/
    next_tick
    start next "${network[@]}" "${under[@]}" PORTCLAIM_TERM_MS=5000 "$@"
    wait_for_line next 'unix:.* claimed in .*: [0-9] stale holders? ' 20
    assert_dead "$(pid_of new)"
    wait_until 20 curl -s --max-time 5 --unix-socket "$path" -o /dev/null http://localhost/
    assert_alive "$(pid_of next)"
}

@test "Node listens on the path of a killed one, and of a living one" {
    require_command node
    take_over node -e 'require("http").createServer((_, answer) => answer.end(String(process.pid)))
        .listen(process.argv[1])' "$path"
}

@test "nginx likewise" {
    require_command nginx
    sed "s|@PREFIX@|$BATS_TEST_TMPDIR|; s|127.0.0.1:@PORT@|unix:$path|" \
        "$repository/tests/servers/nginx.conf.in" >"$BATS_TEST_TMPDIR/nginx.conf"
    take_over nginx -p "$BATS_TEST_TMPDIR" -c "$BATS_TEST_TMPDIR/nginx.conf" \
        -e "$BATS_TEST_TMPDIR/error.log"
}
