/*
 * The timeline drawn. Time runs downwards, so that it fits a phone; every service has a lane, every
 * claim a bar in the lane of who claims, as long as it took; a signal goes from there to the lane
 * of whom it ended. Positions are in pixels and the drawing is as wide as there is room, so that
 * letters keep their size on every screen.
 */
#include "explain.h"

#include "advice.h"

#include "command/wording.h"

#include "core/evidence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_ROWS = 10, /* of a long story */
    LAST_ROWS = 40,
    TOP = 26, /* below the letters of the lanes */
    LANES_LEFT = 94,
    LANE_WIDTH = 28,
    BAR_WIDTH = 14,
    LEAST_BAR = 14,
    MOST_BAR = 64,
    ROW_GAP = 12,
    LEAST_ROW = 30, /* room for two lines beside the bar */
    LINE = 14,
    NOTE = 22, /* a line between two rows: a date, what is left out */
    MARK = 4,
    BESIDE = 13, /* from the middle of a lane to a mark for the lane itself */
    LONG_WORDS = 78,
};

struct row {
    const struct story_claim *claim;
    uint32_t top;
    uint32_t bar;  /* the bar's height */
    bool new_date; /* a line with the date above it */
    uint32_t left_out;
};

struct chart {
    const struct story_endpoint *endpoint;
    uint32_t lanes;
    uint64_t longest_ms;
    uint32_t row_count;
    struct row rows[FIRST_ROWS + LAST_ROWS];
    uint32_t height;
};

/* ---- lanes ---- */

uint32_t explain_lane_count(const struct story_endpoint *endpoint)
{
    return endpoint->party_count < EXPLAIN_LANES ? endpoint->party_count : EXPLAIN_LANES;
}

uint32_t explain_lane(const struct story_endpoint *endpoint, int party)
{
    uint32_t last = endpoint->party_count > EXPLAIN_LANES ? EXPLAIN_LANES - 1 : 0;
    if (party == STORY_NO_PARTY)
        return last;
    return party < EXPLAIN_LANES ? (uint32_t)party : last;
}

static uint32_t middle_of(uint32_t lane)
{
    return LANES_LEFT + lane * LANE_WIDTH + LANE_WIDTH / 2;
}

static uint32_t lane_of_claim(const struct chart *chart, const struct story_claim *claim)
{
    return explain_lane(chart->endpoint, claim->party);
}

/* ---- rows ---- */

static uint32_t length_of(const struct chart *chart, uint64_t took_ms)
{
    if (chart->longest_ms == 0)
        return LEAST_BAR;
    uint64_t more = (uint64_t)(MOST_BAR - LEAST_BAR) * took_ms / chart->longest_ms;
    return LEAST_BAR + (uint32_t)more;
}

static void add_row(struct chart *chart, const struct story_claim *claim, uint32_t left_out)
{
    char date[EXPLAIN_CLOCK_SIZE];
    char before[EXPLAIN_CLOCK_SIZE] = "";
    struct row *row = &chart->rows[chart->row_count];
    explain_date(date, claim->start_ms);
    if (chart->row_count > 0)
        explain_date(before, row[-1].claim->start_ms);
    *row = (struct row){claim, chart->height, length_of(chart, claim->took_ms),
                        strcmp(date, before) != 0, left_out};
    row->top += (row->new_date ? NOTE : 0) + (left_out > 0 ? NOTE : 0);
    chart->height = row->top + (row->bar > LEAST_ROW ? row->bar : LEAST_ROW) + ROW_GAP;
    chart->row_count++;
}

static void lay_out(struct chart *chart, const struct story_endpoint *endpoint)
{
    uint32_t count = endpoint->claim_count;
    uint32_t drawn = FIRST_ROWS + LAST_ROWS;
    uint32_t skipped = count > drawn ? count - drawn : 0;
    memset(chart, 0, sizeof(*chart));
    chart->endpoint = endpoint;
    chart->lanes = explain_lane_count(endpoint);
    chart->height = TOP;
    for (uint32_t index = 0; index < count; index++) {
        if (endpoint->claims[index].took_ms > chart->longest_ms)
            chart->longest_ms = endpoint->claims[index].took_ms;
    }
    for (uint32_t index = 0; index < count; index++) {
        bool behind_gap = skipped > 0 && index == FIRST_ROWS + skipped;
        if (skipped == 0 || index < FIRST_ROWS || index >= FIRST_ROWS + skipped)
            add_row(chart, &endpoint->claims[index],
                    behind_gap ? skipped + endpoint->claims_left_out : 0);
    }
}

/* ---- drawing ---- */

/* Who has the port: from the end of the claim that won it to the end of the next that does. */
static void draw_lives(FILE *stream, const struct chart *chart)
{
    for (uint32_t index = 0; index < chart->row_count; index++) {
        const struct row *row = &chart->rows[index];
        uint32_t next = index + 1;
        if (row->claim->outcome != OUTCOME_CLAIMED)
            continue;
        while (next < chart->row_count && chart->rows[next].claim->outcome != OUTCOME_CLAIMED)
            next++;
        uint32_t end = chart->height;
        if (next < chart->row_count)
            end = chart->rows[next].top + chart->rows[next].bar;
        uint32_t middle = middle_of(lane_of_claim(chart, row->claim));
        fprintf(stream,
                "<line class=\"life\" x1=\"%" PRIu32 "\" x2=\"%" PRIu32 "\" y1=\"%" PRIu32
                "\" y2=\"%" PRIu32 "\"/>",
                middle, middle, row->top + row->bar, end);
    }
}

static void draw_lanes(FILE *stream, const struct chart *chart)
{
    for (uint32_t lane = 0; lane < chart->lanes; lane++)
        fprintf(stream,
                "<line class=\"lane\" x1=\"%" PRIu32 "\" x2=\"%" PRIu32 "\" y1=\"%d\" y2=\"%" PRIu32
                "\"/><text class=\"letter\" x=\"%" PRIu32 "\" y=\"14\">%c</text>",
                middle_of(lane), middle_of(lane), TOP - 6, chart->height, middle_of(lane),
                (char)('A' + lane));
}

static uint32_t height_of(const struct row *row, uint64_t offset_ms)
{
    uint64_t took_ms = row->claim->took_ms;
    uint64_t within = offset_ms < took_ms ? offset_ms : took_ms;
    uint32_t room = row->bar - 2 * MARK;
    return row->top + MARK + (took_ms > 0 ? (uint32_t)(room * within / took_ms) : 0);
}

/* A ring for the asking signal, a cross for the forcing one. */
static void draw_mark(FILE *stream, uint32_t x, uint32_t y, bool forced)
{
    if (forced)
        fprintf(stream, "<path class=\"kill\" d=\"M%" PRIu32 " %" PRIu32 "l%d %dm0 -%dl-%d %d\"/>",
                x - MARK, y - MARK, 2 * MARK, 2 * MARK, 2 * MARK, 2 * MARK, 2 * MARK);
    else
        fprintf(stream, "<circle class=\"ask\" cx=\"%" PRIu32 "\" cy=\"%" PRIu32 "\" r=\"%d\"/>", x,
                y, MARK);
}

static void draw_signal(FILE *stream, const struct chart *chart, const struct row *row,
                        const struct story_event *event)
{
    bool asked = event->kind == EVENT_HELD && event->action == ACTION_ASKED;
    bool forced = event->action == ACTION_FORCED;
    uint32_t from = lane_of_claim(chart, row->claim);
    uint32_t to = explain_lane(chart->endpoint, event->party);
    uint32_t y = height_of(row, event->offset_ms);
    uint32_t x = from == to ? middle_of(to) - BESIDE : middle_of(to);
    uint32_t edge =
        x < middle_of(from) ? middle_of(from) - BAR_WIDTH / 2 : middle_of(from) + BAR_WIDTH / 2;
    if (!asked && !forced)
        return;
    fprintf(stream,
            "<line class=\"signal\" x1=\"%" PRIu32 "\" x2=\"%" PRIu32 "\" y1=\"%" PRIu32
            "\" y2=\"%" PRIu32 "\"/>",
            edge, x, y, y);
    draw_mark(stream, x, y, forced);
}

static void draw_bar(FILE *stream, const struct chart *chart, const struct row *row)
{
    uint32_t left = middle_of(lane_of_claim(chart, row->claim)) - BAR_WIDTH / 2;
    fprintf(stream,
            "<rect class=\"%s\" x=\"%" PRIu32 "\" y=\"%" PRIu32 "\" width=\"%d\" height=\"%" PRIu32
            "\" rx=\"3\"><title>",
            explain_outcome_name(row->claim->outcome), left, row->top, BAR_WIDTH, row->bar);
    char *starter = explain_starter(row->claim);
    char *words = explain_claim(chart->endpoint, row->claim);
    explain_escape(stream, starter);
    fputs(": ", stream);
    explain_escape(stream, words);
    fputs("</title></rect>", stream);
    free(words);
    free(starter);
}

/* ---- labels ---- */

static const char *symbol_of(enum outcome outcome)
{
    static const char *const symbols[] = {
        [OUTCOME_CLAIMED] = "&#10003; ",
        [OUTCOME_NOT_CLAIMED] = "&#10007; ",
        [OUTCOME_DRY_RUN] = "&#9675; ",
        [OUTCOME_UNFINISHED] = "&#8230; ",
    };
    return symbols[outcome];
}

/* What a narrow screen has room for. */
static char *brief_outcome(const struct story_claim *claim)
{
    struct wording words = {0};
    if (claim->outcome == OUTCOME_CLAIMED || claim->outcome == OUTCOME_NOT_CLAIMED)
        wording_add_duration(&words, claim->took_ms);
    else
        wording_add(&words, "%s", claim->outcome == OUTCOME_DRY_RUN ? "dry run" : "no end");
    return wording_end(&words);
}

static const char *short_words(const struct story_endpoint *endpoint,
                               const struct story_claim *claim)
{
    if ((claim->actions & 1U << ACTION_FORCED) != 0)
        return advice_for(endpoint)->forced_briefly;
    if (claim->asked > 0)
        return "let go";
    if ((claim->actions & 1U << ACTION_BREAKER) != 0)
        return "kill war";
    if (claim->lingered)
        return story_is_unix(endpoint) ? "old path" : "TIME_WAIT";
    for (uint32_t index = 0; index < claim->event_count; index++) {
        if (claim->events[index].kind == EVENT_HELD)
            return evidence_verdict_name(evidence_verdict(claim->events[index].evidence));
    }
    return "";
}

static void print_cut(FILE *stream, char *words)
{
    bool cut = strlen(words) > LONG_WORDS;
    if (cut)
        words[LONG_WORDS] = '\0';
    explain_escape(stream, words);
    fputs(cut ? "&#8230;" : "", stream);
}

static void draw_clock(FILE *stream, const struct row *row, uint32_t line)
{
    char clock[EXPLAIN_CLOCK_SIZE];
    explain_clock(clock, row->claim->start_ms);
    fprintf(stream,
            "<text class=\"clock\" x=\"0\" y=\"%" PRIu32 "\">%s</text>"
            "<text class=\"clock\" x=\"0\" y=\"%" PRIu32 "\">PID %" PRId32 "</text>",
            line, clock, line + LINE, row->claim->pid);
}

static void start_text(FILE *stream, const char *kind, const char *width, uint32_t x, uint32_t y)
{
    fprintf(stream, "<text class=\"%s %s\" x=\"%" PRIu32 "\" y=\"%" PRIu32 "\">", kind, width, x,
            y);
}

/* Two lines beside the bar, in words that fit the screen. */
static void draw_label(FILE *stream, const struct chart *chart, const struct row *row)
{
    uint32_t left = LANES_LEFT + chart->lanes * LANE_WIDTH + MARK;
    uint32_t line = row->top + LINE - 3;
    const struct story_claim *claim = row->claim;
    const char *kind = explain_outcome_name(claim->outcome);
    char *events = explain_events(chart->endpoint, claim);
    char *outcome = explain_outcome(claim);
    char *brief = brief_outcome(claim);
    draw_clock(stream, row, line);
    start_text(stream, kind, "label wide", left, line);
    fprintf(stream, "%s%s</text>", symbol_of(claim->outcome), outcome);
    start_text(stream, kind, "label narrow", left, line);
    fprintf(stream, "%s%s</text>", symbol_of(claim->outcome), brief);
    start_text(stream, "detail", "wide", left, line + LINE);
    print_cut(stream, events);
    fputs("</text>", stream);
    start_text(stream, "detail", "narrow", left, line + LINE);
    fprintf(stream, "%s</text>\n", short_words(chart->endpoint, claim));
    free(brief);
    free(outcome);
    free(events);
}

static void draw_notes(FILE *stream, const struct row *row)
{
    uint32_t line = row->top - NOTE / 2;
    char date[EXPLAIN_CLOCK_SIZE];
    if (row->new_date) {
        explain_date(date, row->claim->start_ms);
        fprintf(stream, "<text class=\"note\" x=\"0\" y=\"%" PRIu32 "\">%s</text>", line, date);
        line -= NOTE;
    }
    if (row->left_out > 0)
        fprintf(stream,
                "<text class=\"note\" x=\"0\" y=\"%" PRIu32 "\">%" PRIu32
                " starts are left out here</text>",
                line, row->left_out);
}

void explain_chart(FILE *stream, const struct story_endpoint *endpoint)
{
    struct chart chart;
    lay_out(&chart, endpoint);
    fprintf(stream,
            "<svg role=\"img\" aria-label=\"timeline\" width=\"100%%\" height=\"%" PRIu32 "\">\n",
            chart.height);
    draw_lanes(stream, &chart);
    draw_lives(stream, &chart);
    fputc('\n', stream);
    for (uint32_t index = 0; index < chart.row_count; index++) {
        const struct row *row = &chart.rows[index];
        draw_notes(stream, row);
        draw_bar(stream, &chart, row);
        for (uint32_t event = 0; event < row->claim->event_count; event++)
            draw_signal(stream, &chart, row, &row->claim->events[event]);
        draw_label(stream, &chart, row);
    }
    fputs("</svg>\n", stream);
}
