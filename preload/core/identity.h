/*
 * identity: is this process an earlier instance of us? The first rule that holds is the evidence:
 * service, unit, program, rule (DESIGN.md, Identity).
 */
#ifndef PORTCLAIM_IDENTITY_H
#define PORTCLAIM_IDENTITY_H

#include "holder.h"
#include "settings.h"

/*
 * EVIDENCE_SERVICE, _UNIT, _PROGRAM, _SCRIPT, _TITLE, _RULE or _ANY when it is one;
 * EVIDENCE_UNREADABLE when what was read does not decide; else EVIDENCE_OTHER_..., why it is not.
 */
enum evidence identify(const struct settings *settings, const struct process *self,
                       const struct process *process);

/*
 * May it run the program that we run, by itself and whatever its settings? Where too little of it
 * can be read its name decides, and where not even that is known it may: not so PID 1, which is
 * hidden from everybody then, and stands above strangers. Of an interpreter's processes only
 * another script says no: a master and its workers have titles of their own, or the master has a
 * script and they have none (multiprocessing's spawn).
 */
bool identity_may_be_program(const struct process *self, const struct process *process);

/*
 * Has it a unit of its own (unit.h), which is not ours, and has neither a label nor a rule of
 * PORTCLAIM_MATCH named it? Then it is no leftover of ours, but an instance that its manager knows
 * of: app@1.service beside app@2.service.
 */
bool identity_lives_apart(const struct settings *settings, const struct process *self,
                          const struct process *process);

#endif
