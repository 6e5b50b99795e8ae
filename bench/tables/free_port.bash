# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # read by measure.bash
title='A free port'
limit='plain'
ours='object'
about='socket, bind, listen and close (together: port) of a TCP socket on 127.0.0.1, with nobody in
the way.'

measure() {
    subject 'plain'
    subject 'object' env LD_PRELOAD="$object"
    subject 'object, no SO_REUSEADDR' env LD_PRELOAD="$object" PORTCLAIM_REUSEADDR=off
    subject 'seccomp engine' "$portclaim" run --engine=seccomp --
    peer 'socket_wrapper' libsocket-wrapper "$libraries/libsocket_wrapper.so" \
        env LD_PRELOAD="$libraries/libsocket_wrapper.so" SOCKET_WRAPPER_DIR="$table_directory"
    peer 'torsocks' torsocks "$libraries/torsocks/libtorsocks.so" \
        env LD_PRELOAD="$libraries/torsocks/libtorsocks.so"
    peer 'proxychains4' libproxychains4 "$libraries/libproxychains.so.4" \
        env LD_PRELOAD="$libraries/libproxychains.so.4"
    peer 'authbind' authbind /usr/lib/authbind/libauthbind.so.1 \
        env LD_PRELOAD=/usr/lib/authbind/libauthbind.so.1
    rounds 30 "$programs/calls" port bind listen
    local name reason
    reason="one setsockopt(), which keeps TIME_WAIT from the next restart; without it \
$(factor port 'object, no SO_REUSEADDR' plain) of plain"
    reach port object plain 1.05 "$reason"
    for name in "${subjects[@]}"; do
        case $name in
        plain | object* | seccomp*) ;;
        *) reach port object "$name" 1 "$reason" ;;
        esac
    done
}
