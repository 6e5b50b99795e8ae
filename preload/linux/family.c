#include "family.h"

#include "core/identity.h"
#include "processes.h"

enum { ROOT_PID = 1 };

/*
 * Who is hidden from us (hidepid) may run it: that spares. Not so the root, which is hidden from
 * everybody then, and stands above strangers.
 */
static bool may_run_our_program(const struct process *self, int32_t pid, struct process *scratch)
{
    bool read = processes_read(pid, false, scratch);
    return (read || pid != ROOT_PID) && identity_may_be_program(self, scratch);
}

void family_read(struct process *self, struct process *scratch)
{
    self->ancestors_in_service = 0;
    self->service_start_ms = self->start_ms;
    self->parent_name[0] = '\0';
    for (uint32_t index = 0; index < self->ancestor_count; index++) {
        bool ours = may_run_our_program(self, self->ancestors[index], scratch);
        bool start_known = (scratch->known & KNOWN_START) != 0;
        if (index == 0 && start_known)
            text_copy(self->parent_name, sizeof(self->parent_name), scratch->name);
        if (!ours)
            continue;
        self->ancestors_in_service = index + 1;
        if (start_known && scratch->start_ms < self->service_start_ms)
            self->service_start_ms = scratch->start_ms;
    }
}
