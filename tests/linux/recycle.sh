#!/usr/bin/env bash
# PID 1 of a PID namespace of its own: recycle.sh SERVER OBJECT PORT DIRECTORY SYSTEM-CALL NUMBER
#
# A successor is held up when it enters SYSTEM-CALL for the NUMBERth time. Meanwhile the old instance
# ends, and its PID is given to a bystander: the same program on another port. Prints what became of
# all three.
set -eu

server=$1 object=$2 port=$3 directory=$4 call=$5 number=$6

start() {
    setsid "$@" </dev/null >"$directory/$name" 2>&1 &
}

wait_for() {
    local try
    for ((try = 0; try < 500; try++)); do
        ! "$@" || return 0
        sleep 0.02
    done
    echo "never: $*"
    exit 1
}

name=old
start "$server" --port "$port" --ignore-term
old=$!
wait_for grep -q '^listening' "$directory/old"
sleep 0.05

# The trace ends in the middle of the call's line.
held_up() {
    [ "$(grep -c "$call(" "$directory/trace" 2>/dev/null)" = "$number" ] &&
        [[ $(tail -n 1 "$directory/trace") != *" = "* ]]
}

# The grace is shorter than the interval between two looks, so that SIGKILL follows at the second.
name=successor
start strace -f -qq -e "trace=$call" -o "$directory/trace" \
    -e "inject=$call:delay_enter=1000000:when=$number" \
    env LD_PRELOAD="$object" PORTCLAIM_TERM_MS=30 "$server" --port "$port"
successor=$!
wait_for held_up
echo "old: signals $(sed -n 's/^signal //p' "$directory/old" | xargs)"

kill -KILL "$old"
wait "$old" || true

name=bystander
while kill -0 "$old" 2>/dev/null; do sleep 0.01; done
echo $((old - 1)) >/proc/sys/kernel/ns_last_pid
start "$server" --port $((port + 1))
bystander=$!
[ "$bystander" -eq "$old" ] || { echo "PID $old was not recycled but $bystander given"; exit 1; }
echo "recycled $old"

wait_for grep -qE '^(listening|bind:)' "$directory/successor"
sed 's/^/successor: /' "$directory/successor"
sleep 0.3
if kill -0 "$bystander" 2>/dev/null; then
    signals=$(sed -n 's/^signal //p' "$directory/bystander" | xargs)
    echo "bystander is alive, signals: ${signals:-none}"
fi
sed 's/^/trace: /' "$directory/trace"
kill -KILL "$successor" "$bystander" 2>/dev/null || true
