# shellcheck shell=bash
# The harness's variables, and ours that the tests use:
# shellcheck disable=SC2154,SC2034
# Real servers for the tests: how each kind is started, and who answers on its port.
#
# A kind of server has two functions here: KIND_command sets `command` (and `directory`, where the
# default will not do), ask_KIND prints the PID that is responsible for an answer: a master's, when
# a worker wrote it. So a test can tell the old one from the new one.

servers=$repository/tests/servers
port=18789
other_port=18790

# pyenv and its like put shell scripts in front of the interpreter; the tests want the real one. Sets
# $python, once.
find_python() {
    [ -n "${python:-}" ] || python=$(python3 -c 'import sys; print(sys.executable)')
}

# ----- the kinds ------------------------------------------------------------------------------

node_command() {
    command=(node "$servers/http.js" "$1")
}

node_dual_command() {
    command=(node "$servers/http.js" "$1" ::)
}

node_title_command() {
    command=(node "$servers/title.js" "$1")
}

node_cluster_command() {
    command=(env NODE_CLUSTER_SCHED_POLICY=rr node "$servers/cluster.js" "$1")
}

node_cluster_shared_command() {
    command=(env NODE_CLUSTER_SCHED_POLICY=none node "$servers/cluster.js" "$1")
}

node_hang_command() {
    command=(node "$servers/hang.js" "$1")
}

node_drain_command() {
    command=(node "$servers/drain.js" "$1")
}

node_two_command() {
    command=(node "$servers/two_addresses.js" "$1")
}

python_module_command() {
    find_python
    command=("$python" -m http.server "$1" --bind 127.0.0.1)
}

asyncio_command() {
    find_python
    command=("$python" "$servers/asyncio_server.py" "$1")
}

# Two instances of one service share configuration and prefix; another service has its own.
nginx_command() {
    local prefix=$BATS_TEST_TMPDIR/nginx-$1
    mkdir -p "$prefix"
    sed "s|@PREFIX@|$prefix|g; s|@PORT@|$1|g" "$servers/nginx.conf.in" >"$prefix/nginx.conf"
    command=(nginx -p "$prefix" -e "$prefix/error.log" -c "$prefix/nginx.conf")
}

redis_command() {
    local data=$BATS_TEST_TMPDIR/redis-$1
    mkdir -p "$data"
    command=(redis-server --bind 127.0.0.1 --port "$1" --save '' --dir "$data")
}

c_server_command() {
    command=("$server" --port "$1" --close-first)
}

# ----- who answers ----------------------------------------------------------------------------

# exchange HOST PORT BYTES: sends them and prints what comes back until the other side closes.
exchange() {
    # A bash of its own, for /dev/tcp is of the network of the process that opens it.
    # shellcheck disable=SC2016
    "${network[@]}" timeout 2 bash -c '
        exec 9<>"/dev/tcp/$1/$2" && printf "$3" >&9 && cat <&9' - "$@" 2>/dev/null
}

ask_http() {
    exchange "${2:-127.0.0.1}" "$1" 'GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n' |
        tail -n 1
}

ask_node() { ask_http "$1"; }
ask_node_title() { ask_http "$1"; }
ask_node_hang() { ask_http "$1"; }
ask_node_drain() { ask_http "$1"; }
ask_asyncio() { ask_http "$1"; }

# Both families must be the same instance's.
ask_node_dual() {
    local first second
    first=$(ask_http "$1")
    second=$(ask_http "$1" ::1)
    [ "$first" = "$second" ] && echo "$first"
}
ask_node_two() { ask_node_dual "$1"; }

ask_node_cluster() {
    local primary worker
    read -r primary worker < <(ask_http "$1")
    [ -n "$worker" ] && echo "$primary"
}
ask_node_cluster_shared() { ask_node_cluster "$1"; }

ask_nginx() {
    parent_of "$(ask_http "$1")"
}

ask_redis() {
    exchange 127.0.0.1 "$1" 'INFO server\r\nQUIT\r\n' | tr -d '\r' | sed -n 's/^process_id://p'
}

ask_c_server() {
    exchange 127.0.0.1 "$1" ''
}

# It answers with files: that it answers is one thing, who it is the kernel has to say.
ask_python_module() {
    exchange 127.0.0.1 "$1" 'GET / HTTP/1.0\r\n\r\n' | grep -q '^HTTP/1.0 200' && listeners "$1"
}

# The PIDs that hold a listening socket or one of UDP on the port, one a line.
listeners() {
    "${network[@]}" ss -Hltunp "sport = :$1" | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -un
}

# ----- starting them --------------------------------------------------------------------------

servers_setup() {
    harness_setup
    make_network
    stranger_port=18791
    [ ${#network[@]} -gt 0 ] ||
        { port=$(pick_port) && other_port=$(pick_port) && stranger_port=$(pick_port); }
}

# adopt PID: its descendants end with the test, also when it has ended before.
adopt() {
    local child
    for child in $(descendants_of "$1"); do
        process_of["adopted $child"]=$child
        start_time_of["$child"]=$(start_time "$child")
    done
}

# launch NAME KIND PORT [PREFIX ...]: starts an instance; its PID is in $started. Whom it is to be
# served by stands before its command: "${under[@]}".
launch() {
    local name=$1 kind=$2 at=$3 command
    shift 3
    "${kind}_command" "$at"
    start "$name" "${network[@]}" "$@" "${command[@]}"
}

# answers KIND PORT PID: it is this process that answers
answers() {
    [ "$("ask_$1" "$2")" = "$3" ]
}

# So that a test of one that failed ends at once.
answers_or_ended() {
    answers "$@" || dead "$3"
}

# Does anybody listen on the port? Asking costs more than looking, of which no process is needed.
# Listeners are the first in the table; what follows can be thousands in TIME_WAIT, and reading those
# line by line takes minutes.
listens_or_ended() {
    local file line hex
    printf -v hex '%04X' "$1"
    for file in "/proc/$2/net/"tcp{,6}; do
        while read -r line; do
            [[ $line != *":$hex "*":0000 0A "* ]] || return 0
            [[ $line == *" 0A "* || $line == sl* ]] || break
        done 2>/dev/null <"$file"
    done
    dead "$2"
}

# What it says when the port is its own, or its part of it is the whole (PORTCLAIM_REUSEPORT).
won=' (claimed in|ours alone after) '

claimed_or_ended() {
    said "$1" "$won" || dead "$2"
}

# launch_and_wait NAME KIND PORT [PREFIX ...]: it answers when this returns.
launch_and_wait() {
    launch "$@"
    wait_until 20 listens_or_ended "$3" "$started"
    wait_for_answer "$1" "$2" "$3"
}

# wait_for_answer NAME KIND PORT: that of who was started last
wait_for_answer() {
    wait_until 20 answers_or_ended "$2" "$3" "$started"
    answers "$2" "$3" "$started" || fail "$1 does not answer" || return 1
    adopt "$started"
}

# The same program for another service, on another port.
launch_bystander() {
    launch_and_wait bystander "$1" "$other_port"
    bystander=$started
}

launch_old() {
    launch_and_wait old "$1" "$port" "${@:2}"
    old=$started
    mapfile -t old_family < <(echo "$old" && descendants_of "$old")
}

launch_new() {
    launch new "$1" "$port" "${under[@]}"
    new=$started
    dead "$old" || wait_until 20 claimed_or_ended new "$new"
    wait_for_answer new "$1" "$port"
}

# After the new one answered: was it a takeover as it should be?
check_takeover() {
    local kind=$1 pid
    assert_dead "${old_family[@]}"
    answers "$kind" "$port" "$new" || fail "the new one answers no more" || return 1
    for pid in $(listeners "$port"); do
        { echo "$new" && descendants_of "$new"; } | grep -qx "$pid" ||
            fail "$pid listens as well" || return 1
    done
    assert_equal "$(count new "$won.*: [1-9][0-9]* stale holder")" 1
    assert_not_said new 'not claimed'
    alive "$bystander" || fail "the bystander is dead" || return 1
    answers "$kind" "$other_port" "$bystander" || fail "the bystander answers no more"
}

# takeover KIND [PREFIX ...]: what stands before the old one's command
takeover() {
    launch_bystander "$1"
    launch_old "$@"
    launch_new "$1"
    check_takeover "$1"
}

# The old one ends when it is asked, and nobody does more than ask, however slow this machine is.
polite_takeover() {
    export PORTCLAIM_TERM_MS=5000
    takeover "$@"
    assert_equal "$(count new 'sent SIGTERM')" 1
    assert_not_said new SIGKILL
}

# One process more of the kind, started once; the one before it has to go.
restart() {
    local kind=$1 number=$2 before=$started
    launch_and_wait "$number" "$kind" "$port" "${under[@]}"
    assert_dead "$before"
    [ "$number" -eq 1 ] || assert_said "$number" "$won.*: 1 stale holder"
}

# restarts KIND COUNT
restarts() {
    local number
    started=
    for ((number = 1; number <= $2; number++)); do
        restart "$1" "$number" || fail "start $number failed" || return 1
    done
}

# ----- clients --------------------------------------------------------------------------------

# A client sends half a request and keeps its connection; it sends the rest when the file "go" in
# the test's directory appears, and prints the answer.
stall() {
    # shellcheck disable=SC2016
    start client "${network[@]}" bash -c '
        exec 9<>"/dev/tcp/127.0.0.1/$1" && printf "GET / HTTP/1.1\r\nHost: t\r\n" >&9 || exit
        echo connected
        until [ -e "$2" ]; do sleep 0.05; done
        printf "Connection: close\r\n\r\n" >&9 && cat <&9' - "$1" "$BATS_TEST_TMPDIR/go"
    wait_for_line client connected
    # Only a connection that was accepted keeps a server from ending.
    wait_until 5 accepted "$1"
}

# Has the server read all that was sent to it?
accepted() {
    "${network[@]}" ss -Htnp state established "sport = :$1" | grep -q '^0 .*pid='
}

lingering() {
    "${network[@]}" ss -Htn state time-wait "sport = :$1" | grep -q .
}
