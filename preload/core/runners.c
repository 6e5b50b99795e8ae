#include "runners.h"

#include "names.h"
#include "text.h"

#include <stddef.h>
#include <string.h>

/*
 * Programs whose executable says nothing of what they run: their script does. Shells and multi-call
 * binaries belong here.
 */
static const char *const interpreters[] = {
    "ash",   "awk",     "bash",   "beam",     "bun",   "busybox", "cmd",        "cscript",
    "dash",  "deno",    "dotnet", "electron", "erl",   "expect",  "gawk",       "gjs",
    "guile", "java",    "javaw",  "jruby",    "julia", "ksh",     "lua",        "luajit",
    "mawk",  "mono",    "node",   "nodejs",   "perl",  "php",     "powershell", "pwsh",
    "py",    "pypy",    "python", "pythonw",  "qjs",   "R",       "racket",     "Rscript",
    "ruby",  "rubyw",   "sbcl",   "sh",       "tclsh", "toybox",  "uwsgi",      "wish",
    "wperl", "wscript", "zsh",
};

/*
 * The same, but what they run are programs: emulators, and the dynamic loader called by name, whose
 * file is libc.so in musl.
 */
static const char *const loaders[] = {
    "box64", "box86", "FEX", "FEXInterpreter", "FEXLoader", "ld", "libc", "qemu", "rosetta", "wine",
};

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/*
 * A version, an architecture or a variant may follow ("python3.11", "qemu-x86_64", "php-cgi"). One
 * that is taken for an interpreter and is none has to show the same arguments *and* the same
 * directory: that errs towards fewer kills.
 */
static bool is_one_of(const char *const *names, size_t count, const char *path)
{
    const char *name = text_base_name(path);
    for (size_t index = 0; index < count; index++) {
        const char *variant = names_behind(name, names[index]);
        if (variant != NULL && !is_letter(*variant))
            return true;
    }
    return false;
}

bool runners_interprets(const char *path)
{
    return is_one_of(interpreters, sizeof(interpreters) / sizeof(interpreters[0]), path) ||
           runners_loads(path);
}

bool runners_loads(const char *path)
{
    return is_one_of(loaders, sizeof(loaders) / sizeof(loaders[0]), path);
}

enum runners_argument runners_argument(const char *argument)
{
    if (text_starts_with(argument, "--") && strchr(argument, '=') != NULL)
        return RUNNERS_OPTION;
    return argument[0] == '\0' || argument[0] == '-' ? RUNNERS_OTHER : RUNNERS_SCRIPT;
}

bool runners_launches(const char *path)
{
    static const char *const launchers[] = {
        "chrt",   "cmd",       "conhost",    "env",     "ionice", "nice", "nohup",
        "nssm",   "portclaim", "powershell", "prlimit", "pwsh",   "py",   "setpriv",
        "setsid", "stdbuf",    "taskset",    "timeout", "winsw",
    };
    const char *name = text_base_name(path);
    for (size_t index = 0; index < sizeof(launchers) / sizeof(launchers[0]); index++) {
        if (names_program(name, launchers[index]))
            return true;
    }
    return false;
}

/*
 * Names as Linux cuts them, after 15 characters. Who is missing here is taken for a supervisor that
 * knows its children: that errs towards fewer kills.
 */
bool runners_gathers(const char *name)
{
    static const char *const gatherers[] = {
        "ash", "bash",    "busybox",     "bwrap",     "catatonit", "conmon", "containerd-shim",
        "csh", "dash",    "docker-init", "dumb-init", "finit",     "fish",   "init",
        "ksh", "my_init", "openrc-init", "pause",     "procd",     "runit",  "s6-svscan",
        "sh",  "sleep",   "systemd",     "tail",      "tcsh",      "tini",   "zsh",
    };
    for (size_t index = 0; index < sizeof(gatherers) / sizeof(gatherers[0]); index++) {
        if (text_equal(name, gatherers[index]))
            return true;
    }
    return false;
}
