#!/usr/bin/env bats
# Takeover after takeover, as over a year of restarts: every one succeeds at the first attempt, and
# nobody else is ever touched. TAKEOVERS says how many; `make soak` asks for 1000.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # each test is a subshell; harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness
load scenarios

setup() {
    harness_setup
    make_network
}

teardown() {
    harness_teardown
}

# Instances of the very program that must live: other ports, another protocol, another address, and
# the same port in another network.
start_bystanders() {
    local wanted=$port here=("${network[@]}")
    for port in "$other_port" $((other_port + 1)); do serve "port$port"; done
    port=$wanted
    bystanders=("port$other_port" "port$((other_port + 1))" udp)
    serve udp --udp
    if is_root; then
        make_network elsewhere
        serve elsewhere
        network=("${here[@]}")
        bystanders+=(elsewhere)
    fi
}

# One temper after the other.
options_of_round() {
    case $(($1 % 5)) in
    0) options=() ;;
    1) options=(--stop-delay 30) ;;
    2) options=(--ignore-term) ;;
    3) options=(--fork-workers 2) ;;
    4) options=(--leader-exits) ;;
    esac
}

@test "consecutive takeovers all succeed and touch nobody else" {
    local round previous=first options family
    start_bystanders
    claim first
    assert_listening first
    for ((round = 1; round <= ${TAKEOVERS:-50}; round++)); do
        mapfile -t family < <(pid_of "$previous"; descendants_of "$(pid_of "$previous")")
        options_of_round "$round"
        next_tick
        claim "$round" PORTCLAIM_TERM_MS=150 -- "${options[@]}"
        assert_took_over "$round" "${family[@]}"
        assert_equal "$(count "$round" '^listening')" 1
        rm "$(log_of "$previous")"
        previous=$round
    done
    assert_untouched "${bystanders[@]}"
}
