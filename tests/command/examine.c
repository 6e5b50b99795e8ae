/*
 * examine PROGRAM [ARGUMENT]...: what program_examine() finds, and the arguments, a line each.
 * examine --damage FILE COUNT: COUNT damaged copies of an ELF file, examined one by one; prints how
 * often there was which finding. Built with sanitizers, which end it at the first mistake.
 */
#include "linux/command/program/elf.h"
#include "linux/command/program/program.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADERS = 4096, MOST_CHANGES = 8, FINDINGS = PROGRAM_LOOP + 1 };

static uint64_t state = 88172645463325252U;

/* xorshift64: the same numbers in every run. */
static uint64_t random_number(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Where ELF files say something of themselves: at their beginning and, the sections, at the end. */
static void damage(int file, off_t size)
{
    static const uint64_t values[] = {0, UINT64_MAX, INT64_MAX, UINT32_MAX, INT32_MAX, 1, 4096};
    uint64_t changes = 1 + random_number() % MOST_CHANGES;
    for (uint64_t change = 0; change < changes; change++) {
        uint64_t value = random_number();
        if (value % 2 == 0)
            value = values[random_number() % (sizeof(values) / sizeof(values[0]))];
        size_t length = (size_t)1 << random_number() % 4;
        off_t at = (off_t)(random_number() % HEADERS);
        if (random_number() % 4 == 0)
            at = size - 1 - at;
        if (pwrite(file, &value, length, at) < 0)
            err(2, "pwrite");
    }
    if (random_number() % 8 == 0 && ftruncate(file, (off_t)(random_number() % (uint64_t)size)) != 0)
        err(2, "ftruncate");
}

static int examine_damaged(const char *path, unsigned long count)
{
    unsigned long findings[FINDINGS] = {0};
    char copy[64];
    char text[32];
    struct stat status;
    int original = open(path, O_RDONLY | O_CLOEXEC);
    int file = memfd_create("damaged", MFD_CLOEXEC);
    if (original < 0 || file < 0 || fstat(original, &status) != 0)
        err(2, "%s", path);
    char *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, original, 0);
    snprintf(copy, sizeof(copy), "/proc/self/fd/%d", file);
    for (unsigned long index = 0; index < count; index++) {
        struct program program;
        if (ftruncate(file, 0) != 0 ||
            pwrite(file, bytes, (size_t)status.st_size, 0) != status.st_size)
            err(2, "copy");
        damage(file, status.st_size);
        findings[program_examine_file(copy, &program)]++;
        program_free(&program);
        (void)elf_is_whole(file);
        (void)elf_read_note(file, "portclaim", 1, text, sizeof(text));
    }
    for (unsigned finding = 0; finding < FINDINGS; finding++) {
        if (findings[finding] > 0)
            printf("%s %lu\n", program_finding_name(finding), findings[finding]);
    }
    return 0;
}

int main(int count, char **arguments)
{
    struct program program;
    if (count == 4 && strcmp(arguments[1], "--damage") == 0)
        return examine_damaged(arguments[2], strtoul(arguments[3], NULL, 10));
    if (count < 2)
        errx(2, "which program?");
    puts(program_finding_name(program_examine(arguments + 1, &program)));
    for (char **argument = program.arguments; *argument != NULL; argument++)
        puts(*argument);
    program_free(&program);
    return 0;
}
