# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is used in the tests
# What every bats file here shares: starting processes, waiting for what they do, and leaving none
# behind.
#
#     setup() { harness_setup; make_network; }
#     teardown() { harness_teardown; }
#
#     start old "$server" --port 0        # in the background; its PID is in $started
#     wait_for_line old '^listening '     # what it writes, both streams, is in $(log_of old)
#     start new "${under[@]}" PORTCLAIM_WAIT_MS=300 "$server" --port "$(port_of old)"
#     exit_of new                         # waits for its end; its exit status is in $exit_status
#
# A started process is alone in its session and process group: a process and its successor that
# shared a group and were started within a second would count as pre-fork siblings.
#
# Everything that a test starts has TEST_TAG in its environment, and so have the children of that;
# teardown ends all of it. A command that fails behind `!` does not fail a bats test: use refute.

repository=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
build=$repository/build
object=${OBJECT:-$build/libportclaim.so}
# What LD_PRELOAD is set to.
preloaded=$object
# For a command that runs under portclaim; further settings may follow before the command.
under=(env "LD_PRELOAD=$preloaded")
programs=$build/tests
server=$programs/server
engine=preload
libc=glibc
# The tests that other directories link to are run once more, in another way: with other programs,
# another object or another engine.
case ${BATS_TEST_FILENAME:-} in
*/tests/seccomp/*)
    engine=seccomp
    server=$build/tests/static/server
    under=("$repository/tests/lib/under-seccomp")
    ;;
*/tests/musl/*)
    libc=musl
    programs=$build/tests/musl
    server=$programs/server
    ;;
*/tests/i386/*)
    object=$build/i386/libportclaim.so
    server=$build/tests/i386/server
    # Not everything that a test starts is of 32 bits: one line for both.
    preloaded=$build/\$LIB/libportclaim.so
    under=(env "LD_PRELOAD=$preloaded")
    ;;
esac

declare -gA process_of=()      # NAME -> PID
declare -gA start_time_of=()   # PID -> its start in clock ticks: with the PID, which process it is
declare -gA exit_status_of=()  # NAME -> what wait(1) said
tearing_down=                 # not empty: even after Ctrl-C, what is waited for is waited for
network=()                    # prefix of a command: into the test's own network

harness_setup() {
    local variable
    [ "$libc" = glibc ] || [ -x "$server" ] || skip "needs a server built with musl-gcc: make tests"
    for variable in "${!PORTCLAIM_@}"; do unset "$variable"; done
    # Read by each node that starts, for twice as long as the rest of its start; no test needs them.
    unset NODE_EXTRA_CA_CERTS
    logs=$BATS_TEST_TMPDIR/logs
    mkdir -p "$logs"
    # Not from an earlier run that was killed, nor of a run beside this one.
    export TEST_TAG=$$.$BATS_TEST_NUMBER.${EPOCHREALTIME/[.,]/}
    # Read by the object only: nothing of one test is remembered in the next.
    export PORTCLAIM_STATE_DIR=$BATS_TEST_TMPDIR/state
    export PORTCLAIM_LIMIT=off
}

harness_teardown() {
    tearing_down=yes
    # Otherwise grep would find itself.
    export -n TEST_TAG
    [ -n "${BATS_TEST_COMPLETED:-}" ] || show_ends
    end_started
    wait_until 10 end_leftovers
    [ -n "${BATS_TEST_COMPLETED:-}" ] || show_logs
}

# Of a failed test: what had ended before it did, and how.
show_ends() {
    local name
    for name in "${!process_of[@]}"; do
        if [[ $name == adopted* ]] || alive "${process_of[$name]}"; then continue; fi
        exit_of "$name" 2>/dev/null # the shell would report it in its own way
        echo "$name: ended with status $exit_status"
    done
}

# With their children: nginx and redis write their titles over the environment, where the tag is that
# is looked for afterwards. A master that still runs would replace a worker that ends.
end_started() {
    local pid
    for pid in "${process_of[@]}"; do
        if [ "$(start_time "$pid")" = "${start_time_of[$pid]}" ]; then
            kill -STOP "$pid" 2>/dev/null || true
            # shellcheck disable=SC2046
            kill -KILL "$pid" $(descendants_of "$pid") 2>/dev/null || true
        fi
        # The shell would report how it ended, in the middle of what a failed test has to say.
        wait "$pid" 2>/dev/null || true
    done
}

# What they started in turn. True when there is nothing left.
end_leftovers() {
    local path left=0
    for path in $(tagged); do
        path=${path#/proc/}
        alive "${path%/environ}" || continue
        left=1
        kill -KILL "${path%/environ}" 2>/dev/null || true
    done
    [ "$left" -eq 0 ]
}

tagged() {
    grep -lzsxF "TEST_TAG=$TEST_TAG" /proc/[0-9]*/environ || true
}

show_logs() {
    local log
    [ -n "${logs:-}" ] || return 0 # the test did not come that far
    for log in "$logs"/*; do
        [ -f "$log" ] && sed "s|^|${log##*/}: |" "$log"
    done
    return 0
}

# ----- processes ------------------------------------------------------------------------------

# start NAME COMMAND...
start() {
    local name=$1
    shift
    # A background job is no group leader, so setsid does not fork: the PID is the command's.
    setsid "$@" </dev/null >"$logs/$name" 2>&1 3>&- 4>&- &
    started=$!
    process_of[$name]=$started
    start_time_of[$started]=$(start_time "$started")
}

pid_of() {
    echo "${process_of[$1]}"
}

# send NAME SIGNAL
send() {
    kill "-$2" "${process_of[$1]}"
}

log_of() {
    echo "$logs/$1"
}

# The 22nd field of /proc/PID/stat; names may hold blanks and parentheses.
start_time() {
    local line=
    { read -r -d '' line <"/proc/$1/stat"; } 2>/dev/null || true
    # shellcheck disable=SC2086
    set -- ${line##*) }
    echo "${20:-}"
}

# Does any thread of it live? A zombie does not, but a zombie leader may have living threads.
alive() {
    local file line
    for file in "/proc/$1/task/"*/stat; do
        line=
        { read -r -d '' line <"$file"; } 2>/dev/null || true
        case ${line##*) } in
        '' | Z* | X*) ;; # or gone meanwhile
        *) return 0 ;;
        esac
    done
    return 1
}

dead() {
    ! alive "$1"
}

# exit_of NAME [SECONDS]: waits for its end; $exit_status is 128 + N when signal N ended it.
exit_of() {
    local pid=${process_of[$1]}
    wait_until "${2:-20}" dead "$pid"
    if [ -z "${exit_status_of[$1]:-}" ]; then
        exit_status_of[$1]=0
        wait "$pid" || exit_status_of[$1]=$?
    fi
    exit_status=${exit_status_of[$1]}
}

parent_of() {
    sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null
}

# The PIDs of all its descendants, without itself.
descendants_of() {
    local file children child
    for file in "/proc/$1/task/"*/children; do
        children=
        { read -r children <"$file"; } 2>/dev/null || true # a line without an end
        for child in $children; do
            echo "$child"
            descendants_of "$child"
        done
    done
}

# ----- waiting --------------------------------------------------------------------------------

# wait_until SECONDS COMMAND...: until it succeeds; fails when it never does. bats notes where each
# command of a test stands; of those that are run again and again it would do little else.
wait_until() {
    local -
    set +T
    ask_until "$@"
}

ask_until() {
    local bound=${1%s} now=${EPOCHREALTIME/[.,]/} end pause=0.01
    shift
    end=$((now + bound * 1000000))
    until "$@"; do
        # bats goes on with a test that Ctrl-C did not happen to hit in a command that it ends.
        [ -z "${BATS_INTERRUPTED:-}" ] || [ -n "$tearing_down" ] || return 1
        # Looking costs as much as what is looked at: who has waited for long can wait a bit more.
        [ "${EPOCHREALTIME/[.,]/}" -lt $((now + 500000)) ] || pause=0.03
        if [ "${EPOCHREALTIME/[.,]/}" -ge "$end" ]; then
            echo "not within $bound s: $*" >&2
            return 1
        fi
        nap "$pause"
    done
}

# nap SECONDS: sleep(1) without a process, for most of a test is waiting. Nobody ever writes there.
nap() {
    local nothing silence=$BATS_FILE_TMPDIR/silence
    [ -p "$silence" ] || mkfifo "$silence"
    read -rt "$1" nothing <>"$silence" || true
}

# said NAME PATTERN: is there a line of it that matches the extended regular expression? Without a
# process, for it is asked again and again.
said() {
    local line
    [ -e "$logs/$1" ] || return 1
    while IFS= read -r line || [ -n "$line" ]; do
        [[ ! $line =~ $2 ]] || return 0
    done <"$logs/$1"
    return 1
}

# count NAME PATTERN: how many lines
count() {
    grep -Ec -e "$2" "$(log_of "$1")" || true
}

# wait_for_line NAME|FILE PATTERN [SECONDS]
wait_for_line() {
    case $1 in
    */*) wait_until "${3:-10}" grep -Eqs -e "$2" "$1" ;;
    *) wait_until "${3:-10}" said "$1" "$2" ;;
    esac
}

# The start times that portclaim compares are counted in clock ticks of 10 ms: of two processes
# started within one tick none is the older.
next_tick() {
    nap 0.03
}

# ----- what must hold -------------------------------------------------------------------------

fail() {
    echo "$*" >&2
    return 1
}

# refute COMMAND...: it fails
refute() {
    if "$@"; then fail "holds, but should not: $*"; fi
}

assert_equal() {
    [ "$1" = "$2" ] || fail "\"$1\" is not \"$2\""
}

assert_alive() {
    local pid
    for pid in "$@"; do alive "$pid" || fail "process $pid is dead" || return 1; done
}

# A process that was signalled may still be on its way out.
assert_dead() {
    local pid
    for pid in "$@"; do wait_until 5 dead "$pid" || return 1; done
}

assert_said() {
    said "$1" "$2" || fail "$1 has no line like: $2"
}

# assert_claimed_from NAME COUNT: the claim that it won says that so many had to go. One that was
# still ending at that moment, its sockets closed, is counted as let go and not as stopped.
assert_claimed_from() {
    local counted
    counted=$(sed -n 's/.* claimed in [^:]*: //p' "$(log_of "$1")" | grep -oE '[0-9]+ stale holder' |
        awk '{ sum += $1 } END { print sum + 0 }')
    assert_equal "$counted stale holders" "$2 stale holders"
}

assert_not_said() {
    if said "$1" "$2"; then fail "$1 has a line like: $2"; fi
}

assert_exit() {
    exit_of "$1"
    [ "$exit_status" -eq "$2" ] || fail "$1 ended with status $exit_status, not $2"
}

# ----- networks -------------------------------------------------------------------------------

# make_network [SUFFIX]: a network of the test's own: any port is free in it, and tests that run side
# by side never meet. It lasts as long as the process in it. Without root, tests share the machine's
# network. Sets $network, $port and $other_port.
make_network() {
    network=()
    if ! is_root; then
        port=$(pick_ports)
        other_port=$((port + 10))
        return
    fi
    port=18789
    other_port=18790
    start "network${1:-}" "$build/tests/network"
    wait_for_line "network${1:-}" '^up$'
    network=(nsenter "--net=/proc/$started/ns/net" --)
}

# The first of twenty ports for one test. They lie below those that the kernel gives to clients, for
# a test's own clients would be given another test's port now and then.
pick_ports() {
    perl -MIO::Socket::INET -e '
        for (1 .. 100) {
            my $first = 10000 + 20 * int rand 1100;
            my @taken = grep {
                !IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => $_, Listen => 1)
            } $first .. $first + 19;
            print($first), exit if !@taken;
        }'
}

# A port that was free a moment ago.
pick_port() {
    "${network[@]}" perl -MIO::Socket::INET -e \
        'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport'
}

# The port that the server says it listens on.
port_of() {
    sed -n 's/^listening \([0-9]*\).*/\1/p;T;q' "$(log_of "$1")"
}

# ----- privileges -----------------------------------------------------------------------------

is_root() {
    [ "$EUID" -eq 0 ]
}

require_root() {
    is_root || skip "needs root"
}

# require_command NAME
require_command() {
    command -v "$1" >/dev/null || skip "needs $1"
}

require_bound_shown() {
    printf '%s\n' 6.8 "$(uname -r)" | sort -CV ||
        skip "before Linux 6.8 the kernel shows no TCP socket that is bound and does not listen"
}

# only_preload REASON: what the other engine does not have
only_preload() {
    [ "$engine" = preload ] || skip "with LD_PRELOAD only: $1"
}

# For it, where a test's server is a script.
perls_libc="perl is linked with it, whatever is tested"

# only_glibc REASON: what musl's programs do not have
only_glibc() {
    [ "$libc" = glibc ] || skip "with glibc only: $1"
}

# with_yama SCOPE COMMAND...: where kernel.yama.ptrace_scope says so, in words alone
with_yama() {
    # shellcheck disable=SC2016
    unshare --mount sh -c 'mount -t tmpfs none /proc/sys/kernel && mkdir /proc/sys/kernel/yama &&
        echo "$1" >/proc/sys/kernel/yama/ptrace_scope && shift && exec "$@"' sh "$@"
}

# Runs a command under portclaim and waits for it: for `run`.
under_portclaim() {
    "${network[@]}" "${under[@]}" "$@"
}
