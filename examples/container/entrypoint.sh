#!/bin/sh
# The container's PID 1: starts the gateway, again whenever it ends, and passes `docker stop` on.
#
#     entrypoint.sh node /opt/gateway/gateway.js 18789
#
# portclaim never stops PID 1 nor any other ancestor. A gateway that is PID 1 itself is served as
# well, but when it ends so does the container: then nothing of it can be left behind.
set -u

end() {
    trap '' TERM INT
    kill -TERM "$gateway"
    wait "$gateway"
    exit 0
}

gateway=
while :; do
    # An instance that outlived the one that we started has the port: it replaced itself in an
    # update, or somebody used `docker exec`. The next one takes the port back from it.
    portclaim run --ports 18789 -- "$@" &
    gateway=$!
    trap end TERM INT
    status=0
    wait "$gateway" || status=$?
    [ "$status" -ne 125 ] || exit 125 # portclaim cannot help this program, and said why
    echo "entrypoint: the gateway ended with status $status" >&2
    sleep 1
done
