#include "errand.h"

#include "memory.h"

struct errand *errand_new(size_t size, void (*run)(struct errand *errand),
                          void (*clean)(struct errand *errand))
{
    struct errand *errand = memory_map(size);
    if (errand != NULL)
        *errand = (struct errand){.size = size, .run = run, .clean = clean, .references = 1};
    return errand;
}

void errand_let_go(struct errand *errand)
{
    if (InterlockedDecrement(&errand->references) > 0)
        return;
    errand->clean(errand);
    memory_unmap(errand, errand->size);
}

/* The helper has it as well, then. */
bool errand_is_under_way(struct errand *errand)
{
    return InterlockedOr(&errand->references, 0) > 1;
}

static DWORD WINAPI work(void *context)
{
    struct errand *errand = context;
    errand->run(errand);
    errand_let_go(errand);
    return 0;
}

bool errand_run(struct errand *errand, uint64_t most_ms)
{
    (void)InterlockedIncrement(&errand->references);
    HANDLE helper = CreateThread(NULL, 0, work, errand, 0, NULL);
    if (helper == NULL) {
        errand_let_go(errand);
        return false;
    }
    DWORD wait_ms = most_ms < INFINITE ? (DWORD)most_ms : INFINITE - 1;
    bool done = WaitForSingleObject(helper, wait_ms) == WAIT_OBJECT_0;
    (void)CloseHandle(helper);
    return done;
}
