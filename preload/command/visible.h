/*
 * visible: strings that somebody else chose (titles, paths, units), made fit to be shown.
 */
#ifndef PORTCLAIM_VISIBLE_H
#define PORTCLAIM_VISIBLE_H

/*
 * Bytes outside printable ASCII, quotes and backslashes become \xNN, as in the log lines, so that
 * no name can break a line or move a cursor. The result is the caller's, by malloc(3); out of
 * memory ends the process.
 */
char *visible(const char *string);

#endif
