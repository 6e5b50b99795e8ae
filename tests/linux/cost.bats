#!/usr/bin/env bats
# What portclaim costs, counted and not timed: system calls and instructions, which are the same on a
# slow machine and on a busy one. A bound is a tenth or so above what is counted today; who exceeds
# one either finds a cheaper way or raises it here and says why. `make bench` has the times.
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

most_load_calls=10           # system calls of loading the object, the loader's included
most_load_instructions=1000  # of the object until main(), without settings
most_bind_instructions=70    # of a bind() that succeeds, libc's included
most_listen_instructions=100 # of a listen() that succeeds
most_look_calls=200          # of a dry run: look-up, verdict and the line, in a world of five processes
most_look_calls_each=3       # and for each further process, whatever it has open
most_crowd_calls=240         # and for an ancestor, however many threads it has
most_filter_instructions=12  # of the seccomp engine's filter, for a call that is not its affair
most_claim_calls=250         # of a takeover whose holder ends at once

setup() {
    harness_setup
    make_network
}

teardown() {
    harness_teardown
}

# at_most COUNT BOUND WHAT
at_most() {
    echo "$3: $1, at most $2"
    [ "$1" -gt 0 ] || fail "nothing was counted"
    [ "$1" -le "$2" ]
}

# calls_of COMMAND...: how many system calls it makes from its start to its end
calls_of() {
    local trace=$BATS_TEST_TMPDIR/trace
    strace -qq -o "$trace" "$@" >"$BATS_TEST_TMPDIR/output" 2>&1
    grep -c '(' "$trace"
}

@test "loading it: system calls" {
    require_command strace
    local plain
    plain=$(calls_of env -i /bin/true)
    at_most $(($(calls_of env -i LD_PRELOAD="$object" /bin/true) - plain)) "$most_load_calls" \
        'more system calls with the object'
}

# counted FUNCTION: instructions of a function of the object and of what it calls; without one, of
# the whole object alone
counted() {
    local inclusive=${1:+yes}
    callgrind_annotate --threshold=100 --inclusive="${inclusive:-no}" "$BATS_TEST_TMPDIR/counts" |
        awk -v name="${1:-}" '/\[.*libportclaim\.so\]/ {
            split($0, part, /:/)
            count = $1
            gsub(",", "", count)
            function_name = $0
            sub(/^[^:]*:/, "", function_name)
            sub(/ \[.*/, "", function_name)
            if (name == "" || function_name == name) sum += count
        } END { print sum + 0 }'
}

@test "nothing in the way: instructions" {
    require_command valgrind
    # Bound at once, or what the loader does at a first call would be counted with it.
    start counted "${network[@]}" env -i LD_BIND_NOW=1 "LD_PRELOAD=$object" valgrind -q --tool=callgrind \
        --callgrind-out-file="$BATS_TEST_TMPDIR/counts" "$server" --port "$port"
    assert_listening counted
    send counted TERM
    assert_exit counted 0
    at_most "$(counted bind)" "$most_bind_instructions" 'of bind'
    at_most "$(counted listen)" "$most_listen_instructions" 'of listen'
    at_most "$(($(counted) - $(counted bind) - $(counted listen)))" "$most_load_instructions" \
        'of the object else'
}

@test "seccomp: the filter allows what is not its affair, in few instructions" {
    require_root
    local counts
    counts=$("$build/bench/filter")
    at_most "$(awk '$1 == "getppid" { print $2 }' <<<"$counts")" "$most_filter_instructions" getppid
    at_most "$(awk '$1 == "write" { print $2 }' <<<"$counts")" "$most_filter_instructions" write
}

# in_world COMMAND...: where the test's processes are all there are
in_world() {
    "${network[@]}" unshare --pid --fork --mount-proc --kill-child "$@"
}

ancestor=() # prefix of a command: by whom all of it is started

# claim_calls [VARIABLE=VALUE...] -- [EXTRA PROCESSES [elsewhere]]: system calls from the bind that
# fails to the end of the claim. The others have the parent that it has, or elsewhere another one.
claim_calls() {
    local settings=()
    while [ "$1" != -- ]; do
        settings+=("$1")
        shift
    done
    in_world "${ancestor[@]}" sh -c '
        server=$1 port=$2 extra=$3 place=$4 trace=$5
        shift 5
        rm -f "$trace" "$trace.old" "$trace.new"
        start_others() {
            for each in $(seq "$extra"); do
                sleep 60 &
            done
        }
        if [ "$place" = elsewhere ]; then
            { start_others; sleep 60; } &
        else
            start_others
        fi
        setsid "$server" --port "$port" >"$trace.old" &
        until grep -qs listening "$trace.old"; do sleep 0.01; done
        sleep 0.03
        timeout 10 setsid strace -qq -o "$trace" env "$@" "$server" --port "$port" >"$trace.new" 2>&1 &
        until grep -Eqs "^(listening|bind:)" "$trace.new"; do sleep 0.01; done
        cat "$trace.new" >&2
    ' sh "$server" "$port" "${2:-0}" "${3:-}" "$BATS_TEST_TMPDIR/trace" "LD_PRELOAD=$object" \
        "PORTCLAIM_STATE_DIR=$PORTCLAIM_STATE_DIR" "${settings[@]}" >/dev/null
    sed -n '/^bind(.*EADDRINUSE/,/listening\|"bind: /p' "$BATS_TEST_TMPDIR/trace" | grep -c '('
}

@test "a look: system calls, and how they grow with processes that have nothing to do with it" {
    require_root
    require_command strace
    local few many elsewhere
    few=$(claim_calls PORTCLAIM=dry-run -- 0)
    many=$(claim_calls PORTCLAIM=dry-run -- 20)
    elsewhere=$(claim_calls PORTCLAIM=dry-run -- 20 elsewhere)
    at_most "$few" "$most_look_calls" 'of a look'
    at_most "$((many - few))" "$((20 * most_look_calls_each))" 'for 20 processes more'
    # Their parent, and the one that it waits for.
    at_most "$((elsewhere - few))" "$((2 * most_look_calls_each))" 'for 20 that are no relatives'
}

@test "a look: an ancestor of many threads" {
    require_root
    require_command strace
    require_command python3
    local few
    few=$(claim_calls PORTCLAIM=dry-run -- 0)
    ancestor=(python3 -c '
import subprocess, sys, threading, time
for _ in range(400):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
sys.exit(subprocess.call(sys.argv[1:]))')
    at_most "$(($(claim_calls PORTCLAIM=dry-run -- 0) - few))" "$most_crowd_calls" \
        'more where an ancestor has 400 threads'
}

@test "a takeover: system calls" {
    require_root
    require_command strace
    at_most "$(claim_calls --)" "$most_claim_calls" 'of a claim'
    grep -q '^listening' "$BATS_TEST_TMPDIR/trace.new"
}
