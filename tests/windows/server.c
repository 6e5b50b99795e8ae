#include "server.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_CLIENTS = 32, POLL_US = 20000 };

static SOCKET clients[MOST_CLIENTS];
static int client_count;
static volatile LONG told_to_stop;

/* ---- being asked to stop ---- */

static const char *event_name(DWORD event)
{
    switch (event) {
    case CTRL_C_EVENT:
        return "CTRL_C";
    case CTRL_BREAK_EVENT:
        return "CTRL_BREAK";
    case CTRL_CLOSE_EVENT:
        return "CTRL_CLOSE";
    default:
        return "other";
    }
}

static BOOL WINAPI on_event(DWORD event)
{
    say("event %s\n", event_name(event));
    InterlockedExchange(&told_to_stop, 1);
    return TRUE; /* what the system would do is to end us */
}

static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM first, LPARAM second)
{
    if (message != WM_CLOSE)
        return DefWindowProcA(window, message, first, second);
    say("event WM_CLOSE\n");
    InterlockedExchange(&told_to_stop, 1);
    return 0;
}

static DWORD WINAPI keep_window(void *ready)
{
    WNDCLASSA class = {.lpfnWndProc = on_message, .lpszClassName = "portclaim test server"};
    MSG message;
    RegisterClassA(&class);
    HWND window = CreateWindowA(class.lpszClassName, "server", WS_OVERLAPPEDWINDOW, 0, 0, 100, 100,
                                NULL, NULL, NULL, NULL);
    say("window %s\n", window != NULL ? "open" : "failed");
    SetEvent(ready);
    while (GetMessageA(&message, NULL, 0, 0) > 0)
        DispatchMessageA(&message);
    return 0;
}

static void open_window(void)
{
    HANDLE ready = CreateEventA(NULL, TRUE, FALSE, NULL);
    CreateThread(NULL, 0, keep_window, ready, 0, NULL);
    WaitForSingleObject(ready, INFINITE);
}

/* ---- serving ---- */

static void accept_client(SOCKET listener)
{
    char answer[32];
    u_long nonblocking = 1;
    SOCKET client = accept(listener, NULL, NULL);
    if (client == INVALID_SOCKET)
        return;
    ioctlsocket(client, FIONBIO, &nonblocking);
    int length = snprintf(answer, sizeof(answer), "%lu\n", GetCurrentProcessId());
    send(client, answer, length, 0);
    if (client_count == MOST_CLIENTS)
        closesocket(client);
    else
        clients[client_count++] = client;
}

static void drop_gone_clients(void)
{
    for (int index = client_count - 1; index >= 0; index--) {
        char bytes[256];
        int got = recv(clients[index], bytes, sizeof(bytes), 0);
        if (got > 0 || (got < 0 && WSAGetLastError() == WSAEWOULDBLOCK))
            continue;
        closesocket(clients[index]);
        clients[index] = clients[--client_count];
    }
}

static void close_listeners(void)
{
    for (int index = 0; index < options.address_count; index++) {
        closesocket(listeners[index]);
        listeners[index] = INVALID_SOCKET;
    }
}

static bool has_to_end(void)
{
    if (!told_to_stop || options.temper == IGNORE_BREAK)
        return false;
    if (options.temper == DRAIN)
        close_listeners();
    return options.temper == POLITE || client_count == 0;
}

/* A moment's wait for a client: select() of nothing fails at once, so then it is a sleep. */
static void wait_for_client(void)
{
    struct timeval bound = {.tv_usec = POLL_US};
    fd_set ready;
    FD_ZERO(&ready);
    if (options.udp || options.no_listen || told_to_stop) {
        Sleep(POLL_US / 1000);
        return;
    }
    for (int index = 0; index < options.address_count; index++)
        FD_SET(listeners[index], &ready);
    if (select(0, &ready, NULL, NULL, &bound) <= 0)
        return;
    for (int index = 0; index < options.address_count; index++) {
        if (FD_ISSET(listeners[index], &ready))
            accept_client(listeners[index]);
    }
}

static void serve(void)
{
    while (!has_to_end()) {
        wait_for_client();
        drop_gone_clients();
    }
    Sleep((DWORD)options.stop_delay_ms);
    say("ended at %llu\n", now_ms());
}

/* ---- children ---- */

static HANDLE start_command(const char *command)
{
    char line[2048];
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    snprintf(line, sizeof(line), "%s", command);
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
        fail(command);
    CloseHandle(process.hThread);
    say("child %lu\n", process.dwProcessId);
    return process.hProcess;
}

/* In a group of their own the children would be deaf to Ctrl-Break: they stay in ours. */
static void spawn_all(bool wait)
{
    HANDLE children[MOST_COMMANDS];
    for (int index = 0; index < options.spawn_count; index++) {
        Sleep((DWORD)options.pause_ms);
        children[index] = start_command(options.spawn[index]);
    }
    if (wait && options.spawn_count > 0)
        WaitForMultipleObjects((DWORD)options.spawn_count, children, TRUE, INFINITE);
}

int main(int argc, char **argv)
{
    WSADATA data;
    (void)argc;
    read_options(argv);
    WSAStartup(MAKEWORD(2, 2), &data);
    say("process %lu\n", GetCurrentProcessId());
    SetConsoleCtrlHandler(on_event, TRUE);
    if (options.only_spawn) {
        spawn_all(true);
        Sleep(options.spawn_count > 0 ? 0 : INFINITE);
        return 0;
    }
    if (options.window)
        open_window();
    bind_all();
    if (options.leak != NULL)
        start_command(options.leak);
    say("listening %d at %llu\n", options.port, now_ms());
    spawn_all(false);
    serve();
    return 0;
}
