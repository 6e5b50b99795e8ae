#include "command/visible_path.h"

#include "command/visible.h"
#include "doctor/strings.h"

#include <stdlib.h>

char *visible_path(const char *path)
{
    char *slashed = strings_slashed(path);
    char *shown = visible(slashed);
    free(slashed);
    return shown;
}
