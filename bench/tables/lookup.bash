# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # read by measure.bash
title='Look-up'
limit='sock_diag alone'
ours='inside a claim'
about='Who holds the port, beside so many other processes × open files. The holder is an instance of
the program that asks. "Inside a claim" is what a bind in dry-run takes to fail: look-up, verdict and
its line. Commands are whole, with start and end (hyperfine). sock_diag alone finds the socket but nobody.
Who names every holder has to ask for every descriptor: "every link" reads them as all of them do,
"every call" makes the cheapest call that there is for each, kcmp(2), which does not find anybody.
Relatives are given to an ancestor of who asks, as daemons are to PID 1; the others have a parent of
their own.'

measure() {
    subject 'sock_diag alone'
    subject 'inside a claim'
    subject 'every link'
    subject 'every call'
    subject 'portclaim who'
    peer 'ss -ltnp' iproute2 ss
    peer 'lsof -i' lsof lsof
    peer 'fuser' psmisc fuser
    hold || fail 'nobody can hold the port'
    among '10 × 100' 15 10 100
    among '300 × 300' 8 300 300
    local all=("${subjects[@]}")
    subjects=("$limit" "$ours")
    among '300 × 300, relatives' 8 300 300 orphans
    subjects=("${all[@]}")
    among '1000 × 300' 2 1000 300
    release
    local name
    for name in 'ss -ltnp' 'lsof -i' 'fuser'; do
        reach '300 × 300' 'portclaim who' "$name" 0.2 "the cheapest call for each descriptor takes \
$(factor '300 × 300' 'every call' "$name") by itself"
    done
    reach '300 × 300' 'portclaim who' 'every link' 1.1 \
        "the clock is asked with every descriptor, so that no look outlives its deadline"
    note_milliseconds
}

# among CASE MOST-ROUNDS CROWD...
among() {
    local round line crowd=("$programs/crowd" "${@:3}")
    coproc CROWD { exec "${crowd[@]}"; }
    if read -r -t 120 line <&"${CROWD[0]}" && [ "$line" = there ]; then
        for ((round = 0; 1; round++)); do
            another "$round" "$2" || break
            turn "$round" look "$1"
        done
    else
        note "Left out: $1, for so many do not start."
    fi
    kill "$CROWD_PID"
    wait "$CROWD_PID" 2>/dev/null
}

# look ROUND SUBJECT CASE
look() {
    local whole=("$bench/whole" "$3" 1 --)
    case $2 in
    'sock_diag alone') sample_of "$1" "$2" "$programs/diag" "$3" "$port" ;;
    'inside a claim')
        sample_of "$1" "$2" env PORTCLAIM=dry-run LD_PRELOAD="$object" \
            setsid "$programs/server" look "$3" "$port"
        ;;
    'every link') sample_of "$1" "$2" "$programs/links" "$3" link ;;
    'every call') sample_of "$1" "$2" "$programs/links" "$3" call ;;
    'portclaim who') sample_of "$1" "$2" "${whole[@]}" "$portclaim" who "$port" ;;
    'ss -ltnp') sample_of "$1" "$2" "${whole[@]}" ss -ltnp "sport = :$port" ;;
    'lsof -i') sample_of "$1" "$2" "${whole[@]}" lsof -nP -i "TCP:$port" -s TCP:LISTEN ;;
    'fuser') sample_of "$1" "$2" "${whole[@]}" fuser "$port/tcp" ;;
    esac
}

note_milliseconds() {
    local case medians=
    for case in '10 × 100' '300 × 300' '1000 × 300' '300 × 300, relatives'; do
        medians="$medians${medians:+, }$("$bench/pairs" median "$case" "$ours" <"$samples" |
            awk -v case="$case" '{ printf "%.2f ms at %s", $1 / 1e6, case }')"
    done
    note "To reach: inside a claim at most 5 ms at 300 × 300, and flat: $medians."
}
