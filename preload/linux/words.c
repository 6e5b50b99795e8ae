#include "core/words.h"

const struct words words = {
    .find_holder = "look with \"ss -tulpn\" as root",
    .see_holder = "look from where /proc shows it (another PID namespace, hidepid, ProtectProc=), "
                  "or stop it there",
    .reserve_port = "keep the port from clients: add it to the sysctl "
                    "net.ipv4.ip_local_reserved_ports",
    .denied = "EPERM",
    .unsafe = "no pidfd: Linux before 5.3, or a filter of system calls without pidfd_open and "
              "pidfd_send_signal",
    .unaskable = "it takes no signal",
    .no_state = "the state directory cannot be used: no lock between two starters and no limit on "
                "kills; set PORTCLAIM_STATE_DIR to a directory of this user's own, mode 0700",
    .not_named = "not named by --match, --unit or --service",
    .refused = "nobody holds it, and it is not permitted",
};
