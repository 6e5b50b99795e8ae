/*
 * The core with the conventions of Windows: case does not matter in the names of programs, ".exe"
 * is no part of them, and a user is no number.
 */
#include "../../unit/scene.h"

#include "core/names.h"
#include "core/report.h"
#include "core/runners.h"

static void interpreters_in_any_case(void **state)
{
    static const char *const interpreters[] = {
        "C:/Apps/node.exe",       "C:/Apps/NODE.EXE",        "C:/Apps/Node.exe",
        "C:/Apps/PYTHON3.12.exe", "C:/Windows/System32/CMD", "C:/Apps/PwSh.exe",
        "C:/Apps/Java.EXE",       "C:/Apps/pythonw.exe",     "C:/Apps/RSCRIPT.EXE",
        "C:/Apps/node",           "C:/Apps/php-CGI.exe",
    };
    (void)state;
    for (size_t index = 0; index < COUNT(interpreters); index++)
        assert_true(runners_interprets(interpreters[index]));
    assert_false(runners_interprets("C:/Apps/Nodemon.exe"));
    assert_false(runners_interprets("C:/node/gateway.exe"));
}

static void launchers_in_any_case(void **state)
{
    static const char *const launchers[] = {
        "portclaim", "portclaim.exe",  "PORTCLAIM.EXE", "cmd.exe",  "Cmd.Exe",   "C:/W/conhost.exe",
        "pwsh.exe",  "PowerShell.exe", "nssm.exe",      "NSSM.exe", "WinSW.exe", "py.exe",
    };
    static const char *const others[] = {
        "node.exe", "cmd.exe.exe", "cmd.bat", "cmder.exe", "gateway.exe", "pyw.com", ".exe", "",
    };
    (void)state;
    for (size_t index = 0; index < COUNT(launchers); index++)
        assert_true(runners_launches(launchers[index]));
    for (size_t index = 0; index < COUNT(others); index++)
        assert_false(runners_launches(others[index]));
}

/* Two servers of one NODE.EXE and one directory are strangers. */
static void another_script_under_the_same_interpreter(void **state)
{
    struct scene *scene = *state;
    struct process *self = &scene->observation.self;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    set_file(&self->executable, 100, "C:/Apps/NODE.EXE");
    set_file(&holder->process.executable, 100, "C:/Apps/NODE.EXE");
    SET(self->script, "C:/srv/one.js");
    SET(holder->process.script, "C:/srv/two.js");
    EXPECT(scene, holder, EVIDENCE_OTHER_SCRIPT);
}

static void protected_in_any_case(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_twin(scene, HOLDER_PID);
    SET(holder->process.name, "Gateway.exe");
    SET(scene->settings.protect, "GATEWAY*.EXE");
    EXPECT(scene, holder, EVIDENCE_PROTECTED);
    SET(scene->settings.protect, "[F-H]ateway.*");
    EXPECT(scene, holder, EVIDENCE_PROTECTED);
    SET(scene->settings.protect, "[!F-H]ateway.*");
    EXPECT(scene, holder, EVIDENCE_PROGRAM);
}

static void rules_in_any_case(void **state)
{
    static const char *const rules[] = {"exe:STRANGER.exe", "exe:c:/apps/*", "comm:stranger*"};
    struct scene *scene = *state;
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    SET(holder->process.name, "Stranger.exe");
    set_file(&holder->process.executable, 101, "C:/Apps/Stranger.exe");
    for (size_t index = 0; index < COUNT(rules); index++) {
        scene->row = rules[index];
        SET(scene->settings.match, rules[index]);
        EXPECT(scene, holder, EVIDENCE_RULE);
    }
    SET(scene->settings.match, "cmdline:STRANGER*"); /* what a program is told has case */
    scene->row = "cmdline:";
    EXPECT(scene, holder, EVIDENCE_OTHER_PROGRAM);
}

/* It is a hash of the SID, which tells nobody anything. */
static void no_number_for_a_user(void **state)
{
    struct scene *scene = *state;
    struct holder *holder = add_stranger(scene, HOLDER_PID);
    char line[REPORT_LINE_SIZE];
    struct text text;
    struct event event = {
        .kind = EVENT_HELD,
        .self = &scene->observation.self,
        .holder = holder,
        .signal = "CTRL_BREAK",
    };
    holder->evidence = EVIDENCE_INVISIBLE;
    holder->verdict = VERDICT_UNKNOWN;
    text_start(&text, line, sizeof(line));
    report_as_json(&text, &event);
    assert_null(strstr(line, "\"user\""));
    assert_null(strstr(line, "1000"));
    holder->visible = false;
    text_start(&text, line, sizeof(line));
    report_as_text(&text, &event);
    assert_non_null(strstr(
        line, "is held by a process that is not seen: unknown, holder not visible; waiting"));
}

static void there_is_no_sctp(void **state)
{
    struct endpoint endpoint;
    const char *error = NULL;
    (void)state;
    assert_false(endpoint_parse("sctp:80", &endpoint, &error));
    assert_string_equal(error, "want tcp: or udp:; this system has no SCTP");
    assert_true(endpoint_parse("udp:80", &endpoint, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST("N08 W05 interpreters are known in any case", interpreters_in_any_case),
        TEST("C02 launchers are known in any case, with .exe and without", launchers_in_any_case),
        TEST("N08 another script under NODE.EXE", another_script_under_the_same_interpreter),
        TEST("N06 PORTCLAIM_PROTECT knows no case", protected_in_any_case),
        TEST("PORTCLAIM_MATCH knows no case in names of programs", rules_in_any_case),
        TEST("a user is no number", no_number_for_a_user),
        TEST("sctp: is refused, for there is none", there_is_no_sctp),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
