# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what is set here is used in the tests; harness.bash sets the rest
# A machine of the test's own that a real systemd has booted, in half a second. Nothing is downloaded
# and nothing on this machine changes: see systemd-machine.
#
#     setup() { harness_setup; boot_machine; }     # skips, and says why, where none can be booted
#     teardown() { end_machine; harness_teardown; }
#
#     install_unit "$repository/examples/systemd/gateway.service"
#     in_machine systemctl start gateway           # in the machine, as its root
#     start client "${into_machine[@]}" COMMAND    # the same in the background
#
# In it, portclaim is installed below /usr/local as by `make install`, and this machine's programs
# are all there. $machine_root is its root directory as seen from here. PIDs are the machine's own.

machine_boot_s=60

# It ends with this shell, whatever becomes of that.
boot_machine() {
    local why
    machine_supervisor=
    why=$(machine_obstacle) || skip "$why"
    mkdir "$BATS_TEST_TMPDIR/machine"
    start machine setpriv --pdeathsig TERM "$repository/tests/lib/systemd-machine" \
        "portclaim-$TEST_TAG" "$BATS_TEST_TMPDIR/machine"
    machine_supervisor=$started
    wait_until "$machine_boot_s" machine_is_up || true
    if dead "$machine_supervisor" || ! machine_is_up; then
        skip "no systemd boots here: $(tail -n 1 "$(log_of machine)")"
    fi
    install_portclaim
}

# Says why it cannot even be tried, and fails then.
machine_obstacle() {
    local program
    if [ "$(id -u)" -ne 0 ]; then
        echo "needs root, to boot a systemd"
        return 1
    fi
    for program in systemd-nspawn systemctl nsenter unshare setpriv; do
        command -v "$program" >/dev/null || { echo "needs $program"; return 1; }
    done
}

# Up, or given up.
machine_is_up() {
    alive "$machine_supervisor" || return 0
    find_machine || return 1
    case $(in_machine systemctl is-system-running 2>/dev/null) in
    running | degraded) ;;
    *) return 1 ;;
    esac
}

# Its PID 1: of the supervisor's descendants the one that is a systemd and calls itself 1.
find_machine() {
    local pid
    for pid in $(descendants_of "$machine_supervisor"); do
        if [ "$(grep -Ecs '^(Name:[[:space:]]systemd|NSpid:.*[[:space:]]1)$' "/proc/$pid/status")" = 2 ]; then
            machine_root=/proc/$pid/root
            # In all of its namespaces, and with nothing of our environment.
            into_machine=(nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup --root
                env -i --chdir=/ "TEST_TAG=$TEST_TAG" HOME=/root
                PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
            return 0
        fi
    done
    return 1
}

end_machine() {
    [ -n "${machine_supervisor:-}" ] || return 0
    kill -TERM "$machine_supervisor" 2>/dev/null || true
    wait "$machine_supervisor" 2>/dev/null || true
}

install_portclaim() {
    install_file "$build/libportclaim.so" /usr/local/lib/libportclaim.so
    install_program "$build/portclaim" /usr/local/bin/portclaim
}

# in_machine COMMAND...
in_machine() {
    "${into_machine[@]}" "$@"
}

# install_file FILE PATH: readable by everyone
install_file() {
    install -D -m 644 "$1" "$machine_root$2"
}

# install_program FILE PATH
install_program() {
    install -D -m 755 "$1" "$machine_root$2"
}

# install_text PATH <TEXT
install_text() {
    mkdir -p "$machine_root${1%/*}"
    cat >"$machine_root$1"
}

# Wherever this machine has it: a unit wants an absolute path.
install_node() {
    [ -x "$machine_root/usr/bin/node" ] || ln -s "$(command -v node)" "$machine_root/usr/bin/node"
}

# install_unit FILE...
install_unit() {
    local file
    for file in "$@"; do install_file "$file" "/etc/systemd/system/${file##*/}"; done
    in_machine systemctl daemon-reload
}

# install_dropin FILE UNIT
install_dropin() {
    install_file "$1" "/etc/systemd/system/$2.d/${1##*/}"
    in_machine systemctl daemon-reload
}

# property UNIT NAME
property() {
    in_machine systemctl show --property "$2" --value "$1"
}

# The unit's main process: PIDs are the machine's own.
main_pid() {
    property "$1" MainPID
}

# unit_is UNIT STATE...: "active", "failed", "activating" ...
unit_is() {
    local unit=$1 state wanted
    shift
    state=$(property "$unit" ActiveState)
    for wanted in "$@"; do [ "$state" != "$wanted" ] || return 0; done
    return 1
}

# unit_said UNIT PATTERN: is there a line in its journal that matches the extended expression?
unit_said() {
    in_machine journalctl --sync
    in_machine journalctl --quiet --unit "$1" | grep -Eq -e "$2"
}
