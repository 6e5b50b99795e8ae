#!/usr/bin/env bats
# What bash offers after "portclaim ...<TAB>".
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # scripts for another bash; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness

completion=$repository/preload/command/completion.bash
portclaim=$build/portclaim

setup() {
    harness_setup
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    harness_teardown
}

# offers LINE: what a bash of its own offers at the end of the line, sorted, on one line. The words
# are cut as readline cuts them: at blanks, and around runs of "=" and ":".
offers() {
    offers_in bash --norc -c "source '$completion'" -- "$1"
}

# offers_in BASH OPTION... SCRIPT -- LINE
offers_in() {
    local script=${*: -3:1} line=${*: -1}
    "${@:1:$# - 3}" "$script"'
        COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_KEY=9
        set -f
        separated=$(sed -E "s/[=:]+/ & /g" <<<"$1")
        COMP_WORDS=($separated)
        [[ $1 != *[[:blank:]] ]] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        set +f
        _portclaim
        printf "%s\n" "${COMPREPLY[@]}"' bash "$line" | sort | paste -sd' '
}

# The commands that `portclaim --help` names.
commands() {
    "$portclaim" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
}

# documented [COMMAND]: the options that its help names. In an example, what follows "--" is another
# program's.
documented() {
    { "$portclaim" "$@" --help; echo --help; } | sed 's/ -- .*//' | grep -oE -e '--[a-z][a-z-]*' | sort -u | paste -sd' '
}

@test "C01 completion: the commands are those of --help" {
    assert_equal "$(offers 'portclaim ')" "$(commands | sort | paste -sd' ')"
    [ "$(commands | wc -l)" -eq 5 ]
}

@test "C01 completion: the options of each command are those of its --help" {
    local command
    assert_equal "$(offers 'portclaim -')" "$(documented)"
    for command in $(commands); do
        assert_equal "$command: $(offers "portclaim $command -")" "$command: $(documented "$command")"
    done
}

@test "C01 completion: the beginning of a word is completed" {
    assert_equal "$(offers 'portclaim e')" explain
    assert_equal "$(offers 'portclaim --v')" --version
    assert_equal "$(offers 'portclaim who --j')" --json
    assert_equal "$(offers 'portclaim run --mode on --log-')" --log-format
    assert_equal "$(offers 'portclaim nonsense')" ""
    assert_equal "$(offers 'portclaim nonsense x')" ""
}

@test "C01 completion: a setting's values, behind a blank and behind =" {
    assert_equal "$(offers 'portclaim run --mode ')" "dry-run off on"
    assert_equal "$(offers 'portclaim run --mode=')" "dry-run off on"
    assert_equal "$(offers 'portclaim run --mode=d')" dry-run
    assert_equal "$(offers 'portclaim run --log-format j')" json
    assert_equal "$(offers 'portclaim free --reuseaddr o')" "off on"
    assert_equal "$(offers 'portclaim free --signal U')" "USR1 USR2"
    assert_equal "$(offers 'portclaim free --match c')" "cmdline: comm:"
    assert_equal "$(offers 'portclaim free --match ')" "any cmdline: comm: exe: unit:"
    assert_equal "$(offers 'portclaim run --term-ms ')" ""
    assert_equal "$(offers 'portclaim run --term-ms=6')" ""
}

@test "C01 completion: no value is taken for a program, nor an option behind it" {
    touch first second
    assert_equal "$(offers 'portclaim run --claim 127.0.0.1:80 --match exe:node --mode=on --lo')" \
        "--log --log-format"
    assert_equal "$(offers 'portclaim run --claim [::1]:80 portcl fir')" first
    assert_equal "$(offers 'portclaim run --dry-run portcl fir')" first
    assert_equal "$(offers 'portclaim run portcl --mo')" ""
    assert_equal "$(offers 'portclaim run -- portcl s')" second
    assert_equal "$(offers 'portclaim run -- portcl --mo')" ""
}

@test "C01 completion: programs after run, with and without --" {
    mkdir programs
    printf '#!/bin/sh\n' >programs/portcl-server
    chmod +x programs/portcl-server
    PATH=$BATS_TEST_TMPDIR/programs:$PATH
    assert_equal "$(offers 'portclaim run portcl-s')" portcl-server
    assert_equal "$(offers 'portclaim run --mode on portcl-s')" portcl-server
    assert_equal "$(offers 'portclaim run -- portcl-s')" portcl-server
    assert_equal "$(offers 'portclaim run programs/portcl-s')" programs/portcl-server
    assert_equal "$(offers 'portclaim who --as portcl-s')" portcl-server
    assert_equal "$(offers 'portclaim doctor portcl-s')" portcl-server
}

@test "C01 completion: what follows run is completed as that program is" {
    [ -r /usr/share/bash-completion/bash_completion ] || skip "needs bash-completion"
    local script="source /usr/share/bash-completion/bash_completion; source '$completion'
        _portcl_server() { COMPREPLY=(\"its-own \${COMP_WORDS[*]}\"); }
        complete -F _portcl_server portcl-server"
    assert_equal "$(offers_in bash --norc -c "$script" -- 'portclaim run --claim 127.0.0.1:80 portcl-server x')" \
        "its-own portcl-server x"
    assert_equal "$(offers_in bash --norc -c "$script" -- 'portclaim run -- portcl-server -y')" \
        "its-own portcl-server -y"
}

@test "C01 completion: ports on which somebody listens, with ss and without" {
    require_command ss
    make_network
    start one "${network[@]}" "$server" --port "$port"
    start two "${network[@]}" "$server" --port "$other_port"
    wait_for_line one '^listening'
    wait_for_line two '^listening'
    local without="source '$completion'; type() { [ \"\$1\" != ss ] && builtin type \"\$@\"; }" line
    for line in 'portclaim who ' 'portclaim free --force ' 'portclaim run --claim ' 'portclaim run --ports='; do
        offers_both "source '$completion'" "$line"
        offers_both "$without" "$line"
    done
}

# offers_both SCRIPT LINE: both ports are among what is offered
offers_both() {
    local offered
    offered=" $(offers_in "${network[@]}" bash --norc -c "$1" -- "$2") "
    [[ $offered == *" $port "* && $offered == *" $other_port "* ]] || fail "$2: $offered"
}

@test "C01 completion: files and directories, with blanks in their names" {
    touch 'a record.json' another
    mkdir 'a directory'
    assert_equal "$(offers 'portclaim explain a')" "a directory a record.json another"
    assert_equal "$(offers 'portclaim explain --html an')" another
    assert_equal "$(offers 'portclaim run --state-dir a')" "a directory"
    assert_equal "$(offers 'portclaim run --log a')" "a directory a record.json another"
    assert_equal "$(offers 'portclaim run --log st')" stderr
}

@test "C01 completion: units, of the user's manager with --user" {
    mkdir programs
    printf '#!/bin/sh\n%s\n' 'case " $* " in *" --user "*) echo "gateway-user.service enabled" ;;
        *) echo "gateway-one.service enabled"; echo "gateway\\x2dtwo.service disabled" ;; esac' \
        >programs/systemctl
    chmod +x programs/systemctl
    PATH=$BATS_TEST_TMPDIR/programs:$PATH
    assert_equal "$(offers 'portclaim doctor gateway-')" gateway-one.service
    assert_equal "$(offers 'portclaim free --unit gateway-')" gateway-one.service
    assert_equal "$(offers 'portclaim doctor --user --dropin gateway')" gateway-user.service
}

@test "C01 completion: a real bash puts in the rest of the word" {
    require_command script
    cat >rc <<EOF
PS1='> '
bind 'set bell-style none'
source '$completion'
portclaim() { printf 'arguments:'; printf ' <%s>' "\$@"; echo; }
EOF
    printf '%s\n' $'portclaim doc\t' $'portclaim free --mat\tex\tnode 80' \
        $'portclaim run --log-format=j\tx' exit >keys
    TERM=dumb timeout 20 script --quiet --command 'bash --noprofile --rcfile rc -i' /dev/null \
        <keys >out 2>&1
    grep -q 'arguments: <doctor>' out || fail "$(cat out)"
    grep -q 'arguments: <free> <--match> <exe:node> <80>' out || fail "$(cat out)"
    grep -q 'arguments: <run> <--log-format=json> <x>' out || fail "$(cat out)"
}

@test "C01 completion: it says nothing when it is loaded, and leaves nothing but its functions" {
    run --separate-stderr bash --norc -c "before=\$(compgen -v); source '$completion'
        diff <(echo \"\$before\") <(compgen -v | grep -v -E '^(before|PIPESTATUS)$') && complete -p portclaim"
    assert_equal "$status $output $stderr" "0 complete -F _portclaim portclaim "
    run bash --norc -c "before=\$(compgen -A function); source '$completion'
        diff <(echo \"\$before\") <(compgen -A function | grep -v '^_portclaim')"
    assert_equal "$output" ""
}
