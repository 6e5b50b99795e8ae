# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # read by measure.bash
title='Start-up'
limit='plain'
ours='object'
about='From the start of a program to its end, by hyperfine(1): true, and node -e 0. What is
preloaded is the loader'"'"'s work, and that of constructors. Beside it the processor time of the same
starts, which knows nothing of whom else the machine has to serve.'

measure() {
    subject 'plain'
    subject 'object' "LD_PRELOAD=$object"
    peer 'libfaketime' libfaketime "$libraries/faketime/libfaketime.so.1" \
        "LD_PRELOAD=$libraries/faketime/libfaketime.so.1" FAKETIME=+0 DONT_FAKE_MONOTONIC=1
    peer 'libeatmydata' libeatmydata1 "$libraries/libeatmydata.so" \
        "LD_PRELOAD=$libraries/libeatmydata.so"
    peer 'torsocks' torsocks "$libraries/torsocks/libtorsocks.so" \
        "LD_PRELOAD=$libraries/torsocks/libtorsocks.so"
    peer 'socket_wrapper' libsocket-wrapper "$libraries/libsocket_wrapper.so" \
        "LD_PRELOAD=$libraries/libsocket_wrapper.so" "SOCKET_WRAPPER_DIR=$table_directory"
    peer 'jemalloc' libjemalloc2 "$libraries/libjemalloc.so.2" \
        "LD_PRELOAD=$libraries/libjemalloc.so.2"
    local round name
    for ((round = 0; 1; round++)); do
        another "$round" 100 || break
        turn "$round" start_one true 5 /bin/true
    done
    if command -v node >/dev/null; then
        for ((round = 0; 1; round++)); do
            another "$round" 25 40 || break
            turn "$round" start_one 'node -e 0' 1 "$(command -v node)" -e 0
        done
    else
        note 'Left out: node, which is not here.'
    fi
    reach 'true, processor' object plain 1.1
    reach 'node -e 0, processor' object plain 1.02
    for name in "${subjects[@]}"; do
        case $name in
        plain | object) ;;
        *) reach 'true, processor' object "$name" 1 ;;
        esac
    done
}

# start_one ROUND SUBJECT CASE TIMES COMMAND...
start_one() {
    local round=$1 name=$2 case=$3 times=$4 words
    shift 4
    eval "words=(${prefix_of[$name]})"
    sample_of "$round" "$name" "$bench/whole" "$case" "$times" "${words[@]}" -- "$@"
}
