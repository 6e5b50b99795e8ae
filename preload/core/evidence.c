#include "evidence.h"

#include "words.h"

#include <stddef.h>

struct entry {
    enum verdict verdict;
    const char *name;
    const char *words;
    const char *advice;
};

#define ADVICE_STRANGER                                                                            \
    "stop it or choose another port; if it is an earlier instance, give both the same "            \
    "PORTCLAIM_SERVICE or name it in PORTCLAIM_MATCH"
#define ADVICE_SLOW                                                                                \
    "it did not end in time: raise PORTCLAIM_TERM_MS, PORTCLAIM_KILL_MS or PORTCLAIM_WAIT_MS"
#define ADVICE_ONE_ONLY                                                                            \
    "two instances were started, perhaps one by a supervisor: run one of them, or give each its "  \
    "own port"
#define ADVICE_OF_SYSTEM NULL /* system_advice() has it */
#define WORDS_OF_SYSTEM  NULL /* words.not_named */

static const struct entry entries[] = {
    [EVIDENCE_NONE] = {VERDICT_UNKNOWN, "none", "nothing is known of it", ADVICE_OF_SYSTEM},
    [EVIDENCE_SELF] = {VERDICT_SELF, "self", "this very process",
                       "bind the port once, or set IPV6_V6ONLY on the IPv6 socket"},
    [EVIDENCE_ANCESTOR] = {VERDICT_LINEAGE, "ancestor", "an ancestor of this process",
                           "it started this process: choose another port for one of the two"},
    [EVIDENCE_INIT] = {VERDICT_LINEAGE, "init", "PID 1",
                       "PID 1 is never signalled: with socket activation take the socket from it"},
    [EVIDENCE_ESSENTIAL] = {VERDICT_LINEAGE, "essential",
                            "a service, or a process that the system needs",
                            "stop it by the manager of services, or choose another port"},
    [EVIDENCE_PROTECTED] = {VERDICT_LINEAGE, "protected", "protected by PORTCLAIM_PROTECT",
                            "stop it by hand or take it out of PORTCLAIM_PROTECT"},
    [EVIDENCE_SIBLING] = {VERDICT_SIBLING, "sibling", "started together with us by one parent",
                          ADVICE_ONE_ONLY},
    [EVIDENCE_YOUNGER] = {VERDICT_NEWER, "younger", "started after us", ADVICE_ONE_ONLY},
    [EVIDENCE_TOOK_PORT] = {VERDICT_NEWER, "took-port", "took the port meanwhile", ADVICE_ONE_ONLY},
    [EVIDENCE_SERVICE] = {VERDICT_STALE, "service", "same service label", ADVICE_SLOW},
    [EVIDENCE_UNIT] = {VERDICT_STALE, "unit", "same unit", ADVICE_SLOW},
    [EVIDENCE_PROGRAM] = {VERDICT_STALE, "program", "same program", ADVICE_SLOW},
    [EVIDENCE_SCRIPT] = {VERDICT_STALE, "script", "same script", ADVICE_SLOW},
    [EVIDENCE_TITLE] = {VERDICT_STALE, "title", "same title or arguments, same directory",
                        ADVICE_SLOW},
    [EVIDENCE_RULE] = {VERDICT_STALE, "rule", "matches PORTCLAIM_MATCH", ADVICE_SLOW},
    [EVIDENCE_ANY] = {VERDICT_STALE, "any", "any holder may be stopped", ADVICE_SLOW},
    [EVIDENCE_INHERITED] = {VERDICT_STALE, "inherited", "inherited its socket from", ADVICE_SLOW},
    [EVIDENCE_OTHER_USER] = {VERDICT_FOREIGN, "other-user", "another user's process",
                             "stop it as that user, or choose another port"},
    [EVIDENCE_OTHER_SERVICE] = {VERDICT_FOREIGN, "other-service", "another service label",
                                "choose another port for one of the two services"},
    [EVIDENCE_OTHER_PROGRAM] = {VERDICT_FOREIGN, "other-program", "another program",
                                ADVICE_STRANGER},
    [EVIDENCE_OTHER_SCRIPT] = {VERDICT_FOREIGN, "other-script", "another script", ADVICE_STRANGER},
    [EVIDENCE_OTHER_ARGUMENTS] = {VERDICT_FOREIGN, "other-arguments",
                                  "same program with other arguments or directory",
                                  ADVICE_STRANGER},
    [EVIDENCE_NOT_NAMED] = {VERDICT_FOREIGN, "not-named", WORDS_OF_SYSTEM,
                            "name it if it may be stopped, or use --force for any holder of your "
                            "own user"},
    [EVIDENCE_CONNECTION] = {VERDICT_CLIENT, "connection", "its connection has our local port",
                             ADVICE_OF_SYSTEM},
    [EVIDENCE_INVISIBLE] = {VERDICT_UNKNOWN, "invisible", "holder not visible", ADVICE_OF_SYSTEM},
    [EVIDENCE_CUT_SHORT] = {VERDICT_UNKNOWN, "cut-short", "its process was not found in time",
                            ADVICE_OF_SYSTEM},
    [EVIDENCE_UNREADABLE] = {VERDICT_UNKNOWN, "unreadable", "its identity cannot be read",
                             ADVICE_OF_SYSTEM},
    [EVIDENCE_ENDING] = {VERDICT_UNKNOWN, "ending", "it is ending",
                         "its end takes long: raise PORTCLAIM_WAIT_MS"},
    [EVIDENCE_NO_LINEAGE] = {VERDICT_UNKNOWN, "no-lineage", "our own ancestors cannot be read",
                             ADVICE_OF_SYSTEM},
};

enum verdict evidence_verdict(enum evidence evidence)
{
    return entries[evidence].verdict;
}

const char *evidence_name(enum evidence evidence)
{
    return entries[evidence].name;
}

const char *evidence_words(enum evidence evidence)
{
    const char *own = entries[evidence].words;
    return own == WORDS_OF_SYSTEM ? words.not_named : own;
}

static const char *system_advice(enum evidence evidence)
{
    switch (evidence) {
    case EVIDENCE_CONNECTION:
        return words.reserve_port;
    case EVIDENCE_CUT_SHORT:
        return words.find_holder;
    default:
        return words.see_holder;
    }
}

const char *evidence_advice(enum evidence evidence)
{
    const char *advice = entries[evidence].advice;
    return advice == ADVICE_OF_SYSTEM ? system_advice(evidence) : advice;
}

const char *evidence_verdict_name(enum verdict verdict)
{
    static const char *const names[] = {
        [VERDICT_SELF] = "self",       [VERDICT_LINEAGE] = "lineage", [VERDICT_SIBLING] = "sibling",
        [VERDICT_NEWER] = "newer",     [VERDICT_STALE] = "stale",     [VERDICT_FOREIGN] = "foreign",
        [VERDICT_UNKNOWN] = "unknown", [VERDICT_CLIENT] = "client",
    };
    return names[verdict];
}
