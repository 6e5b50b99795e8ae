/*
 * preload/windows/detour.c, patch.c and imports.c, in Windows.
 *
 *     detour.exe exports LIBRARY...      every export is stolen, its trampoline read and compared
 *     detour.exe calls LIBRARY...        the same, and all are called before and after
 *     detour.exe refusals|shapes|distance|protected
 *     detour.exe imports LIBRARY         the fallback; LIBRARY imports bind (detour_library.c)
 *     detour.exe imports-only LIBRARY    the same without dynamic code
 *
 * Exit status 1 when something does not hold; it has printed "failed: ..." then.
 */
#include "detour.h"

#include "windows/detour.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_SIZE = 4096, INT3 = 0xcc };

static unsigned failures;

bool expect(bool held, const char *format, ...)
{
    if (held)
        return true;
    va_list arguments;
    va_start(arguments, format);
    printf("failed: ");
    vprintf(format, arguments);
    printf("\n");
    fflush(stdout);
    va_end(arguments);
    failures++;
    return false;
}

uint8_t *make_code(void *address, const uint8_t *code, size_t length)
{
    DWORD before;
    uint8_t *page = VirtualAlloc(address, PAGE_SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (page == NULL && address != NULL) /* reserved by the test */
        page = VirtualAlloc(address, PAGE_SIZE, MEM_COMMIT, PAGE_READWRITE);
    if (!expect(page != NULL, "no page at %p", address))
        ExitProcess(1);
    memset(page, INT3, PAGE_SIZE);
    memcpy(page, code, length);
    (void)VirtualProtect(page, PAGE_SIZE, PAGE_EXECUTE_READ, &before);
    return page;
}

uint8_t *make_code_at_end(const uint8_t *code, size_t length)
{
    uint8_t bytes[PAGE_SIZE];
    memset(bytes, INT3, sizeof bytes);
    memcpy(bytes + sizeof bytes - length, code, length);
    return make_code(NULL, bytes, sizeof bytes) + sizeof bytes - length;
}

/* What the compiler calls VirtualProtect through: this program's import table. */
extern BOOL(WINAPI *__imp_VirtualProtect)(LPVOID, SIZE_T, DWORD, PDWORD);
static BOOL(WINAPI *real_protect)(LPVOID, SIZE_T, DWORD, PDWORD);

static BOOL WINAPI protect_without_code(LPVOID address, SIZE_T size, DWORD protection,
                                        PDWORD before)
{
    MEMORY_BASIC_INFORMATION region;
    const DWORD dynamic_code_blocked = 1655; /* ERROR_DYNAMIC_CODE_BLOCKED */
    const DWORD executable = 0xf0;           /* PAGE_EXECUTE and its kin */
    (void)VirtualQuery(address, &region, sizeof region);
    if ((protection & executable) != 0 || (region.Protect & executable) != 0) {
        SetLastError(dynamic_code_blocked);
        return FALSE;
    }
    return real_protect(address, size, protection, before);
}

void forbid_dynamic_code(void)
{
    DWORD before;
    real_protect = __imp_VirtualProtect;
    (void)VirtualProtect(&__imp_VirtualProtect, sizeof(void *), PAGE_READWRITE, &before);
    *(volatile void **)&__imp_VirtualProtect = (void *)protect_without_code;
}

static void test_names(void)
{
    static const char *const names[] = {"done", "refused", "no memory", "protected", "unknown"};
    for (int i = 0; i < 5; i++)
        expect(strcmp(detour_result_name((enum detour_result)i), names[i]) == 0, "name %d", i);
}

int main(int count, char **arguments)
{
    const char *test = count > 1 ? arguments[1] : "";
    bool call = strcmp(test, "calls") == 0;
    if (strcmp(test, "refusals") == 0) {
        test_names();
        test_refusals();
    } else if (strcmp(test, "shapes") == 0) {
        test_shapes();
    } else if (strcmp(test, "distance") == 0) {
        test_distance();
    } else if (strcmp(test, "protected") == 0) {
        test_protected();
    } else if (strcmp(test, "imports") == 0 && count == 3) {
        test_imports(arguments[2], true);
    } else if (strcmp(test, "imports-only") == 0 && count == 3) {
        test_imports(arguments[2], false);
    } else if ((call || strcmp(test, "exports") == 0) && count > 2) {
        for (int i = 2; i < count; i++)
            test_exports(arguments[i], call);
    } else {
        fprintf(stderr, "usage: see tests/windows/detour.c\n");
        return 2;
    }
    printf("%u failures\n", failures);
    fflush(stdout);
    return failures != 0;
}
