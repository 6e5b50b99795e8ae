#include "env_split.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { FAILED = 2 };

/* The word that is being put together. */
struct splitting {
    const char *cursor;
    char *word;
    size_t length;
    size_t room;
    bool begun; /* also by empty quotes, and by an empty variable */
    char quote; /* that is open, or NUL */
    struct string_list *words;
};

static void add_byte(struct splitting *splitting, char byte)
{
    const size_t more = 64;
    if (splitting->length + 1 >= splitting->room) {
        splitting->room = splitting->room * 2 + more;
        splitting->word = realloc(splitting->word, splitting->room);
        if (splitting->word == NULL)
            err(FAILED, "portclaim");
    }
    splitting->word[splitting->length++] = byte;
    splitting->begun = true;
}

static void end_word(struct splitting *splitting)
{
    if (splitting->begun) {
        add_byte(splitting, '\0');
        string_list_add(splitting->words, splitting->word);
    }
    splitting->length = 0;
    splitting->begun = false;
}

/* ${NAME}, the only form that env(1) has; the cursor is behind the dollar. */
static bool add_variable(struct splitting *splitting)
{
    if (*splitting->cursor != '{')
        return false;
    const char *name = splitting->cursor + 1;
    size_t length = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");
    if (length == 0 || name[length] != '}')
        return false;
    char *copy = strndup(name, length);
    if (copy == NULL)
        err(FAILED, "portclaim");
    const char *value = getenv(copy);
    free(copy);
    splitting->begun = splitting->begun || value != NULL;
    for (; value != NULL && *value != '\0'; value++)
        add_byte(splitting, *value);
    splitting->cursor = name + length + 1;
    return true;
}

/* The cursor is behind the backslash. False for an escape that there is not. */
static bool add_escaped(struct splitting *splitting)
{
    static const char letters[] = "fnrtv#$\"'\\";
    static const char bytes[] = "\f\n\r\t\v#$\"'\\";
    char escaped = *splitting->cursor;
    if (splitting->quote == '\'' && escaped != '\\' && escaped != '\'') {
        add_byte(splitting, '\\');
        return true;
    }
    if (escaped == '\0')
        return false;
    splitting->cursor++;
    const char *letter = strchr(letters, escaped);
    if (letter != NULL) {
        add_byte(splitting, bytes[letter - letters]);
    } else if (escaped == '_' && splitting->quote != '\0') {
        add_byte(splitting, ' ');
    } else if (escaped == '_') {
        end_word(splitting);
    } else if (escaped == 'c' && splitting->quote == '\0') {
        splitting->cursor += strlen(splitting->cursor);
    } else {
        return false;
    }
    return true;
}

static bool take_byte(struct splitting *splitting)
{
    char byte = *splitting->cursor++;
    if (splitting->quote == byte) {
        splitting->quote = '\0';
    } else if (splitting->quote == '\0' && (byte == '\'' || byte == '"')) {
        splitting->quote = byte;
        splitting->begun = true;
    } else if (splitting->quote == '\0' && strchr(" \t\n\v\f\r", byte) != NULL) {
        end_word(splitting);
    } else if (byte == '\\') {
        return add_escaped(splitting);
    } else if (byte == '$' && splitting->quote != '\'') {
        return add_variable(splitting);
    } else if (byte == '#' && splitting->quote == '\0' && !splitting->begun) {
        splitting->cursor += strlen(splitting->cursor); /* a comment */
    } else {
        add_byte(splitting, byte);
    }
    return true;
}

bool env_split(const char *string, struct string_list *words)
{
    struct splitting splitting = {.cursor = string, .words = words};
    bool fine = true;
    while (fine && *splitting.cursor != '\0')
        fine = take_byte(&splitting);
    end_word(&splitting);
    free(splitting.word);
    return fine && splitting.quote == '\0';
}
