/*
 * named_file: a file by its path, as the core tells files apart.
 */
#ifndef PORTCLAIM_WINDOWS_NAMED_FILE_H
#define PORTCLAIM_WINDOWS_NAMED_FILE_H

#include "core/holder.h"
#include "system.h"

enum { NAMED_FILE_UNITS = 32768 /* the longest path of Windows, and its NUL */ };

enum named_file_kind { NAMED_FILE_ANY, NAMED_FILE_REGULAR };

/*
 * Fills in the volume's serial number as device, the number of the file on it as inode, and the
 * path with every link resolved and as the file system writes it, in slashes ("C:/Apps/node.exe",
 * "//server/share/x"). False when there is no such file, it is of another kind, or its path is too
 * long.
 */
bool named_file_read(const wchar_t *path, enum named_file_kind kind, struct file *file);

/*
 * Device and inode of an open file, as above, and what else Windows says of it; not its path. False
 * when it does not lie on a disk.
 */
bool named_file_identify(HANDLE handle, BY_HANDLE_FILE_INFORMATION *information, struct file *file);

/*
 * Makes of `directory` (room for `count` units) the path that `name` has for a process with this
 * working directory. False for names that mean no file there: devices, "C:name", too long.
 */
bool named_file_resolve(wchar_t *directory, size_t count, const wchar_t *name);

#endif
