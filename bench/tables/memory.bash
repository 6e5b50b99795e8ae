# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # read by measure.bash
title='Memory'
limit='plain'
ours='object'
about='Of a small program that has bound and listened once: pages resident, pages of its own that were
written to, and the stack that a thread took for bind and listen (with what a thread takes anyhow).'

measure() {
    unit=KiB
    subject 'plain'
    subject 'object' env LD_PRELOAD="$object"
    peer 'socket_wrapper' libsocket-wrapper "$libraries/libsocket_wrapper.so" \
        env LD_PRELOAD="$libraries/libsocket_wrapper.so" SOCKET_WRAPPER_DIR="$table_directory"
    peer 'torsocks' torsocks "$libraries/torsocks/libtorsocks.so" \
        env LD_PRELOAD="$libraries/torsocks/libtorsocks.so"
    peer 'proxychains4' libproxychains4 "$libraries/libproxychains.so.4" \
        env LD_PRELOAD="$libraries/libproxychains.so.4"
    peer 'authbind' authbind /usr/lib/authbind/libauthbind.so.1 \
        env LD_PRELOAD=/usr/lib/authbind/libauthbind.so.1
    rounds 9 "$programs/memory"
    local name
    for name in "${subjects[@]}"; do
        case $name in
        plain | object) continue ;;
        esac
        reach resident object "$name" 1 "it is a file of $(size_of "$object") KiB, which the kernel \
maps 64 KiB at a time; libc's pages, which differ from run to run, are more than that"
        reach 'private, written' object "$name" 1
        reach 'stack of bind and listen' object "$name" 1 \
            "the loader compares one name more, as with any object that has no symbol versions"
    done
    note_added
}

# size_of FILE: in KiB
size_of() {
    echo $(($(stat -Lc %s "$1") / 1024))
}

note_added() {
    local case added=
    for case in resident 'private, written' 'stack of bind and listen'; do
        added="$added${added:+, }$case $({ median_of "$case" object && median_of "$case" plain; } |
            paste -sd ' ' | awk '{ printf "%+.1f KiB", $1 - $2 }')"
    done
    note "What the object adds: $added."
}
