/*
 * holder: what is known of one process that holds a socket in the way, and of that socket.
 *
 * A host fills these in; the core only reads them. Strings end in NUL. What could not be read is
 * absent from `known`, and its field is zero or empty: the judge takes absence as "inconclusive".
 */
#ifndef PORTCLAIM_HOLDER_H
#define PORTCLAIM_HOLDER_H

#include "endpoint.h"

enum {
    PROCESS_NAME_SIZE = 64,        /* comm: 15 characters on Linux, an image name on Windows */
    PROCESS_PATH_SIZE = 1024,      /* a longer path counts as unreadable */
    PROCESS_ARGUMENTS_SIZE = 1024, /* kept for patterns and messages; the hash covers all */
    PROCESS_GROUP_SIZE = 512,      /* a cgroup path */
    PROCESS_LABEL_SIZE = 128,      /* PORTCLAIM_SERVICE */
    PROCESS_ANCESTORS = 128,       /* a deeper lineage counts as unreadable */
    PROCESS_INIT = 1,              /* the PID of the system's first, above all others */
    HOLDER_INODES = 16,
};

/* Which fields of struct process hold something. */
enum {
    KNOWN_START = 1 << 0,      /* start_ms, parent, process_group, name */
    KNOWN_USER = 1 << 1,       /* user */
    KNOWN_EXECUTABLE = 1 << 2, /* executable */
    KNOWN_ARGUMENTS = 1 << 3,  /* arguments, arguments_hash, script */
    KNOWN_DIRECTORY = 1 << 4,  /* directory */
    KNOWN_CGROUP = 1 << 5,     /* cgroup */
    KNOWN_LABEL = 1 << 6,      /* label: the initial environment was read; empty means unset */
    KNOWN_ANCESTORS = 1 << 7,  /* ancestors, all the way up to the root */
};

struct file {
    uint64_t device;
    uint64_t inode; /* 0: its file system numbers no files (some that are not Linux's) */
    bool deleted;   /* unlinked or replaced since it was opened */
    char path[PROCESS_PATH_SIZE];
};

struct process {
    int32_t pid;
    uint32_t known; /* KNOWN_... */
    int32_t parent;
    int32_t process_group;
    uint64_t start_ms; /* on the clock of host.now_ms */
    uint32_t user;     /* effective user id */
    bool essential;    /* a service's own process, or one that the system needs: never signalled */
    bool ending;       /* its end has begun: its program cannot be read, its sockets close soon */
    char name[PROCESS_NAME_SIZE];
    struct file executable;
    struct file directory; /* the working directory */
    /*
     * The arguments, each ended by NUL, without the unused room behind them that a rewritten title
     * leaves (trailing NULs); the hash covers all of them, the copy the first bytes.
     */
    char arguments[PROCESS_ARGUMENTS_SIZE];
    uint32_t arguments_length; /* bytes in `arguments` */
    uint64_t arguments_hash;
    /*
     * The first argument after argv[0] that is no --option=value, when it is no option at all and
     * names a regular file: that file's path, with every link resolved. Else empty: then the
     * arguments themselves say what an interpreter runs.
     */
    char script[PROCESS_PATH_SIZE];
    char cgroup[PROCESS_GROUP_SIZE]; /* the path below the cgroup root, as systemd sees it */
    char label[PROCESS_LABEL_SIZE];
    int32_t ancestors[PROCESS_ANCESTORS]; /* parent first; ends with the root */
    uint32_t ancestor_count;
    uint32_t ancestors_in_unit; /* how many of the nearest ancestors belong to the same unit */
    /*
     * Of ourselves alone, and for OPERATION_SHARE only: how many of the nearest ancestors there are
     * up to the farthest that may run the same program (identity_may_be_program()); when the first
     * of those and of us was started; the name of our parent.
     */
    uint32_t ancestors_in_service;
    uint64_t service_start_ms;
    char parent_name[PROCESS_NAME_SIZE];
};

/* In the order in which they stand in the way. */
enum socket_state {
    SOCKET_LISTENING,
    SOCKET_BOUND,     /* bound, not (yet) listening or connected; every unconnected UDP socket */
    SOCKET_CONNECTED, /* also half closed, while a process holds it */
    /* TIME_WAIT or FIN_WAIT2 without a process: nothing is left to send; a path without a socket */
    SOCKET_CLOSABLE,
    SOCKET_SENDING, /* FIN_WAIT1, CLOSING, LAST_ACK without a process: still carries data */
};

struct socket {
    uint64_t inode;      /* 0 when no file refers to it */
    uint32_t owner_user; /* who created it */
    enum socket_state state;
    struct endpoint local;
};

enum verdict {
    VERDICT_SELF,
    VERDICT_LINEAGE,
    VERDICT_SIBLING,
    VERDICT_NEWER,
    VERDICT_STALE,
    VERDICT_FOREIGN,
    VERDICT_UNKNOWN,
    VERDICT_CLIENT,
};

/* Why a verdict was given; evidence.h has the words for each. */
enum evidence {
    EVIDENCE_NONE,
    EVIDENCE_SELF,
    EVIDENCE_ANCESTOR,
    EVIDENCE_INIT,
    EVIDENCE_ESSENTIAL,
    EVIDENCE_PROTECTED,
    EVIDENCE_SIBLING,
    EVIDENCE_YOUNGER,
    EVIDENCE_TOOK_PORT, /* bound it after this claim began, or after we were started */
    EVIDENCE_SERVICE,
    EVIDENCE_UNIT,
    EVIDENCE_PROGRAM,
    EVIDENCE_SCRIPT,
    EVIDENCE_TITLE, /* an interpreter with the same arguments or title and working directory */
    EVIDENCE_RULE,
    EVIDENCE_ANY,       /* the rule "any", which does not make a server out of a client */
    EVIDENCE_INHERITED, /* descends from a stale holder, with the same socket */
    EVIDENCE_OTHER_USER,
    EVIDENCE_OTHER_SERVICE,
    EVIDENCE_OTHER_PROGRAM,
    EVIDENCE_OTHER_SCRIPT,
    EVIDENCE_OTHER_ARGUMENTS,
    EVIDENCE_NOT_NAMED,
    EVIDENCE_CONNECTION,
    EVIDENCE_INVISIBLE,  /* the socket is seen, its process is not */
    EVIDENCE_CUT_SHORT,  /* the socket is seen, its process was not found in time */
    EVIDENCE_UNREADABLE, /* the process is seen, its identity is not */
    EVIDENCE_ENDING,     /* likewise, for its end has begun */
    EVIDENCE_NO_LINEAGE, /* our own way up to the root cannot be read */
};

struct holder {
    bool visible; /* false: no process was found for the socket; `process` is empty */
    struct process process;
    struct socket socket;           /* the one that stands most in the way */
    uint64_t inodes[HOLDER_INODES]; /* of the sockets in the way that it holds, the first few */
    uint32_t inode_count;
    bool serves_elsewhere; /* only connections are in the way, and it listens on another port */
    int64_t handle; /* the host's, opened before anything was read; HANDLE_NONE if it has none */

    /* the judge's */
    enum verdict verdict;
    enum evidence evidence;
    int32_t
        through; /* the PID of the stale holder it descends from and shares a socket with; or 0 */
};

#define HANDLE_NONE INT64_C(-1)

enum { OBSERVATION_HOLDERS = 64 };

/* Everything that stands in the way of one endpoint at one moment. */
struct observation {
    bool complete;   /* false: something that could matter was not read; nobody may be signalled */
    const char *gap; /* what was not or not well read, for a message; NULL: nothing */
    uint32_t holder_count;
    uint32_t closable; /* sockets of SOCKET_CLOSABLE and SOCKET_SENDING, which nobody holds */
    uint32_t sending;
    const char *obstruction; /* what else is in the way, and is nobody's socket; NULL: nothing */
    struct process self;
    struct holder holders[OBSERVATION_HOLDERS];
};

#endif
