#include "dropin.h"

#include "shell.h"

#include <stdio.h>
#include <stdlib.h>

static void print_place(const struct service *service)
{
    const char *directory = service->of_user ? "~/.config/systemd/user" : "/etc/systemd/system";
    const char *manager = service->of_user ? " --user" : "";
    printf("# %s/%s.d/portclaim.conf\n", directory, service->name);
    char *restart = shell_systemctl(service->of_user, "restart", service->name);
    printf("# Then: systemctl%s daemon-reload; %s\n", manager, restart);
    free(restart);
}

void dropin_print(const struct service *service, const struct checkup *checkup)
{
    bool needed = false;
    print_place(service);
    printf("[Service]\n");
    for (size_t index = 0; index < checkup->count; index++) {
        const struct finding *finding = &checkup->findings[index];
        if (finding->cure == NULL || !finding->unit_lines)
            continue;
        needed = true;
        printf("# %s: %s\n%s\n", finding->found, finding->why, finding->cure);
    }
    if (!needed)
        printf("# The unit has all that portclaim needs.\n");
}

const struct finding *dropin_find_obstacle(const struct checkup *checkup)
{
    for (size_t index = 0; index < checkup->count; index++) {
        const struct finding *finding = &checkup->findings[index];
        if (finding->result == RESULT_FAIL && (finding->cure == NULL || !finding->unit_lines))
            return finding;
    }
    return NULL;
}
