# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what is set here is used in the tests; wine.bash sets the rest
# For tests of what is given to users of Windows: it runs as it is written, but for the port. Of a
# service nothing is in the test's care, for Windows starts it: end_gateways.

# fetch_node: sets $node to a real node.exe, or skips
fetch_node() {
    node=$("$repository/tests/windows/fetch" node-20 2>"$BATS_TEST_TMPDIR/fetch") ||
        skip "$(tail -n 1 "$BATS_TEST_TMPDIR/fetch")"
}

# set_port FILE...: to the test's own
set_port() {
    sed -i "s/\b18789\b/$port/g" "$@"
    grep -q "$port" "$@"
}

# What the gateway on $port says: "gateway PID"
ask() {
    # shellcheck disable=SC2016
    "${network[@]}" timeout 2 bash -c '
        exec 9<>"/dev/tcp/127.0.0.1/$1" && printf "GET / HTTP/1.0\r\n\r\n" >&9 && cat <&9' \
        - "$port" 2>/dev/null | tail -n 1 | tr -d '\r'
}

# Each question leaves a connection in TIME_WAIT, and Wine takes its time to tell of those.
answers() {
    [[ $(ask) =~ ^gateway ]] || { sleep 0.2 && false; }
}

# Another one than the one that has said $1.
another_answers() {
    local answer
    answer=$(ask)
    [[ $answer =~ ^gateway && $answer != "$1" ]] || { sleep 0.2 && false; }
}

nobody_answers() {
    ! answers
}

# The Linux PIDs of all gateways of this prefix, of portclaim.exe and of the service in front of them.
gateway_processes() {
    local path
    # shellcheck disable=SC2013
    for path in $(grep -lzsxF "WINEPREFIX=$WINEPREFIX" /proc/[0-9]*/environ); do
        path=${path%/environ}
        if grep -Eqas 'portclaim\.exe|gateway\.js|nssm\.exe' "$path/cmdline"; then
            echo "${path#/proc/}"
        fi
    done
}

no_gateways() {
    [ -z "$(gateway_processes)" ]
}

end_gateways() {
    # shellcheck disable=SC2046
    kill -KILL $(gateway_processes) 2>/dev/null || true
    wait_until 5 no_gateways || true
}
