#include "core/conventions.h"

/* A user is a SID; processes.h hashes it. */
const struct conventions conventions = {
    .names_have_case = false,
    .program_suffix = ".exe",
    .has_unix_sockets = false,
    .speaks_sctp = false,
    .users_have_numbers = false,
};
