#include "core/conventions.h"

const struct conventions conventions = {
    .names_have_case = true,
    .program_suffix = "",
    .has_unix_sockets = true,
    .speaks_sctp = true,
    .users_have_numbers = true,
};
