#include "command/visible_path.h"

#include "allocate.h"
#include "command/visible.h"

#include <string.h>

/* Windows takes slashes as well. */
char *visible_path(const char *path)
{
    size_t size = strlen(path) + 1;
    char *slashed = allocate(size);
    for (size_t index = 0; index < size; index++)
        slashed[index] = path[index] == '\\' ? '/' : path[index];
    char *shown = visible(slashed);
    free(slashed);
    return shown;
}
