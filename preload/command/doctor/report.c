#include "report.h"

#include "command/command.h"
#include "command/table.h"
#include "command/visible.h"
#include "command/visible_json.h"
#include "core/version.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 6, LINE_WIDTH = 80 /* columns */ };

static const char *const result_names[] = {
    [RESULT_PASS] = "pass",
    [RESULT_WARN] = "warn",
    [RESULT_FAIL] = "fail",
};

/* ---- for people ---- */

static void print_result(enum result result, bool coloured)
{
    static const char *const colours[] = {
        [RESULT_PASS] = "\033[32m",
        [RESULT_WARN] = "\033[33m",
        [RESULT_FAIL] = "\033[1;31m",
    };
    if (coloured)
        printf("%s%s\033[0m", colours[result], result_names[result]);
    else
        printf("%s", result_names[result]);
}

/* Words that do not fit the line go to the next; one that fits none is left whole. */
static void print_wrapped(const char *words)
{
    size_t column = 0;
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        if (column > 0 && column + 1 + length <= LINE_WIDTH) {
            column += (size_t)printf(" ");
        } else {
            printf("%s%*s", column > 0 ? "\n" : "", INDENT, "");
            column = INDENT;
        }
        printf("%.*s", (int)length, words);
        column += length;
        words += length;
        words += strspn(words, " ");
    }
    putchar('\n');
}

/* Never wrapped: it is to be copied. */
static void print_cure(const char *cure)
{
    while (*cure != '\0') {
        size_t length = strcspn(cure, "\n");
        printf("%*s  %.*s\n", INDENT, "", (int)length, cure);
        cure += length;
        cure += *cure == '\n';
    }
}

static void print_finding(const struct finding *finding, bool coloured)
{
    print_result(finding->result, coloured);
    printf("  %s: %s\n", finding->check, finding->found);
    if (finding->why != NULL)
        print_wrapped(finding->why);
    if (finding->cure != NULL) {
        printf("%*scure%s:\n", INDENT, "", finding->unit_lines ? " ([Service])" : "");
        print_cure(finding->cure);
    }
}

static void print_sum(const struct checkup *checkup)
{
    size_t failures = checkup_count(checkup, RESULT_FAIL);
    size_t warnings = checkup_count(checkup, RESULT_WARN);
    if (failures > 0)
        printf("portclaim would not help here: %zu failure%s", failures, failures > 1 ? "s" : "");
    else
        printf("portclaim would help here");
    if (warnings > 0)
        printf(", %s%zu warning%s", failures > 0 ? "" : "with ", warnings, warnings > 1 ? "s" : "");
    putchar('\n');
}

static void report_as_text(const struct report_head *head, const struct checkup *checkup)
{
    bool coloured = table_has_colour();
    char *subject = visible(head->subject);
    printf("%s %s\n\n", head->kind, subject);
    free(subject);
    for (size_t index = 0; index < checkup->count; index++)
        print_finding(&checkup->findings[index], coloured);
    putchar('\n');
    print_sum(checkup);
}

/* ---- for programs ---- */

static void put(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0)
        errx(EXIT_MISUSE, "portclaim: out of memory");
}

static json_t *finding_json(const struct finding *finding)
{
    json_t *object = json_object();
    put(object, "check", visible_json(finding->check));
    put(object, "result", visible_json(result_names[finding->result]));
    put(object, "found", visible_json(finding->found));
    if (finding->why != NULL)
        put(object, "why", visible_json(finding->why));
    if (finding->cure != NULL)
        put(object, "cure", visible_json(finding->cure));
    return object;
}

static void report_as_json(const struct report_head *head, const struct checkup *checkup)
{
    json_t *object = json_object();
    json_t *checks = json_array();
    for (size_t index = 0; index < checkup->count; index++) {
        if (json_array_append_new(checks, finding_json(&checkup->findings[index])) != 0)
            errx(EXIT_MISUSE, "portclaim: out of memory");
    }
    put(object, "version", visible_json(PORTCLAIM_VERSION));
    put(object, "subject", visible_json(head->subject));
    put(object, "kind", visible_json(head->kind));
    put(object, "checks", checks);
    put(object, "result", visible_json(result_names[checkup_result(checkup)]));
    if (json_dumpf(object, stdout, JSON_ENSURE_ASCII | JSON_INDENT(2)) != 0)
        errx(EXIT_MISUSE, "portclaim: cannot write the answer");
    putchar('\n');
    json_decref(object);
}

int doctor_report(const struct report_head *head, const struct checkup *checkup, bool json)
{
    if (json)
        report_as_json(head, checkup);
    else
        report_as_text(head, checkup);
    return checkup_result(checkup) == RESULT_FAIL ? EXIT_NO : EXIT_YES;
}
