/*
 * visible_path: a path that somebody typed, made fit to be shown. Each system has its own.
 */
#ifndef PORTCLAIM_VISIBLE_PATH_H
#define PORTCLAIM_VISIBLE_PATH_H

/* As visible() (visible.h), with a path's separators as slashes: a backslash would become "\x5c".
 */
char *visible_path(const char *path);

#endif
