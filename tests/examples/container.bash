# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what is set here is used in the tests; harness.bash sets the rest
# A container of the test's own: its PID 1 is the command given, its network a loopback, its file
# system this machine's with the test's files on top. It is gone when the harness ends the command.

container_files() {
    echo "$BATS_TEST_TMPDIR/container/files"
}

# put FILE PATH [MODE]
put() {
    install -D -m "${3:-644}" "$1" "$(container_files)$2"
}

put_portclaim() {
    put "$build/portclaim" /usr/local/bin/portclaim 755
    put "$build/libportclaim.so" /usr/local/lib/libportclaim.so
}

# start_container COMMAND...: sets `inside`, and $container to its PID 1 as seen from here.
start_container() {
    require_root
    unshare --mount --pid --net --fork true 2>/dev/null || skip "no namespaces can be made here"
    # Where an image looks for its programs first, whatever PATH the tests have.
    start container env "PATH=/usr/local/bin:$PATH" unshare --mount --pid --fork --kill-child --mount-proc --net --ipc \
        "$repository/tests/examples/contain" "$BATS_TEST_TMPDIR/container" "$@"
    wait_until 10 has_run "$started"
    container=$(descendants_of "$started" | head -n 1)
    inside=(nsenter --target "$container" --mount --pid --net --ipc)
}

# Its PID 1 is there, or was there already: a command can end at once.
has_run() {
    [ -n "$(descendants_of "$1")" ] || dead "$1"
}
