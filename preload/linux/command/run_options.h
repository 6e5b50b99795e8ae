/* run_options: the options that `portclaim run` has on Linux only. */
#ifndef PORTCLAIM_LINUX_RUN_OPTIONS_H
#define PORTCLAIM_LINUX_RUN_OPTIONS_H

#include "command/run.h"

extern const struct run_options run_options_linux;

#endif
