#include "command/terminal.h"

#include "windows/system.h"

static HANDLE output(void)
{
    return GetStdHandle(STD_OUTPUT_HANDLE);
}

/* Of the window, not of the buffer that it scrolls over. */
size_t terminal_width(void)
{
    CONSOLE_SCREEN_BUFFER_INFO information;
    if (!GetConsoleScreenBufferInfo(output(), &information))
        return 0;
    return (size_t)information.srWindow.Right - (size_t)information.srWindow.Left + 1;
}

/* A console of before Windows 10 refuses the mode. */
bool terminal_takes_colour(void)
{
    DWORD mode;
    return GetConsoleMode(output(), &mode) &&
           SetConsoleMode(output(),
                          mode | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}
