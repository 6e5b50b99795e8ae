#include "handles.h"

#include "clock.h"
#include "foreign_socket.h"
#include "memory.h"
#include "native.h"

#include <string.h>

enum {
    STUCK_MS = 100,       /* one question takes some microseconds */
    MOST_STUCK = 8,       /* threads left behind by one search */
    STACK_SIZE = 1 << 17, /* of the thread: winsock's helpers like some */
    /* winsock opens its sockets for both; a pipe's end or a file that is only read is none. */
    SOCKET_ACCESS = FILE_READ_DATA | FILE_WRITE_DATA,
};

/* SYSTEM_HANDLE_INFORMATION_EX of 64-bit Windows. */
struct listed_handle {
    uint64_t object; /* 0 for those who may not see it */
    uint64_t pid;
    uint64_t handle;
    uint32_t access;
    uint16_t trace;
    uint16_t type; /* of the object: every file, pipe, socket has the same */
    uint32_t attributes;
    uint32_t reserved;
};

struct handle_list {
    uint64_t count;
    uint64_t reserved;
    struct listed_handle handles[];
};

_Static_assert(sizeof(struct listed_handle) == 40, "SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX");

/* ---- the thread's part ---- */

struct question {
    int32_t pid;
    HANDLE process;
    HANDLE handle; /* as that process knows it */
};

/* Belongs to the thread and to who waits for it; the last one to let go frees it. */
struct worker {
    LONG references;
    LONG left_behind; /* nobody waits any more: no further question */
    LONG begun;       /* questions: the last of them is being asked; 0: no thread is there yet */
    size_t size;      /* of this memory */
    struct endpoint wanted;
    bool serving_wanted;
    struct handles_found found;
    bool overflow;
    uint32_t count;
    struct question questions[];
};

static void let_go(struct worker *worker)
{
    if (InterlockedDecrement(&worker->references) == 0)
        memory_unmap(worker, worker->size);
}

static void keep(struct worker *worker, int32_t pid, const struct owned_socket *socket)
{
    struct handles_found *found = &worker->found;
    worker->overflow = worker->overflow || found->count == HANDLES_FOUND;
    if (worker->overflow)
        return;
    found->sockets[found->count].pid = pid;
    found->sockets[found->count].socket = *socket;
    found->count++;
}

static void keep_serving(struct handles_found *found, int32_t pid)
{
    if (found->serving_count < HANDLES_SERVING)
        found->serving[found->serving_count++] = pid;
}

static void take(struct worker *worker, int32_t pid, const struct owned_socket *socket)
{
    if (InterlockedOr(&worker->left_behind, 0) != 0)
        return;
    if (socket->local.port == worker->wanted.port)
        keep(worker, pid, socket);
    else if (socket->listens)
        keep_serving(&worker->found, pid);
}

/*
 * CloseHandle and not closesocket(): the socket is the other process's, and closesocket() may say
 * goodbye to its peer. Winsock knows nothing of the duplicate (foreign_socket.h).
 */
static void answer(struct worker *worker, const struct question *question)
{
    struct endpoint wanted = worker->wanted;
    struct owned_socket socket;
    HANDLE duplicate;
    if (!DuplicateHandle(question->process, question->handle, GetCurrentProcess(), &duplicate, 0,
                         FALSE, DUPLICATE_SAME_ACCESS))
        return;
    if (worker->serving_wanted)
        wanted.port = 0;
    if (foreign_socket_read(duplicate, &wanted, &socket))
        take(worker, question->pid, &socket);
    (void)CloseHandle(duplicate);
}

static DWORD WINAPI work(void *context)
{
    struct worker *worker = context;
    for (uint32_t index = 0; index < worker->count && InterlockedOr(&worker->left_behind, 0) == 0;
         index++) {
        (void)InterlockedIncrement(&worker->begun);
        answer(worker, &worker->questions[index]);
    }
    let_go(worker);
    return 0;
}

/* ---- waiting for it ---- */

static struct worker *new_worker(const struct endpoint *wanted, bool serving_wanted, uint32_t most)
{
    size_t size = sizeof(struct worker) + most * sizeof(struct question);
    struct worker *worker = memory_map(size);
    if (worker == NULL)
        return NULL;
    worker->references = 1;
    worker->size = size;
    worker->wanted = *wanted;
    worker->serving_wanted = serving_wanted;
    return worker;
}

/*
 * Until it has ended, or does not come back from one question, or time is over. That the thread
 * itself is slow to come (load, somebody who has the loader's lock) says nothing of a question.
 */
static void wait_for(struct worker *worker, HANDLE thread, uint64_t deadline_ms)
{
    LONG before = 0;
    for (;;) {
        LONG begun = InterlockedOr(&worker->begun, 0);
        uint64_t now_ms = clock_now_ms();
        if ((begun != 0 && begun == before) || now_ms >= deadline_ms)
            return;
        uint64_t left_ms = deadline_ms - now_ms;
        before = begun;
        if (WaitForSingleObject(thread, (DWORD)(left_ms < STUCK_MS ? left_ms : STUCK_MS)) !=
            WAIT_TIMEOUT)
            return;
    }
}

/* The questions behind the one that gets no answer, and what was found before it. */
static struct worker *successor_in_time(struct worker *worker, uint64_t deadline_ms)
{
    uint32_t begun = (uint32_t)InterlockedOr(&worker->begun, 0);
    if (begun == 0 || clock_now_ms() >= deadline_ms)
        return NULL;
    struct worker *next = new_worker(&worker->wanted, worker->serving_wanted, worker->count);
    if (next == NULL)
        return NULL;
    next->found = worker->found;
    next->overflow = worker->overflow;
    next->count = worker->count - begun;
    memcpy(next->questions, worker->questions + begun, next->count * sizeof(struct question));
    return next;
}

/* True when it came to its end. The thread may still be in it otherwise. */
static bool run(struct worker *worker, uint64_t deadline_ms)
{
    (void)InterlockedIncrement(&worker->references);
    HANDLE thread =
        CreateThread(NULL, STACK_SIZE, work, worker, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (thread == NULL) {
        let_go(worker);
        return false;
    }
    wait_for(worker, thread, deadline_ms);
    bool done = WaitForSingleObject(thread, 0) == WAIT_OBJECT_0;
    if (!done)
        (void)InterlockedExchange(&worker->left_behind, 1);
    (void)CloseHandle(thread);
    return done;
}

static bool ask_all(struct worker *worker, uint64_t deadline_ms, struct handles_found *found)
{
    bool done = worker->count == 0;
    bool overflow = false;
    for (uint32_t stuck = 0; worker != NULL && !done && stuck < MOST_STUCK; stuck++) {
        done = run(worker, deadline_ms);
        struct worker *next = done ? NULL : successor_in_time(worker, deadline_ms);
        *found = worker->found;
        found->unanswered = stuck;
        overflow = worker->overflow;
        let_go(worker);
        worker = next;
    }
    if (worker != NULL)
        let_go(worker);
    return done && !overflow;
}

/* ---- which handles ---- */

static const struct handles_process *find_process(const struct handles_process *processes,
                                                  uint32_t count, uint64_t pid)
{
    for (uint32_t index = 0; index < count; index++) {
        if ((uint64_t)(uint32_t)processes[index].pid == pid)
            return &processes[index];
    }
    return NULL;
}

/* The number of the type of sockets, which is another in each version: that of our own one. */
static bool find_type(const struct handle_list *list, SOCKET socket, uint16_t *type)
{
    for (uint64_t index = 0; index < list->count; index++) {
        const struct listed_handle *listed = &list->handles[index];
        if (listed->pid == GetCurrentProcessId() && listed->handle == (uint64_t)socket) {
            *type = listed->type;
            return true;
        }
    }
    return false;
}

/* First for their number, with `worker` NULL. */
static uint32_t choose(const struct handle_list *list, uint16_t type,
                       const struct handles_process *processes, uint32_t count,
                       struct worker *worker)
{
    uint32_t chosen = 0;
    for (uint64_t index = 0; index < list->count; index++) {
        const struct listed_handle *listed = &list->handles[index];
        if (listed->type != type || (listed->access & SOCKET_ACCESS) != SOCKET_ACCESS)
            continue;
        const struct handles_process *process = find_process(processes, count, listed->pid);
        if (process == NULL)
            continue;
        if (worker != NULL)
            worker->questions[chosen] = (struct question){
                .pid = process->pid,
                .process = process->handle,
                .handle = (HANDLE)(uintptr_t)listed->handle,
            };
        chosen++;
    }
    return chosen;
}

static struct worker *prepare(const struct handle_list *list, SOCKET socket,
                              const struct handles_process *processes, uint32_t count,
                              const struct endpoint *wanted, bool serving_wanted)
{
    uint16_t type;
    if (!find_type(list, socket, &type) || !foreign_socket_is_understood(socket, SOCK_DGRAM))
        return NULL;
    uint32_t chosen = choose(list, type, processes, count, NULL);
    struct worker *worker = new_worker(wanted, serving_wanted, chosen);
    if (worker != NULL)
        worker->count = choose(list, type, processes, count, worker);
    return worker;
}

bool handles_search(const struct handles_process *processes, uint32_t count,
                    const struct endpoint *wanted, bool serving_wanted, uint64_t deadline_ms,
                    struct handles_found *found)
{
    struct native_list list;
    struct worker *worker = NULL;
    found->unanswered = 0;
    found->count = 0;
    found->serving_count = 0;
    SOCKET socket = WSASocketW(AF_INET, SOCK_DGRAM, IPPROTO_UDP, NULL, 0,
                               WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (socket == INVALID_SOCKET)
        return false;
    if (native_list(NATIVE_HANDLES, &list)) {
        worker = prepare(list.memory, socket, processes, count, wanted, serving_wanted);
        native_list_free(&list);
    }
    (void)closesocket(socket);
    return worker != NULL && ask_all(worker, deadline_ms, found);
}
