/*
 * imagine_program: this process as it will be once it executes a program.
 */
#ifndef PORTCLAIM_IMAGINE_PROGRAM_H
#define PORTCLAIM_IMAGINE_PROGRAM_H

#include "core/holder.h"
#include "linux/command/program/program.h"

/* *self is this process's own, read before. Out of memory ends the process. */
void imagine_program(const struct program *program, struct process *self);

#endif
