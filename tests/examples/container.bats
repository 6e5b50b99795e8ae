#!/usr/bin/env bats
# examples/container: the entrypoint as PID 1.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load gateways
load container

dockerfile=$examples/container/Dockerfile

setup() {
    harness_setup
    require_command node
    require_command jq
}

teardown() {
    harness_teardown
}

# What the Dockerfile copies, with a gateway that replaces itself in the place of the one there; and
# what it starts, in `command`. This machine's node stands in for the image's.
build_image() {
    local word from to
    while read -r word from to; do
        [ "$word" != COPY ] || put "$repository/$from" "${to%/}/${from##*/}" "$(stat -c %a "$repository/$from")"
    done <"$dockerfile"
    put "$repository/tests/examples/replacing.js" /opt/gateway/gateway.js
    mapfile -t command < <(sed -n 's/^\(ENTRYPOINT\|CMD\) //p' "$dockerfile" | jq -r '.[]')
}

# The gateway starts its own replacement and exits, as in an update; $old becomes the replacement.
# The entrypoint is held meanwhile, or on a busy machine its next gateway could be faster.
replace_itself() {
    answered_by_old
    kill -STOP "$container"
    "${inside[@]}" kill -USR1 "$old"
    wait_until 15 answers_as_another
    old=$(who_answers)
    kill -CONT "$container"
}

@test "C01 container: without portclaim the entrypoint loops beside the instance that was left" {
    build_image
    start_container env PORTCLAIM=off "${command[@]}"
    replace_itself
    wait_for_line container 'entrypoint: the gateway ended with status 1'
    assert_said container EADDRINUSE
    answers_as "$old"
}

@test "N04 container: the next instance takes the port back, and PID 1 lives" {
    build_image
    start_container "${command[@]}"
    replace_itself
    wait_until 15 answers_as_another
    wait_until 5 gone "$old"
    assert_alive "$container"
    assert_said container "held by $old .*stale, .*; sent SIGTERM"
    assert_equal "$(count container 'entrypoint: the gateway ended')" 1
}

@test "C01 container: docker stop ends the gateway, and the entrypoint with status 0" {
    build_image
    put "$examples/gateway/gateway.js" /opt/gateway/gateway.js
    start_container "${command[@]}"
    answered_by_old
    kill -TERM "$container"
    assert_exit container 0
}

@test "C01 container: a program that cannot be served ends the container with status 125" {
    build_image
    start_container "${command[0]}" "$(set_user_program)"
    assert_exit container 125
    assert_said container 'set-user-ID'
}

# A program that is set-user-ID: to another user, for root's own would make no difference.
set_user_program() {
    put /bin/true /opt/gateway/other 755
    chown nobody "$(container_files)/opt/gateway/other"
    chmod u+s "$(container_files)/opt/gateway/other"
    echo /opt/gateway/other
}
