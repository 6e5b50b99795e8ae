#include "checks.h"
#include "core/runners.h"
#include "strings.h"
#include "windows/command/search.h"
#include "windows/inject.h"

#include <stdlib.h>
#include <string.h>

static const char check[] = "program";

/* What has another process start the program, one that is not its child. */
static const struct go_between {
    const char *name;
    const char *why;
    const char *cure;
} go_betweens[] = {
    {"runas.exe", "the Secondary Logon service starts the program, and its children are not hooked",
     "runas /user:USER \"portclaim run PROGRAM\""},
    {"sudo.exe", "a service of Windows starts the program, and its children are not hooked",
     "sudo portclaim run PROGRAM"},
    {"schtasks.exe", "Task Scheduler starts the program, and its children are not hooked",
     "in the task's action: portclaim.exe run PROGRAM"},
    {"sc.exe", "the service control manager starts the program, and its children are not hooked",
     "portclaim doctor --unit SERVICE"},
    {"net.exe", "the service control manager starts the program, and its children are not hooked",
     "portclaim doctor --unit SERVICE"},
    {"psexec.exe", "a service of its own starts the program, and its children are not hooked",
     "psexec portclaim run PROGRAM"},
    {"psexec64.exe", "a service of its own starts the program, and its children are not hooked",
     "psexec64 portclaim run PROGRAM"},
    {"wsl.exe", "what it starts is a program of Linux, where this DLL does nothing",
     "in the distribution: portclaim run PROGRAM"},
    {"docker.exe", "the server runs in a container, where this DLL does nothing",
     "in the image: portclaim run PROGRAM"},
};

/* Files that some program opens; CreateProcess starts none of them. */
static const struct script {
    const char *extension;
    const char *cure;
} scripts[] = {
    {".js", "portclaim run node %s"},
    {".mjs", "portclaim run node %s"},
    {".py", "portclaim run py %s"},
    {".jar", "portclaim run java -jar %s"},
    {".ps1", "portclaim run powershell -File %s"},
    {".vbs", "portclaim run cscript %s"},
    {".rb", "portclaim run ruby %s"},
    {".php", "portclaim run php %s"},
    {".pl", "portclaim run perl %s"},
};

static char *cure_by_free(const char *program)
{
    char *path = strings_slashed(program);
    char *rule = formatted("exe:%s", path);
    char *word = strings_word(rule);
    char *cure = said("free the port before it starts: portclaim free --match %s ENDPOINT", word);
    free(word);
    free(rule);
    free(path);
    return cure;
}

static char *cure_of_script(const char *program, bool managed_library)
{
    const char *extension = strrchr(strings_base_name(program), '.');
    char *word = strings_word(program);
    char *cure = managed_library ? said("portclaim run dotnet %s", word) : NULL;
    for (size_t index = 0; index < sizeof(scripts) / sizeof(scripts[0]); index++) {
        const char *after = strchr(scripts[index].cure, '%');
        if (extension != NULL && strings_same(extension, scripts[index].extension))
            cure = said("%.*s%s", (int)(after - scripts[index].cure), scripts[index].cure, word);
    }
    free(word);
    return cure != NULL ? cure : said("name the program that opens it: portclaim run PROGRAM FILE");
}

static bool is_served(const struct executable *executable)
{
    return executable->any_machine ||
           (executable->machine == IMAGE_FILE_MACHINE_AMD64 && executable->is_64_bit);
}

static bool check_go_between(struct patient *patient)
{
    const char *name = strings_base_name(patient->program);
    for (size_t index = 0; index < sizeof(go_betweens) / sizeof(go_betweens[0]); index++) {
        const struct go_between *go_between = &go_betweens[index];
        if (!strings_same(name, go_between->name))
            continue;
        checkup_note(&patient->checkup, check, RESULT_FAIL,
                     said("%s starts nothing itself", patient->program), go_between->why,
                     said("%s", go_between->cure));
        return true;
    }
    return false;
}

static void pass(struct patient *patient)
{
    const struct executable *executable = &patient->executable;
    char *path = strings_slashed(patient->program);
    const char *remark = runners_interprets(path) ? "; what it starts is hooked as well" : "";
    checkup_pass(
        &patient->checkup, check,
        said("%s (%s%s%s)", patient->program,
             executable->any_machine ? "any machine" : executable_machine_name(executable->machine),
             executable->managed ? ", .NET" : "", remark));
    free(path);
}

static void check_file(struct patient *patient)
{
    const struct executable *executable = &patient->executable;
    const char *program = patient->program;
    switch (executable->format) {
    case EXECUTABLE_UNREADABLE:
        checkup_note(&patient->checkup, check, RESULT_WARN,
                     said("%s cannot be read (error %lu)", program, executable->error),
                     "so nobody can say whether it can be hooked", said("icacls \"%s\"", program));
        break;
    case EXECUTABLE_ALIAS:
        checkup_note(&patient->checkup, check, RESULT_WARN,
                     said("%s is an alias of an app of the Microsoft Store", program),
                     "what it starts was not looked at: a running process shows it",
                     said("portclaim doctor PID"));
        break;
    case EXECUTABLE_OTHER:
    case EXECUTABLE_LIBRARY:
        checkup_note(&patient->checkup, check, RESULT_FAIL,
                     said("%s is no program of Windows", program),
                     "Windows starts it by another program, if at all",
                     cure_of_script(program, executable->managed));
        break;
    case EXECUTABLE_PROGRAM:
        if (is_served(executable))
            pass(patient);
        else
            checkup_note(&patient->checkup, check, RESULT_FAIL,
                         said("%s (%s)", program, executable_machine_name(executable->machine)),
                         "it is no program for x86-64, so it runs without portclaim",
                         cure_by_free(program));
    }
}

void check_program(struct patient *patient)
{
    wchar_t *path = strings_to_wide(patient->program);
    bool batch = search_is_batch(path);
    if (!batch)
        executable_read(path, &patient->executable);
    free(path);
    if (batch)
        checkup_pass(&patient->checkup, check,
                     said("%s (a batch file; what it starts is hooked as well, and was not looked "
                          "at)",
                          patient->program));
    else if (!check_go_between(patient))
        check_file(patient);
}

/* ---- how the next instance asks it to end ---- */

static bool has_control_routine(void)
{
    HMODULE library = GetModuleHandleW(L"kernelbase.dll");
    return (library != NULL && GetProcAddress(library, "CtrlRoutine") != NULL) ||
           GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "CtrlRoutine") != NULL;
}

void check_console(struct patient *patient)
{
    static const char console[] = "console";
    const struct executable *executable = &patient->executable;
    if (executable->format != EXECUTABLE_PROGRAM || !is_served(executable))
        return;
    if (executable->subsystem == IMAGE_SUBSYSTEM_WINDOWS_GUI)
        checkup_pass(&patient->checkup, console,
                     said("a program with windows: it is asked to close them (WM_CLOSE)"));
    else if (has_control_routine())
        checkup_pass(&patient->checkup, console,
                     said("it is asked by CTRL_BREAK; without a handler for that it ends at once"));
    else
        checkup_note(&patient->checkup, console, RESULT_WARN,
                     said("this Windows has no CtrlRoutine"),
                     "CTRL_BREAK cannot be sent: an earlier instance is ended by TerminateProcess "
                     "at once, without being asked",
                     NULL);
}
