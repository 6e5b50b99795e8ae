# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # read by measure.bash
title='The seccomp engine'
limit='plain'
ours='seccomp engine'
about='What a call costs that succeeds at once: bind, listen, and what neither engine has to do with
(getppid, write to /dev/null). "Least supervisor" is the least that any seccomp engine could take: a
filter of five instructions, and a supervisor that says of each bind and listen that the kernel shall
go on with it.'

measure() {
    subject 'plain'
    subject 'object' env LD_PRELOAD="$object"
    subject 'least supervisor' "$programs/floor"
    subject 'seccomp engine' "$portclaim" run --engine=seccomp --
    rounds 30 "$programs/calls" bind listen port getppid write
    reach getppid object plain 1.02
    reach write object plain 1.02
    reach getppid 'seccomp engine' 'least supervisor' 1.05
    reach write 'seccomp engine' 'least supervisor' 1.05
    local reason='who calls is read anew from /proc each time, and the call is made for it'
    reach bind 'seccomp engine' 'least supervisor' 10 "$reason"
    reach listen 'seccomp engine' 'least supervisor' 10 "$reason"
    note_filter
}

# The kernel's own argument, without a clock.
note_filter() {
    local call steps line=
    while read -r call steps; do
        line="$line${line:+, }$call $steps"
    done < <("$programs/filter" 2>/dev/null)
    [ -z "$line" ] || note "Instructions of the filter that a call goes through: $line. Since Linux" \
        "5.11 the kernel runs none for a call that the filter always allows (getppid, write); what" \
        "is left is its own way into seccomp, the same under any filter."
}
