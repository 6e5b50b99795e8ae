#include "look.h"

#include "core/evidence.h"
#include "core/judge.h"
#include "windows/clock.h"
#include "windows/foreign_socket.h"
#include "windows/holders.h"
#include "windows/memory.h"
#include "windows/processes.h"
#include "windows/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_MS = 20000, END_MS = 3000, STUCK_MS = 60000, LATE_MS = 500 };

/* ---- a question without an answer ---- */

bool __real_foreign_socket_read(HANDLE duplicate, const struct endpoint *wanted,
                                struct owned_socket *owned);
bool __wrap_foreign_socket_read(HANDLE duplicate, const struct endpoint *wanted,
                                struct owned_socket *owned);

/*
 * LOOK_STUCK=N: of the handles that are asked, the first N that are none of the wanted socket are
 * of pipes that stay silent. LOOK_SLOW: the wanted socket answers too late, as under load.
 */
bool __wrap_foreign_socket_read(HANDLE duplicate, const struct endpoint *wanted,
                                struct owned_socket *owned)
{
    static LONG asked;
    const char *stuck = getenv("LOOK_STUCK");
    bool is_wanted = __real_foreign_socket_read(duplicate, wanted, owned);
    if (is_wanted ? getenv("LOOK_SLOW") != NULL
                  : stuck != NULL && InterlockedIncrement(&asked) <= atoi(stuck))
        Sleep(STUCK_MS);
    return is_wanted;
}

/* ---- a thread that is slow to begin ---- */

/* LOOK_LATE: every new one, as under load, or while somebody has the loader's lock. */
static void NTAPI come_late(void *module, DWORD reason, void *reserved)
{
    (void)module;
    (void)reserved;
    if (reason == DLL_THREAD_ATTACH && getenv("LOOK_LATE") != NULL)
        Sleep(LATE_MS);
}

/* Where the loader finds it (mingw-w64's tlssup.c). */
extern const PIMAGE_TLS_CALLBACK late_callback;
__attribute__((section(".CRT$XLB"), used)) const PIMAGE_TLS_CALLBACK late_callback = come_late;

/* ---- what is seen ---- */

static const char *const known_names[] = {
    "start", "user", "executable", "arguments", "directory", "cgroup", "label", "ancestors",
};

static void print_process(const struct process *process)
{
    printf("pid %d\nname %s\nparent %d\ngroup %d\nstart %llu\nuser %u\nessential %d\n",
           process->pid, process->name, process->parent, process->process_group, process->start_ms,
           process->user, process->essential);
    printf("executable %llx:%llx %s\n", process->executable.device, process->executable.inode,
           process->executable.path);
    printf("directory %llx:%llx %s\n", process->directory.device, process->directory.inode,
           process->directory.path);
    printf("script %s\nlabel %s\nhash %llx\nlength %u\narguments", process->script, process->label,
           process->arguments_hash, process->arguments_length);
    for (uint32_t at = 0; at < process->arguments_length; at += strlen(process->arguments + at) + 1)
        printf(" [%s]", process->arguments + at);
    printf("\nancestors");
    for (uint32_t index = 0; index < process->ancestor_count; index++)
        printf(" %d", process->ancestors[index]);
    printf("\nknown");
    for (uint32_t bit = 0; bit < sizeof(known_names) / sizeof(known_names[0]); bit++) {
        if ((process->known & 1U << bit) != 0)
            printf(" %s", known_names[bit]);
    }
    printf("\n");
}

static void print_holder(const struct holder *holder)
{
    static const char *const states[] = {"listening", "bound", "connected", "closable", "sending"};
    char buffer[ENDPOINT_TEXT_SIZE];
    struct text text;
    text_start(&text, buffer, sizeof(buffer));
    endpoint_print(&text, &holder->socket.local);
    printf("holder %d %s visible=%d handle=%d state=%s socket=%s%s inodes=%u", holder->process.pid,
           holder->process.name, holder->visible, holder->handle != HANDLE_NONE,
           states[holder->socket.state], buffer, holder->socket.local.ipv6_only ? "(v6only)" : "",
           holder->inode_count);
    printf(" verdict=%s evidence=%s through=%d elsewhere=%d inode=%llx\n",
           evidence_verdict_name(holder->verdict), evidence_name(holder->evidence), holder->through,
           holder->serves_elsewhere, holder->inodes[0]);
}

static void set(char *target, size_t size, const char *name)
{
    const char *value = getenv(name);
    text_copy(target, size, value == NULL ? "" : value);
}

static int look_port(const char *string, bool listens, uint64_t milliseconds)
{
    struct settings settings;
    struct request request = {.operation = listens ? OPERATION_LISTEN : OPERATION_BIND};
    struct judge_context context = {.settings = &settings};
    const char *error;
    struct holders_workspace *workspace = memory_map(sizeof(*workspace));
    struct observation *observation = memory_map(sizeof(*observation));
    if (!endpoint_parse(string, &request.endpoint, &error))
        return fprintf(stderr, "%s\n", error), 1;
    request.endpoint.ipv6_only = getenv("V6ONLY") != NULL;
    settings_defaults(&settings);
    set(settings.service, sizeof(settings.service), "PORTCLAIM_SERVICE");
    set(settings.match, sizeof(settings.match), "PORTCLAIM_MATCH");
    if (getenv("LOOK_HALF") != NULL) /* the look before this one could not read all of us */
        observation->self =
            (struct process){.pid = (int32_t)GetCurrentProcessId(), .known = KNOWN_START};
    uint64_t before_ms = clock_now_ms();
    holders_observe(workspace, &request, before_ms + milliseconds, false,
                    settings.service[0] != '\0', observation);
    uint64_t took_ms = clock_now_ms() - before_ms;
    judge(&context, observation);
    printf("complete=%d closable=%u sending=%u obstacles=%u obstruct=%d ms=%llu\n",
           observation->complete, observation->closable, observation->sending,
           workspace->obstacles.count, holders_obstruct(workspace, &request), took_ms);
    if (observation->gap != NULL)
        printf("gap %s\n", observation->gap);
    for (uint32_t index = 0; index < observation->holder_count; index++)
        print_holder(&observation->holders[index]);
    return 0;
}

/* GetProcessHandleCount of Wine 8 says 0. */
static long count_handles(void)
{
    struct entry {
        uint64_t object, pid, handle;
        uint64_t not_needed[2];
    };
    struct native_list list;
    long count = 0;
    if (!native_list(NATIVE_HANDLES, &list))
        return -1;
    const uint64_t *head = list.memory; /* SYSTEM_HANDLE_INFORMATION_EX: their number first */
    const struct entry *entries = (const struct entry *)(head + 2);
    for (uint64_t index = 0; index < head[0]; index++)
        count += entries[index].pid == GetCurrentProcessId();
    native_list_free(&list);
    return count;
}

/* How many handles a look leaves open. */
static int look_again(const char *string)
{
    enum { LOOKS = 20 };
    struct request request = {.operation = OPERATION_BIND};
    const char *error;
    struct holders_workspace *workspace = memory_map(sizeof(*workspace));
    struct observation *observation = memory_map(sizeof(*observation));
    long before = 0;
    if (!endpoint_parse(string, &request.endpoint, &error))
        return fprintf(stderr, "%s\n", error), 1;
    for (int round = 0; round <= LOOKS; round++) {
        if (round == 1) /* the first one loads what it needs */
            before = count_handles();
        holders_observe(workspace, &request, clock_now_ms() + LOOK_MS, false, true, observation);
        for (uint32_t index = 0; index < observation->holder_count; index++)
            signals_close(observation->holders[index].handle);
    }
    printf("holders %u open %d left %ld\n", observation->holder_count, before > 0,
           count_handles() - before);
    return 0;
}

static int look_process(int32_t pid, bool label_wanted)
{
    struct process *process = memory_map(sizeof(*process));
    int64_t handle = signals_open(pid);
    printf("handle %d\n", handle != HANDLE_NONE);
    bool read = processes_read(pid, signals_process(handle), label_wanted, process);
    printf("read %d\n", read);
    if (read)
        print_process(process);
    return 0;
}

/* ask | force PID: the delivery, whether it ended in time, its exit code. */
static int look_stop(bool force, int32_t pid)
{
    static const char *const deliveries[] = {"sent", "unaskable", "gone", "denied", "failed"};
    const char *name = signals_name(STOP_FORCE);
    int64_t handle = signals_open(pid);
    bool ended = false;
    DWORD exit_code = 0;
    enum delivery delivery = force ? signals_force(handle) : signals_ask(handle, &name);
    uint64_t before_ms = clock_now_ms();
    if (delivery == DELIVERY_SENT)
        signals_wait(&handle, &ended, 1, END_MS);
    uint64_t took_ms = clock_now_ms() - before_ms;
    GetExitCodeProcess(signals_process(handle), &exit_code);
    printf("%s %s ended=%d code=%lx ms=%llu again=%s\n", deliveries[delivery], name, ended,
           exit_code, took_ms, ended ? deliveries[signals_force(handle)] : "-");
    return 0;
}

/* As a debugger stops it, or Windows an application in the background. */
static int look_suspend(int32_t pid)
{
    typedef LONG(WINAPI * suspend_function)(HANDLE process);
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    suspend_function suspend = (suspend_function)(void *)GetProcAddress(ntdll, "NtSuspendProcess");
    HANDLE process = OpenProcess(PROCESS_SUSPEND_RESUME, FALSE, (DWORD)pid);
    printf("suspended %d\n", process != NULL && suspend(process) == 0);
    return 0;
}

/* The handle of a process that has ended; is its PID given again while it is open? */
static int look_recycled(int32_t pid)
{
    int64_t handle = signals_open(pid);
    struct process *process = memory_map(sizeof(*process));
    (void)signals_force(handle);
    bool ended = false;
    signals_wait(&handle, &ended, 1, END_MS);
    printf("ended %d\n", ended);
    for (int tries = 0; tries < 200; tries++) {
        char line[] = "cmd /c exit";
        STARTUPINFOA startup = {.cb = sizeof(startup)};
        PROCESS_INFORMATION started;
        if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &startup,
                            &started))
            break;
        bool same = (int32_t)started.dwProcessId == pid;
        TerminateProcess(started.hProcess, 0);
        if (same) {
            printf("recycled after %d, accepted %d\n", tries,
                   processes_read(pid, signals_process(handle), false, process));
            return 0;
        }
        WaitForSingleObject(started.hProcess, END_MS);
        CloseHandle(started.hProcess);
        CloseHandle(started.hThread);
    }
    printf("never recycled\n");
    return 0;
}

static int look_list(void)
{
    struct snapshot snapshot;
    struct snapshot_entry entry;
    size_t cursor = 0;
    if (!snapshot_take(&snapshot))
        return 1;
    while (snapshot_next(&snapshot, &cursor, &entry))
        printf("%d %d %.*ls\n", entry.pid, entry.parent, (int)entry.name_length, entry.name);
    return 0;
}

/* Its own process as it was started with this command line. */
static int look_start(char *line)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION started;
    if (!CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &started))
        return fprintf(stderr, "CreateProcess: %lu\n", GetLastError()), 1;
    WaitForSingleObject(started.hProcess, INFINITE);
    return 0;
}

static bool is_script(const char *argument)
{
    return text_ends_with(argument, ".js") || text_ends_with(argument, ".JS");
}

int main(int count, char **arguments)
{
    WSADATA data;
    WSAStartup(MAKEWORD(2, 2), &data);
    if (count > 1 && is_script(arguments[1])) { /* as an interpreter's script */
        count--;
        arguments++;
    }
    const char *what = count > 1 ? arguments[1] : "";
    const char *operand = count > 2 ? arguments[2] : "";
    if (strcmp(what, "serve") == 0)
        return look_serve(count - 2, arguments + 2);
    if (strcmp(what, "port") == 0 || strcmp(what, "listen") == 0)
        return look_port(operand, what[0] == 'l',
                         count > 3 ? (uint64_t)atoi(arguments[3]) : LOOK_MS);
    if (strcmp(what, "again") == 0)
        return look_again(operand);
    if (strcmp(what, "list") == 0)
        return look_list();
    if (strcmp(what, "start") == 0)
        return look_start(arguments[2]);
    if (strcmp(what, "self") == 0)
        return look_process((int32_t)GetCurrentProcessId(), true);
    if (strcmp(what, "process") == 0)
        return look_process(atoi(operand), true);
    if (strcmp(what, "ask") == 0 || strcmp(what, "force") == 0)
        return look_stop(what[0] == 'f', atoi(operand));
    if (strcmp(what, "suspend") == 0)
        return look_suspend(atoi(operand));
    if (strcmp(what, "recycled") == 0)
        return look_recycled(atoi(operand));
    fprintf(stderr, "look self | process PID | port ENDPOINT | listen ENDPOINT | ask PID | "
                    "force PID | suspend PID | recycled PID | again ENDPOINT | list | start LINE | "
                    "serve OPTION...\n");
    return 2;
}
