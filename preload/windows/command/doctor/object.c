#include "windows/command/object.h"
#include "checks.h"
#include "core/text.h"
#include "core/version.h"
#include "strings.h"
#include "windows/inject.h"

#include <stdlib.h>

static const char check[] = "object";

static void check_file(struct patient *patient, const wchar_t *path, const char *name)
{
    static const char unhooked[] = "without its DLL portclaim is in no program";
    static const char replace[] = "put the portclaim.dll of this portclaim.exe beside it, from the "
                                  "same zip file";
    struct executable dll;
    char version[OBJECT_VERSION_SIZE];
    if (GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES) {
        add_finding(patient, check, RESULT_FAIL, said("there is no %s", name), unhooked,
                    said(replace));
        return;
    }
    executable_read(path, &dll);
    if (dll.format != EXECUTABLE_LIBRARY || dll.machine != IMAGE_FILE_MACHINE_AMD64 ||
        !object_read_version(path, version, sizeof(version)))
        add_finding(patient, check, RESULT_FAIL,
                    said("%s is not portclaim's DLL for x64, or cannot be read", name), unhooked,
                    said(replace));
    else if (!text_equal(version, PORTCLAIM_VERSION))
        add_finding(patient, check, RESULT_WARN,
                    said("%s is version %s, this command %s", name, version, PORTCLAIM_VERSION),
                    "it may know other settings, and this command cannot tell which",
                    said(replace));
    else if (lies_on_share(path))
        add_finding(patient, check, RESULT_WARN, said("%s lies on a share", name),
                    "other users and services may not see that drive, and then their programs run "
                    "without portclaim",
                    said("copy portclaim.exe and portclaim.dll to a local disk"));
    else
        checkup_pass(&patient->checkup, check, said("%s, version %s", name, version));
}

void check_object(struct patient *patient)
{
    wchar_t path[INJECT_PATH_COUNT];
    wchar_t *wrapper = patient->wrapper == NULL ? NULL : strings_to_wide(patient->wrapper);
    object_find(wrapper, path);
    free(wrapper);
    if (path[0] == L'\0') {
        add_finding(patient, check, RESULT_FAIL,
                    said("the path of portclaim.exe is longer than %d characters",
                         (int)INJECT_PATH_COUNT - 1),
                    "its DLL is then not looked for", said("move both to a shorter path"));
        return;
    }
    char *name = strings_from_wide(path);
    check_file(patient, path, name);
    free(name);
}
