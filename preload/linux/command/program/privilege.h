/*
 * privilege: would execve(2) of a file make the loader ignore LD_PRELOAD (AT_SECURE, getauxval(3))?
 */
#ifndef PORTCLAIM_PRIVILEGE_H
#define PORTCLAIM_PRIVILEGE_H

enum privilege {
    PRIVILEGE_NONE,
    PRIVILEGE_USER,         /* another user or group: set-user-ID, set-group-ID */
    PRIVILEGE_CAPABILITIES, /* capabilities of the file: capabilities(7) */
};

/*
 * What this process would gain by executing the open file. A file system mounted nosuid, the
 * no_new_privs of prctl(2), and who we are already are taken into account. The kernel's source:
 * bprm_fill_uid() in fs/exec.c and cap_bprm_creds_from_file() in security/commoncap.c.
 */
enum privilege privilege_gained(int descriptor);

#endif
