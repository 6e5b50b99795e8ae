#include "checks.h"
#include "core/version.h"
#include "strings.h"
#include "windows/command/library.h"

#include <stdlib.h>

static const char check[] = "object";
static const char unhooked[] = "without its DLL portclaim is in no program";
static const char replace[] = "put the portclaim.dll of this portclaim.exe beside it, from the "
                              "same zip file";

static void check_found(struct patient *patient, const struct library *library, const char *name)
{
    if (lies_on_share(library->path))
        checkup_note(&patient->checkup, check, RESULT_WARN, said("%s lies on a share", name),
                     "other users and services may not see that drive, and then their programs run "
                     "without portclaim",
                     said("copy portclaim.exe and portclaim.dll to a local disk"));
    else
        checkup_pass(&patient->checkup, check, said("%s, version %s", name, library->version));
}

static void check_finding(struct patient *patient, enum library_finding finding,
                          const struct library *library, const char *name)
{
    switch (finding) {
    case LIBRARY_FITS:
        check_found(patient, library, name);
        break;
    case LIBRARY_MISSING:
        checkup_note(&patient->checkup, check, RESULT_FAIL, said("there is no %s", name), unhooked,
                     said(replace));
        break;
    case LIBRARY_UNREADABLE:
        checkup_note(&patient->checkup, check, RESULT_FAIL, said("%s cannot be opened", name),
                     unhooked, said("icacls \"%s\" shows who may read it", name));
        break;
    case LIBRARY_NOT_OURS:
        checkup_note(&patient->checkup, check, RESULT_FAIL,
                     said("%s is not portclaim's DLL for x64, or it was cut", name), unhooked,
                     said(replace));
        break;
    case LIBRARY_OTHER_VERSION:
        checkup_note(
            &patient->checkup, check, RESULT_FAIL,
            said("%s is version %s, this command %s", name, library->version, PORTCLAIM_VERSION),
            "\"run\" does not use it, for it may know other settings", said(replace));
        break;
    case LIBRARY_TOO_FAR:
        checkup_note(&patient->checkup, check, RESULT_FAIL,
                     said("the path of portclaim.exe is longer than %d characters",
                          (int)INJECT_PATH_COUNT - 1),
                     "its DLL is then not looked for", said("move both to a shorter path"));
        break;
    }
}

void check_object(struct patient *patient)
{
    struct library library;
    wchar_t *wrapper = patient->wrapper == NULL ? NULL : strings_to_wide(patient->wrapper);
    enum library_finding finding = library_find(wrapper, &library);
    free(wrapper);
    char *name = strings_from_wide(library.path);
    check_finding(patient, finding, &library, name);
    free(name);
}
