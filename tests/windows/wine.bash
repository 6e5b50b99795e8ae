# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what is set here is used in the tests; harness.bash sets the rest
# Windows programs under Wine, for the tests: one prefix for each bats file, in a network of its own.
#
#     setup_file() { make_prefix; }
#     teardown_file() { end_prefix; }
#     setup() { wine_setup; }      # skips, and says why, where Wine cannot run; $port, $other_port
#     teardown() { wine_teardown; }
#
#     serve old --ignore-break                 # the C server; it listens when this returns
#     claim new PORTCLAIM_TERM_MS=300 -- --udp # the same under `portclaim run`; does not wait
#     assert_took_over new old
#
# Wine's sockets are made by the wineserver and its table of them is read by a driver process, so
# that a whole prefix is in one network: a test has ports of its own instead.
#
# The prefix lives as long as one program in it, the keeper, which dies with this shell: then the
# wineserver ends by itself, whatever became of teardown_file. While the keeper lives, a further
# program starts in 30 ms, and without it in 700.
#
# A name stands for all that was started under it (`portclaim run`, the program and its children):
# they have INSTANCE=NAME.TEST_TAG in their environment as Linux sees it. PIDs that portclaim and the programs
# print are those of Windows.

windows=$build/windows
programs=$build/tests/windows
fetched=$build/windows-programs
server_exe=$programs/server.exe
export WINEDEBUG=-all
export WINEDLLOVERRIDES=mscoree,mshtml= # neither is needed, and their installers want a network
# Wine takes the names of files for this, and knows only ASCII where nothing is set.
export LC_ALL=C.UTF-8

prefix_boot_s=120

# A page that Windows programs expect at 0x7ffe0000 cannot be mapped when Linux has put something there
# at random: one start in 2,400 ended so (Wine 8), with status 1 and no word.
same_addresses=()
! setarch x86_64 -R true 2>/dev/null || same_addresses=(setarch x86_64 -R)

# ----- the prefix -----------------------------------------------------------------------------

# make_prefix [COMMAND...]: the command is a prefix, to run the whole of Wine under. What is in the
# way is kept for wine_setup, for bats 1.8 can skip no whole file.
make_prefix() {
    export WINE_OBSTACLE
    WINE_OBSTACLE=$(wine_obstacle) && return
    template=$build/windows-prefix-$(template_version)
    if ! make_template; then
        WINE_OBSTACLE="Wine cannot make a prefix here: see ${template#"$repository"/}.log"
        return
    fi
    export WINEPREFIX=$BATS_FILE_TMPDIR/prefix
    cp -a "$template" "$WINEPREFIX"
    start_keeper "$@" 2>/dev/null ||
        WINE_OBSTACLE="no Windows program runs here: $(tail -n 1 "$BATS_FILE_TMPDIR/keeper")"
}

# Of Wine, and of what is set in the template.
template_version() {
    { wine --version 2>/dev/null && cksum <"${BASH_SOURCE[0]%/*}/prefix.reg"; } |
        tr -cs 'A-Za-z0-9.' _
}

# Says why it cannot even be tried; fails when it can.
wine_obstacle() {
    local name
    [ -z "${WINDOWS_OBSTACLE:-}" ] || { echo "$WINDOWS_OBSTACLE" && return; }
    [ "$(uname -m)" = x86_64 ] || { echo "needs a machine of x86-64" && return; }
    for name in wine wineserver setpriv; do
        command -v "$name" >/dev/null || { echo "needs $name" && return; }
    done
    for name in "$windows/portclaim.exe" "$server_exe"; do
        [ -e "$name" ] || { echo "needs ${name#"$repository"/}: make windows" && return; }
    done
    return 1
}

# Made once for each version of Wine; the files copy it. Of the programs and libraries, which are
# copies of Wine's own, it keeps links: 19 MB are left of 695.
make_template() {
    {
        flock 9
        [ ! -d "$template" ] || return 0
        rm -rf "$template.new"
        mkdir "$template.new"
        # The user's own directories are linked into the prefix, and get menus.
        export HOME=$template.new
        WINEPREFIX=$template.new timeout "$prefix_boot_s" wineboot -i &&
            WINEPREFIX=$template.new wine regedit /S "Z:${BASH_SOURCE[0]%/*}/prefix.reg" &&
            WINEPREFIX=$template.new wineserver -w &&
            link_libraries "$template.new/drive_c/windows" &&
            mv "$template.new" "$template"
    } 9>"$template.lock" >"$template.log" 2>&1
}

link_libraries() {
    local source file
    source=$(compgen -G '/usr/lib/*/wine/x86_64-windows') || return 0
    find "$1" -type f | while read -r file; do
        if cmp -s "$file" "$source/${file##*/}"; then ln -sf "$source/${file##*/}" "$file"; fi
    done
}

# start_keeper [COMMAND...]
start_keeper() {
    local into=()
    ! is_root || into=(unshare --net --)
    cp "$server_exe" "$WINEPREFIX/drive_c/keeper.exe"
    # shellcheck disable=SC2016
    "${into[@]}" "$@" sh -c '[ "$(id -u)" -ne 0 ] || ip link set lo up
        exec setpriv --pdeathsig KILL wine "$WINEPREFIX/drive_c/keeper.exe" --only-spawn' \
        </dev/null >"$BATS_FILE_TMPDIR/keeper" 2>&1 3>&- 4>&- &
    export WINE_KEEPER=$!
    wait_until "$prefix_boot_s" keeper_settled
    alive "$WINE_KEEPER"
}

keeper_settled() {
    grep -qs '^process ' "$BATS_FILE_TMPDIR/keeper" || dead "$WINE_KEEPER"
}

# The wineserver is told by its prefix; nothing else on this machine is touched.
end_prefix() {
    [ -n "${WINE_KEEPER:-}" ] || return 0
    kill -KILL "$WINE_KEEPER" 2>/dev/null || true
    wait "$WINE_KEEPER" 2>/dev/null || true
    wineserver -k 2>/dev/null || true
    wait_until 10 prefix_is_unused || true
}

prefix_is_unused() {
    ! grep -qzsxF "WINEPREFIX=$WINEPREFIX" /proc/[0-9]*/environ
}

# ----- one test -------------------------------------------------------------------------------

wine_setup() {
    harness_setup
    [ -z "$WINE_OBSTACLE" ] || skip "$WINE_OBSTACLE"
    # Read by Windows programs.
    PORTCLAIM_STATE_DIR=$(windows_path "$BATS_TEST_TMPDIR/state")
    network=()
    port=$((18000 + 10 * BATS_TEST_NUMBER))
    if is_root; then
        network=(nsenter "--net=/proc/$WINE_KEEPER/ns/net" --)
    else
        port=$(pick_ports)
    fi
    network=("${same_addresses[@]}" "${network[@]}")
    other_port=$((port + 1))
    program=$server_exe
    under=(wine "$windows/portclaim.exe" run --)
}

wine_teardown() {
    harness_teardown
}

# windows_path FILE: as Windows programs name it
windows_path() {
    echo "Z:${1//\//\\}"
}

# start_in_wine NAME COMMAND...
start_in_wine() {
    start "$1" "${network[@]}" env "INSTANCE=$1.$TEST_TAG" "${@:2}"
}

# serve NAME OPTION...: an instance without portclaim; it listens when this returns.
serve() {
    start_in_wine "$1" wine "$program" --port "$port" "${@:2}"
    assert_listening "$1"
    next_start
}

# claim NAME [VARIABLE=VALUE ...] [-- OPTION...]: an instance under portclaim; does not wait.
claim() {
    local name=$1 settings=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        settings+=("$1")
        shift
    done
    shift || true
    start_in_wine "$name" env "${settings[@]}" "${under[@]}" "$program" --port "$port" "$@"
}

# The Linux PIDs of what was started as NAME and still lives.
processes_of() {
    local path
    # shellcheck disable=SC2013
    for path in $(grep -lzsxF "INSTANCE=$1.$TEST_TAG" /proc/[0-9]*/environ); do
        path=${path#/proc/}
        ! alive "${path%/environ}" || echo "${path%/environ}"
    done
}

# What was started as NAME has INSTANCE in its environment only once env(1) has run.
gone() {
    dead "${process_of[$1]}" && [ -z "$(processes_of "$1")" ]
}

# finish NAME...: the end of all that was started so, as TerminateProcess would
finish() {
    local name
    for name in "$@"; do
        # shellcheck disable=SC2046
        kill -KILL $(processes_of "$name") 2>/dev/null || true
        wait_until 5 gone "$name"
    done
}

# The PID of a server, as Windows sees it.
windows_pid_of() {
    sed -n 's/^process \([0-9]*\).*/\1/p;T;q' "$(log_of "$1")"
}

# So that a process that starts from now on is younger beyond the resolution of the clocks, and
# nobody's sibling.
next_start() {
    sleep 0.03
}

settled() {
    said "$1" '^(listening|bind:|listen:)' || gone "$1"
}

# ----- who answers ----------------------------------------------------------------------------

# The PID of who answers on the port: answer [ADDRESS [PORT]]
answer() {
    # A bash of its own, for /dev/tcp is of the network of the process that opens it.
    # shellcheck disable=SC2016
    "${network[@]}" timeout 5 bash -c 'exec 9<>"/dev/tcp/$1/$2" && read -r -u 9 line && echo "$line"' \
        - "${1:-127.0.0.1}" "${2:-$port}" 2>/dev/null | tr -d '\r'
}

# connect NAME: a client of whoever serves now, which stays; it was answered when this returns.
connect() {
    # shellcheck disable=SC2016
    start "$1" "${network[@]}" bash -c '
        exec 9<>"/dev/tcp/127.0.0.1/$1" && while read -r -u 9 line; do echo "$line"; done; echo eof
        sleep 600' - "$port"
    wait_for_line "$1" '^[0-9]+'
}

# ----- what must hold -------------------------------------------------------------------------

assert_listening() {
    wait_until 30 settled "$1"
    assert_said "$1" '^listening'
}

# Its call failed, and the program ended as programs do, with its own exit status.
assert_refused() {
    assert_exit "$1" 1
    assert_said "$1" "^(bind|listen): ${2:-WSAEADDRINUSE}"
}

# The milliseconds that the call took which failed, rounded up: the difference of two whole numbers may
# lack one.
refused_after() {
    echo $(($(sed -n 's/^\(bind\|listen\): [A-Z]* after \([0-9]*\) ms\r*$/\2/p' "$(log_of "$1")") + 1))
}

# between LOW VALUE HIGH
between() {
    (($1 <= $2 && $2 <= $3)) || fail "$2 is not between $1 and $3"
}

# What it was asked with and could catch, on one line.
events_of() {
    sed -n 's/^event //p' "$(log_of "$1")" | xargs
}

assert_gone() {
    local name
    for name in "$@"; do wait_until 5 gone "$name" || return 1; done
}

# It lives, and nobody asked it to stop.
assert_untouched() {
    local name
    for name in "$@"; do
        refute gone "$name" || return 1
        assert_equal "$(events_of "$name")" ""
    done
}

# assert_took_over NEW OLD...: it listens at its first attempt, and what it replaced is gone.
assert_took_over() {
    assert_listening "$1"
    assert_equal "$(count "$1" '^listening')" 1
    assert_said "$1" "portclaim\[$(windows_pid_of "$1")\]: .*:$port claimed in "
    assert_not_said "$1" 'not claimed'
    assert_gone "${@:2}"
}

# assert_inert NAME: it failed as without portclaim: at once, without a word
assert_inert() {
    assert_refused "$1"
    assert_not_said "$1" portclaim
    between 0 "$(refused_after "$1")" 300
}

# make_stranger NAME: another program, which is the same code in another file
make_stranger() {
    stranger=$BATS_TEST_TMPDIR/$1.exe
    cp "$server_exe" "$stranger"
}

# serve_stranger NAME OPTION...
serve_stranger() {
    local program
    make_stranger stranger
    program=$stranger
    serve "$@"
}
