#include "samples.h"

#include <err.h>
#include <stdlib.h>

enum { MOST_KEPT = 4096, FAILED = 2 };

struct samples {
    uint64_t count;
    uint64_t most;
    uint64_t stride; /* every so many are kept */
    uint32_t kept;
    uint64_t values[MOST_KEPT];
};

struct samples *samples_new(void)
{
    struct samples *samples = calloc(1, sizeof(*samples));
    if (samples == NULL)
        err(FAILED, "portclaim explain");
    samples->stride = 1;
    return samples;
}

static void thin_out(struct samples *samples)
{
    for (uint32_t index = 0; index < MOST_KEPT / 2; index++)
        samples->values[index] = samples->values[2 * (size_t)index];
    samples->kept = MOST_KEPT / 2;
    samples->stride *= 2;
}

void samples_add(struct samples *samples, uint64_t value)
{
    if (value > samples->most)
        samples->most = value;
    if (samples->count++ % samples->stride != 0)
        return;
    if (samples->kept == MOST_KEPT)
        thin_out(samples);
    samples->values[samples->kept++] = value;
}

uint64_t samples_count(const struct samples *samples)
{
    return samples->count;
}

uint64_t samples_most(const struct samples *samples)
{
    return samples->most;
}

static int compare(const void *left, const void *right)
{
    uint64_t first = *(const uint64_t *)left;
    uint64_t second = *(const uint64_t *)right;
    return (first > second) - (first < second);
}

/* The lower of two in the middle: a time that really occurred. */
uint64_t samples_median(struct samples *samples)
{
    if (samples->kept == 0)
        return 0;
    qsort(samples->values, samples->kept, sizeof(samples->values[0]), compare);
    return samples->values[(samples->kept - 1) / 2];
}

void samples_free(struct samples *samples)
{
    free(samples);
}
