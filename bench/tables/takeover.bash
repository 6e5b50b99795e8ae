# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # read by measure.bash
title='Takeover'
limit='kill and spin'
ours='object'
about='From the new instance'"'"'s bind to its success. The holder ends when it is asked: at once,
after 10 ms, after 200 ms; or it is deaf and gets SIGKILL after 600 ms, as everybody is told to do it
here; 1 MB of memory, or 1 GB, which the kernel takes its time to free. "Kill and spin" knows whom to
end, and tries all the time. The fixed schedule is that of gateways'"'"' start scripts (lsof, SIGTERM,
600 ms, SIGKILL, 400 ms, lsof every 50 ms). After fuser, kill-port and fkill, a try every 10 ms.'

npm=$repository/build/bench/npm/node_modules/.bin

measure() {
    subject 'kill and spin'
    subject 'object'
    peer 'fixed schedule' lsof lsof
    peer 'fuser -k' psmisc fuser
    peer 'kill-port' 'npm kill-port' "$npm/kill-port"
    peer 'fkill' 'npm fkill-cli' "$npm/fkill"
    cases 'at once' memory=1
    cases 'after 10 ms' after=10 memory=1
    cases 'after 200 ms' after=200 memory=1
    cases 'deaf' deaf memory=1
    cases 'at once, 1 GB' memory=1024
    note_allowance
}

# cases CASE TEMPER...: the peers, which take their time, in fewer rounds
cases() {
    local round all=("${subjects[@]}")
    for ((round = 0; 1; round++)); do
        another "$round" 12 || break
        [ "$round" -lt 3 ] || subjects=("$limit" "$ours")
        turn "$round" take "$@"
    done
    subjects=("${all[@]}")
}

# take ROUND SUBJECT CASE TEMPER...
take() {
    local round=$1 name=$2 case=$3 ways=()
    local settings=(PORTCLAIM_LIMIT=off PORTCLAIM_STATE_DIR="$table_directory/state")
    shift 3
    hold "$@" || fail 'nobody can hold the port'
    case $name in
    'kill and spin') ways=("kill=$holder") ;;
    'object') settings+=(LD_PRELOAD="$object") ;;
    'fixed schedule') ways=("clear=$bench/fixed_schedule $port >/dev/null 2>&1") ;;
    'fuser -k')
        ways=("clear=fuser -k -TERM $port/tcp >/dev/null 2>&1"
            "force=fuser -k -KILL $port/tcp >/dev/null 2>&1")
        ;;
    'kill-port') ways=("clear=$npm/kill-port $port >/dev/null 2>&1") ;;
    'fkill') ways=("clear=$npm/fkill :$port >/dev/null 2>&1"
        "force=$npm/fkill --force :$port >/dev/null 2>&1") ;;
    esac
    sample_of "$round" "$name" env "${settings[@]}" \
        setsid "$programs/server" take "$case" "$port" "${ways[@]}"
    release
}

# At most 1.1 × limit + 2 ms: said in numbers, for it is no ratio.
note_allowance() {
    local case
    for case in 'at once' 'after 10 ms' 'after 200 ms' 'deaf' 'at once, 1 GB'; do
        note "To reach: $case, at most 1.1 × limit + 2 ms: $(
            { median_of "$case" "$limit" && median_of "$case" "$ours"; } | paste -sd ' ' |
                awk '{ most = 1.1 * $1 + 2e6; printf "%.2f ms of %.2f ms, %s", $2 / 1e6, most / 1e6,
                    $2 <= most ? "reached" : "**not reached**" }')."
    done
    reach 'at once' object 'fixed schedule' 0.05
}
