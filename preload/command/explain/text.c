#include "explain.h"

#include "command/wording.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 80,        /* columns */
    CAUSE_INDENT = 5,  /* of a cause's words, behind its number */
    CURE_INDENT = 7,   /* of an advice, behind its dash */
    LINES_INDENT = 11, /* of what can be copied */
    TIMELINE_INDENT = 4,
    CLAIM_INDENT = 18, /* behind the clock */
};

/* ---- filling lines ---- */

/* Words of the text, from `column` on; further lines begin at `indent`. Ends with a line feed. */
static void fill(FILE *stream, const char *text, int column, int indent)
{
    bool first = true; /* on its line */
    while (*text != '\0') {
        int length = (int)strcspn(text, " ");
        if (!first && column + 1 + length > WIDTH) {
            fprintf(stream, "\n%*s", indent, "");
            column = indent;
            first = true;
        }
        column += fprintf(stream, "%s%.*s", first ? "" : " ", length, text);
        first = false;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', stream);
}

static void print_lines(FILE *stream, const char *lines, int indent)
{
    while (*lines != '\0') {
        int length = (int)strcspn(lines, "\n");
        fprintf(stream, "%*s%.*s\n", indent, "", length, lines);
        lines += length;
        lines += *lines == '\n' ? 1 : 0;
    }
}

/* ---- the diagnosis ---- */

static void print_cure(FILE *stream, const struct cure *cure)
{
    struct wording words = {0};
    wording_add(&words, "%s%s", cure->advice, cure->lines != NULL ? ":" : "");
    char *advice = wording_end(&words);
    fprintf(stream, "%*s- ", CURE_INDENT - 2, "");
    fill(stream, advice, CURE_INDENT, CURE_INDENT);
    free(advice);
    if (cure->lines != NULL)
        print_lines(stream, cure->lines, LINES_INDENT);
}

static void print_cause(FILE *stream, const struct cause *cause, uint32_t number)
{
    fprintf(stream, "\n %2" PRIu32 ". %s\n%*s", number, diagnosis_cause_title(cause->kind),
            CAUSE_INDENT, "");
    fill(stream, cause->words, CAUSE_INDENT, CAUSE_INDENT);
    fprintf(stream, "%*sCure:\n", CAUSE_INDENT, "");
    for (uint32_t index = 0; index < cause->cure_count; index++)
        print_cure(stream, &cause->cures[index]);
}

/* ---- the timeline ---- */

static void print_date(FILE *stream, uint64_t time_ms, char before[EXPLAIN_CLOCK_SIZE])
{
    char date[EXPLAIN_CLOCK_SIZE];
    explain_date(date, time_ms);
    if (strcmp(date, before) == 0)
        return;
    fprintf(stream, "%*s%s\n", TIMELINE_INDENT, "", date);
    memcpy(before, date, sizeof(date));
}

static void print_claim(FILE *stream, const struct story_endpoint *endpoint,
                        const struct story_claim *claim)
{
    char clock[EXPLAIN_CLOCK_SIZE];
    char *starter = explain_starter(claim);
    char *events = explain_claim(endpoint, claim);
    struct wording words = {0};
    wording_add(&words, "%s: %s", starter, events);
    char *line = wording_end(&words);
    explain_clock(clock, claim->start_ms);
    fprintf(stream, "%*s%s  ", TIMELINE_INDENT, "", clock);
    fill(stream, line, CLAIM_INDENT, CLAIM_INDENT);
    free(line);
    free(events);
    free(starter);
}

static void print_timeline(FILE *stream, const struct story_endpoint *endpoint)
{
    char zone[EXPLAIN_CLOCK_SIZE];
    char date[EXPLAIN_CLOCK_SIZE] = "";
    explain_zone(zone, endpoint->first_ms);
    fprintf(stream, "\n  Timeline (local time, %s)\n", zone);
    for (uint32_t index = 0; index < endpoint->claim_count; index++) {
        const struct story_claim *claim = &endpoint->claims[index];
        if (index == STORY_FIRST_CLAIMS && endpoint->claims_left_out > 0)
            fprintf(stream, "%*s... %" PRIu32 " starts are left out here ...\n", TIMELINE_INDENT,
                    "", endpoint->claims_left_out);
        print_date(stream, claim->start_ms, date);
        print_claim(stream, endpoint, claim);
    }
}

/* ---- the whole ---- */

static void print_endpoint(FILE *stream, const struct story_endpoint *endpoint,
                           const struct diagnosis *diagnosis)
{
    char *name = NULL;
    struct wording words = {0};
    wording_add_name(&words, endpoint->endpoint);
    name = wording_end(&words);
    fprintf(stream, "%s\n  ", name);
    free(name);
    fill(stream, diagnosis->summary, 2, 2);
    for (uint32_t index = 0; index < diagnosis->cause_count; index++)
        print_cause(stream, &diagnosis->causes[index], index + 1);
    print_timeline(stream, endpoint);
}

static void print_warnings(FILE *stream, const struct story *story)
{
    if (story->warning_count == 0)
        return;
    fputs("\nWarnings in the record\n", stream);
    for (uint32_t index = 0; index < story->warning_count; index++) {
        const struct story_warning *warning = &story->warnings[index];
        struct wording words = {0};
        wording_add_count(&words, warning->count, "time");
        wording_add(&words, ": ");
        wording_add_text(&words, warning->message);
        char *line = wording_end(&words);
        fputs("  ", stream);
        fill(stream, line, 2, 4);
        free(line);
    }
}

void explain_as_text(FILE *stream, const struct explanation *explanation)
{
    const struct story *story = explanation->story;
    char *gaps = explain_gaps(explanation);
    for (uint32_t index = 0; index < story->endpoint_count; index++) {
        fputs(index > 0 ? "\n" : "", stream);
        print_endpoint(stream, story->endpoints[index], &explanation->diagnoses[index]);
    }
    if (story->events == 0)
        fputs(EXPLAIN_NOTHING, stream);
    print_warnings(stream, story);
    if (gaps != NULL) {
        fputc('\n', stream);
        fill(stream, gaps, 0, 0);
    }
    free(gaps);
}
