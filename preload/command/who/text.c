/* portclaim who, for people: a table, and below it what there is to say of each holder. */
#include "command/table.h"
#include "command/users.h"
#include "command/visible.h"
#include "command/wording.h"
#include "core/evidence.h"
#include "core/unit.h"
#include "who.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_SIZE = 256 };

/* A user can be one of a domain, "DOMAIN\name". */
static const struct table_column columns[TABLE_COLUMNS] = {
    {"ENDPOINT", 0, false}, {"STATE", 0, false},    {"PID", 0, false},  {"USER", 8, true},
    {"UP", 0, false},       {"PROGRAM", 12, false}, {"UNIT", 8, false}, {"VERDICT", 10, false},
};

static struct table table = {.columns = columns};
static struct wording below; /* what goes below the table */

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    wording_add_list(&below, format, arguments);
    va_end(arguments);
}

static void say_visible(const char *before, const char *string, const char *behind)
{
    char *shown = visible(string);
    say("%s%s%s", before, shown, behind);
    free(shown);
}

/* ---- the table ---- */

/* "node gateway.js", "openclaw-gateway (node)", "nginx" */
static void print_program(const struct process *process, char *cell)
{
    const char *name = who_name(process);
    const char *executable = text_base_name(process->executable.path);
    bool known = (process->known & KNOWN_EXECUTABLE) != 0;
    struct text text;
    text_start(&text, cell, CELL_SIZE);
    text_add(&text, name[0] != '\0' ? name : "?");
    if (process->script[0] != '\0') {
        text_add(&text, " ");
        text_add(&text, text_base_name(process->script));
    } else if (known && !text_equal(name, executable)) {
        text_add(&text, " (");
        text_add(&text, executable);
        text_add(&text, ")");
    }
}

static void print_number(int64_t number, char *cell)
{
    struct text text;
    text_start(&text, cell, CELL_SIZE);
    text_add_number(&text, number);
}

static void print_age(const struct process *process, char *cell)
{
    struct text text;
    text_start(&text, cell, CELL_SIZE);
    if ((process->known & KNOWN_START) != 0)
        text_add_duration(&text, who_age_ms(process));
    else
        text_add(&text, "?");
}

static const char *or_dash(const char *cell)
{
    return cell[0] != '\0' ? cell : "-";
}

static void add_holder_row(const struct sighting *sighting, uint32_t index)
{
    const struct holder *holder = &sighting->observation.holders[index];
    const struct process *process = &holder->process;
    const struct opinion *opinion = &sighting->ours[index];
    char endpoint[ENDPOINT_TEXT_SIZE];
    char pid[CELL_SIZE] = "";
    char age[CELL_SIZE] = "";
    char program[CELL_SIZE] = "not visible";
    char unit[CELL_SIZE] = "";
    char verdict[CELL_SIZE];
    who_print_endpoint(&holder->socket.local, endpoint);
    if (holder->visible) {
        print_number(process->pid, pid);
        print_age(process, age);
        print_program(process, program);
        unit_name(process->cgroup, unit, sizeof(unit));
    }
    (void)snprintf(verdict, sizeof(verdict), "%s: %s", evidence_verdict_name(opinion->verdict),
                   evidence_words(opinion->evidence));
    const char *const cells[TABLE_COLUMNS] = {
        endpoint, sighting_state(holder), or_dash(pid), or_dash(who_user(holder)), or_dash(age),
        program,  or_dash(unit),          verdict,
    };
    table_add(&table, cells);
}

static void add_lingering_row(const struct sighting *sighting, enum tcp_state state)
{
    char endpoint[ENDPOINT_TEXT_SIZE];
    char program[CELL_SIZE];
    uint32_t count = sighting->lingering[state];
    who_print_endpoint(&sighting->request.endpoint, endpoint);
    (void)snprintf(program, sizeof(program), "%u closed connection%s", count,
                   count == 1 ? "" : "s");
    const char *const cells[TABLE_COLUMNS] = {
        endpoint, sighting_tcp_state(state), "-", "-", "-", program, "-", "lingering",
    };
    table_add(&table, cells);
}

/* ---- below it ---- */

static void say_parents(const struct process *process)
{
    const char *before = ", started by ";
    if ((process->known & KNOWN_ANCESTORS) == 0)
        say(", whose parents cannot be read");
    for (uint32_t index = 0; index < process->ancestor_count; index++) {
        char name[PROCESS_NAME_SIZE];
        bool known = look_at_name(process->ancestors[index], name);
        say("%s%d ", before, process->ancestors[index]);
        say_visible("\"", known ? name : "?", "\"");
        before = " < ";
    }
}

static void say_action(const struct settings *settings, const struct opinion *opinion)
{
    switch (opinion->action) {
    case ACTION_WOULD_ASK:
        say("portclaim would send %s, and %s after %u ms", look_stop_name(settings, false),
            look_stop_name(settings, true), (unsigned)settings->term_ms);
        break;
    case ACTION_SPARED:
        say("portclaim would leave it alone, since others hold the port as well");
        break;
    case ACTION_BREAKER:
        say("portclaim would leave it alone, since there were too many kills lately "
            "(PORTCLAIM_LIMIT)");
        break;
    default:
        say("portclaim would wait up to %u ms, then bind() fails", (unsigned)settings->wait_ms);
    }
}

static void say_opinion(const struct settings *settings, const char *whose,
                        const struct opinion *opinion)
{
    say("  %s%s, %s", whose, evidence_verdict_name(opinion->verdict),
        evidence_words(opinion->evidence));
    if (opinion->evidence == EVIDENCE_INHERITED)
        say(" %d", opinion->through);
    say("; ");
    say_action(settings, opinion);
    say("\n");
}

static void say_what_to_do(const struct sighting *sighting, uint32_t index)
{
    const struct opinion *opinion = &sighting->ours[index];
    if (opinion->action == ACTION_WOULD_ASK) {
        say("  what to do:           start it under portclaim\n");
        return;
    }
    char *command = who_free_command(sighting, index);
    say("  what to do:           %s\n", evidence_advice(opinion->evidence));
    if (command != NULL) {
        say("  to free the port:     ");
        wording_add_text(&below, command);
        say("\n");
    }
    free(command);
}

static void say_command_line(const struct process *process)
{
    char line[PROCESS_ARGUMENTS_SIZE];
    if ((process->known & KNOWN_ARGUMENTS) == 0)
        return;
    for (uint32_t index = 0; index <= process->arguments_length; index++)
        line[index] = process->arguments[index] == '\0' ? ' ' : process->arguments[index];
    line[process->arguments_length] = '\0';
    say_visible("  command line:         ", line, "");
    if ((process->known & KNOWN_DIRECTORY) != 0)
        say_visible("  (in ", process->directory.path, ")");
    say("\n");
}

static void say_unseen(const char *user)
{
    const char *more = users_see_more();
    say("\nA process%s", user[0] != '\0' ? " of " : "");
    wording_add_text(&below, user);
    say(" that cannot be seen%s%s\n", more != NULL ? ": " : "", more != NULL ? more : "");
}

static void say_holder(const struct question *question, const struct sighting *sighting,
                       uint32_t index)
{
    const struct holder *holder = &sighting->observation.holders[index];
    const struct process *process = &holder->process;
    const struct viewpoint *viewpoint = &question->viewpoint;
    struct settings defaults;
    settings_defaults(&defaults);
    if (holder->visible) {
        say("\n%d ", process->pid);
        say_visible("\"", who_name(process), "\"");
        say_parents(process);
        say("\n");
        say_command_line(process);
    } else {
        say_unseen(who_user(holder));
    }
    say_opinion(&question->settings,
                viewpoint->command != NULL ? "to that command:      " : "to a stranger:        ",
                &sighting->ours[index]);
    if (sighting->has_successor)
        say_opinion(&defaults, "to its next instance: ", &sighting->successors[index]);
    say_what_to_do(sighting, index);
}

/* Its endpoint may have been given with others. */
static void say_left_path(const struct sighting *sighting)
{
    char endpoint[ENDPOINT_TEXT_SIZE];
    who_print_endpoint(&sighting->request.endpoint, endpoint);
    say_visible("\n", endpoint, " is held by nobody: a server that has ended left its path.\n");
    say("  what to do:           start the next one under portclaim with PORTCLAIM_UNIX=on, or\n"
        "                        remove the path\n");
}

static void say_lingering(void)
{
    say("\n%s\n  what to do:           %s\n", look_words.closed, look_words.closed_advice);
}

/* ---- what the command calls ---- */

static void show_sighting(const struct question *question, const struct sighting *sighting)
{
    const struct observation *observation = &sighting->observation;
    if (observation->gap != NULL)
        say("\nNote: %s.\n", observation->gap);
    if (observation->obstruction != NULL)
        say("\nNote: %s.\n", observation->obstruction);
    if (endpoint_is_path(&sighting->request.endpoint) && observation->closable > 0)
        say_left_path(sighting);
    for (uint32_t index = 0; index < observation->holder_count; index++) {
        if (!sighting_shows(sighting, &observation->holders[index]))
            continue;
        add_holder_row(sighting, index);
        if (question->details)
            say_holder(question, sighting, index);
    }
    bool lingers = false;
    for (size_t state = 0; state < TCP_STATES; state++) {
        if (sighting->lingering[state] == 0)
            continue;
        add_lingering_row(sighting, (enum tcp_state)state);
        lingers = true;
    }
    if (lingers && question->details && observation->holder_count == 0)
        say_lingering();
}

static void show_nothing(const char *given, bool certain)
{
    if (!certain)
        say_visible("", given, " may be held: it could not be looked at in full\n");
    else
        say_visible("", given,
                    who_names_protocol(given) ? " is free\n" : " is free, for TCP and for UDP\n");
}

static void show_connection(const struct listing *listing, const struct look_socket *looked)
{
    char local[ENDPOINT_TEXT_SIZE];
    char peer[ENDPOINT_TEXT_SIZE];
    char endpoint[2 * ENDPOINT_TEXT_SIZE + sizeof(" - ")];
    char pid[CELL_SIZE] = "";
    char name[PROCESS_NAME_SIZE] = "";
    size_t owners = 0;
    const struct look_owner *owner = listing_owners(listing, looked->socket.inode, &owners);
    bool has_user = users_own_sockets() && looked->socket.inode != 0;
    who_print_endpoint(&looked->socket.local, local);
    who_print_endpoint(&looked->peer, peer);
    (void)snprintf(endpoint, sizeof(endpoint), "%s - %s", local, peer);
    if (owner != NULL) {
        print_number(owner->pid, pid);
        (void)look_at_name(owner->pid, name);
    }
    const char *const cells[TABLE_COLUMNS] = {
        endpoint,     sighting_tcp_state(looked->tcp_state),
        or_dash(pid), has_user ? users_name(looked->socket.owner_user) : "-",
        "-",          or_dash(name),
        "-",          "-",
    };
    table_add(&table, cells);
}

static void finish(const struct question *question)
{
    (void)question;
    table_print(&table);
    char *details = wording_end(&below);
    fputs(details, stdout);
    free(details);
}

const struct showing who_text = {show_sighting, show_nothing, show_connection, finish};
