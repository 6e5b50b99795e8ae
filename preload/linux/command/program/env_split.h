/*
 * env_split: the words of one string, as `env -S` splits it (GNU coreutils, "env invocation").
 */
#ifndef PORTCLAIM_ENV_SPLIT_H
#define PORTCLAIM_ENV_SPLIT_H

#include "command/string_list.h"

#include <stdbool.h>

/* Adds its words. False when env(1) would refuse the string; then some may have been added. */
bool env_split(const char *string, struct string_list *words);

#endif
