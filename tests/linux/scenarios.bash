# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with lib/harness.bash and with the tests
# What the tests of the C server have in common: an old instance, a new one under portclaim, and
# what became of both. All of them use $port on the loopback of the test's own network.

program=$server # what serve and claim start
as=()           # prefix of a command: as another user
tracer=()       # prefix of a command: strace

# serve NAME OPTION...: an instance without portclaim; it listens when this returns.
serve() {
    local name=$1
    shift
    start "$name" "${network[@]}" "${as[@]}" "$program" --port "$port" "$@"
    assert_listening "$name"
    next_tick
}

# claim NAME [VARIABLE=VALUE ...] [-- OPTION...]: an instance under portclaim; does not wait.
claim() {
    local name=$1 settings=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        settings+=("$1")
        shift
    done
    shift || true
    start "$name" "${network[@]}" "${as[@]}" "${tracer[@]}" "${under[@]}" "${settings[@]}" \
        "$program" --port "$port" "$@"
}

# inject FAULT: what claim starts from now on meets faults of strace's kind,
# "CALL:error=EIO:when=2" or "CALL:delay_enter=MICROSECONDS". Its PID is then strace's.
inject() {
    require_command strace
    tracer=(strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e "trace=${1%%:*}" -e "inject=$1")
}

settled() {
    said "$1" '^(listening|bind:|listen:)' || dead "${process_of[$1]}"
}

assert_listening() {
    wait_until 20 settled "$1"
    assert_said "$1" '^listening'
    assert_not_said "$1" 'errno changed'
}

# Its call failed with EADDRINUSE, and the program ended as programs do.
assert_refused() {
    assert_exit "$1" 1
    assert_said "$1" '^(bind|listen): EADDRINUSE'
}

# The milliseconds that the call took which failed.
refused_after() {
    sed -n 's/^\(bind\|listen\): EADDRINUSE after \([0-9]*\) ms$/\2/p' "$(log_of "$1")"
}

# The names of the signals that it received and could catch, on one line.
signals_of() {
    sed -n 's/^signal //p' "$(log_of "$1")" | xargs
}

# It lives, and nobody signalled it.
assert_untouched() {
    local name
    for name in "$@"; do
        assert_alive "${process_of[$name]}"
        assert_equal "$(signals_of "$name")" ""
    done
}

# It listens at its first attempt, and what it replaced is dead.
assert_took_over() {
    assert_listening "$1"
    assert_said "$1" "portclaim\[${process_of[$1]}\]: .*:$port claimed in "
    assert_not_said "$1" 'not claimed'
    assert_dead "${@:2}"
}

# The PID of who answers on the port: answer [ADDRESS]
answer() {
    "${network[@]}" timeout 5 "$build/tests/client" --once "${1:-127.0.0.1}" "$port" | sed -n 2p
}

# Another program: the same code in another file.
make_stranger() {
    stranger=$BATS_TEST_TMPDIR/${1:-stranger}
    cp "$server" "$stranger"
}

# serve_stranger NAME OPTION...
serve_stranger() {
    local program
    make_stranger "stranger"
    program=$stranger
    serve "$@"
}

# A place that other users can read, with the object and the programs in it. Files of a test's own
# directory are closed to them.
make_public() {
    public=$(mktemp -d /tmp/portclaim.XXXXXX)
    chmod 755 "$public"
    local line=${object##*/}
    cp "$object" "$server" "$build/tests/deny" "$public"
    program=$public/server
    if [ "$preloaded" != "$object" ]; then
        # Below the directories that "$LIB" stands for.
        cp -RL "$build"/lib*/ "$public"
        line=${preloaded#"$build/"}
    fi
    preloaded=$public/$line
    case $engine in
    preload) under=(env "LD_PRELOAD=$preloaded") ;;
    seccomp)
        mkdir -p "$public/tests/lib" "$public/build"
        cp "$repository/tests/lib/under-seccomp" "$public/tests/lib"
        cp "$build/portclaim" "$public/build"
        under=("$public/tests/lib/under-seccomp")
        ;;
    esac
    under+=("PORTCLAIM_STATE_DIR=$public/state-$RANDOM")
}

# become USER-ID [OPTION OF setpriv ...]: who the next processes run as
become() {
    as=(setpriv --reuid "$1" --regid "$1" --clear-groups "${@:2}" --)
}

remove_public() {
    [ -z "${public:-}" ] || rm -rf "$public"
}
