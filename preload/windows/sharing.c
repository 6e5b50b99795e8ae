#include "sharing.h"

enum { SHARINGS = SHARING_FORBIDDEN + 1 };

#define YES   SHARING_SUCCEEDS
#define USED  SHARING_IN_USE
#define NO    SHARING_REFUSED
#define CHECK SHARING_CHECKED

/* [second][second is the wildcard][first][first is the wildcard], in the rows of the page. */
static const enum sharing_answer answers[SHARINGS][2][SHARINGS][2] = {
    [SHARING_DEFAULT] = {[true] = {[SHARING_DEFAULT] = {[true] = USED, [false] = YES},
                                   [SHARING_ALLOWED] = {[true] = USED, [false] = YES},
                                   [SHARING_FORBIDDEN] = {[true] = USED, [false] = YES}},
                         [false] = {[SHARING_DEFAULT] = {[true] = CHECK, [false] = USED},
                                    [SHARING_ALLOWED] = {[true] = CHECK, [false] = NO},
                                    [SHARING_FORBIDDEN] = {[true] = NO, [false] = USED}}},
    [SHARING_ALLOWED] = {[true] = {[SHARING_DEFAULT] = {[true] = NO, [false] = YES},
                                   [SHARING_ALLOWED] = {[true] = YES, [false] = YES},
                                   [SHARING_FORBIDDEN] = {[true] = NO, [false] = YES}},
                         [false] = {[SHARING_DEFAULT] = {[true] = CHECK, [false] = NO},
                                    [SHARING_ALLOWED] = {[true] = YES, [false] = YES},
                                    [SHARING_FORBIDDEN] = {[true] = NO, [false] = NO}}},
    [SHARING_FORBIDDEN] = {[true] = {[SHARING_DEFAULT] = {[true] = USED, [false] = USED},
                                     [SHARING_ALLOWED] = {[true] = USED, [false] = USED},
                                     [SHARING_FORBIDDEN] = {[true] = USED, [false] = USED}},
                           [false] = {[SHARING_DEFAULT] = {[true] = CHECK, [false] = USED},
                                      [SHARING_ALLOWED] = {[true] = CHECK, [false] = USED},
                                      [SHARING_FORBIDDEN] = {[true] = NO, [false] = USED}}},
};

enum sharing_answer sharing_answer(struct sharing_socket first, struct sharing_socket second)
{
    return answers[second.sharing][second.wildcard][first.sharing][first.wildcard];
}

static bool hides(struct sharing_socket second, bool first_is_wildcard)
{
    for (int sharing = 0; sharing < SHARINGS; sharing++) {
        struct sharing_socket first = {(enum sharing)sharing, first_is_wildcard};
        enum sharing_answer answer = sharing_answer(first, second);
        if (answer == SHARING_SUCCEEDS || answer == SHARING_CHECKED)
            return true;
    }
    return false;
}

bool sharing_hides_equal(struct sharing_socket second)
{
    return hides(second, second.wildcard);
}

bool sharing_hides_any(struct sharing_socket second)
{
    return hides(second, true) || hides(second, false);
}
