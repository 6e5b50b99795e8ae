#include "core/words.h"

const struct words words = {
    .find_holder = "look with \"netstat -ano\" as administrator",
    .see_holder = "look from where its process can be opened (as its user, or as administrator), "
                  "or stop it there",
    .reserve_port = "keep the port from clients: \"netsh int ipv4 add excludedportrange tcp PORT "
                    "1 store=persistent\" as administrator, while it is free",
    .denied = "access denied",
    .unsafe = "its process could not be opened",
    .unaskable = "it takes neither CTRL_BREAK nor WM_CLOSE from here",
    .no_state = "the state directory cannot be used: no lock between two starters and no limit on "
                "kills; set PORTCLAIM_STATE_DIR to a directory of this machine that this user, and "
                "nobody else, can write to",
    .not_named = "not named by --match or --service",
    .refused = "nobody holds it, and Windows does not give it (WSAEACCES): it may lie in a range "
               "of \"netsh int ipv4 show excludedportrange tcp\", as Hyper-V reserves them",
};
