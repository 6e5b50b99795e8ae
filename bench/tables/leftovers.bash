# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # read by measure.bash
title='Leftovers: TIME_WAIT and open connections'
limit='sock_diag alone, empty'
ours='object, empty'
about='On the machine with nothing else, and then in a network with 10,000 sockets in TIME_WAIT on the
port and 50,000 open connections on others. Look-up as above, takeover from a holder that ends at once.
"Kill and spin" is the limit of the takeover: each bind() and listen() that gets past 10,000 sockets in
TIME_WAIT looks at all of them (inet_csk_get_port() in the kernel).
One after the other and not in turns: the kernel has one table of connections for all networks, and who
dumps the sockets of any of them walks through the whole of it.'

measure() {
    local there
    subject 'sock_diag alone, empty'
    subject 'kill and spin, empty'
    subject 'object, empty'
    several
    coproc FULL { exec unshare --net sh -c 'ip link set lo up && exec "$@"' sh \
        "$programs/connections" "$port" 10000 50000 2>&1; }
    if ! read -r -t 120 there <&"${FULL[0]}" || [ "$there" != there ]; then
        note "Left out: so many connections can't be made: $there"
        return
    fi
    network=(nsenter --net="/proc/$FULL_PID/ns/net" --)
    subjects=()
    subject 'sock_diag alone, full'
    subject 'kill and spin, full'
    subject 'object, full'
    several
    kill "$FULL_PID"
    wait "$FULL_PID" 2>/dev/null
    reach look-up 'object, full' 'object, empty' 1.5
    reach takeover 'object, full' 'object, empty' 1.5 "kill and spin takes \
$(factor takeover 'kill and spin, full' 'kill and spin, empty') there, in bind() and listen()"
}

several() {
    local round
    for ((round = 0; 1; round++)); do
        another "$round" 12 || break
        turn "$round" look_and_take
    done
}

# look_and_take ROUND SUBJECT
look_and_take() {
    local settings=(LD_PRELOAD="$object" PORTCLAIM_LIMIT=off
        PORTCLAIM_STATE_DIR="$table_directory/state")
    hold || fail 'nobody can hold the port'
    case $2 in
    'kill and spin'*)
        sample_of "$1" "$2" "${network[@]}" setsid "$programs/server" take takeover "$port" "kill=$holder"
        ;;
    sock_diag*) sample_of "$1" "$2" "${network[@]}" "$programs/diag" look-up "$port" ;;
    *)
        sample_of "$1" "$2" "${network[@]}" env "${settings[@]}" PORTCLAIM=dry-run \
            setsid "$programs/server" look look-up "$port"
        sample_of "$1" "$2" "${network[@]}" env "${settings[@]}" \
            setsid "$programs/server" take takeover "$port"
        ;;
    esac
    release
}
