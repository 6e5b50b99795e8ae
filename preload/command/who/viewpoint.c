#include "viewpoint.h"

#include "command/imagine.h"
#include "command/look.h"
#include "command/wording.h"

#include <string.h>

/*
 * Of a process that is not there: nobody has this PID or group. (Linux goes up to 2^22,
 * PID_MAX_LIMIT; those of Windows are multiples of four.)
 */
enum { NO_SUCH_PID = INT32_MAX };

/*
 * Whoever starts a service does not start it in our process group: what our own shell started a
 * moment ago is no sibling of it.
 */
void viewpoint_start(struct viewpoint *viewpoint)
{
    memset(viewpoint, 0, sizeof(*viewpoint));
    look_at_self(&viewpoint->self);
    viewpoint->self.process_group = NO_SUCH_PID;
}

/* ---- a command ---- */

static char *say(const char *command, const char *why)
{
    struct wording message = {0};
    wording_add(&message, "cannot see it as \"");
    wording_add_text(&message, command);
    wording_add(&message, "\" would: %s", why);
    return wording_end(&message);
}

bool viewpoint_take(struct viewpoint *viewpoint, const char *command, char **why)
{
    const char *reason = NULL;
    bool taken = imagine_command(command, &viewpoint->self, &reason);
    viewpoint->command = command;
    if (!taken)
        *why = say(command, reason);
    return taken;
}

/* ---- a successor ---- */

void viewpoint_succeed(const struct process *holder, uint64_t now_ms, struct process *self)
{
    *self = *holder;
    self->pid = NO_SUCH_PID;
    self->process_group = NO_SUCH_PID;
    self->start_ms = now_ms;
    imagine_unit(self);
}
