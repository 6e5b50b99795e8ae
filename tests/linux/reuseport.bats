#!/usr/bin/env bats
# PORTCLAIM_REUSEPORT: who is stale and shares the port with a new instance has to go once that one
# listens; whoever belongs to the same instance stays.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2046,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

setup() {
    harness_setup
    make_network
}

teardown() {
    harness_teardown
}

# join NAME [VARIABLE=VALUE ...] [-- OPTION...]: an instance under portclaim that ends who shares
join() {
    local name=$1 settings=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        settings+=("$1")
        shift
    done
    shift || true
    claim "$name" PORTCLAIM_REUSEPORT=on "${settings[@]}" -- --reuseport "$@"
    assert_listening "$name"
}

# All that comes in is answered by this one alone.
assert_alone() {
    local _
    for _ in 1 2 3 4 5 6; do assert_equal "$(answer)" "$(pid_of "$1")"; done
}

# ----- who has to go --------------------------------------------------------------------------

@test "S01 a stale instance in the same group gets SIGTERM, and nothing else comes to it" {
    serve old --reuseport
    join new
    assert_exit old 0
    assert_equal "$(signals_of old)" SIGTERM
    assert_said new "127.0.0.1:$port is shared with $(pid_of old) \"server\" \(server, up .*\): stale, same program; sent SIGTERM"
    assert_said new "127.0.0.1:$port ours alone after .*: 1 stale holder (stopped|let go)"
    assert_not_said new SIGKILL
    assert_alone new
}

@test "S02 S06 one that ignores SIGTERM gets SIGKILL, and so does a stopped one" {
    serve deaf --reuseport --ignore-term
    serve stopped --reuseport --ignore-term
    send stopped STOP
    join new PORTCLAIM_TERM_MS=200
    assert_exit deaf 137
    assert_exit stopped 137
    assert_said new "still shared with $(pid_of deaf) \"server\" .* after SIGTERM; sent SIGKILL"
    assert_said new "ours alone after .*: 2 stale holders"
}

@test "S03 one that closes its listener is left to drain" {
    serve old --reuseport --drain
    start client "${network[@]}" "$build/tests/client" --stay 127.0.0.1 "$port"
    wait_for_line client '^[0-9]+$'
    join new PORTCLAIM_TERM_MS=5000
    assert_said new "ours alone after .*: 1 stale holder let go"
    assert_alone new
    assert_alive "$(pid_of old)" "$(pid_of client)"
    assert_not_said new SIGKILL
}

@test "S07 on other addresses of the same port, all at once; and by UDP" {
    serve six --reuseport --address ::
    serve four --reuseport --address 0.0.0.0
    serve elsewhere --reuseport --address 127.0.0.9
    serve udp --reuseport --udp
    join new
    assert_dead "$(pid_of six)" "$(pid_of four)"
    assert_untouched elsewhere
    assert_untouched udp
    join newudp -- --udp
    assert_said newudp "udp:127.0.0.1:$port is shared with $(pid_of udp) .*: stale, same program; sent SIGTERM"
    assert_dead "$(pid_of udp)"
    assert_untouched new
}

# ----- who stays ------------------------------------------------------------------------------

@test "N13 without the setting nobody is asked, and both live" {
    serve old --reuseport
    claim new -- --reuseport
    assert_listening new
    assert_untouched old
    assert_not_said new 'portclaim\['
    claim other PORTCLAIM_REUSEPORT=on "PORTCLAIM_PORTS=$other_port" -- --reuseport
    assert_listening other
    assert_untouched old new
    assert_not_said other 'portclaim\['
}

@test "N01 two sockets of one process" {
    join new PORTCLAIM_WAIT_MS=600000 -- --twice
    assert_said new '^second: 0$'
    assert_untouched new
    assert_not_said new 'portclaim\['
}

@test "N06 N16 the protected; a dry run says what it would do" {
    serve old --reuseport
    join spares "PORTCLAIM_PROTECT=$(pid_of old)"
    assert_not_said spares 'portclaim\['
    send spares KILL
    join dry PORTCLAIM=dry-run
    assert_said dry "shared with $(pid_of old) .*: stale, same program; would send SIGTERM"
    assert_untouched old
}

@test "N07 N14 another program in the group: nobody is stopped, nobody is waited for, one line says so" {
    serve_stranger foreign --reuseport
    join new PORTCLAIM_WAIT_MS=600000
    assert_said new "is shared with $(pid_of foreign) \"stranger\" .*: foreign, another program; left alone"
    assert_equal "$(count new 'portclaim\[')" 1
    join newer PORTCLAIM_WAIT_MS=600000
    assert_said newer "is shared with $(pid_of new) .*: stale, same program; left alone, since others hold the port as well"
    assert_untouched foreign new
}

@test "N11 one that was started later" {
    start new "${network[@]}" "${under[@]}" PORTCLAIM_REUSEPORT=on PORTCLAIM_WAIT_MS=600000 "$server" \
        --port "$port" --reuseport --bind-when "$BATS_TEST_TMPDIR/bind"
    wait_for_line new '^started'
    next_tick
    serve younger --reuseport
    touch "$BATS_TEST_TMPDIR/bind"
    assert_listening new
    assert_untouched younger
}

@test "N13 multicast receivers, each of which gets everything" {
    serve old --udp --reuseport --reuseaddr --address 0.0.0.0
    join new -- --udp --reuseaddr --address 0.0.0.0
    assert_untouched old
    assert_not_said new 'portclaim\['
    port=$other_port serve group --udp --reuseport --address 239.1.2.3
    port=$other_port join member -- --udp --address 239.1.2.3
    assert_untouched group
    assert_not_said member 'portclaim\['
}

@test "N15 with the breaker open nobody is stopped, and nobody is waited for" {
    serve old --reuseport
    join new PORTCLAIM_LIMIT=0/60 PORTCLAIM_WAIT_MS=600000
    assert_said new 'kill war'
    assert_said new "shared with $(pid_of old) .*; left alone, since there were too many kills$"
    assert_untouched old
}

# ----- servers of several processes -----------------------------------------------------------

# prefork NAME COUNT [spawn | groups | deaf]: a master whose workers bind for themselves
prefork() {
    start "$1" "${network[@]}" "${under[@]}" PORTCLAIM_REUSEPORT=on python3 \
        "$repository/tests/linux/prefork.py" "$port" "${@:2}"
    wait_until 10 has_workers "$1" "$2"
}

has_workers() {
    [ "$(count "$1" '^worker')" -eq "$2" ]
}

workers_of() {
    sed -n 's/^worker //p' "$(log_of "$1")"
}

@test "N12 a worker that is started anew long after its siblings ends none of them" {
    local workers
    require_command python3
    prefork old 3
    mapfile -t workers < <(workers_of old)
    sleep 1.2 # more than the second within which siblings of an ordinary claim are started
    kill -KILL "${workers[0]}"
    wait_until 10 has_workers old 4
    assert_alive "${workers[1]}" "${workers[2]}"
    assert_not_said old 'portclaim\[|SIGTERM'
    # Another instance is another matter: it ends them all, but for those that come after it.
    next_tick
    send old STOP
    join_prefork
}

# The old master sleeps, and starts nobody anew.
join_prefork() {
    local worker
    prefork new 2
    for worker in $(workers_of old | tail -n 3); do wait_until 10 ended "$worker"; done
    assert_alive $(workers_of new)
    assert_not_said new "shared with ($(workers_of new | paste -sd'|')) "
    # It wakes up, and its new workers leave those of the younger instance alone.
    send old CONT
    wait_until 10 has_workers old 7
    sleep 0.3
    assert_alive $(workers_of new)
}

@test "N12 a worker that shows less of its program than its master is as old as that" {
    require_command python3
    prefork old 1 spawn
    next_tick
    send old STOP
    prefork new 1 spawn
    wait_until 10 ended "$(workers_of old)"
    send old CONT
    wait_until 10 has_workers old 2
    assert_alive "$(workers_of new)"
    assert_not_said old 'portclaim\['
}

@test "N12 S02 several workers wait for one claim, none of them a stranger to the others" {
    local worker
    require_command python3
    prefork old 2 deaf
    next_tick
    send old STOP
    prefork new 4
    for worker in $(workers_of old); do wait_until 10 ended "$worker"; done
    assert_said new 'after SIGTERM; sent SIGKILL'
    assert_not_said new 'foreign|not ours alone'
}

# Each thread has a socket of its own.
threads='import socket, sys, threading
start, sockets = threading.Barrier(8), []
def listen():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", int(sys.argv[1])))
    start.wait()
    listener.listen(1)
    sockets.append(listener)
threads = [threading.Thread(target=listen) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("listening", flush=True)'

@test "N12 S02 threads that listen together ask once, and force once" {
    require_command python3
    prefork old 1 deaf
    next_tick
    send old STOP
    start new "${network[@]}" "${under[@]}" PORTCLAIM_REUSEPORT=on PORTCLAIM_MATCH=any python3 -c "$threads" "$port"
    wait_for_line new '^listening'
    assert_equal "$(count old '^signal SIGTERM')" 1
    assert_equal "$(count new 'sent SIGTERM')" 1
    assert_equal "$(count new 'sent SIGKILL')" 1
}

# What adopts orphans and stands above strangers, whatever PID 1 is here.
adopter='import ctypes, os, sys, time
libc = ctypes.CDLL(None)
libc.prctl(36, 1, 0, 0, 0)        # PR_SET_CHILD_SUBREAPER
libc.prctl(15, b"init", 0, 0, 0)  # PR_SET_NAME
os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
while True: time.sleep(60)'

@test "N12 listen() once more on a socket that listens, when nothing is left above the siblings" {
    local workers
    require_command python3
    start old "${network[@]}" "${under[@]}" PORTCLAIM_REUSEPORT=on python3 -c "$adopter" \
        python3 "$repository/tests/linux/prefork.py" "$port" 2 groups
    wait_until 10 has_workers old 2
    next_tick
    kill -KILL "$(workers_of old | head -n 1)"
    wait_until 10 has_workers old 3
    mapfile -t workers < <(workers_of old | tail -n 2)
    kill -KILL "$(parent_of "${workers[0]}")"
    wait_until 10 orphaned "${workers[@]}"
    kill -USR1 "${workers[@]}"
    wait_until 10 has_listened_again
    assert_alive "${workers[@]}"
    assert_not_said old 'portclaim\['
}

orphaned() {
    [ "$(cat "/proc/$(parent_of "$1")/comm")/$(cat "/proc/$(parent_of "$2")/comm")" = init/init ]
}

has_listened_again() {
    [ "$(count old '^again')" -eq 2 ]
}

# A zombie whose parent is stopped, or gone.
ended() {
    dead "$1"
}

# Each child has a group of its own, and PID 1 is a parent like any other.
@test "N12 supervisord as PID 1 of a container, which starts several of one program" {
    local pid
    require_command supervisord
    require_root
    cat >"$BATS_TEST_TMPDIR/supervisord" <<END
[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile=$BATS_TEST_TMPDIR/pid
[program:server]
command=$server --port $port --reuseport
numprocs=2
process_name=server%(process_num)d
stdout_logfile=$BATS_TEST_TMPDIR/logs/server%(process_num)d
redirect_stderr=true
END
    start container "${network[@]}" "${under[@]}" PORTCLAIM_REUSEPORT=on \
        unshare --pid --fork --mount-proc --kill-child supervisord -c "$BATS_TEST_TMPDIR/supervisord"
    wait_for_line server0 '^listening'
    wait_for_line server1 '^listening'
    # A third one, in the place of one that ended.
    for pid in $(descendants_of "$(pid_of container)"); do
        [ "$(cat "/proc/$pid/comm")" != server ] || break
    done
    kill -KILL "$pid"
    wait_until 10 started_anew
    assert_not_said server0 'shared with|SIGTERM'
    assert_not_said server1 'shared with|SIGTERM'
}

started_anew() {
    [ "$(cat "$logs"/server? | grep -c '^listening')" -eq 3 ]
}

@test "N12 nginx with reuseport, whose workers come and go" {
    local master worker
    require_command nginx
    mkdir "$BATS_TEST_TMPDIR/nginx"
    cat >"$BATS_TEST_TMPDIR/nginx/conf" <<END
daemon off;
worker_processes 3;
pid $BATS_TEST_TMPDIR/nginx/pid;
error_log stderr notice;
events { worker_connections 16; }
http { access_log off; server { listen 127.0.0.1:$port reuseport; return 200 "\$pid\n"; } }
END
    start nginx "${network[@]}" "${under[@]}" PORTCLAIM_REUSEPORT=on nginx -p "$BATS_TEST_TMPDIR/nginx" \
        -c "$BATS_TEST_TMPDIR/nginx/conf"
    wait_until 10 test -s "$BATS_TEST_TMPDIR/nginx/pid"
    master=$(cat "$BATS_TEST_TMPDIR/nginx/pid")
    wait_until 10 has_nginx_workers "$master" 3
    worker=$(nginx_workers "$master" | head -n 1)
    kill -KILL "$worker"
    wait_for_line nginx "worker process $worker exited"
    wait_until 10 has_nginx_workers "$master" 3
    kill -HUP "$master" # a reload
    wait_for_line nginx 'reconfiguring'
    assert_not_said nginx 'portclaim\['
    # A new instance replaces all of it.
    next_tick
    start new "${network[@]}" "${under[@]}" PORTCLAIM_REUSEPORT=on nginx -p "$BATS_TEST_TMPDIR/nginx" \
        -c "$BATS_TEST_TMPDIR/nginx/conf"
    assert_exit nginx 0
    assert_said new "shared with $master .*; sent SIGTERM"
    wait_for_line new 'start worker processes'
}

nginx_workers() {
    local pid
    for pid in $(descendants_of "$1"); do
        [ "$(cat "/proc/$pid/comm")" != nginx ] || echo "$pid" # and not the supervisor
    done
}

has_nginx_workers() {
    [ "$(nginx_workers "$1" | wc -l)" -eq "$2" ]
}

# ----- haproxy, which hands over by itself ----------------------------------------------------

# It passes what comes to $port on to the server on $other_port.
haproxy_under() {
    start "$1" "${network[@]}" "${under[@]}" PORTCLAIM_REUSEPORT=on PORTCLAIM_SIGNAL=USR1 haproxy \
        -f "$BATS_TEST_TMPDIR/haproxy" "${@:2}"
    wait_until 10 answered
}

answered() {
    [ -n "$(answer)" ]
}

setup_haproxy() {
    require_command haproxy
    cat >"$BATS_TEST_TMPDIR/haproxy" <<END
global
    log stderr format raw daemon notice
    hard-stop-after 60s
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen all
    bind 127.0.0.1:$port
    server one 127.0.0.1:$other_port
END
    port=$other_port serve backend
}

@test "S03 haproxy -sf: with its own signal the old one drains, and its connections live" {
    setup_haproxy
    haproxy_under old -db
    start client "${network[@]}" "$build/tests/client" --stay 127.0.0.1 "$port"
    wait_for_line client '^[0-9]+$'
    next_tick
    haproxy_under new -db -sf "$(pid_of old)"
    wait_for_line new "ours alone after .*: 1 stale holder let go"
    assert_said new "is shared with $(pid_of old) .*: stale, same program; sent SIGUSR1"
    assert_not_said new 'SIGKILL'
    assert_alive "$(pid_of old)" "$(pid_of client)" "$(pid_of new)"
    send client KILL
    assert_exit old 0
}

@test "N12 haproxy -W: a reload, whose workers have one master" {
    setup_haproxy
    haproxy_under old -W
    local workers
    workers=$(descendants_of "$(pid_of old)" | wc -l)
    send old USR2
    wait_for_line old 'Loading success|New worker .* forked' 10
    wait_until 10 answered
    assert_alive "$(pid_of old)"
    assert_not_said old 'portclaim\['
    [ "$workers" -gt 0 ]
}
