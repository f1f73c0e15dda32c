#include "check.h"
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

given GIVEN;
static const char *current = "the beginning";
static int tests;

void check(bool holds, const char *what, const char *file, int line) {
    if (holds) return;
    fprintf(stderr, "FAILED %s: %s:%d: %s\n", current, file, line, what);
    exit(1);
}

void test(const char *name) {
    current = name;
    tests++;
}

bool is(actlog_text text, const char *expected) {
    return text.len == strlen(expected) && memcmp(text.data, expected, text.len) == 0 && text.data[text.len] == '\0';
}

actlog_engine *engine_for(const char *component) {
    actlog_options *options = actlog_options_new();
    CHECK(actlog_options_component_file(options, component, strlen(component)) == ACTLOG_STATUS_OK);
    CHECK(actlog_options_cache_folder(options, GIVEN.cache, strlen(GIVEN.cache)) == ACTLOG_STATUS_OK);
    CHECK(actlog_options_memory_limit(options, UINT64_C(100) << 20) == ACTLOG_STATUS_OK);
    actlog_engine *engine;
    actlog_error *error;
    if (actlog_engine_new(options, &engine, &error) != ACTLOG_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", component, actlog_error_message(error).data);
        exit(1);
    }
    actlog_options_free(options);
    return engine;
}

actlog_filter *filter_of(const actlog_engine *engine) {
    actlog_filter *filter;
    CHECK(actlog_filter_new(engine, NULL, 0, &filter, NULL) == ACTLOG_STATUS_OK);
    return filter;
}

void audit_some(const actlog_filter *filter, int count) {
    blob events = {NULL, 0};
    for (int i = 0; i < count; i++)
        print(&events, "{\"EventId\":\"e-%d\",\"Message\":\"Retrieve\",\"OrganizationId\":\"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10\"}\n", i);
    actlog_outcome *outcome;
    CHECK(actlog_filter_audit(filter, (const uint8_t *)events.data, events.len, &outcome, NULL) == ACTLOG_STATUS_OK);
    actlog_counts counts = actlog_outcome_counts(outcome);
    CHECK(counts.read == (uint32_t)count && counts.recorded == (uint32_t)count && counts.parts == (uint32_t)count);
    actlog_bytes records = actlog_outcome_records(outcome);
    // Each record is of its own event, in order: bytes of another thread's batch would show.
    const char *at = (const char *)records.data, *end = at + records.len;
    for (int i = 0; i < count; i++) {
        char id[32];
        int len = snprintf(id, sizeof id, "\"EventId\":\"e-%d\"", i);
        const char *line = memchr(at, '\n', (size_t)(end - at));
        CHECK(line != NULL);
        bool found = false;
        for (const char *from = at; !found && from + len <= line; from++) found = memcmp(from, id, (size_t)len) == 0;
        CHECK(found);
        at = line + 1;
    }
    CHECK(at == end);
    actlog_outcome_free(outcome);
    free(events.data);
}

void audit_trouble(const actlog_filter *filter) {
    static const char EVENTS[] = "one\n!\n~\n#\ntwo\n";
    static const char *const KINDS[] = {"panic", "stack-overflow", "memory-limit"};
    actlog_outcome *outcome;
    CHECK(actlog_filter_audit(filter, (const uint8_t *)EVENTS, strlen(EVENTS), &outcome, NULL) == ACTLOG_STATUS_OK);
    actlog_counts counts = actlog_outcome_counts(outcome);
    CHECK(counts.read == 5 && counts.recorded == 2 && counts.faulted == 3);
    actlog_bytes records = actlog_outcome_records(outcome);
    CHECK(records.len == 8 && memcmp(records.data, "one\ntwo\n", 8) == 0);
    CHECK(actlog_outcome_faults(outcome) == 3);
    for (uint32_t i = 0; i < 3; i++) {
        actlog_fault fault;
        CHECK(actlog_outcome_fault(outcome, i, &fault) == ACTLOG_STATUS_OK);
        CHECK(fault.index == i + 1 && is(fault.kind, KINDS[i]) && fault.explanation.len > 0);
    }
    actlog_outcome_free(outcome);
}

int main(int count, char **arguments) {
    if (count < 4) return fprintf(stderr, "tests COMPONENT TROUBLEMAKER CACHE [valgrind]\n"), 2;
    GIVEN = (given){arguments[1], arguments[2], arguments[3]};
    if (count > 4 && signal_test(arguments[4])) return 0;
    entry_point_tests();
    hostile_tests();
    error_tests();
    fault_tests();
    thread_tests();
    // Their processes begin this program anew, which valgrind does not let them.
    if (count <= 4 || strcmp(arguments[4], "valgrind") != 0) signal_tests();
    printf("%d\n", tests);
    return 0;
}
