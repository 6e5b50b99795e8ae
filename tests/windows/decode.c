/*
 * preload/windows/decode.c against objdump, on Linux.
 *
 *     decode check [--lenient] [--chunk BYTES] [--list] <DISASSEMBLY
 *     decode starts FILE.exe BYTES >CHUNKS   the first BYTES of each function in its .pdata
 *     decode random SEED COUNT >CHUNKS       COUNT times 16 bytes, as instructions tend to be
 *     decode chunks <BYTES >CHUNKS           each line's bytes, in hexadecimal
 *
 * DISASSEMBLY is what objdump -d --wide --insn-width=16 writes. CHUNKS are for objdump -D -b binary
 * -m i386:x86-64: behind each come so many nops that objdump is in step again, wherever its last
 * instruction ends. With --chunk BYTES, instructions that begin behind these are passed over.
 *
 * `check` prints counts, and what is wrong; with --list also what was refused, by opcode, other
 * than what the decoder is meant to refuse (strange). Its exit status is 1 when anything is wrong:
 * length, displacement, branch or end other than objdump's, an instruction accepted that is cut
 * off, one accepted that objdump calls bad. With --lenient the last is not wrong: in random bytes
 * operands are wrong where the opcode is right, which is not checked.
 */
#include "windows/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE = 512, REFUSALS_MOST = 4096, NOP = 0x90, FWAIT = 0x9b };

enum { MARGIN = 2 * INSTRUCTION_LONGEST }; /* of a chunk: its last instruction, and nops */

struct line {
    uint64_t address;
    uint8_t bytes[2 * INSTRUCTION_LONGEST + 2]; /* behind the instruction: 0xff */
    size_t length;
    const char *text; /* mnemonic and operands */
};

struct refusal {
    char text[64]; /* mnemonic, its bytes' beginning */
    unsigned long count;
};

static struct {
    unsigned long instructions, accepted, refused, strange, bad, bad_accepted, wrong, displacements,
        branches, ends;
    struct refusal refusals[REFUSALS_MOST];
    size_t refusal_count;
} totals;

static bool lenient;

/* "  address:\tbytes \ttext"; false for other lines. */
static bool parse(char *text, struct line *line)
{
    char *end;
    line->address = strtoull(text, &end, 16);
    if (end == text || end[0] != ':' || end[1] != '\t')
        return false;
    memset(line->bytes, 0xff, sizeof line->bytes);
    line->length = 0;
    for (char *at = end + 2; *at != '\t' && *at != '\0' && *at != '\n'; at = end) {
        unsigned long byte = strtoul(at, &end, 16);
        if (end == at || line->length > INSTRUCTION_LONGEST)
            break;
        line->bytes[line->length++] = (uint8_t)byte;
        while (*end == ' ')
            end++;
    }
    line->text = *end == '\t' ? end + 1 : "";
    text[strcspn(text, "\n")] = '\0';
    return line->length != 0;
}

/* What objdump prints before the mnemonic: prefixes, in its own words. */
static const char *mnemonic(const char *text)
{
    static const char *const prefixes[] = {
        "rep", "repz", "repnz", "lock", "bnd", "notrack", "data16", "addr32", "xacquire",
        "cs",  "ds",   "es",    "fs",   "gs",  "ss",      "rex",    "rex.",   "xrelease"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0];) {
        size_t length = strlen(prefixes[i]);
        bool rex = strncmp(text, "rex.", 4) == 0;
        if (rex)
            length = strcspn(text, " ");
        if ((rex || strncmp(text, prefixes[i], length) == 0) && text[length] == ' ') {
            text += length + 1;
            i = 0;
        } else {
            i++;
        }
    }
    return text;
}

static bool is(const char *text, const char *const *names)
{
    size_t length = strcspn(text, " ,");
    for (; *names != NULL; names++) {
        if (strlen(*names) == length && strncmp(text, *names, length) == 0)
            return true;
    }
    return false;
}

static bool branches(const char *text)
{
    static const char *const others[] = {"loop", "loope",  "loopne", "loopl", "loopel",  "loopnel",
                                         "call", "xbegin", "callw",  "callq", "xbeginw", NULL};
    if (text[0] != 'j' && !is(text, others))
        return false;
    const char *operand = text + strcspn(text, " ");
    operand += strspn(operand, " ");
    return operand[0] >= '0' && operand[0] <= 'f'; /* an address: neither *(memory) nor %register */
}

static bool ends(const char *text)
{
    static const char *const names[] = {"ret",   "retw",  "retq",  "lret", "lretw", "lretq",
                                        "iret",  "iretw", "iretq", "jmp",  "jmpw",  "ljmp",
                                        "ljmpw", "int3",  "ud2",   NULL};
    return is(text, names) || (strncmp(text, "int ", 4) == 0 && strstr(text, "$0x29") != NULL);
}

static void wrong(const struct line *line, const char *what, unsigned long here)
{
    totals.wrong++;
    if (totals.wrong > 200)
        return;
    printf("wrong %s %lu: %llx:", what, here, (unsigned long long)line->address);
    for (size_t i = 0; i < line->length; i++)
        printf(" %02x", line->bytes[i]);
    printf("  %s\n", line->text);
}

static void refused(const struct line *line)
{
    char text[sizeof totals.refusals[0].text];
    const char *name = mnemonic(line->text);
    int length = snprintf(text, sizeof text, "%.*s", (int)strcspn(name, " "), name);
    for (size_t i = 0; i < line->length && i < 4; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, " %02x", line->bytes[i]);
    totals.refused++;
    for (size_t i = 0; i < totals.refusal_count; i++) {
        if (strcmp(totals.refusals[i].text, text) == 0) {
            totals.refusals[i].count++;
            return;
        }
    }
    if (totals.refusal_count < REFUSALS_MOST) {
        struct refusal *refusal = &totals.refusals[totals.refusal_count++];
        memcpy(refusal->text, text, sizeof text);
        refusal->count = 1;
    }
}

/*
 * What the decoder is meant not to know, though objdump does: prefixes in an order that no compiler
 * writes, privileged instructions, and those of single manufacturers.
 */
static bool meant_to_be_refused(const struct line *line)
{
    const char *name = mnemonic(line->text);
    const uint8_t *at = line->bytes;
    bool operand_16 = false;
    bool barred = false; /* before VEX and EVEX */
    while (strchr("\x26\x2e\x36\x3e\x64\x65\x66\x67\xf0\xf2\xf3", *at) != NULL && *at != 0) {
        operand_16 |= *at == 0x66;
        barred |= *at == 0x66 || *at >= 0xf0;
        at++;
    }
    if ((*at & 0xf0) == 0x40) {
        barred = true;
        at++;
    }
    bool vector = *at == 0xc4 || *at == 0xc5 || *at == 0x62;
    bool xop = *at == 0x8f && (at[1] & 0x38) != 0;
    bool strange = at[0] == 0x0f &&
                   strchr("\x0e\x0f\x20\x21\x22\x23\x24\x26\x37\x78\x79\xa6\xa7", at[1]) != NULL &&
                   at[1] != 0;
    return strncmp(name, "rex", 3) == 0 || strncmp(name, "fwait", 5) == 0 ||
           strstr(line->text, "%eip") != NULL || (operand_16 && branches(name)) ||
           (barred && vector) || xop || strange;
}

/* objdump says where it leads: "0x1234(%rip)        # 0xADDRESS", which is not our arithmetic. */
static void check_displacement(const struct line *line, const struct instruction *instruction)
{
    bool relative = strstr(line->text, "(%rip)") != NULL;
    if (relative != (instruction->displacement_at != 0)) {
        wrong(line, "displacement", instruction->displacement_at);
        return;
    }
    if (!relative)
        return;
    totals.displacements++;
    const char *comment = strchr(line->text, '#');
    int32_t displacement;
    memcpy(&displacement, line->bytes + instruction->displacement_at, sizeof displacement);
    uint64_t target = line->address + line->length + (uint64_t)(int64_t)displacement;
    if (instruction->displacement_at + sizeof displacement > instruction->length ||
        comment == NULL || strtoull(comment + 1, NULL, 16) != target)
        wrong(line, "displacement", instruction->displacement_at);
}

/* fwait is an instruction; objdump takes it for a prefix of what follows. False: nothing follows.
 */
static bool skip_fwait(struct line *line)
{
    while (line->bytes[0] == FWAIT && line->length > 1) {
        line->address++;
        line->length--;
        memmove(line->bytes, line->bytes + 1, line->length);
        line->bytes[line->length] = 0xff;
    }
    struct instruction instruction; /* with prefixes it is not told from a byte of another */
    return !decode(line->bytes, line->length, &instruction) || instruction.length == line->length ||
           line->bytes[instruction.length - 1] != FWAIT;
}

/* The same bytes again, with fewer of them there: never accepted, nothing behind them read. */
static void check_cut(const struct line *line)
{
    struct instruction instruction;
    for (size_t available = 0; available < line->length; available++) {
        uint8_t *exact = malloc(available + 1); /* for valgrind and sanitizers */
        memcpy(exact, line->bytes, available);
        bool accepted = decode(exact, available, &instruction);
        free(exact);
        if (accepted)
            wrong(line, "cut", available);
    }
}

static void check(struct line *line)
{
    struct instruction instruction;
    if (!skip_fwait(line))
        return;
    bool bad = strstr(line->text, "(bad)") != NULL || strstr(line->text, "{bad}") != NULL ||
               line->text[0] == '.' || line->text[0] == '\0';
    totals.instructions++;
    totals.bad += bad;
    if (!decode(line->bytes, sizeof line->bytes, &instruction)) {
        if (!bad && meant_to_be_refused(line))
            totals.strange++;
        else if (!bad)
            refused(line);
        return;
    }
    if (bad) {
        totals.bad_accepted++;
        if (!lenient)
            wrong(line, "accepted", instruction.length);
        return;
    }
    totals.accepted++;
    if (instruction.length != line->length)
        wrong(line, "length", instruction.length);
    const char *name = mnemonic(line->text);
    if (instruction.relative_branch != branches(name))
        wrong(line, "branch", instruction.relative_branch);
    if (instruction.ends != ends(name))
        wrong(line, "end", instruction.ends);
    totals.branches += instruction.relative_branch;
    totals.ends += instruction.ends;
    check_displacement(line, &instruction);
    check_cut(line);
}

static int by_count(const void *left, const void *right)
{
    const struct refusal *a = left;
    const struct refusal *b = right;
    return a->count < b->count ? 1 : a->count > b->count ? -1 : strcmp(a->text, b->text);
}

static int check_all(bool list, size_t chunk)
{
    char text[LINE_SIZE];
    struct line line;
    while (fgets(text, sizeof text, stdin) != NULL) {
        if (parse(text, &line) && (chunk == SIZE_MAX || line.address % (chunk + MARGIN) < chunk))
            check(&line);
    }
    qsort(totals.refusals, totals.refusal_count, sizeof totals.refusals[0], by_count);
    for (size_t i = 0; list && i < totals.refusal_count; i++)
        printf("refused %lu %s\n", totals.refusals[i].count, totals.refusals[i].text);
    printf(
        "instructions=%lu accepted=%lu refused=%lu strange=%lu bad=%lu bad_accepted=%lu wrong=%lu "
        "displacements=%lu branches=%lu ends=%lu\n",
        totals.instructions, totals.accepted, totals.refused, totals.strange, totals.bad,
        totals.bad_accepted, totals.wrong, totals.displacements, totals.branches, totals.ends);
    return totals.wrong != 0 || totals.instructions == 0;
}

/* `length` bytes, of which `there` are given: the rest is nops, as is the margin. */
static void put_chunk(const uint8_t *bytes, size_t there, size_t length)
{
    if (there > length + INSTRUCTION_LONGEST)
        there = length + INSTRUCTION_LONGEST;
    fwrite(bytes, 1, there, stdout);
    for (; there < length + MARGIN; there++)
        putchar(NOP);
}

/* ---- a PE file, as far as it takes to find its functions ---- */

struct section {
    uint32_t address, file_offset, size;
};

static uint32_t word(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static const uint8_t *at_address(const uint8_t *file, size_t size, uint32_t address, size_t length)
{
    const uint8_t *headers = file + word(file + 0x3c);
    const uint8_t *section = headers + 24 + (word(headers + 20) & 0xffff);
    for (unsigned left = word(headers + 6) & 0xffff; left > 0; left--, section += 40) {
        struct section here = {word(section + 12), word(section + 20), word(section + 16)};
        if (address < here.address || address - here.address + length > here.size)
            continue;
        size_t offset = here.file_offset + (address - here.address);
        return offset + length <= size ? file + offset : NULL;
    }
    return NULL;
}

static int put_starts(const char *path, size_t length)
{
    enum { MOST = 256 << 20, EXCEPTION_DIRECTORY = 24 + 112 + 3 * 8, ENTRY_SIZE = 12 };
    uint8_t *file = malloc(MOST);
    FILE *stream = fopen(path, "rb");
    size_t size = stream == NULL ? 0 : fread(file, 1, MOST, stream);
    if (size < 4096) {
        fprintf(stderr, "decode: cannot read %s\n", path);
        exit(1);
    }
    const uint8_t *directory = file + word(file + 0x3c) + EXCEPTION_DIRECTORY;
    uint32_t table_size = word(directory + 4);
    const uint8_t *table = at_address(file, size, word(directory), table_size);
    unsigned long functions = 0;
    for (uint32_t at = 0; table != NULL && at + ENTRY_SIZE <= table_size; at += ENTRY_SIZE) {
        uint32_t begin = word(table + at);
        uint32_t end = word(table + at + 4);
        const uint8_t *code = begin == 0 ? NULL : at_address(file, size, begin, end - begin);
        if (code == NULL)
            continue;
        put_chunk(code, end - begin, length);
        functions++;
    }
    fprintf(stderr, "functions=%lu\n", functions);
    fclose(stream);
    free(file);
    return functions == 0;
}

/* ---- random instructions ---- */

static uint64_t random_state;

static uint8_t random_byte(void)
{
    random_state ^= random_state << 13; /* xorshift64, Marsaglia 2003 */
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint8_t)(random_state >> 32);
}

static void put_random(unsigned long count)
{
    enum { RANDOM_SIZE = 16 };
    static const uint8_t starts[] = {0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x2e, 0x65, 0x40, 0x48,
                                     0x4f, 0x0f, 0x0f, 0x0f, 0x0f, 0xc4, 0xc5, 0x62, 0x36};
    static const uint8_t seconds[] = {0x0f, 0x48, 0x38, 0x3a, 0x66, 0xc7, 0xf6, 0xf7, 0xff, 0xe1};
    while (count-- > 0) {
        uint8_t bytes[RANDOM_SIZE];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = random_byte();
        if (random_byte() < 192)
            bytes[0] = starts[random_byte() % sizeof starts];
        if (random_byte() < 96)
            bytes[1] = seconds[random_byte() % sizeof seconds];
        put_chunk(bytes, sizeof bytes, sizeof bytes);
    }
}

static void put_lines(void)
{
    char text[LINE_SIZE];
    while (fgets(text, sizeof text, stdin) != NULL) {
        uint8_t bytes[INSTRUCTION_LONGEST + 1];
        size_t length = 0;
        char *end = text;
        for (char *at = text; length < sizeof bytes; at = end) {
            unsigned long byte = strtoul(at, &end, 16);
            if (end == at)
                break;
            bytes[length++] = (uint8_t)byte;
        }
        put_chunk(bytes, length, sizeof bytes);
    }
}

static int usage(void)
{
    fprintf(stderr, "usage: decode check [--lenient] [--chunk BYTES] [--list]\n"
                    "       decode starts FILE BYTES\n"
                    "       decode random SEED COUNT\n"
                    "       decode chunks\n");
    return 2;
}

static int check_main(int count, char **arguments)
{
    bool list = false;
    size_t chunk = SIZE_MAX;
    for (int i = 0; i < count; i++) {
        if (strcmp(arguments[i], "--lenient") == 0)
            lenient = true;
        else if (strcmp(arguments[i], "--list") == 0)
            list = true;
        else if (strcmp(arguments[i], "--chunk") == 0 && i + 1 < count)
            chunk = strtoul(arguments[++i], NULL, 10);
        else
            return usage();
    }
    return check_all(list, chunk);
}

int main(int count, char **arguments)
{
    const char *what = count > 1 ? arguments[1] : "";
    if (strcmp(what, "check") == 0)
        return check_main(count - 2, arguments + 2);
    if (strcmp(what, "chunks") == 0) {
        put_lines();
        return 0;
    }
    if (count != 4)
        return usage();
    if (strcmp(what, "starts") == 0)
        return put_starts(arguments[2], strtoul(arguments[3], NULL, 10));
    if (strcmp(what, "random") != 0)
        return usage();
    random_state = strtoull(arguments[2], NULL, 10) * 2654435769U + 1;
    put_random(strtoul(arguments[3], NULL, 10));
    return 0;
}
