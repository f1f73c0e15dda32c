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
    CHECK(actlog_engine_translator_schema(engine, &buffer, NULL) == ACTLOG_STATUS_OK);
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

#define TEXT(literal) (literal), strlen(literal)

static void translations(const actlog_engine *engine, const actlog_filter *filter) {
    test("exchange is told in events that the filter takes");
    static const char CSDL[] =
        "<Edmx xmlns=\"http://docs.oasis-open.org/odata/ns/edmx\" Version=\"4.0\"><DataServices>"
        "<Schema xmlns=\"http://docs.oasis-open.org/odata/ns/edm\" Namespace=\"x\"><EntityType Name=\"account\"/>"
        "<EntityContainer Name=\"c\"><EntitySet Name=\"accounts\" EntityType=\"x.account\"/></EntityContainer></Schema></DataServices></Edmx>";
    actlog_buffer *buffer;
    actlog_error *error;
    CHECK(actlog_engine_metadata(engine, (const uint8_t *)CSDL, strlen(CSDL), &buffer, &error) == ACTLOG_STATUS_OK);
    blob settings = {NULL, 0};
    put(&settings, TEXT("{\"organization\":{\"id\":\"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10\"},\"names\":"));
    put(&settings, actlog_buffer_bytes(buffer).data, actlog_buffer_bytes(buffer).len);
    put(&settings, "}", 1);
    actlog_buffer_free(buffer);
    actlog_translator *translator;
    CHECK(actlog_translator_new(engine, settings.data, settings.len, &translator, &error) == ACTLOG_STATUS_OK && error == NULL);
    free(settings.data);

    actlog_exchange *exchange = actlog_exchange_new();
    CHECK(actlog_exchange_id(exchange, TEXT("e-1")) == ACTLOG_STATUS_OK);
    CHECK(actlog_exchange_began(exchange, TEXT("2024-05-06T07:08:09Z")) == ACTLOG_STATUS_OK);
    CHECK(actlog_exchange_client(exchange, TEXT("192.0.2.10")) == ACTLOG_STATUS_OK);
    CHECK(actlog_exchange_request(exchange, TEXT("POST"), TEXT("/api/data/v9.2/accounts")) == ACTLOG_STATUS_OK);
    CHECK(actlog_exchange_request_header(exchange, TEXT("Content-Type"), TEXT("application/json")) == ACTLOG_STATUS_OK);
    CHECK(actlog_exchange_request_body(exchange, (const uint8_t *)"{\"name\":\"x\"}", 12, true) == ACTLOG_STATUS_OK);
    CHECK(actlog_exchange_answer(exchange, 204) == ACTLOG_STATUS_OK);
    static const char LOCATION[] = "https://x/api/data/v9.2/accounts(10000000-0000-4000-8000-000000000001)";
    CHECK(actlog_exchange_answer_header(exchange, TEXT("OData-EntityId"), TEXT(LOCATION)) == ACTLOG_STATUS_OK);
    CHECK(actlog_exchange_answer_body(exchange, NULL, 0, true) == ACTLOG_STATUS_OK);
    actlog_translation *translation;
    CHECK(actlog_translator_translate(translator, exchange, &translation, &error) == ACTLOG_STATUS_OK && error == NULL);
    CHECK(actlog_translation_event_count(translation) == 1);
    CHECK(actlog_translation_findings(translation) == 1);
    actlog_finding finding;
    CHECK(actlog_translation_finding(translation, 0, &finding) == ACTLOG_STATUS_OK);
    CHECK(is(finding.kind, "no-identity") && finding.part == 0 && !finding.event_missing && finding.explanation.len > 0);
    CHECK(actlog_translation_finding(translation, 1, &finding) == ACTLOG_STATUS_OUT_OF_RANGE);
    actlog_bytes events = actlog_translation_events(translation);
    actlog_outcome *outcome;
    CHECK(actlog_filter_audit(filter, events.data, events.len, &outcome, &error) == ACTLOG_STATUS_OK);
    CHECK(actlog_outcome_counts(outcome).recorded == 1 && actlog_outcome_counts(outcome).read == 1);
    CHECK(strstr((const char *)actlog_outcome_records(outcome).data, "\"EntityName\":\"account\"") != NULL);
    actlog_outcome_free(outcome);
    actlog_translation_free(translation);

    test("translator tells the same exchange again to the byte, and bytes over the wire may be any");
    CHECK(actlog_exchange_request_header(exchange, TEXT("User-Agent"), TEXT("\xff")) == ACTLOG_STATUS_OK);
    CHECK(actlog_exchange_request(exchange, TEXT("GET"), TEXT("/api/data/v9.2/\xff")) == ACTLOG_STATUS_OK);
    actlog_translation *again;
    CHECK(actlog_translator_translate(translator, exchange, &translation, NULL) == ACTLOG_STATUS_OK);
    CHECK(actlog_translator_translate(translator, exchange, &again, NULL) == ACTLOG_STATUS_OK);
    events = actlog_translation_events(translation);
    CHECK(events.len == actlog_translation_events(again).len && memcmp(events.data, actlog_translation_events(again).data, events.len) == 0);
    actlog_translation_free(again);
    actlog_translation_free(translation);
    actlog_exchange_free(exchange);
    actlog_translator_free(translator);
}

void entry_point_tests(void) {
    versions();
    options_and_start();
    actlog_engine *engine = engine_for(GIVEN.component);
    actlog_filter *filter = filter_of(engine);
    outcome(filter);
    questions(engine, filter);
    joins(engine, filter);
    translations(engine, filter);
    test("filter outlives its engine");
    actlog_engine_free(engine);
    audit_some(filter, 2);
    actlog_filter_free(filter);
}
