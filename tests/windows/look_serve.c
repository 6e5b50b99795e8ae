#include "look.h"

#include "windows/system.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BREAK_EXIT_CODE = 7, CLOSE_EXIT_CODE = 8, LINE_SIZE = 1024 };

static struct {
    u_short port, elsewhere;
    bool ipv6, dual, udp, bound, known, drain, heir, pipe, handler, deaf, window, arm;
    const char *heir_program; /* NULL: this one */
} options;

static bool read_option(int count, char **arguments, int *place)
{
    static const struct {
        const char *name;
        bool *value;
    } flags[] = {
        {"--ipv6", &options.ipv6},   {"--dual", &options.dual},     {"--udp", &options.udp},
        {"--bound", &options.bound}, {"--known", &options.known},   {"--drain", &options.drain},
        {"--heir", &options.heir},   {"--pipe", &options.pipe},     {"--handler", &options.handler},
        {"--deaf", &options.deaf},   {"--window", &options.window}, {"--arm", &options.arm},
    };
    for (size_t index = 0; index < sizeof(flags) / sizeof(flags[0]); index++) {
        if (strcmp(arguments[*place], flags[index].name) == 0) {
            *flags[index].value = true;
            return true;
        }
    }
    if (*place + 1 >= count)
        return false;
    if (strcmp(arguments[*place], "--heir-program") == 0) {
        options.heir = true;
        options.heir_program = arguments[++*place];
        return true;
    }
    if (strcmp(arguments[*place], "--elsewhere") == 0) {
        options.elsewhere = (u_short)atoi(arguments[++*place]);
        return true;
    }
    if (strcmp(arguments[*place], "--port") != 0)
        return false;
    options.port = (u_short)atoi(arguments[++*place]);
    return true;
}

static int fail(const char *what)
{
    fprintf(stderr, "%s: %d\n", what, WSAGetLastError());
    return 1;
}

static SOCKET open_socket(void)
{
    bool ipv6 = options.ipv6 || options.dual;
    DWORD only = options.dual ? 0 : 1;
    struct sockaddr_in ipv4_address = {.sin_family = AF_INET, .sin_port = htons(options.port)};
    struct sockaddr_in6 ipv6_address = {.sin6_family = AF_INET6, .sin6_port = htons(options.port)};
    SOCKET made = socket(ipv6 ? AF_INET6 : AF_INET, options.udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    ipv4_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!options.dual)
        ipv6_address.sin6_addr.s6_addr[15] = 1;
    if (ipv6)
        setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, (const char *)&only, sizeof(only));
    int bound = ipv6 ? bind(made, (struct sockaddr *)&ipv6_address, sizeof(ipv6_address))
                     : bind(made, (struct sockaddr *)&ipv4_address, sizeof(ipv4_address));
    if (bound != 0 || (!options.udp && !options.bound && listen(made, SOMAXCONN) != 0))
        exit(fail("bind or listen"));
    return made;
}

static void make_known(SOCKET known)
{
    DWORD value;
    int length = sizeof(value);
    getsockopt(known, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, &length);
}

/* Its listener closed, one connection left. */
static void drain(SOCKET listener)
{
    printf("draining\n");
    fflush(stdout);
    if (accept(listener, NULL, NULL) == INVALID_SOCKET)
        exit(fail("accept"));
    closesocket(listener);
    options.drain = false;
    if (options.elsewhere != 0) {
        options.port = options.elsewhere;
        open_socket();
    }
}

/* Sockets of winsock are inherited unless they were made otherwise. */
static void start_heir(void)
{
    char line[LINE_SIZE];
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION heir;
    char path[MAX_PATH];
    GetModuleFileNameA(NULL, path, sizeof(path));
    snprintf(line, sizeof(line), "\"%s\" serve",
             options.heir_program == NULL ? path : options.heir_program);
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &startup,
                        &heir))
        exit(fail("CreateProcess"));
    ResumeThread(heir.hThread);
    printf("heir %lu\n", heir.dwProcessId);
}

static DWORD WINAPI read_silence(void *pipe)
{
    char byte;
    DWORD length;
    ReadFile(pipe, &byte, 1, &length, NULL);
    return 0;
}

static void start_reader(void)
{
    char name[LINE_SIZE];
    snprintf(name, sizeof(name), "\\\\.\\pipe\\look-%lu", GetCurrentProcessId());
    HANDLE pipe =
        CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_WAIT, 1, 0, 0, 0, NULL);
    HANDLE other = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (other == INVALID_HANDLE_VALUE || CreateThread(NULL, 0, read_silence, pipe, 0, NULL) == NULL)
        exit(fail("pipe"));
    Sleep(200); /* until it reads */
}

static BOOL WINAPI handle_break(DWORD event)
{
    if (options.deaf)
        return TRUE;
    if (event == CTRL_BREAK_EVENT)
        ExitProcess(BREAK_EXIT_CODE);
    return FALSE;
}

static LRESULT CALLBACK handle_message(HWND window, UINT message, WPARAM first, LPARAM second)
{
    if (message == WM_CLOSE && !options.deaf)
        ExitProcess(CLOSE_EXIT_CODE);
    return message == WM_CLOSE ? 0 : DefWindowProcW(window, message, first, second);
}

static HWND make_window(void)
{
    WNDCLASSW class = {.lpfnWndProc = handle_message, .lpszClassName = L"look"};
    RegisterClassW(&class);
    return CreateWindowExW(0, L"look", L"look", WS_OVERLAPPEDWINDOW, 0, 0, 100, 100, NULL, NULL,
                           NULL, NULL);
}

/* As the headers of a program for Windows on ARM have it. */
static void pretend_arm(void)
{
    char *base = (char *)GetModuleHandleW(NULL);
    IMAGE_NT_HEADERS *headers = (IMAGE_NT_HEADERS *)(base + ((IMAGE_DOS_HEADER *)base)->e_lfanew);
    DWORD before;
    VirtualProtect(headers, sizeof(*headers), PAGE_READWRITE, &before);
    headers->FileHeader.Machine = IMAGE_FILE_MACHINE_ARM64;
}

static void stay(void)
{
    MSG message;
    if (!options.window)
        Sleep(INFINITE);
    while (GetMessageW(&message, NULL, 0, 0) > 0)
        DispatchMessageW(&message);
}

int look_serve(int count, char **arguments)
{
    for (int place = 0; place < count; place++) {
        if (!read_option(count, arguments, &place))
            return fail(arguments[place]);
    }
    if (options.handler || options.deaf)
        SetConsoleCtrlHandler(handle_break, TRUE);
    if (options.arm)
        pretend_arm();
    printf("pid %lu\n", GetCurrentProcessId());
    if (options.window)
        printf("window %d\n", make_window() != NULL);
    if (options.pipe)
        start_reader();
    if (options.port != 0) {
        SOCKET held = open_socket();
        if (options.known)
            make_known(held);
        if (options.drain)
            drain(held);
    }
    if (options.heir)
        start_heir();
    printf("ready\n");
    fflush(stdout);
    stay();
    return 0;
}
