#!/usr/bin/env bats
# The statistics of `make bench`, on samples whose medians and ratios are known.
# shellcheck disable=SC2154 # harness.bash sets much
bats_require_minimum_version 1.5.0

load ../lib/harness

setup() {
    harness_setup
    require_command perl
    pairs=$repository/bench/pairs
}

teardown() {
    harness_teardown
}

# samples CASE SUBJECT VALUE...: rounds 0, 1, ...; a round with "-" is left out
samples() {
    local case=$1 subject=$2 round=0 value
    shift 2
    for value in "$@"; do
        [ "$value" = - ] || printf '%s\t%s\t%s\t%s\n' "$case" "$subject" "$round" "$value"
        round=$((round + 1))
    done
}

median_of() {
    samples x a "$@" | "$pairs" median x a
}

@test "a median: odd, even, one, not sorted, compared as numbers" {
    assert_equal "$(median_of 9 1 5)" 5.000
    assert_equal "$(median_of 10 9 100)" 10.000
    assert_equal "$(median_of 1 2 4 100)" 3.000
    assert_equal "$(median_of 7)" 7.000
    assert_equal "$(median_of 0.5 1.5)" 1.000
}

@test "a ratio is the median of the rounds' ratios, not the ratio of the medians" {
    run -0 "$pairs" ratio x ours limit < <(
        samples x limit 100 1000 10
        samples x ours 300 1000 20
    )
    # 3, 1 and 2; the ratio of the medians is 3.
    assert_equal "$output" "2.000 1.500 2.500"
}

@test "a ratio pairs by round, whatever the order, and leaves out a round without both" {
    run -0 "$pairs" ratio x ours limit < <(
        samples x ours - 40 60 1000
        samples x limit 1 20 30 -
    )
    assert_equal "$output" "2.000 2.000 2.000"
}

@test "a machine that is slow for some rounds changes no ratio" {
    run -0 "$pairs" ratio x ours limit < <(
        samples x limit 100 900 100 5000 200
        samples x ours 110 990 110 5500 220
    )
    assert_equal "$output" "1.100 1.100 1.100"
}

@test "a table has each case and subject once, with units, ratios and the number of samples" {
    run -0 "$pairs" table limit ours < <(
        samples bind limit 1000 3000
        samples listen limit 250
        samples bind ours 2000 12000
        samples bind peer 4000000 6000000
    )
    assert_equal "$output" "| bind | limit | 2.00 µs | × 1.00 |  | × 0.38 | 2 |
| bind | ours | 7.00 µs | × 3.00 | 2.50 to 3.50 | × 1.00 | 2 |
| bind | peer | 5.00 ms | × 3000 | 2500 to 3500 | × 1250 | 2 |
| listen | limit | 250 ns | × 1.00 |  | – | 1 |"
}

@test "units go with the size" {
    run -0 "$pairs" table - - < <(
        samples a x 12
        samples b x 1234567890
        samples c x 0
    )
    assert_equal "$(cut -d '|' -f 4 <<<"$output" | xargs)" "12.0 ns 1.23 s 0 ns"
    run -0 "$pairs" table - - KiB < <(samples a x 12 && samples b x 2048)
    assert_equal "$(cut -d '|' -f 4 <<<"$output" | xargs)" "12.0 KiB 2.00 MiB"
}

@test "what is no sample, or twice in one round, is refused" {
    local line
    for line in $'x\ta\t0' $'x\ta\t0\tmany' $'x\ta\t0\t-1' $'x\ta\t0\t1\t2' '' $'x\ta\t0\t'; do
        run -255 "$pairs" median x a <<<"$line"
        [[ $output == "pairs: not a sample: $line" ]]
    done
    run -255 "$pairs" median x a < <(samples x a 1 && samples x a 2)
    [[ $output == "pairs: twice in one round: "* ]]
    run -255 "$pairs" median x b < <(samples x a 1)
    run -255 "$pairs" ratio x a b < <(samples x a 1)
}
