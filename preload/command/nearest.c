#include "nearest.h"

#include <string.h>

enum { LONGEST = 32, FAR = LONGEST };

static size_t least(size_t left, size_t right)
{
    return left < right ? left : right;
}

/* The optimal string alignment distance: Levenshtein's, with swapped neighbours as one change. */
static size_t distance(const char *left, const char *right)
{
    size_t changes[LONGEST + 1][LONGEST + 1];
    size_t rows = strlen(left);
    size_t columns = strlen(right);
    if (rows > LONGEST || columns > LONGEST)
        return FAR;
    for (size_t row = 0; row <= rows; row++) {
        for (size_t column = 0; column <= columns; column++) {
            size_t *here = &changes[row][column];
            *here = row + column;
            if (row == 0 || column == 0)
                continue;
            size_t replaced = left[row - 1] != right[column - 1];
            *here = least(changes[row - 1][column] + 1, changes[row][column - 1] + 1);
            *here = least(*here, changes[row - 1][column - 1] + replaced);
            if (row > 1 && column > 1 && left[row - 1] == right[column - 2] &&
                left[row - 2] == right[column - 1])
                *here = least(*here, changes[row - 2][column - 2] + 1);
        }
    }
    return changes[rows][columns];
}

const char *nearest_name(const char *given, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    /* A third of the word may be wrong; of a short one, one letter. */
    size_t most = strlen(given) / 3 + 1;
    for (size_t index = 0; index < count; index++) {
        size_t changes = distance(given, names[index]);
        if (changes <= most) {
            most = changes - (changes > 0);
            nearest = names[index];
        }
        if (changes == 0)
            return names[index];
    }
    return nearest;
}
