#include "descriptors.h"

#include "clock.h"
#include "files.h"

struct listing {
    int directory; /* .../fd */
    bool any;      /* there was a descriptor, of whatever kind */
    bool stopped;
    uint64_t deadline_ms;
    bool (*visit)(void *context, uint64_t inode);
    void *context;
};

/* "socket:[12345]" */
static bool parse_socket_link(const char *link, uint64_t *inode)
{
    static const char before[] = "socket:[";
    if (!text_starts_with(link, before))
        return false;
    const char *cursor = link + sizeof(before) - 1;
    return text_read_number(&cursor, UINT64_MAX, inode) && *cursor == ']';
}

static bool visit_descriptor(void *context, const char *name)
{
    struct listing *listing = context;
    char link[NAME_SIZE];
    uint64_t inode;
    if (name[0] == '.')
        return true;
    listing->any = true;
    if (files_read_link(listing->directory, name, link, sizeof(link)) > 0 &&
        parse_socket_link(link, &inode) && !listing->visit(listing->context, inode))
        listing->stopped = true;
    if (clock_now_ms() >= listing->deadline_ms)
        listing->stopped = true;
    return !listing->stopped;
}

static void list_directory(struct listing *listing, int parent, const char *path)
{
    listing->directory = files_open_directory(parent, path);
    if (listing->directory < 0)
        return;
    files_list(listing->directory, visit_descriptor, listing);
    files_close(listing->directory);
}

struct thread_listing {
    struct listing *listing;
    int task; /* /proc/PID/task */
};

static bool visit_thread(void *context, const char *name)
{
    struct thread_listing *threads = context;
    char path[NAME_SIZE];
    if (name[0] == '.')
        return true;
    files_name_below(path, name, "/fd");
    list_directory(threads->listing, threads->task, path);
    return !threads->listing->stopped;
}

void descriptors_list(int32_t pid, bool every_thread, uint64_t deadline_ms,
                      bool (*visit)(void *context, uint64_t inode), void *context)
{
    struct listing listing = {.deadline_ms = deadline_ms, .visit = visit, .context = context};
    char path[NAME_SIZE];
    files_name_number(path, "/proc/", (uint64_t)pid, "/fd");
    list_directory(&listing, AT_FDCWD, path);
    if (listing.stopped || (listing.any && !every_thread))
        return;
    struct thread_listing threads = {.listing = &listing};
    files_name_number(path, "/proc/", (uint64_t)pid, "/task");
    threads.task = files_open_directory(AT_FDCWD, path);
    if (threads.task >= 0)
        files_list(threads.task, visit_thread, &threads);
    files_close(threads.task);
}
