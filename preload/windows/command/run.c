/*
 * portclaim run: the program with portclaim.dll in it, and in the DLL's care all that it starts.
 *
 * Windows has no exec: we stay beside the program, with nothing to do but to wait and to exit as it
 * did.
 */
#include "command/run.h"

#include "allocate.h"
#include "batch.h"
#include "command/command.h"
#include "command/visible.h"
#include "command/wording.h"
#include "core/version.h"
#include "library.h"
#include "own_line.h"
#include "search.h"
#include "start.h"
#include "windows/command_line.h"
#include "windows/wide.h"

/* ---- what is said ---- */

/* With slashes, which Windows takes as well: of a backslash visible() would make "\x5c". */
static char *visible_path(const wchar_t *path)
{
    size_t size = wcslen(path) * 3 + 1; /* bytes of UTF-8 for a unit of UTF-16, at most */
    char *text = allocate(size);
    (void)wide_to_text(path, text, size);
    for (char *byte = text; *byte != '\0'; byte++) {
        if (*byte == '\\')
            *byte = '/';
    }
    char *shown = visible(text);
    free(text);
    return shown;
}

static void warn_of_unhooked(const struct start *start)
{
    char *program = visible_path(start->program);
    command_complain(&command_run, "warning: \"%s\" runs without portclaim: %s", program,
                     inject_why(start->injected));
    free(program);
}

static void add_version(const struct library *library, struct wording *words)
{
    wording_add(words, "is of version ");
    wording_add_name(words, library->version);
    wording_add(words, ", and this portclaim.exe of " PORTCLAIM_VERSION);
}

/* What is wrong with the DLL, and what to do. */
static char *library_why(enum library_finding finding, const struct library *library)
{
    struct wording words = {0};
    char *path = visible_path(library->path);
    if (finding == LIBRARY_TOO_FAR)
        wording_add(&words, "the path of portclaim.exe is too long: put it into another directory");
    else if (finding == LIBRARY_MISSING)
        wording_add(&words, "there is no \"%s\"; put it there", path);
    else
        wording_add(&words, "\"%s\" ", path);
    if (finding == LIBRARY_UNREADABLE)
        wording_add(&words, "cannot be opened: look at who may read it");
    else if (finding == LIBRARY_NOT_OURS)
        wording_add(&words, "is not portclaim's for this machine, or it was cut");
    else if (finding == LIBRARY_OTHER_VERSION)
        add_version(library, &words);
    if (finding == LIBRARY_NOT_OURS || finding == LIBRARY_OTHER_VERSION)
        wording_add(&words, ": put the one there that came with this portclaim.exe");
    free(path);
    return wording_end(&words);
}

static void warn_of_library(enum library_finding finding, const struct library *library,
                            const wchar_t *path)
{
    char *program = visible_path(path);
    char *why = library_why(finding, library);
    command_complain(&command_run, "warning: \"%s\" runs without portclaim: %s", program, why);
    free(why);
    free(program);
}

/* winerror.h; mingw's has it not. */
enum { ELEVATION_REQUIRED = 740 };

static const char *start_error(DWORD error)
{
    switch (error) {
    case ERROR_BAD_EXE_FORMAT:
    case ERROR_EXE_MACHINE_TYPE_MISMATCH:
        return "it is no program for this machine";
    case ERROR_ACCESS_DENIED:
        return "access is denied";
    case ELEVATION_REQUIRED:
        return "it wants to be started as an administrator: run portclaim as one";
    default:
        return "the system does not start it";
    }
}

static int complain_of_start(const struct start *start)
{
    char *program = visible_path(start->program);
    command_complain(&command_run, "cannot start \"%s\": %s (error %lu)", program,
                     start_error(start->error), start->error);
    free(program);
    return start->error == ERROR_FILE_NOT_FOUND || start->error == ERROR_PATH_NOT_FOUND
               ? EXIT_NOT_FOUND
               : EXIT_NOT_EXECUTABLE;
}

static int complain_of_missing(const wchar_t *name)
{
    bool searched = wcspbrk(name, L"\\/:") == NULL;
    char *shown = visible_path(name);
    command_complain(&command_run, "cannot start \"%s\": there is no such program%s", shown,
                     searched ? " in PATH: name its path" : "");
    free(shown);
    return EXIT_NOT_FOUND;
}

static int complain_of_argument(const char *argument)
{
    char *shown = visible(argument);
    command_complain(&command_run,
                     "a batch file cannot be given \"%s\" unchanged, for cmd.exe takes quotes, "
                     "percent signs and line ends for its own: start the program that the batch "
                     "file starts",
                     shown);
    free(shown);
    return EXIT_REFUSED;
}

/* ---- the program's command line ---- */

/* Its name, quoted by our rules, and the rest as it was written. */
static wchar_t *line_as_written(char *const *program)
{
    const wchar_t *name = own_line_wide(program[0]);
    const wchar_t *rest = own_line_behind(program[0]);
    wchar_t *line =
        allocate((COMMAND_LINE_QUOTED(wcslen(name)) + wcslen(rest) + 2) * sizeof(*line));
    wchar_t *end = line + command_line_quote(name, line);
    if (*rest != L'\0')
        *end++ = L' ';
    wcscpy(end, rest);
    return line;
}

/* NULL, and it is said which argument cannot be handed on. */
static wchar_t *line_for_batch(const wchar_t *path, char *const *program)
{
    size_t count = COMMAND_LINE_QUOTED(wcslen(path)) + 1;
    for (char *const *argument = program + 1; *argument != NULL; argument++) {
        if (!batch_takes(own_line_wide(*argument))) {
            complain_of_argument(*argument);
            return NULL;
        }
        count += 1 + COMMAND_LINE_QUOTED(wcslen(own_line_wide(*argument)));
    }
    wchar_t *line = allocate(count * sizeof(*line));
    wchar_t *end = line + batch_quote(path, line);
    for (char *const *argument = program + 1; *argument != NULL; argument++) {
        *end++ = L' ';
        end += batch_quote(own_line_wide(*argument), end);
    }
    *end = L'\0';
    return line;
}

/* ---- all of it ---- */

/* NULL, and a warning, when there is no DLL that it can be given. */
static const wchar_t *find_library(struct library *library, const wchar_t *path)
{
    enum library_finding finding = library_find(NULL, library);
    if (finding == LIBRARY_FITS)
        return library->path;
    warn_of_library(finding, library, path);
    return NULL;
}

int run_program(char **program, const struct settings *settings)
{
    wchar_t path[SEARCH_PATH_COUNT];
    struct library library;
    if (!search_program(own_line_wide(program[0]), path))
        return complain_of_missing(own_line_wide(program[0]));
    wchar_t *line =
        search_is_batch(path) ? line_for_batch(path, program) : line_as_written(program);
    if (line == NULL)
        return EXIT_REFUSED;
    struct start start = {
        .program = path,
        .line = line,
        .dll = settings->mode == MODE_OFF ? NULL : find_library(&library, path),
    };
    bool started = start_program(&start, warn_of_unhooked);
    free(line);
    return started ? (int)start.status : complain_of_start(&start);
}

/* ---- the words of the help ---- */

const char run_manner[] =
    "The program is started with portclaim.dll in it, which lies beside portclaim.exe; so is all\n"
    "that it starts in turn. When its port is taken by an earlier instance of the same service,\n"
    "that one is stopped; nobody else is. Console, handles, Ctrl-C and Ctrl-Break are as without\n"
    "portclaim, and so is the exit code. If portclaim.exe is killed, the program is killed.\n";

const char run_programs[] =
    "PROGRAM is found as the command prompt finds it, by PATH and PATHEXT; batch files too. What\n"
    "cannot be hooked (a program for x86 or ARM64, one that is protected) runs as it is, with a\n"
    "warning. --mode off starts it as it is.\n"
    "\n"
    "A batch file that starts the server would claim in its place: name the server, as in\n"
    "--claim 8080 --only node.exe.\n";

const char run_refusal[] = "  125  the batch file cannot be given these arguments\n";

const char run_examples[] =
    "  portclaim run --dry-run --log C:\\logs\\gateway.log -- gateway.exe --port 18789\n"
    "  portclaim run --claim 8080 --term-ms 5000 -- C:\\legacy\\server.exe\n";
