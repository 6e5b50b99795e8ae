#include "command/visible_path.h"

#include "command/visible.h"

char *visible_path(const char *path)
{
    return visible(path);
}
