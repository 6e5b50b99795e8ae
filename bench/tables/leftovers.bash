# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # read by measure.bash
title='Leftovers: TIME_WAIT and open connections'
limit='sock_diag alone, empty'
ours='object, empty'
about='The same in a network with nothing else in it, and in one with 10,000 sockets in TIME_WAIT on the
port and 50,000 open connections on others. Look-up as above, takeover from a holder that ends at once.'

measure() {
    local round there full
    coproc FULL { exec unshare --net sh -c 'ip link set lo up && exec "$@"' sh \
        "$programs/connections" "$port" 10000 50000 2>&1; }
    if ! read -r -t 120 there <&"${FULL[0]}" || [ "$there" != there ]; then
        note "Left out: so many connections can't be made: $there"
        return
    fi
    full=(nsenter --net="/proc/$FULL_PID/ns/net" --)
    subject 'sock_diag alone, empty'
    subject 'sock_diag alone, full' "${full[@]}"
    subject 'object, empty'
    subject 'object, full' "${full[@]}"
    for ((round = 0; 1; round++)); do
        another "$round" 12 || break
        turn "$round" look_and_take
    done
    kill "$FULL_PID"
    wait "$FULL_PID" 2>/dev/null
    reach look-up 'object, full' 'object, empty' 1.5
    reach takeover 'object, full' 'object, empty' 1.5
}

# look_and_take ROUND SUBJECT
look_and_take() {
    local settings=(LD_PRELOAD="$object" PORTCLAIM_LIMIT=off
        PORTCLAIM_STATE_DIR="$table_directory/state")
    eval "network=(${prefix_of[$2]})"
    hold || fail 'nobody can hold the port'
    case $2 in
    sock_diag*) sample "$1" "$2" "$programs/diag" look-up "$port" ;;
    *)
        sample "$1" "$2" env "${settings[@]}" PORTCLAIM=dry-run \
            setsid "$programs/server" look look-up "$port"
        sample "$1" "$2" env "${settings[@]}" setsid "$programs/server" take takeover "$port"
        ;;
    esac
    release
    network=()
}
