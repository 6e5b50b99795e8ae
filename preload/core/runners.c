#include "runners.h"

#include "names.h"
#include "text.h"

#include <stddef.h>
#include <string.h>

/*
 * Programs whose executable says nothing of what they run: their script does. Shells and multi-call
 * binaries belong here, and the dynamic loader when it is called by name.
 */
static const char *const interpreters[] = {
    "ash",    "awk",     "bash",   "beam",     "bun",     "busybox", "cmd",   "cscript",
    "dash",   "deno",    "dotnet", "electron", "erl",     "expect",  "gawk",  "gjs",
    "guile",  "java",    "javaw",  "jruby",    "julia",   "ksh",     "ld",    "lua",
    "luajit", "mawk",    "mono",   "node",     "nodejs",  "perl",    "php",   "powershell",
    "pwsh",   "py",      "pypy",   "python",   "pythonw", "qemu",    "qjs",   "R",
    "racket", "Rscript", "ruby",   "rubyw",    "sbcl",    "sh",      "tclsh", "toybox",
    "uwsgi",  "wine",    "wish",   "wperl",    "wscript", "zsh",
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
bool runners_interprets(const char *path)
{
    const char *name = text_base_name(path);
    for (size_t index = 0; index < sizeof(interpreters) / sizeof(interpreters[0]); index++) {
        const char *variant = names_behind(name, interpreters[index]);
        if (variant != NULL && !is_letter(*variant))
            return true;
    }
    return false;
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
