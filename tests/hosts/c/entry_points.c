// Every function once, on its good way.
#include "cases.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

static const char EVENTS[] =
    "{\"EventId\":\"1\",\"Message\":\"Retrieve\",\"OrganizationId\":\"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10\",\"EntityName\":\"account\"}\n"
    "{\"Message\":\"WhoAmI\",\"OrganizationId\":\"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10\"}\n"
    "{\"Message\":\"Retrieve\",\"OrganizationId\":\"x\"}\n";

static void is_json(actlog_buffer *buffer) {
    actlog_bytes bytes = actlog_buffer_bytes(buffer);
    CHECK(bytes.len > 2 && bytes.data[0] == '{' && bytes.data[bytes.len] == '\0');
    actlog_buffer_free(buffer);
}

static void versions(void) {
    test("versions are texts");
    CHECK(strchr(actlog_contract_version(), '.') != NULL);
    CHECK(strchr(actlog_library_version(), '.') != NULL);
}

static void options_and_start(void) {
    test("engine runs the bytes it is given, with its options");
    blob component = read_file(GIVEN.component);
    actlog_options *options = actlog_options_new();
    CHECK(actlog_options_component(options, (const uint8_t *)component.data, component.len) == ACTLOG_STATUS_OK);
    CHECK(actlog_options_cache_folder(options, GIVEN.cache, strlen(GIVEN.cache)) == ACTLOG_STATUS_OK);
    CHECK(actlog_options_memory_limit(options, UINT64_C(64) << 20) == ACTLOG_STATUS_OK);
    CHECK(actlog_options_idle_instances(options, 0) == ACTLOG_STATUS_OK);
    actlog_engine *engine;
    actlog_error *error = (actlog_error *)&engine;
    CHECK(actlog_engine_new(options, &engine, &error) == ACTLOG_STATUS_OK && error == NULL);
    actlog_options_free(options);
    actlog_bytes bytes = actlog_engine_component(engine);
    CHECK(bytes.len == component.len && memcmp(bytes.data, component.data, bytes.len) == 0);
    CHECK(actlog_engine_component_digest(engine).len == 64);
    CHECK(actlog_engine_start(engine) != ACTLOG_START_UNCACHED && actlog_engine_uncached_why(engine).len == 0);
    actlog_filter *filter = filter_of(engine);
    audit_some(filter, 3);
    actlog_filter_free(filter);
    actlog_engine_free(engine);
    free(component.data);
}

static void outcome(const actlog_filter *filter) {
    test("outcome accounts for every event");
    actlog_outcome *outcome;
    CHECK(actlog_filter_audit(filter, (const uint8_t *)EVENTS, strlen(EVENTS), &outcome, NULL) == ACTLOG_STATUS_OK);
    actlog_counts counts = actlog_outcome_counts(outcome);
    CHECK(counts.read == 3 && counts.recorded == 1 && counts.parts == 1 && counts.excluded == 1 && counts.rejected == 1 && counts.faulted == 0);
    CHECK(actlog_outcome_exclusions(outcome) == 1 && actlog_outcome_rejections(outcome) == 1 && actlog_outcome_faults(outcome) == 0);
    actlog_exclusion exclusion;
    CHECK(actlog_outcome_exclusion(outcome, 0, &exclusion) == ACTLOG_STATUS_OK);
    CHECK(is(exclusion.reason, "excluded-message") && is(exclusion.message, "WhoAmI") && is(exclusion.entity, "") && exclusion.count == 1);
    actlog_rejection rejection;
    CHECK(actlog_outcome_rejection(outcome, 0, &rejection) == ACTLOG_STATUS_OK);
    CHECK(rejection.index == 2 && rejection.offset > 0 && is(rejection.reason, "bad-value") && is(rejection.place, "OrganizationId"));
    CHECK(rejection.explanation.len > 0);
    CHECK(actlog_outcome_exclusion(outcome, 1, &exclusion) == ACTLOG_STATUS_OUT_OF_RANGE);
    CHECK(actlog_outcome_rejection(outcome, 1, &rejection) == ACTLOG_STATUS_OUT_OF_RANGE);
    actlog_fault fault;
    CHECK(actlog_outcome_fault(outcome, 0, &fault) == ACTLOG_STATUS_OUT_OF_RANGE);
    actlog_bytes records = actlog_outcome_records(outcome);
    CHECK(records.len > 0 && records.data[records.len - 1] == '\n');
    actlog_outcome_free(outcome);
}

static void questions(const actlog_engine *engine, const actlog_filter *filter) {
    test("questions are answered with JSON");
    actlog_buffer *buffer;
    CHECK(actlog_filter_explain(filter, (const uint8_t *)EVENTS, strcspn(EVENTS, "\n"), &buffer, NULL) == ACTLOG_STATUS_OK);
    is_json(buffer);
    CHECK(actlog_engine_catalog(engine, &buffer, NULL) == ACTLOG_STATUS_OK);
    is_json(buffer);
    CHECK(actlog_engine_settings_schema(engine, &buffer, NULL) == ACTLOG_STATUS_OK);
    is_json(buffer);
    CHECK(actlog_engine_event_schema(engine, &buffer, NULL) == ACTLOG_STATUS_OK);
    is_json(buffer);
    CHECK(actlog_engine_record_schema(engine, &buffer, NULL) == ACTLOG_STATUS_OK);
    is_json(buffer);
}

static void joins(const actlog_engine *engine, const actlog_filter *filter) {
    test("join gives back records that were never split");
    actlog_outcome *outcome;
    actlog_buffer *buffer;
    CHECK(actlog_filter_audit(filter, (const uint8_t *)EVENTS, strlen(EVENTS), &outcome, NULL) == ACTLOG_STATUS_OK);
    actlog_bytes records = actlog_outcome_records(outcome);
    CHECK(actlog_engine_join(engine, records.data, records.len, &buffer, NULL) == ACTLOG_STATUS_OK);
    actlog_bytes joined = actlog_buffer_bytes(buffer);
    CHECK(joined.len == records.len && memcmp(joined.data, records.data, joined.len) == 0);
    actlog_buffer_free(buffer);
    actlog_outcome_free(outcome);
}

void entry_point_tests(void) {
    versions();
    options_and_start();
    actlog_engine *engine = engine_for(GIVEN.component);
    actlog_filter *filter = filter_of(engine);
    outcome(filter);
    questions(engine, filter);
    joins(engine, filter);
    test("filter outlives its engine");
    actlog_engine_free(engine);
    audit_some(filter, 2);
    actlog_filter_free(filter);
}
