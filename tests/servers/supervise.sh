#!/bin/sh
# A supervisor of the plainest kind: starts the command again whenever it ends.
# usage: supervise.sh COMMAND...
while :; do
    "$@"
    echo "ended with status $?"
    sleep 0.1
done
