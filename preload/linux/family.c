#include "family.h"

#include "core/identity.h"
#include "processes.h"

void family_read(struct process *self, struct process *scratch)
{
    self->ancestors_in_service = 0;
    self->service_start_ms = self->start_ms;
    self->parent_name[0] = '\0';
    for (uint32_t index = 0; index < self->ancestor_count; index++) {
        (void)processes_read(self->ancestors[index], false, scratch);
        bool start_known = (scratch->known & KNOWN_START) != 0;
        if (index == 0 && start_known)
            text_copy(self->parent_name, sizeof(self->parent_name), scratch->name);
        if (!identity_may_be_program(self, scratch))
            continue;
        self->ancestors_in_service = index + 1;
        if (start_known && scratch->start_ms < self->service_start_ms)
            self->service_start_ms = scratch->start_ms;
    }
}
