# shellcheck shell=bash
# Bash completion of portclaim(1). bash-completion(7) loads it at the first "portclaim <TAB>"; of its
# functions only one is used, and done without where it is missing.

# The options of each command, as its --help has them: a test compares both.
_portclaim_options() {
    local claim='--kill-ms --limit --log --log-format --match --protect --reuseaddr --service --signal
        --state-dir --term-ms --wait-ms'
    case $1 in
    run) echo "--claim --dry-run --engine --help --mode --only --ports --reuseport --unix $claim" ;;
    who) echo '--all --as --help --json --match --protect --service --state-dir' ;;
    free) echo "--dry-run --force --help --unit $claim" ;;
    explain) echo '--help --html --json' ;;
    doctor) echo '--dropin --help --json --pid --program --unit --user' ;;
    *) echo '--help --version' ;;
    esac
}

# portclaim's words up to the cursor, and where each begins in COMP_WORDS. Bash splits at "=" and
# ":", which are in the midst of ours: --mode=off, exe:node, 127.0.0.1:80.
_portclaim_split() {
    local rest=$COMP_LINE word index
    words=()
    starts=()
    for ((index = 0; index <= COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ -z $COMP_LINE || $index -eq 0 || $rest == [[:blank:]]* ]]; then
            words+=("$word")
            starts+=("$index")
        else
            words[-1]+=$word
        fi
        rest=${rest#"${rest%%[![:blank:]]*}"}
        rest=${rest#"$word"}
    done
}

_portclaim_offer() {
    local candidate
    for candidate; do
        [[ $candidate != "$current"* ]] || COMPREPLY+=("$candidate")
    done
}

# The rest of a rule or of a list is still to be typed.
_portclaim_go_on() {
    compopt -o nospace 2>/dev/null # fails when no line is being completed
}

# _portclaim_names -f|-d: files or directories
_portclaim_names() {
    local name
    compopt -o filenames 2>/dev/null
    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$1" -- "$current")
}

_portclaim_programs() {
    local name
    [[ $current != */* ]] || compopt -o filenames 2>/dev/null
    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -c -- "$current" | sort -u)
}

# The ports on which somebody listens. Without ss(8) as the kernel has them: hexadecimal, and 0A is
# LISTEN.
_portclaim_ports() {
    local address state
    {
        if type ss &>/dev/null; then
            ss -Htln | while read -r _ _ _ address _; do echo "${address##*:}"; done
        else
            cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | while read -r _ address _ state _; do
                [[ $state != 0A ]] || echo "$((16#${address##*:}))"
            done
        fi
    } 2>/dev/null | sort -nu
}

_portclaim_offer_ports() {
    local port
    while read -r port; do _portclaim_offer "$port"; done < <(_portclaim_ports)
}

_portclaim_offer_units() {
    local unit manager=()
    [[ " ${words[*]} " != *' --user '* ]] || manager=(--user)
    type systemctl &>/dev/null || return
    while read -r unit _; do _portclaim_offer "$unit"; done < <(
        systemctl "${manager[@]}" --no-legend --no-pager --type=service list-unit-files 2>/dev/null
    )
}

_portclaim_offer_pids() {
    local directory
    for directory in /proc/[0-9]*; do _portclaim_offer "${directory#/proc/}"; done
}

# _portclaim_value OPTION: fails for one that takes none
_portclaim_value() {
    case $1 in
    --mode) _portclaim_offer on dry-run off ;;
    --engine) _portclaim_offer auto preload seccomp ;;
    --reuseaddr | --reuseport | --unix) _portclaim_offer on off ;;
    --log-format) _portclaim_offer text json ;;
    --limit) _portclaim_offer off 10/60 ;;
    --signal) _portclaim_offer HUP INT KILL QUIT TERM USR1 USR2 ;;
    --log)
        _portclaim_names -f
        _portclaim_offer stderr none
        ;;
    --match)
        _portclaim_offer exe: comm: cmdline: unit: any
        [[ ${COMPREPLY[*]} != *: ]] || _portclaim_go_on
        ;;
    --claim | --ports) _portclaim_offer_ports ;;
    --as | --only | --program) _portclaim_programs ;;
    --html) _portclaim_names -f ;;
    --state-dir) _portclaim_names -d ;;
    --unit | --dropin) _portclaim_offer_units ;;
    --pid) _portclaim_offer_pids ;;
    --kill-ms | --protect | --service | --term-ms | --wait-ms) ;; # nothing can be guessed
    *) return 1 ;;
    esac
}

# Where in `words` the program of `portclaim run` stands, once it is there.
_portclaim_find_program() {
    local index
    for ((index = 2; index < ${#words[@]}; index++)); do
        case ${words[index]} in
        --)
            program=$((index + 1))
            return
            ;;
        --dry-run | --help | -h | --*=*) ;;
        -*) index=$((index + 1)) ;;
        *)
            program=$index
            return
            ;;
        esac
    done
}

# The rest of the line is another command's, and completed as that is.
_portclaim_program() {
    if type _command_offset &>/dev/null; then
        _command_offset "${starts[program]}"
    elif [[ $program -eq $((${#words[@]} - 1)) ]]; then
        _portclaim_programs
    else
        _portclaim_names -f
    fi
}

_portclaim_operand() {
    case $1 in
    run) _portclaim_programs ;;
    who | free) _portclaim_offer_ports ;;
    explain) _portclaim_names -f ;;
    doctor)
        _portclaim_offer_units
        _portclaim_programs
        ;;
    '') _portclaim_offer run who free explain doctor ;;
    esac
}

_portclaim() {
    local words starts current previous command='' program=''
    COMPREPLY=()
    _portclaim_split
    current=${words[-1]}
    previous=${words[-2]}
    [[ ${#words[@]} -lt 3 ]] || command=${words[1]}
    [[ $command != run ]] || _portclaim_find_program
    if [[ -n $program && $program -lt ${#words[@]} ]]; then
        _portclaim_program
    elif [[ $current == --*=* ]]; then
        previous=${current%%=*}
        current=${current#*=}
        _portclaim_value "$previous" || true
    elif [[ $current == -* ]]; then
        # shellcheck disable=SC2046 # words without blanks or globs
        _portclaim_offer $(_portclaim_options "$command")
    else
        _portclaim_value "$previous" || _portclaim_operand "$command"
    fi
}

complete -F _portclaim portclaim
