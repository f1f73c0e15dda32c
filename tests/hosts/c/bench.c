// Filters a file in batches of 64 events on one core: bench COMPONENT CACHE EVENTS.ndjson
#define _GNU_SOURCE
#include "actlog.h"
#include "cases.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 64, ROUNDS = 3 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(actlog_status status, actlog_error *error) {
    if (status == ACTLOG_STATUS_OK) return;
    fprintf(stderr, "%s\n", actlog_error_message(error).data);
    exit(1);
}

// Where a batch ends that begins at `at`.
static const char *batch_end(const char *at, const char *end) {
    for (int events = 0; events < BATCH && at < end; events++) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        at = line == NULL ? end : line + 1;
    }
    return at;
}

int main(int count, char **arguments) {
    if (count != 4) return fprintf(stderr, "bench COMPONENT CACHE EVENTS.ndjson\n"), 2;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    actlog_options *options = actlog_options_new();
    actlog_options_component_file(options, arguments[1], strlen(arguments[1]));
    actlog_options_cache_folder(options, arguments[2], strlen(arguments[2]));
    actlog_engine *engine;
    actlog_filter *filter;
    actlog_error *error;
    must(actlog_engine_new(options, &engine, &error), error);
    must(actlog_filter_new(engine, NULL, 0, &filter, &error), error);
    blob events = read_file(arguments[3]);
    const char *end = events.data + events.len;
    double best = 0;
    uint64_t read = 0, records = 0;
    for (int round = 0; round < ROUNDS; round++) {
        read = records = 0;
        double begin = now();
        for (const char *at = events.data; at < end;) {
            const char *next = batch_end(at, end);
            actlog_outcome *outcome;
            must(actlog_filter_audit(filter, (const uint8_t *)at, (size_t)(next - at), &outcome, &error), error);
            actlog_counts counts = actlog_outcome_counts(outcome);
            read += counts.read;
            records += counts.parts;
            actlog_outcome_free(outcome);
            at = next;
        }
        double seconds = now() - begin;
        if (round == 0 || seconds < best) best = seconds;
    }
    printf("{\"host\":\"c\",\"events\":%" PRIu64 ",\"records\":%" PRIu64 ",\"seconds\":%.6f}\n", read, records, best);
    free(events.data);
    actlog_filter_free(filter);
    actlog_engine_free(engine);
    actlog_options_free(options);
    return 0;
}
