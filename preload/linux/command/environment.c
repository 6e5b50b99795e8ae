#include "command/environment.h"

#include "linux/state.h"

#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

const char *environment_get(const char *name)
{
    return getenv(name);
}

void environment_set(const char *name, const char *value)
{
    if (setenv(name, value, true) != 0)
        err(2, "portclaim: cannot set %s", name);
}

char *const *environment_all(void)
{
    return environ;
}

void environment_choose_state(struct settings *settings)
{
    state_prefer_runtime_directory(settings, environ);
}
