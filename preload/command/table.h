/*
 * table: columns of text for people.
 */
#ifndef PORTCLAIM_TABLE_H
#define PORTCLAIM_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum { TABLE_COLUMNS = 8 };

struct table_column {
    const char *title;
    size_t least; /* may be cut down to this width where the terminal is narrow; 0: never */
    bool text;    /* quotes and backslashes stay what they are */
};

struct table {
    const struct table_column *columns; /* TABLE_COLUMNS of them */
    size_t row_count;
    char *(*rows)[TABLE_COLUMNS];
};

/*
 * A row of its own copies, made visible.
 */
void table_add(struct table *table, const char *const *cells);

/* To stdout, and frees the rows. Nothing when there are none. */
void table_print(struct table *table);

/* The width of the terminal that stdout is, or COLUMNS; 0: no terminal, no limit. */
size_t table_width(void);

/* Colours: stdout is a terminal, and NO_COLOR (no-color.org) is unset or empty. */
bool table_has_colour(void);

#endif
