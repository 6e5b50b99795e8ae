#include "batch.h"

bool batch_takes(const wchar_t *argument)
{
    return wcspbrk(argument, L"\"%\r\n") == NULL;
}

/* What "cmd /?" lists as special, and what leads to another command or file. */
static bool needs_quotes(const wchar_t *argument)
{
    return *argument == L'\0' || wcspbrk(argument, L" \t&|<>()[]{}^=;!'+,`~") != NULL;
}

/* Backslashes at the end twice, for the program that the batch file hands it on to. */
size_t batch_quote(const wchar_t *argument, wchar_t *quoted)
{
    size_t length = wcslen(argument);
    size_t backslashes = 0;
    if (!needs_quotes(argument))
        return (size_t)(wmemcpy(quoted, argument, length) + length - quoted);
    while (backslashes < length && argument[length - 1 - backslashes] == L'\\')
        backslashes++;
    wchar_t *end = quoted;
    *end++ = L'"';
    end = wmemcpy(end, argument, length) + length;
    end = wmemset(end, L'\\', backslashes) + backslashes;
    *end++ = L'"';
    return (size_t)(end - quoted);
}
