# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what is set here is used in the tests; harness.bash sets the rest
# What the tests of the examples share: the gateways that stand in for yours, their clients, and who
# answers on the port. `inside` is the prefix of a command that leads to where it all happens.

port=18789
examples=$repository/examples

# The PID of the gateway that answers, as it sees itself.
# shellcheck disable=SC2016
who_answers() {
    "${inside[@]}" bash -c '
        exec 3<>"/dev/tcp/127.0.0.1/$0" || exit
        printf "GET / HTTP/1.0\r\n\r\n" >&3
        sed -n "s/^gateway \([0-9]*\).*/\1/p" <&3' "$port" 2>/dev/null
}

answers() {
    [ -n "$(who_answers)" ]
}

# answers_as PID
answers_as() {
    [ "$(who_answers)" = "$1" ]
}

# Waits for a first answer; sets $old to the PID that gave it.
answered_by_old() {
    wait_until 15 answers
    old=$(who_answers)
}

# A client that sends half a request and then nothing: a gateway that is asked to end waits for the
# rest, for ever.
# shellcheck disable=SC2016
stall_a_client() {
    start client "${inside[@]}" bash -c '
        exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "GET / HTTP/1.1\r\nHost: " >&3 && echo stalled
        exec sleep 600' "$port"
    wait_for_line client '^stalled$'
}

# The process inside does not live.
gone() {
    ! "${inside[@]}" grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$1/status"
}

# Another one than $old answers.
answers_as_another() {
    local now
    now=$(who_answers)
    [ -n "$now" ] && [ "$now" != "$old" ]
}

# ----- in the machine of systemd.bash -----------------------------------------------------------

# install_vendor_unit UNIT: as a vendor ships it, a script around the gateway, and nobody but the
# script is signalled at the end. Restarted, systemd leaves the gateway itself behind, in the unit.
install_vendor_unit() {
    install_text /opt/gateway/start.sh <<<"/usr/bin/node /opt/gateway/gateway.js $port"
    install_text "/etc/systemd/system/$1" <<'END'
[Service]
ExecStart=/bin/sh /opt/gateway/start.sh
KillMode=process
Restart=on-failure
END
    in_machine systemctl daemon-reload
}

# As from a terminal: in a session's scope, and no child of ours.
start_by_hand() {
    in_machine systemd-run --quiet --scope --unit=session-7 \
        setsid --fork /usr/bin/node /opt/gateway/gateway.js "$port" </dev/null >/dev/null 2>&1
}

# A server that portclaim cannot be loaded into, where free-first.service wants it.
install_static_server() {
    cc -static -pthread -D_GNU_SOURCE -o "$BATS_TEST_TMPDIR/gateway" \
        "$repository"/tests/linux/server{,_binding,_options}.c 2>/dev/null || skip "needs a static libc"
    install_program "$BATS_TEST_TMPDIR/gateway" /opt/gateway/gateway
}

# add_line UNIT LINE...: a drop-in for each
add_line() {
    local unit=$1 line
    shift
    for line in "$@"; do
        install_text "/etc/systemd/system/$unit.d/${line%%=*}.conf" <<<"[Service]
$line"
    done
    in_machine systemctl daemon-reload
}

# With replacing.js as /opt/gateway/gateway.js in gateway.service, and KillMode=process there: after
# an update the unit's main process is gone, and its replacement lives on in the unit. $old is its
# PID; asked to end, it drains for ever.
leave_one_behind() {
    in_machine systemctl start gateway
    answered_by_old
    in_machine systemctl kill --kill-whom=main --signal=USR1 gateway
    wait_until 15 answers_as_another
    old=$(who_answers)
    wait_until 10 unit_is gateway inactive
}
