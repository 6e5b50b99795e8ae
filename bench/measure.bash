# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with bench/run and the tables
# How a table is measured: subjects in rounds, samples in a file.
#
# A table (bench/tables/NAME.bash) sets
#     title    its heading
#     limit    the subject that is the least any program could take
#     ours     the subject that is portclaim
#     about    what is measured, a paragraph
#     unit     of its values: ns, or KiB
# and defines measure(), which names its subjects and samples them:
#     subject "with the object" env LD_PRELOAD="$object"      # what stands before a command
#     peer "with torsocks" torsocks "$library" env LD_PRELOAD="$library"
#     rounds 20 "$programs/calls" bind listen
# A measured command prints lines "CASE<tab>VALUE". One that fails takes its subject out of the
# table, with what it said.

programs=$repository/build/bench
object=$repository/build/libportclaim.so
portclaim=$repository/build/portclaim
libraries=/usr/lib/$(uname -m)-linux-gnu
port=18789
network=() # prefix of a command: into another network

table_start() {
    unit=ns
    subjects=()
    declare -gA prefix_of=()
    table_directory=$scratch/$1
    samples=$table_directory/samples
    mkdir "$table_directory"
    : >"$samples"
    : >"$table_directory/notes"
    : >"$table_directory/versions"
    : >"$table_directory/targets"
}

# A line below the table.
note() {
    echo "$*" >>"$table_directory/notes"
}

# subject NAME [WORD...]: what stands before a measured command, as words.
subject() {
    local name=$1
    shift
    subjects+=("$name")
    prefix_of[$name]=$(printf '%q ' "$@")
    [ $# -gt 0 ] || prefix_of[$name]=
}

# Of a Debian package, or of "npm NAME".
version_of() {
    case $1 in
    'npm '*)
        sed -n 's/^[[:space:]]*"version": "\(.*\)".*/'"${1#npm } "'\1/p; T; q' \
            "$programs/npm/node_modules/${1#npm }/package.json"
        return
        ;;
    esac
    dpkg-query --show --showformat '${Package} ${Version}\n' "$1" 2>/dev/null
}

# peer NAME PACKAGE FILE [WORD...]: a subject, if the file (or command) is there.
peer() {
    local name=$1 package=$2 file=$3
    shift 3
    if ! [ -e "$file" ] && ! command -v "$file" >/dev/null; then
        note "Left out: $name, for there is no ${file#"$repository/"} (\`make deps-bench\`)."
        return
    fi
    version_of "$package" >>"$table_directory/versions"
    subject "$name" "$@"
}

# Takes a subject out, with the reason.
drop() {
    local name=$1 kept=() each
    note "Left out: $name: $2"
    for each in "${subjects[@]}"; do
        [ "$each" = "$name" ] || kept+=("$each")
    done
    subjects=("${kept[@]}")
}

# sample_of ROUND SUBJECT COMMAND...: one run of the command as it is
sample_of() {
    local round=$1 name=$2 output
    shift 2
    if output=$("$@" 2>"$table_directory/error" </dev/null) && [ -n "$output" ]; then
        add_samples "$round" "$name" <<<"$output"
    else
        drop "$name" "$(tail -n 1 "$table_directory/error")"
    fi
}

# sample ROUND SUBJECT COMMAND...: one run of it behind the subject's words
sample() {
    local round=$1 name=$2 words
    shift 2
    eval "words=(${prefix_of[$name]})"
    sample_of "$round" "$name" "${words[@]}" "$@"
}

# Of lines "CASE<tab>VALUE".
add_samples() {
    local round=$1 name=$2 case value
    while IFS=$'\t' read -r case value; do
        printf '%s\t%s\t%s\t%s\n' "$case" "$name" "$round" "$value" >>"$samples"
    done
}

# turn ROUND FUNCTION [ARGUMENT...]: calls FUNCTION ROUND SUBJECT ARGUMENT... for every subject, a
# different one first each time.
turn() {
    local round=$1 action=$2 place order=("${subjects[@]}")
    shift 2
    for ((place = 0; place < ${#order[@]}; place++)); do
        "$action" "$round" "${order[(place + round) % ${#order[@]}]}" "$@"
    done
}

# another ROUND MOST [SECONDS]: is there to be a round, the first of which is 0? On a busy machine
# there are fewer: after so many seconds (20), though never fewer than three.
another() {
    [ "$1" -gt 0 ] || rounds_end=$((SECONDS + ${3:-20}))
    [ "$1" -lt "$2" ] && { [ "$1" -lt 3 ] || [ "$SECONDS" -lt "$rounds_end" ]; }
}

# rounds MOST COMMAND...
rounds() {
    local most=$1 round
    shift
    for ((round = 0; 1; round++)); do
        another "$round" "$most" || break
        turn "$round" sample "$@"
    done
}

# hold TEMPER...: an instance that has $port; its PID is in $holder.
hold() {
    local line=
    exec {holder_output}< <(exec setsid "${network[@]}" "$programs/server" hold "$port" "$@")
    holder=$!
    read -r -t 20 line <&"$holder_output"
    [ "$line" = holding ] || return 1
    sleep 0.03 # start times are counted in ticks of 10 ms, and the successor has to be the younger
}

release() {
    kill -KILL "$holder" 2>/dev/null
    wait "$holder" 2>/dev/null
    exec {holder_output}<&-
}

# median_of CASE SUBJECT
median_of() {
    "$bench/pairs" median "$@" <"$samples"
}

ratio() {
    "$bench/pairs" ratio "$@" <"$samples"
}

# factor CASE SUBJECT BASE: "× 1.057"
factor() {
    local median
    read -r median _ < <(ratio "$@") && echo "× $median"
}

# reach CASE SUBJECT BASE MOST [REASON]: what is to be reached, "at most MOST × BASE", and what keeps
# it from being reached
reach() {
    local median lower upper
    read -r median lower upper < <(ratio "$1" "$2" "$3" 2>/dev/null) || return 0
    awk -v median="$median" -v lower="$lower" -v upper="$upper" -v case="$1" -v name="$2" \
        -v base="$3" -v most="$4" -v reason="${5:-}" 'BEGIN {
            printf "To reach: %s, %s, at most × %s of %s: × %s (%s to %s), %s.\n", case, name, most,
                base, median, lower, upper,
                median <= most ? "reached" : "**not reached**" (reason == "" ? "" : ": " reason)
        }' >>"$table_directory/targets"
}

table_print() {
    printf '\n## %s\n\n%s\n\nLimit: %s. ' "$title" "$about" "$limit"
    if [ -s "$table_directory/versions" ]; then
        echo "Peers: $(sort -u "$table_directory/versions" | paste -sd , | sed 's/,/, /g')."
    else
        echo "Peers: none."
    fi
    printf '\n| what | how | median | × limit | from … to | × ours | samples |\n'
    echo '|---|---|---:|---:|---|---:|---:|'
    # One case after the other, whatever the order in which they were sampled.
    "$bench/pairs" table "$limit" "$ours" "$unit" <"$samples"
    sed 's/^/\n/' "$table_directory/targets" "$table_directory/notes"
}
