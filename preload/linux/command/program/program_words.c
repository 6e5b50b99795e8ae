#include "program.h"

#include "command/visible.h"
#include "core/text.h"

#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAILED = 2 };

static const struct words_of_finding {
    const char *name;
    const char *why;
    const char *way_out;
} findings[] = {
    [PROGRAM_SERVED] = {"served", NULL, NULL},
    [PROGRAM_NOT_FOUND] = {"not-found", "there is no such file",
                           "check its name and PATH; behind an arrow, the name on the \"#!\" line "
                           "or of the loader before it"},
    [PROGRAM_NOT_EXECUTABLE] = {"not-executable", "it may not be executed",
                                "look at its mode (chmod +x), its directories', and its mount's "
                                "noexec"},
    [PROGRAM_UNREADABLE] = {"unreadable",
                            "it may be executed but not read, so nobody can say whether it can be "
                            "served",
                            "let it be read (chmod +r)"},
    [PROGRAM_STATIC] = {"static", "it is statically linked, so nothing can be preloaded into it",
                        "let portclaim run start it, whose seccomp engine needs no LD_PRELOAD, or "
                        "free the port before it starts: "
                        "portclaim free --match exe:PROGRAM ENDPOINT"},
    [PROGRAM_SET_USER] = {"set-user",
                          "it is set-user-ID or set-group-ID, so the loader ignores LD_PRELOAD",
                          "if it starts the server as another user, put portclaim behind it (su "
                          "USER -c 'portclaim run SERVER'); else free the port before it starts: "
                          "portclaim free --match exe:PROGRAM ENDPOINT"},
    [PROGRAM_CAPABILITIES] = {"capabilities",
                              "it has file capabilities, so the loader ignores LD_PRELOAD",
                              "take them off the file (setcap -r) and give them to the service "
                              "(AmbientCapabilities=), or free the port before it starts: "
                              "portclaim free --match exe:PROGRAM ENDPOINT"},
    [PROGRAM_ARCHITECTURE] = {"architecture",
                              "it is for another machine or word size than libportclaim.so",
                              "if this machine runs it, let portclaim run start it, whose seccomp "
                              "engine serves programs of 32 bits, or free the port before it "
                              "starts: portclaim free --match exe:PROGRAM ENDPOINT"},
    [PROGRAM_LOADER] =
        {"loader",
         "its loader is neither glibc's nor musl's by its name, so nobody can say "
         "whether it would load libportclaim.so",
         "let portclaim run start it, whose seccomp engine needs no loader; if it is "
         "one of theirs under another name: portclaim run --engine=preload"},
    [PROGRAM_GO] =
        {"go", "it is a Go program, which does not ask libc for its port but the kernel",
         "let portclaim run start it, whose seccomp engine needs no libc; with LD_PRELOAD "
         "only a claim before its main() helps: portclaim run --claim ENDPOINT"},
    [PROGRAM_NO_FORMAT] = {"no-format", "it is neither a program that this machine runs nor text",
                           "look at what it is: file(1)"},
    [PROGRAM_ENVIRONMENT] = {"environment",
                             "it takes LD_PRELOAD out of the environment, or puts another in its "
                             "place",
                             "put portclaim behind it: sudo -u USER portclaim run SERVER, "
                             "env -i portclaim run SERVER"},
    [PROGRAM_LOOP] = {"loop", "too many interpreters call one another",
                      "look at their \"#!\" lines"},
};

const char *program_why(enum program_finding finding)
{
    return findings[finding].why;
}

const char *program_way_out(enum program_finding finding)
{
    return findings[finding].way_out;
}

const char *program_finding_name(enum program_finding finding)
{
    return findings[finding].name;
}

char *program_advice(const struct program *program)
{
    static const char placeholder[] = "PROGRAM";
    const char *way_out = program_way_out(program->finding);
    const char *place = strstr(way_out, placeholder);
    char *path = visible(program->path);
    char *advice;
    int length = place == NULL ? asprintf(&advice, "%s", way_out)
                               : asprintf(&advice, "%.*s%s%s", (int)(place - way_out), way_out,
                                          path, place + strlen(placeholder));
    if (length < 0)
        err(FAILED, "portclaim");
    free(path);
    return advice;
}

char *program_story(const struct program *program)
{
    static const char arrow[] = " -> ";
    size_t size = 1;
    struct text story;
    for (uint32_t index = 0; index < program->step_count; index++)
        size += strlen(program->steps[index]) * strlen("\\x00") + strlen(arrow);
    char *bytes = malloc(size);
    if (bytes == NULL)
        err(FAILED, "portclaim");
    text_start(&story, bytes, size);
    for (uint32_t index = 0; index < program->step_count; index++) {
        text_add(&story, index > 0 ? arrow : "");
        text_add_visible(&story, program->steps[index], size);
    }
    return bytes;
}
