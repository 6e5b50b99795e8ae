#include "explain.h"
#include "command/command.h"
#include "command/input.h"
#include "command/page_file.h"
#include "command/visible_path.h"

#include <err.h>
#include <getopt.h>
#include <stdlib.h>

enum { OPTION_JSON = 1, OPTION_HTML };

static const struct option options[] = {
    {"json", no_argument, NULL, OPTION_JSON},
    {"html", required_argument, NULL, OPTION_HTML},
    {0},
};

struct wishes {
    bool json;
    const char *page; /* NULL: none */
};

/* ---- reading ---- */

static bool complain_of_file(struct record_failure failure)
{
    char *shown = visible_path(failure.path);
    command_complain(&command_explain,
                     "cannot read the record \"%s\": %s; nothing is explained, give the files that "
                     "can be read",
                     shown, failure.problem);
    free(shown);
    free(failure.path);
    return false;
}

static int complain_of_page(const char *path, const char *problem)
{
    char *shown = visible_path(path);
    command_complain(&command_explain, "cannot write the page \"%s\": %s", shown, problem);
    free(shown);
    return EXIT_MISUSE;
}

/*
 * False, and it was said why, when one of the files could not be read to its end, or when the page
 * would take the place of one: a record that is gone tells nothing any more.
 */
static bool read_all(char **paths, size_t count, const char *page, struct story *story,
                     struct record_counts *counts)
{
    struct record_failure failure;
    struct record *record = malloc(sizeof(*record));
    if (record == NULL)
        err(EXIT_MISUSE, "portclaim explain");
    struct record_files *files = record_files_open(paths, count, &failure);
    if (files == NULL) {
        free(record);
        return complain_of_file(failure);
    }
    if (page != NULL && record_files_has(files, page)) {
        record_files_close(files);
        free(record);
        complain_of_page(page, "it is one of the records; name another file");
        return false;
    }
    while (record_files_next(files, record, &failure))
        story_add(story, record);
    *counts = record_files_counts(files);
    record_files_close(files);
    free(record);
    if (failure.path != NULL)
        return complain_of_file(failure);
    story_end(story);
    return true;
}

/* ---- telling ---- */

static int write_page(const char *path, const struct explanation *explanation)
{
    struct page_file file;
    const char *problem = page_file_open(&file, path);
    if (problem != NULL)
        return complain_of_page(path, problem);
    explain_as_page(file.stream, explanation);
    problem = page_file_finish(&file);
    return problem != NULL ? complain_of_page(path, problem) : EXIT_YES;
}

static int tell_story(const struct wishes *wishes, const struct explanation *explanation)
{
    int status = EXIT_YES;
    if (wishes->page != NULL)
        status = write_page(wishes->page, explanation);
    if (status == EXIT_YES && wishes->json)
        explain_as_json(stdout, explanation);
    else if (status == EXIT_YES && wishes->page == NULL)
        explain_as_text(stdout, explanation);
    return status;
}

static int explain(const struct wishes *wishes, const struct story *story,
                   struct record_counts counts)
{
    struct diagnosis *diagnoses = calloc(story->endpoint_count + 1, sizeof(*diagnoses));
    if (diagnoses == NULL)
        err(EXIT_MISUSE, "portclaim explain");
    for (uint32_t index = 0; index < story->endpoint_count; index++)
        diagnose(story->endpoints[index], &diagnoses[index]);
    struct explanation explanation = {story, counts, diagnoses};
    int status = tell_story(wishes, &explanation);
    for (uint32_t index = 0; index < story->endpoint_count; index++)
        diagnosis_free(&diagnoses[index]);
    free(diagnoses);
    return status;
}

static int run(int count, char **arguments)
{
    struct wishes wishes = {0};
    int option = 0;
    while ((option = command_next_option(&command_explain, count, arguments, options)) != -1) {
        if (option == OPTION_JSON)
            wishes.json = true;
        else
            wishes.page = optarg;
    }
    char input[] = "-";
    char *standard_input[] = {input};
    bool given = optind < count;
    if (!given && input_is_terminal())
        return command_misuse(&command_explain,
                              "want a record: a file, or the record on standard input");
    struct record_counts counts = {0};
    struct story *story = story_new();
    int status = EXIT_MISUSE;
    if (read_all(given ? arguments + optind : standard_input, given ? (size_t)(count - optind) : 1,
                 wishes.page, story, &counts))
        status = explain(&wishes, story, counts);
    story_free(story);
    return status;
}

const struct command command_explain = {
    .name = "explain",
    .summary = "tell the story of a restart loop from its record",
    .synopsis = "[--json] [--html FILE] [RECORD]...",
    .details =
        "RECORD is what a service wrote that was started with\n"
        "PORTCLAIM_LOG=FILE PORTCLAIM_LOG_FORMAT=json. Several are put together by time; FILE.1\n"
        "is read before FILE. Without one, or for \"-\", standard input is read. Lines that are\n"
        "damaged, cut or of something else are counted and passed over.\n"
        "\n"
        "For each endpoint it says what went wrong, with the setting or the line that cures it on\n"
        "the system that wrote the record, and below that what happened, in local time.\n"
        "\n"
        "  --json       one JSON object instead of text; portclaim(1) has its schema\n"
        "  --html FILE  write one page with the timeline drawn to FILE, instead of text; with\n"
        "               --json both\n"
        "\n"
        "Exit status: 0 the records were read and explained, whatever they say; 2 typed wrong,\n"
        "or a file could not be read or written.\n"
        "\n"
        "  portclaim explain portclaim.json\n"
        "  journalctl -u gateway -o cat | portclaim explain\n"
        "  portclaim explain --html loop.html alpha.json beta.json\n",
    .run = run,
};
