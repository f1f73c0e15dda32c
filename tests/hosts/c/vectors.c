// Runs every vector: vectors COMPONENT CACHE CASES [MOST]
#include "actlog.h"
#include "cases.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static actlog_engine *engine;
static size_t failed, ran, most = SIZE_MAX;

static void put_text(blob *to, actlog_text text) { put(to, text.data, text.len); }

static void unexpected(const char *path, actlog_error *error) {
    fprintf(stderr, "%s: %s\n", path, actlog_error_message(error).data);
    exit(1);
}

// The section `joined` or `join-error`, and whether the bytes are the same again.
static int join(blob *to, const char *path, const void *records, size_t len) {
    actlog_buffer *buffer;
    actlog_error *error;
    actlog_join_error why;
    actlog_status status = actlog_engine_join(engine, records, len, &buffer, &error);
    if (status == ACTLOG_STATUS_OK) {
        actlog_bytes joined = actlog_buffer_bytes(buffer);
        put(to, "== joined\n", 10);
        put(to, joined.data, joined.len);
        int same = joined.len == len && memcmp(joined.data, records, len) == 0;
        actlog_buffer_free(buffer);
        return same;
    }
    if (actlog_error_join(error, &why) != ACTLOG_STATUS_OK) unexpected(path, error);
    put(to, "== join-error\n", 14);
    if (status == ACTLOG_STATUS_MISSING_PARTS) {
        put(to, "missing-parts ", 14);
        put_text(to, why.correlation_id);
        for (size_t i = 0; i < why.missing_len; i++) print(to, "%s%" PRIu32, i == 0 ? ": " : ", ", why.missing[i]);
        print(to, " of %" PRIu32 "\n", why.part_count);
    } else {
        print(to, "%s line %" PRIu32 ": ", status == ACTLOG_STATUS_NOT_A_RECORD ? "not-a-record" : "conflict", why.line);
        put_text(to, why.explanation);
        put(to, "\n", 1);
    }
    actlog_error_free(error);
    return 0;
}

static void show(blob *to, const char *path, const actlog_outcome *outcome) {
    actlog_counts counts = actlog_outcome_counts(outcome);
    print(to, "== outcome\nread %" PRIu32 ", recorded %" PRIu32 ", records %" PRIu32 "\n", counts.read, counts.recorded, counts.parts);
    actlog_exclusion exclusion;
    for (size_t i = 0; actlog_outcome_exclusion(outcome, i, &exclusion) == ACTLOG_STATUS_OK; i++) {
        print(to, "excluded %" PRIu32 " × ", exclusion.count);
        put_text(to, exclusion.reason);
        put(to, ": ", 2);
        put_text(to, exclusion.message);
        put(to, " of ", 4);
        if (exclusion.entity.len == 0) put(to, "no entity", 9);
        put_text(to, exclusion.entity);
        put(to, "\n", 1);
    }
    actlog_rejection rejection;
    for (size_t i = 0; actlog_outcome_rejection(outcome, i, &rejection) == ACTLOG_STATUS_OK; i++) {
        print(to, "rejected event %" PRIu32 ": ", rejection.index);
        put_text(to, rejection.reason);
        put(to, " at ", 4);
        if (rejection.place.len == 0) put(to, "the event", 9);
        put_text(to, rejection.place);
        print(to, ", byte %" PRIu32 "\n", rejection.offset);
    }
    if (counts.faulted != 0) {
        fprintf(stderr, "%s: the filter failed\n", path);
        exit(1);
    }
    actlog_bytes records = actlog_outcome_records(outcome);
    put(to, "== records\n", 11);
    put(to, records.data, records.len);
    blob joined = {NULL, 0};
    if (!join(&joined, path, records.data, records.len)) put(to, joined.data, joined.len);
    free(joined.data);
}

static void run(const vector *one) {
    if (ran == most) return;
    ran++;
    blob found = {NULL, 0};
    actlog_error *error;
    if (one->parts.data != NULL) {
        join(&found, one->path, one->parts.data, one->parts.len);
    } else {
        actlog_filter *filter;
        actlog_status status = actlog_filter_new(engine, one->settings.data, one->settings.len, &filter, &error);
        if (status == ACTLOG_STATUS_BAD_SETTINGS) {
            put(&found, "== settings-errors\n", 19);
            actlog_settings_error wrong;
            for (size_t i = 0; actlog_error_settings(error, i, &wrong) == ACTLOG_STATUS_OK; i++) {
                put_text(&found, wrong.path);
                put(&found, ": ", 2);
                put_text(&found, wrong.explanation);
                put(&found, "\n", 1);
            }
            actlog_error_free(error);
        } else {
            actlog_outcome *outcome;
            if (status != ACTLOG_STATUS_OK) unexpected(one->path, error);
            status = actlog_filter_audit(filter, (const uint8_t *)one->events.data, one->events.len, &outcome, &error);
            if (status != ACTLOG_STATUS_OK) unexpected(one->path, error);
            show(&found, one->path, outcome);
            actlog_outcome_free(outcome);
            actlog_filter_free(filter);
        }
    }
    if (found.len != one->expected.len || memcmp(found.data, one->expected.data, found.len) != 0) {
        fprintf(stderr, "%s\n--- expected\n%s--- found\n%s\n", one->path, one->expected.data, found.data);
        failed++;
    }
    free(found.data);
}

int main(int count, char **arguments) {
    if (count < 4) return fprintf(stderr, "vectors COMPONENT CACHE CASES [MOST]\n"), 2;
    if (count > 4) most = strtoul(arguments[4], NULL, 10);
    actlog_options *options = actlog_options_new();
    actlog_error *error;
    actlog_options_component_file(options, arguments[1], strlen(arguments[1]));
    actlog_options_cache_folder(options, arguments[2], strlen(arguments[2]));
    if (actlog_engine_new(options, &engine, &error) != ACTLOG_STATUS_OK) unexpected(arguments[1], error);
    actlog_options_free(options);
    each_vector(arguments[3], run);
    actlog_engine_free(engine);
    if (failed > 0 || ran == 0) return fprintf(stderr, "%zu of %zu vectors failed\n", failed, ran), 1;
    printf("%zu\n", ran);
    return 0;
}
