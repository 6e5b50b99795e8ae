#include "children.h"

#include "core/text.h"
#include "files.h"

struct parent {
    struct children *children;
    int task; /* /proc/PID/task */
    uint32_t threads_left;
    bool all_read;
    char *buffer;
    size_t size;
};

/* "12 15 27 " */
static void add_listed(struct children *children, const char *list)
{
    uint64_t pid;
    while (children->count < CHILDREN_MOST && text_read_number(&list, INT32_MAX, &pid)) {
        children->pids[children->count++] = (int32_t)pid;
        while (*list == ' ')
            list++;
    }
}

/* A child belongs to the thread that forked it. */
static bool visit_thread(void *context, const char *name)
{
    struct parent *parent = context;
    char path[NAME_SIZE];
    if (name[0] == '.')
        return true;
    if (parent->threads_left-- == 0)
        return false;
    files_name_below(path, name, "/children");
    if (files_read(parent->task, path, parent->buffer, parent->size) >= 0)
        add_listed(parent->children, parent->buffer);
    else
        parent->all_read = false;
    return parent->children->count < CHILDREN_MOST;
}

bool children_add(struct children *children, int32_t pid, uint32_t most_threads, char *buffer,
                  size_t size)
{
    struct parent parent = {
        .children = children,
        .threads_left = most_threads,
        .all_read = true,
        .buffer = buffer,
        .size = size,
    };
    char path[NAME_SIZE];
    files_name_number(path, "/proc/", (uint64_t)pid, "/task");
    parent.task = files_open_directory(AT_FDCWD, path);
    bool done = files_list(parent.task, visit_thread, &parent);
    files_close(parent.task);
    return done && parent.all_read;
}
