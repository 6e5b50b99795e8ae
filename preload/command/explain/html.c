#include "explain.h"

#include "advice.h"

#include "command/wording.h"

#include <inttypes.h>
#include <stdlib.h>

/* Nothing in it is fetched: no font, no picture, no script; the policy forbids it as well. */
static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<title>portclaim explain</title>\n<style>\n"
    ":root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1b1f24;--dim:#5b6572;"
    "--line:#d9dee5;--life:#b9c4d2;--good:#1a7f4b;--bad:#c02b2b;--wait:#8a5a00;--code:#eef1f5}\n"
    "@media(prefers-color-scheme:dark){:root{--page:#111418;--card:#1a1f26;--ink:#e6eaf0;"
    "--dim:#9aa6b4;--line:#2f3742;--life:#465263;--good:#4cc38a;--bad:#ff7b72;--wait:#e3b341;"
    "--code:#10151b}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:16px 12px 48px;max-width:860px;background:var(--page);"
    "color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\n"
    "h1{font-size:1.15rem;margin:4px 4px 16px}h2{font-size:1.3rem;margin:0 0 4px;"
    "font-family:ui-monospace,monospace}h3{font-size:1.05rem;margin:0}\n"
    "section{background:var(--card);border:1px solid var(--line);border-radius:12px;"
    "padding:16px;margin:0 0 20px}\n"
    "p{margin:6px 0}.dim,figcaption{color:var(--dim);font-size:.9rem}\n"
    ".cause{border-left:4px solid var(--bad);padding:2px 0 2px 12px;margin:18px 0}\n"
    ".cause ul{margin:8px 0 0;padding-left:18px}.cause li{margin:6px 0}\n"
    ".fine{border-left:4px solid var(--good);padding-left:12px;margin:18px 0}\n"
    "pre{background:var(--code);border:1px solid var(--line);border-radius:6px;"
    "padding:8px 10px;margin:6px 0;font:13px/1.45 ui-monospace,monospace;white-space:pre-wrap}\n"
    "@media(max-width:420px){pre{font-size:11.5px;padding:8px}section{padding:14px 12px}}\n"
    "figure{margin:22px 0 0}figcaption{margin-bottom:8px}\n"
    "figcaption b{color:var(--ink)}.key{display:inline-block;margin-right:14px}\n"
    ".key svg{vertical-align:-4px;margin-right:5px}\n"
    "svg{display:block;max-width:100%}.key svg{display:inline-block}\n"
    "svg text{fill:var(--ink);font:12px system-ui,sans-serif}\n"
    "svg .clock{fill:var(--dim);font:11px ui-monospace,monospace}\n"
    "svg .detail{fill:var(--dim);font-size:11.5px}svg .note{fill:var(--dim);font-weight:600}\n"
    "svg .letter{font-weight:700;text-anchor:middle}svg .label{font-weight:600}\n"
    "text.claimed{fill:var(--good)}text.not-claimed{fill:var(--bad)}"
    "text.dry-run,text.unfinished{fill:var(--wait)}\n"
    "rect.claimed{fill:var(--good)}"
    "rect.not-claimed{fill:var(--card);stroke:var(--bad);stroke-width:2.5}\n"
    "rect.dry-run,rect.unfinished{fill:var(--card);stroke:var(--wait);stroke-width:2;"
    "stroke-dasharray:3 2}\n"
    ".lane{stroke:var(--line)}.life{stroke:var(--life);stroke-width:5}\n"
    ".signal{stroke:var(--ink);stroke-width:1.5}\n"
    ".ask{fill:var(--card);stroke:var(--ink);stroke-width:1.5}"
    ".kill{fill:none;stroke:var(--bad);stroke-width:2.5}\n"
    ".wide{display:none}@media(min-width:640px){.wide{display:inline}.narrow{display:none}}\n"
    "details{margin-top:14px}summary{cursor:pointer}\n"
    "details ol{padding-left:0;list-style:none;font-size:.9rem}details li{margin:5px 0}\n"
    "time{font-family:ui-monospace,monospace;color:var(--dim);margin-right:6px}\n"
    "</style>\n</head>\n<body>\n<h1>portclaim explain</h1>\n";

static void print_name(FILE *stream, const char *name)
{
    struct wording words = {0};
    wording_add_name(&words, name);
    char *shown = wording_end(&words);
    explain_escape(stream, shown);
    free(shown);
}

/* ---- the diagnosis ---- */

static void print_cause(FILE *stream, const struct cause *cause, uint32_t number)
{
    fprintf(stream, "<div class=\"cause\"><h3>%" PRIu32 ". ", number);
    explain_escape(stream, diagnosis_cause_title(cause->kind));
    fputs("</h3>\n<p>", stream);
    explain_escape(stream, cause->words);
    fputs("</p>\n<p class=\"dim\">Cure</p>\n<ul>\n", stream);
    for (uint32_t index = 0; index < cause->cure_count; index++) {
        const struct cure *cure = &cause->cures[index];
        fputs("<li>", stream);
        explain_escape(stream, cure->advice);
        if (cure->lines != NULL) {
            fputs("<pre>", stream);
            explain_escape(stream, cure->lines);
            fputs("</pre>", stream);
        }
        fputs("</li>\n", stream);
    }
    fputs("</ul></div>\n", stream);
}

static void print_diagnosis(FILE *stream, const struct diagnosis *diagnosis)
{
    fprintf(stream, "<p%s>", diagnosis->cause_count == 0 ? " class=\"fine\"" : "");
    explain_escape(stream, diagnosis->summary);
    fputs("</p>\n", stream);
    for (uint32_t index = 0; index < diagnosis->cause_count; index++)
        print_cause(stream, &diagnosis->causes[index], index + 1);
}

/* ---- the timeline ---- */

static void print_key(FILE *stream, const char *shape, const char *words)
{
    fprintf(stream,
            "<span class=\"key\"><svg width=\"16\" height=\"18\" aria-hidden=\"true\">%s</svg>%s"
            "</span>\n",
            shape, words);
}

static void print_lanes(FILE *stream, const struct story_endpoint *endpoint)
{
    uint32_t lanes = explain_lane_count(endpoint);
    for (uint32_t lane = 0; lane < lanes; lane++) {
        bool others = lane + 1 == lanes && endpoint->party_count > lanes;
        fprintf(stream, "<span class=\"key\"><b>%c</b> ", (char)('A' + lane));
        if (others)
            fprintf(stream, "%" PRIu32 " others", endpoint->party_count - lane);
        else
            print_name(stream, endpoint->parties[lane].label);
        fputs("</span>\n", stream);
    }
}

/* Only what occurs has to be explained. */
static void print_keys(FILE *stream, const struct story_endpoint *endpoint)
{
    static const struct {
        const char *shape;
        const char *words;
    } outcomes[] = {
        [OUTCOME_CLAIMED] = {"<rect class=\"claimed\" x=\"2\" y=\"3\" width=\"11\" height=\"13\" "
                             "rx=\"3\"/>",
                             "claimed"},
        [OUTCOME_NOT_CLAIMED] = {"<rect class=\"not-claimed\" x=\"2\" y=\"3\" width=\"11\" "
                                 "height=\"13\" rx=\"3\"/>",
                                 "not claimed"},
        [OUTCOME_DRY_RUN] = {"<rect class=\"dry-run\" x=\"2\" y=\"3\" width=\"11\" height=\"13\" "
                             "rx=\"3\"/>",
                             "dry run"},
        [OUTCOME_UNFINISHED] = {"<rect class=\"unfinished\" x=\"2\" y=\"3\" width=\"11\" "
                                "height=\"13\" rx=\"3\"/>",
                                "no end recorded"},
    };
    for (int outcome = 0; outcome < STORY_OUTCOMES; outcome++) {
        if (endpoint->outcomes[outcome] > 0)
            print_key(stream, outcomes[outcome].shape, outcomes[outcome].words);
    }
    if (endpoint->asked_claims > 0)
        print_key(stream, "<circle class=\"ask\" cx=\"8\" cy=\"10\" r=\"4\"/>", "asked to stop");
    if (endpoint->actions[ACTION_FORCED].claims > 0)
        print_key(stream, "<path class=\"kill\" d=\"M4 6l8 8m0 -8l-8 8\"/>",
                  advice_for(endpoint)->forced);
    if (endpoint->outcomes[OUTCOME_CLAIMED] > 0)
        print_key(stream, "<line class=\"life\" x1=\"8\" x2=\"8\" y1=\"2\" y2=\"18\"/>",
                  "has the port");
}

static void print_claims(FILE *stream, const struct story_endpoint *endpoint)
{
    fprintf(stream, "<details><summary>The same in words</summary>\n<ol>\n");
    for (uint32_t index = 0; index < endpoint->claim_count; index++) {
        const struct story_claim *claim = &endpoint->claims[index];
        char date[EXPLAIN_CLOCK_SIZE];
        char clock[EXPLAIN_CLOCK_SIZE];
        char *starter = explain_starter(claim);
        char *words = explain_claim(endpoint, claim);
        explain_date(date, claim->start_ms);
        explain_clock(clock, claim->start_ms);
        if (index == STORY_FIRST_CLAIMS && endpoint->claims_left_out > 0)
            fprintf(stream, "<li class=\"dim\">%" PRIu32 " starts are left out here</li>\n",
                    endpoint->claims_left_out);
        fprintf(stream, "<li><time>%s %s</time>", date, clock);
        explain_escape(stream, starter);
        fputs(": ", stream);
        explain_escape(stream, words);
        fputs("</li>\n", stream);
        free(words);
        free(starter);
    }
    fputs("</ol></details>\n", stream);
}

static void print_timeline(FILE *stream, const struct story_endpoint *endpoint)
{
    char zone[EXPLAIN_CLOCK_SIZE];
    explain_zone(zone, endpoint->first_ms);
    fprintf(stream,
            "<figure><figcaption><p>Local time, %s, running downwards. A bar is one start that "
            "found the port taken, as long as its claim took.</p>\n<p>",
            zone);
    print_lanes(stream, endpoint);
    fputs("</p>\n<p>", stream);
    print_keys(stream, endpoint);
    fputs("</p></figcaption>\n", stream);
    explain_chart(stream, endpoint);
    fputs("</figure>\n", stream);
    print_claims(stream, endpoint);
}

/* ---- the whole ---- */

static void print_warnings(FILE *stream, const struct story *story)
{
    if (story->warning_count == 0)
        return;
    fputs("<section><h3>Warnings in the record</h3>\n<ul>\n", stream);
    for (uint32_t index = 0; index < story->warning_count; index++) {
        struct wording words = {0};
        wording_add_count(&words, story->warnings[index].count, "time");
        wording_add(&words, ": ");
        wording_add_text(&words, story->warnings[index].message);
        char *line = wording_end(&words);
        fputs("<li>", stream);
        explain_escape(stream, line);
        fputs("</li>\n", stream);
        free(line);
    }
    fputs("</ul></section>\n", stream);
}

void explain_as_page(FILE *stream, const struct explanation *explanation)
{
    const struct story *story = explanation->story;
    char *gaps = explain_gaps(explanation);
    fputs(head, stream);
    for (uint32_t index = 0; index < story->endpoint_count; index++) {
        fputs("<section><h2>", stream);
        print_name(stream, story->endpoints[index]->endpoint);
        fputs("</h2>\n", stream);
        print_diagnosis(stream, &explanation->diagnoses[index]);
        print_timeline(stream, story->endpoints[index]);
        fputs("</section>\n", stream);
    }
    if (story->events == 0) {
        fputs("<section><pre>", stream);
        explain_escape(stream, EXPLAIN_NOTHING);
        fputs("</pre></section>\n", stream);
    }
    print_warnings(stream, story);
    if (gaps != NULL) {
        fputs("<p class=\"dim\">", stream);
        explain_escape(stream, gaps);
        fputs("</p>\n", stream);
    }
    fputs("</body>\n</html>\n", stream);
    free(gaps);
}
