/* What the processes of a schedule run: services, their relatives, and their neighbours. */
#include "programs.h"

#define ARGUMENTS(string) .arguments = (string), .arguments_length = sizeof(string)

/* ---- a compiled server ---- */

static const struct program native = {
    .name = "gateway",
    .executable = "/usr/bin/gateway",
    ARGUMENTS("gateway\0--port\08080"),
    .directory = "/srv/gateway",
    .script = "",
};
static const struct program native_other_arguments = {
    .name = "gateway",
    .executable = "/usr/bin/gateway",
    ARGUMENTS("gateway\0--verbose"),
    .directory = "/srv/gateway",
    .script = "",
};
static const struct program native_other_directory = {
    .name = "gateway",
    .executable = "/usr/bin/gateway",
    ARGUMENTS("gateway\0--port\08080"),
    .directory = "/",
    .script = "",
};
static const struct program native_second_service = {
    .name = "gateway",
    .executable = "/usr/bin/gateway",
    ARGUMENTS("gateway\0--site\0b"),
    .directory = "/srv/b",
    .script = "",
};
static const struct program name_within = {
    .name = "gateway-exporte",
    .executable = "/usr/bin/gateway-exporter",
    ARGUMENTS("gateway-exporter"),
    .directory = "/srv/gateway",
    .script = "",
};

/* ---- a script ---- */

static const struct program script = {
    .name = "node",
    .executable = "/usr/bin/node",
    ARGUMENTS("node\0server.js"),
    .directory = "/srv/gateway",
    .script = "/srv/gateway/server.js",
};
static const struct program script_other_arguments = {
    .name = "node",
    .executable = "/usr/bin/node",
    ARGUMENTS("node\0server.js\0--verbose"),
    .directory = "/srv/gateway",
    .script = "/srv/gateway/server.js",
};
static const struct program script_other_directory = {
    .name = "node",
    .executable = "/usr/bin/node",
    ARGUMENTS("node\0/srv/gateway/server.js"),
    .directory = "/",
    .script = "/srv/gateway/server.js",
};
static const struct program script_of_another_project = {
    .name = "node",
    .executable = "/usr/bin/node",
    ARGUMENTS("node\0server.js"),
    .directory = "/srv/b",
    .script = "/srv/b/server.js",
};
static const struct program script_beside = {
    .name = "node",
    .executable = "/usr/bin/node",
    ARGUMENTS("node\0worker.js"),
    .directory = "/srv/gateway",
    .script = "/srv/gateway/worker.js",
};

/* ---- a rewritten title ---- */

static const struct program title = {
    .name = "openclaw-gatewa",
    .executable = "/usr/bin/node",
    ARGUMENTS("openclaw-gateway"),
    .directory = "/srv/gateway",
    .script = "",
};
static const struct program title_elsewhere = {
    .name = "openclaw-gatewa",
    .executable = "/usr/bin/node",
    ARGUMENTS("openclaw-gateway"),
    .directory = "/srv/b",
    .script = "",
};
static const struct program other_title = {
    .name = "openclaw-agent",
    .executable = "/usr/bin/node",
    ARGUMENTS("openclaw-agent"),
    .directory = "/srv/gateway",
    .script = "",
};

/* ---- a module ---- */

static const struct program module = {
    .name = "python3",
    .executable = "/usr/bin/python3.11",
    ARGUMENTS("python3\0-m\0gateway"),
    .directory = "/srv/gateway",
    .script = "",
};
static const struct program module_elsewhere = {
    .name = "python3",
    .executable = "/usr/bin/python3.11",
    ARGUMENTS("python3\0-m\0gateway"),
    .directory = "/srv/b",
    .script = "",
};
static const struct program other_module = {
    .name = "python3",
    .executable = "/usr/bin/python3.11",
    ARGUMENTS("python3\0-m\0http.server"),
    .directory = "/srv/gateway",
    .script = "",
};

/* ---- whoever can choose a name can choose these (O06) ---- */

#define TEN_TIMES(string) string string string string string string string string string string

static const struct program hostile = {
    .name = "evil\n\x1b[2J\"\\",
    .executable = "/tmp/" TEN_TIMES(TEN_TIMES("\x07\xff\n\"\\{}")) "evil",
    ARGUMENTS("\n\0\x1b]0;\x07\0\"},{\0\xc3\xa9"),
    .directory = "/tmp/\n",
    .script = "/tmp/\n\"\\.js",
};
static const struct program hostile_service = {
    .name = "\x1b[31m\n\t\xc3\xa9\"}",
    .executable = "/srv/" TEN_TIMES(TEN_TIMES("\n\"\\/\x80")) "server",
    ARGUMENTS("\n\n\0\"\0"),
    .directory = "/srv/\n\"",
    .script = "",
};

/* ---- others ---- */

static const struct program web_server = {
    .name = "nginx",
    .executable = "/usr/sbin/nginx",
    ARGUMENTS("nginx: master process"),
    .directory = "/",
    .script = "",
};
const struct program programs_init = {
    .name = "systemd",
    .executable = "/usr/lib/systemd/systemd",
    ARGUMENTS("/sbin/init"),
    .directory = "/",
    .script = "",
};
const struct program programs_shell = {
    .name = "bash",
    .executable = "/usr/bin/bash",
    ARGUMENTS("bash"),
    .directory = "/srv/gateway",
    .script = "",
};
const struct program programs_stray = {
    .name = "sleep",
    .executable = "/usr/bin/sleep",
    ARGUMENTS("sleep\0infinity"),
    .directory = "/srv/gateway",
    .script = "",
};
const struct program programs_former = {
    .name = "oldgate",
    .executable = "/opt/oldgate/oldgate",
    ARGUMENTS("oldgate"),
    .directory = "/opt/oldgate",
    .script = "",
};

/* ---- kits ---- */

const struct kit programs_kits[] = {
    {
        .ours = &native,
        .same = {&native, &native_other_arguments, &native_other_directory},
        .same_count = 3,
        .strangers = {&native_second_service, &name_within, &web_server, &hostile},
        .stranger_count = 4,
    },
    {
        .ours = &script,
        .same = {&script, &script_other_arguments, &script_other_directory},
        .same_count = 3,
        .strangers = {&script_of_another_project, &script_beside, &web_server, &hostile},
        .stranger_count = 4,
    },
    {
        .ours = &title,
        .same = {&title},
        .same_count = 1,
        .strangers = {&title_elsewhere, &other_title, &web_server, &hostile},
        .stranger_count = 4,
    },
    {
        .ours = &module,
        .same = {&module},
        .same_count = 1,
        .strangers = {&module_elsewhere, &other_module, &web_server, &hostile},
        .stranger_count = 4,
    },
    {
        .ours = &hostile_service,
        .same = {&hostile_service},
        .same_count = 1,
        .strangers = {&native, &web_server, &hostile},
        .stranger_count = 3,
    },
};
const uint32_t programs_kit_count = sizeof(programs_kits) / sizeof(programs_kits[0]);
