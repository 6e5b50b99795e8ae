#include "record.h"

#include "core/evidence.h"

#include <jansson.h>
#include <string.h>

/* 9999-12-31: a later time has no four-digit year, and is no time that anybody recorded. */
#define LAST_TIME_MS INT64_C(253402300799999)

enum { LAST_OF_LATIN = 0xFF };

enum { EVENTS = EVENT_WARNING + 1, ACTIONS = ACTION_LEFT + 1 };

/* The index of the name, or `count`. */
static size_t find_name(const char *const *names, size_t count, const char *name)
{
    size_t index = 0;
    while (index < count && (name == NULL || strcmp(names[index], name) != 0))
        index++;
    return index;
}

/*
 * Bytes were recorded as the first 256 characters of Unicode, and become bytes again. Any other
 * character, which the object never writes, stays what it is in UTF-8.
 */
static void copy_bytes(char *target, size_t size, const char *utf8)
{
    struct text text;
    text_start(&text, target, size);
    for (const unsigned char *byte = (const unsigned char *)utf8; *byte != '\0'; byte++) {
        unsigned int code = (*byte & 0x1FU) << 6 | (byte[1] & 0x3FU);
        bool two_bytes = (*byte & 0xE0U) == 0xC0U && code <= LAST_OF_LATIN;
        char one = (char)(two_bytes ? code : *byte);
        text_add_bytes(&text, &one, 1);
        byte += two_bytes ? 1 : 0;
    }
}

static void read_string(const json_t *object, const char *key, char *target, size_t size)
{
    const char *value = json_string_value(json_object_get(object, key));
    copy_bytes(target, size, value != NULL ? value : "");
}

/* 0 when it is missing, no whole number, negative, or larger than anything that was meant. */
static uint64_t read_number(const json_t *object, const char *key, uint64_t most)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value > 0 && (uint64_t)value <= most ? (uint64_t)value : 0;
}

static int64_t read_known_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
                                                                    : -1;
}

static enum evidence read_evidence(const json_t *object)
{
    const char *name = json_string_value(json_object_get(object, "evidence"));
    for (int evidence = EVIDENCE_NONE; name != NULL && evidence <= EVIDENCE_NO_LINEAGE;
         evidence++) {
        if (strcmp(evidence_name((enum evidence)evidence), name) == 0)
            return (enum evidence)evidence;
    }
    return EVIDENCE_NONE;
}

static void read_holder(const json_t *object, struct record *record)
{
    struct record_holder *holder = &record->holder;
    record->has_holder = json_object_get(object, "verdict") != NULL;
    if (!record->has_holder)
        return;
    holder->pid = (int32_t)read_number(object, "holder", INT32_MAX);
    holder->through = (int32_t)read_number(object, "through", INT32_MAX);
    holder->user = read_known_number(object, "user");
    holder->age_ms = read_known_number(object, "age_ms");
    holder->evidence = read_evidence(object);
    read_string(object, "name", holder->name, sizeof(holder->name));
    read_string(object, "program", holder->program, sizeof(holder->program));
    read_string(object, "script", holder->script, sizeof(holder->script));
    read_string(object, "unit", holder->unit, sizeof(holder->unit));
}

static void read_facts(const json_t *object, struct record *record)
{
    const char *action = json_string_value(json_object_get(object, "action"));
    size_t found = find_name(report_action_names, ACTIONS, action);
    record->action = found < ACTIONS ? (enum action)found : ACTION_WAIT;
    read_string(object, "signal", record->signal, sizeof(record->signal));
    record->after_ms =
        read_number(object, record->kind == EVENT_FORCED ? "after_ms" : "took_ms", LAST_TIME_MS);
    record->stopped = (uint32_t)read_number(object, "stopped", INT32_MAX);
    record->draining = (uint32_t)read_number(object, "draining", INT32_MAX);
    record->closable = (uint32_t)read_number(object, "closable", INT32_MAX);
    record->sending = (uint32_t)read_number(object, "sending", INT32_MAX);
    record->kills = (uint32_t)read_number(object, "kills", INT32_MAX);
    record->window_s = (uint32_t)read_number(object, "window_s", INT32_MAX);
    record->killer_pid = (int32_t)read_number(object, "killer_pid", INT32_MAX);
    record->victim_pid = (int32_t)read_number(object, "victim_pid", INT32_MAX);
    read_string(object, "killer", record->killer, sizeof(record->killer));
    read_string(object, "victim", record->victim, sizeof(record->victim));
    read_string(object, "message", record->message, sizeof(record->message));
}

static bool read_object(const json_t *object, struct record *record)
{
    const char *event = json_string_value(json_object_get(object, "event"));
    size_t kind = find_name(report_event_names, EVENTS, event);
    memset(record, 0, sizeof(*record));
    record->time_ms = read_number(object, "time_ms", LAST_TIME_MS);
    record->pid = (int32_t)read_number(object, "pid", INT32_MAX);
    if (kind == EVENTS || record->time_ms == 0 || record->pid == 0)
        return false;
    record->kind = (enum event_kind)kind;
    read_string(object, "self", record->self, sizeof(record->self));
    read_string(object, "self_unit", record->self_unit, sizeof(record->self_unit));
    read_string(object, "endpoint", record->endpoint, sizeof(record->endpoint));
    read_string(object, "protocol", record->protocol, sizeof(record->protocol));
    record->port = (uint16_t)read_number(object, "port", UINT16_MAX);
    read_facts(object, record);
    read_holder(object, record);
    return record->endpoint[0] != '\0' || record->kind == EVENT_WARNING;
}

bool record_read(const char *line, size_t length, struct record *record)
{
    json_t *object = json_loadb(line, length, 0, NULL);
    bool whole = json_is_object(object) && read_object(object, record);
    json_decref(object);
    return whole;
}
