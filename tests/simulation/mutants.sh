#!/usr/bin/env bash
# Shows that the simulation can fail: every mutant below is the core with one mistake in it, and
# the simulation must find it. Prints TAP.
#
#     tests/simulation/mutants.sh [PRELOAD]
#
# PRELOAD is the directory that holds core/; by default the repository's own. A mutant whose pattern
# no longer matches fails: mend the pattern, for the mistake can still be made.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
preload=${1:-$root/preload}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

readonly SEED=1
readonly SCHEDULES=200000
readonly MOST_SECONDS=30

compile() {
    "${CC:-cc}" -std=gnu11 -O1 -w "$@"
}

# compile_all TARGET-DIRECTORY SOURCE...
compile_all() {
    local target=$1 source
    shift
    for source in "$@"; do
        compile -I"$preload" -c -o "$target/$(basename "$source").o" "$source" || return 1
    done
}

# The simulation and the core as they are, each on a processor of its own.
compile_everything() {
    local other
    mkdir -p "$work/simulation" "$work/core" "$work/bin"
    compile_all "$work/simulation" "$root"/tests/simulation/*.c "$preload/linux/words.c" \
        "$preload/linux/conventions.c" &
    other=$!
    compile_all "$work/core" "$preload"/core/*.c && wait "$other"
}

link_program() {
    compile -o "$1" "$work"/simulation/*.o "$2"/*.o
}

run_program() {
    timeout "$MOST_SECONDS" "$1" --seed "$SEED" --schedules "$SCHEDULES" --until-broken \
        >"$work/output" 2>&1
}

number=0
failures=0

result() {
    number=$((number + 1))
    if [ "$1" = ok ]; then
        echo "ok $number - $2"
    else
        failures=$((failures + 1))
        echo "not ok $number - $2"
        echo "# $3"
    fi
}

check_core() {
    local status
    if ! compile_everything || ! link_program "$work/bin/simulate" "$work/core"; then
        result bad "the core itself passes" "it does not compile"
        return
    fi
    run_program "$work/bin/simulate"
    status=$?
    if [ "$status" -eq 0 ]; then
        result ok "the core itself passes"
    else
        grep '^# ' "$work/output"
        result bad "the core itself passes" "exit status $status"
    fi
}

# The files of the core that differ from the mutant's.
changed_files() {
    local file
    for file in "$preload"/core/*.c; do
        cmp -s "$file" "$work/mutant/core/$(basename "$file")" || basename "$file"
    done
}

compile_mutant() {
    local file
    for file in "$@"; do
        compile -c -o "$work/objects/$file.o" "$work/mutant/core/$file" || return 1
    done
    link_program "$work/bin/mutant" "$work/objects"
}

# mutant WORDS SED-SCRIPT: the script goes over every file, since functions move between files.
mutant() {
    local words=$1 script=$2 changed status
    rm -rf "$work/mutant" "$work/objects"
    mkdir -p "$work/mutant"
    cp -r "$preload/core" "$work/mutant/core"
    cp -r "$work/core" "$work/objects"
    sed -i "$script" "$work"/mutant/core/*.c
    mapfile -t changed < <(changed_files)
    if [ ${#changed[@]} -eq 0 ]; then
        result bad "$words" "the pattern changes nothing: $script"
        return
    fi
    if ! compile_mutant "${changed[@]}" 2>"$work/errors"; then
        result bad "$words" "the mutant does not compile: $(head -n 1 "$work/errors")"
        return
    fi
    run_program "$work/bin/mutant"
    status=$?
    # Found by an invariant, not by a crash or by an endless loop.
    if [ "$status" -eq 1 ]; then
        result ok "$words: $(sed -n 's/^#   broken: //p' "$work/output" | head -n 1)"
    else
        result bad "$words" "not found: exit status $status"
    fi
}

check_core
if [ "$failures" -gt 0 ]; then
    echo "Bail out! mutants of a core that fails show nothing"
    exit 1
fi

# ---- whom it may stop ----
mutant "ancestors are nobody special" \
    's/if (is_ancestor(self, process))/if (false)/'
mutant "no way up to the root is needed" \
    's/VERDICT_STALE && !self_known/VERDICT_STALE \&\& false/'
mutant "the protected are not" \
    's/return protection(settings, process);/return EVIDENCE_NONE;/'
mutant "the younger are stale" \
    's/process->start_ms >= self->start_ms/process->start_ms < self->start_ms/'
mutant "as old is older" \
    's/process->start_ms >= self->start_ms/process->start_ms > self->start_ms/'
mutant "siblings are stale" \
    's/apart <= SIBLING_WINDOW_MS/false/'
mutant "siblings that share are stale" \
    's/if (kinship_is_one_instance(self, process) ||/if (/'
mutant "strangers share by right" \
    '/^bool judge_is_rightful/,/^}/s/return false/return holder->verdict == VERDICT_FOREIGN/'
mutant "a call that succeeded is made again" \
    '/static enum attempt try_once/,/^}/s/if (claim_shares(claim))/if (false)/'
mutant "a rival's new socket goes unnoticed" \
    's/if (binds && context->first_inodes != NULL/if (false \&\& context->first_inodes != NULL/'
mutant "who killed for the port is not remembered" \
    's/return context->memory != NULL &&/return false \&\&/'
mutant "another user's process is ours" \
    's/return holder->process.user == self->user ?/return true ?/'
mutant "a connection is as good as a listener" \
    's/bool client = stranger || holder->serves_elsewhere/bool client = false/'
mutant "workers are strangers" \
    's/holder->through = stale;/return;/'
mutant "a unit needs no look at the supervisor" \
    's/kinship_nearest(self, process) >= self->ancestors_in_unit/true/'
mutant "a label of another service does not matter" \
    's/: EVIDENCE_OTHER_SERVICE/: EVIDENCE_SERVICE/'
mutant "a port is given up that is shared with one who is ending" \
    's/return holder->evidence == EVIDENCE_ENDING || targets_include/return targets_include/'

# ---- whether it may ----
mutant "an incomplete look will do" \
    's/return !observation->complete || judge_find_blocker/return judge_find_blocker/'
mutant "a hopeless claim kills as well" \
    's/!observation->complete || judge_find_blocker(observation) != NULL/!observation->complete/'
mutant "the breaker does not matter" \
    's/!breaker_allows(&claim->memory/false \&\& !breaker_allows(\&claim->memory/'
mutant "the breaker counts one too many" \
    's/breaker_recent(memory, now_ms, window_s) < limit/breaker_recent(memory, now_ms, window_s) <= limit/'
mutant "a busy lock is as good as a free one" \
    '/case LOCK_BUSY:/,/return false/s/return false/return true/'
mutant "a dry run is none" \
    's/if (claim->settings->mode == MODE_DRY_RUN)/if (false)/'
mutant "it waits for itself" \
    's/VERDICT_SELF) != NULL/VERDICT_SELF) != NULL \&\& false/'

# ---- how, and how long ----
mutant "force without grace" \
    's/>= target->asked_at_ms + claim->settings->term_ms/>= 0/'
mutant "who was asked is asked again" \
    's/if (target == NULL)/if (true)/'
mutant "every signal counts as a kill" \
    's/if (claim->kill_remembered)/if (false)/'
mutant "what others remember is lost" \
    '/claim->locked = true;/,/return true/s/claim->host->recall/if (false) claim->host->recall/'
mutant "only whoever is found first is stopped" \
    's/^            ask(claim, holder);/            { ask(claim, holder); break; }/'
mutant "nobody is forced" \
    's/else if (is_overdue(claim, target))/else if (false)/'
mutant "the budget counts twice" \
    's/return claim->started_at_ms + budget_ms/return claim->started_at_ms + 2 * budget_ms/'
mutant "the steps of the backoff are long" \
    's/MOST_BACKOFF_MS = 50/MOST_BACKOFF_MS = 60/'
mutant "a look may last as long as the budget" \
    's|(end_ms - now_ms) / 2|(end_ms - now_ms)|'
mutant "handles stay open" \
    's/claim->host->close(claim->host->context, \*handle)/(void)0/'
mutant "the lock is kept" \
    's/host->unlock(host->context)/(void)0/'
mutant "another error is retried" \
    's/if (attempt != ATTEMPT_BUSY)/if (attempt == ATTEMPT_DONE)/'
mutant "text is not escaped" \
    '/^void text_add_visible/,/^}/s/if (is_printable(string\[shown\])/if (true/'
mutant "JSON is not escaped" \
    '/^void text_add_json/,/^}/s/if (is_quote_or_backslash(\*byte))/if (false)/'

echo "1..$number"
[ "$failures" -eq 0 ]
