#include "table.h"

#include "environment.h"
#include "terminal.h"
#include "visible.h"
#include "wording.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, DECIMAL = 10, FAILED = 2 };

static const char bold[] = "\033[1m";
static const char plain[] = "\033[0m";
static const char cut[] = "...";

size_t table_width(void)
{
    const char *columns = environment_get("COLUMNS");
    size_t given = columns != NULL ? strtoul(columns, NULL, DECIMAL) : 0;
    return given > 0 ? given : terminal_width();
}

bool table_has_colour(void)
{
    const char *forbidden = environment_get("NO_COLOR");
    return (forbidden == NULL || forbidden[0] == '\0') && terminal_takes_colour();
}

static char *text_of(const char *cell)
{
    struct wording text = {0};
    wording_add_text(&text, cell);
    return wording_end(&text);
}

void table_add(struct table *table, const char *const *cells)
{
    table->rows = reallocarray(table->rows, table->row_count + 1, sizeof(table->rows[0]));
    if (table->rows == NULL)
        err(FAILED, "portclaim");
    for (size_t column = 0; column < TABLE_COLUMNS; column++)
        table->rows[table->row_count][column] =
            table->columns[column].text ? text_of(cells[column]) : visible(cells[column]);
    table->row_count++;
}

/* ---- widths ---- */

static void measure(const struct table *table, size_t *widths)
{
    for (size_t column = 0; column < TABLE_COLUMNS; column++) {
        widths[column] = strlen(table->columns[column].title);
        for (size_t row = 0; row < table->row_count; row++) {
            size_t length = strlen(table->rows[row][column]);
            widths[column] = length > widths[column] ? length : widths[column];
        }
    }
}

/* The widest of those that may still become narrower; TABLE_COLUMNS: none. */
static size_t find_widest(const struct table *table, const size_t *widths)
{
    size_t widest = TABLE_COLUMNS;
    for (size_t column = 0; column < TABLE_COLUMNS; column++) {
        size_t least = table->columns[column].least;
        if (least > 0 && widths[column] > least &&
            (widest == TABLE_COLUMNS || widths[column] > widths[widest]))
            widest = column;
    }
    return widest;
}

static void fit(const struct table *table, size_t most, size_t *widths)
{
    size_t whole = GAP * (TABLE_COLUMNS - 1);
    for (size_t column = 0; column < TABLE_COLUMNS; column++)
        whole += widths[column];
    for (; most > 0 && whole > most; whole--) {
        size_t widest = find_widest(table, widths);
        if (widest == TABLE_COLUMNS)
            return;
        widths[widest]--;
    }
}

/* ---- printing ---- */

static void print_cell(const char *cell, size_t width, bool last)
{
    size_t length = strlen(cell);
    if (length > width)
        printf("%.*s%s", (int)(width - strlen(cut)), cell, cut);
    else
        printf("%s", cell);
    if (!last)
        printf("%*s", (int)(GAP + (length < width ? width - length : 0)), "");
}

static void print_titles(const struct table *table, const size_t *widths)
{
    printf("%s", table_has_colour() ? bold : "");
    for (size_t column = 0; column < TABLE_COLUMNS; column++)
        print_cell(table->columns[column].title, widths[column], column + 1 == TABLE_COLUMNS);
    printf("%s\n", table_has_colour() ? plain : "");
}

static void print_row(char *const *row, const size_t *widths)
{
    for (size_t column = 0; column < TABLE_COLUMNS; column++)
        print_cell(row[column], widths[column], column + 1 == TABLE_COLUMNS);
    putchar('\n');
}

static void clear(struct table *table)
{
    for (size_t row = 0; row < table->row_count; row++) {
        for (size_t column = 0; column < TABLE_COLUMNS; column++)
            free(table->rows[row][column]);
    }
    free(table->rows);
    table->rows = NULL;
    table->row_count = 0;
}

void table_print(struct table *table)
{
    size_t widths[TABLE_COLUMNS];
    if (table->row_count == 0)
        return;
    measure(table, widths);
    fit(table, table_width(), widths);
    print_titles(table, widths);
    for (size_t row = 0; row < table->row_count; row++)
        print_row(table->rows[row], widths);
    clear(table);
}
