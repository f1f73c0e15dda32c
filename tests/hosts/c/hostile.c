// Arguments that are wrong in every way that can be noticed.
#include "check.h"

#include <stdint.h>
#include <string.h>

static actlog_engine *engine;
static actlog_filter *filter;

// The error of a bad argument, which says which one.
static void is_bad(actlog_status status, const void *out, actlog_error *error) {
    CHECK(status == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(out == NULL);
    CHECK(actlog_error_status(error) == ACTLOG_STATUS_BAD_ARGUMENT && actlog_error_blame(error) == ACTLOG_BLAME_HOST);
    CHECK(actlog_error_message(error).len > 0);
    actlog_error_free(error);
}

// What stands behind the call is looked at after it.
#define BAD(call, out) \
    do { \
        actlog_status status = (call); \
        is_bad(status, (out), error); \
    } while (0)

static void absent_handles(void) {
    test("absent handle is a bad argument");
    actlog_error *error;
    actlog_filter *made = (actlog_filter *)&error;
    BAD(actlog_filter_new(NULL, "", 0, &made, &error), made);
    actlog_outcome *outcome = (actlog_outcome *)&error;
    BAD(actlog_filter_audit(NULL, (const uint8_t *)"", 0, &outcome, &error), outcome);
    actlog_buffer *buffer = (actlog_buffer *)&error;
    BAD(actlog_filter_explain(NULL, (const uint8_t *)"", 0, &buffer, &error), buffer);
    BAD(actlog_engine_join(NULL, (const uint8_t *)"", 0, &buffer, &error), buffer);
    BAD(actlog_engine_catalog(NULL, &buffer, &error), buffer);
    BAD(actlog_engine_settings_schema(NULL, &buffer, &error), buffer);
    BAD(actlog_engine_event_schema(NULL, &buffer, &error), buffer);
    BAD(actlog_engine_record_schema(NULL, &buffer, &error), buffer);
    BAD(actlog_engine_translator_schema(NULL, &buffer, &error), buffer);
    BAD(actlog_engine_metadata(NULL, (const uint8_t *)"", 0, &buffer, &error), buffer);
    actlog_translator *translator = (actlog_translator *)&error;
    BAD(actlog_translator_new(NULL, "", 0, &translator, &error), translator);
    actlog_translation *translation = (actlog_translation *)&error;
    BAD(actlog_translator_translate(NULL, NULL, &translation, &error), translation);
    CHECK(actlog_filter_audit(NULL, NULL, 0, NULL, NULL) == ACTLOG_STATUS_BAD_ARGUMENT);
}

static void absent_places(void) {
    test("absent place for the result is a bad argument");
    actlog_error *error;
    BAD(actlog_engine_new(NULL, NULL, &error), NULL);
    BAD(actlog_filter_new(engine, "", 0, NULL, &error), NULL);
    BAD(actlog_filter_audit(filter, NULL, 0, NULL, &error), NULL);
    BAD(actlog_filter_explain(filter, NULL, 0, NULL, &error), NULL);
    BAD(actlog_engine_join(engine, NULL, 0, NULL, &error), NULL);
    BAD(actlog_engine_catalog(engine, NULL, &error), NULL);
    actlog_outcome *outcome;
    CHECK(actlog_filter_audit(filter, NULL, 0, &outcome, NULL) == ACTLOG_STATUS_OK);
    CHECK(actlog_outcome_exclusion(outcome, 0, NULL) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_outcome_rejection(outcome, 0, NULL) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_outcome_fault(outcome, 0, NULL) == ACTLOG_STATUS_BAD_ARGUMENT);
    actlog_outcome_free(outcome);
}

static void absent_bytes(void) {
    test("length without bytes is a bad argument, and nothing of length 0 is not");
    actlog_error *error;
    actlog_outcome *outcome = (actlog_outcome *)&error;
    BAD(actlog_filter_audit(filter, NULL, 1, &outcome, &error), outcome);
    BAD(actlog_filter_audit(filter, NULL, SIZE_MAX, &outcome, &error), outcome);
    BAD(actlog_filter_audit(filter, (const uint8_t *)"x", SIZE_MAX, &outcome, &error), outcome);
    actlog_buffer *buffer;
    BAD(actlog_filter_explain(filter, NULL, 1, &buffer, &error), buffer);
    BAD(actlog_engine_join(engine, NULL, 1, &buffer, &error), buffer);
    actlog_filter *made;
    BAD(actlog_filter_new(engine, NULL, 1, &made, &error), made);
    CHECK(actlog_filter_audit(filter, NULL, 0, &outcome, &error) == ACTLOG_STATUS_OK && error == NULL);
    CHECK(actlog_outcome_counts(outcome).read == 0 && actlog_outcome_records(outcome).len == 0);
    actlog_outcome_free(outcome);
    CHECK(actlog_engine_join(engine, NULL, 0, &buffer, &error) == ACTLOG_STATUS_OK);
    CHECK(actlog_buffer_bytes(buffer).len == 0);
    actlog_buffer_free(buffer);
}

static void misaligned(void) {
    test("misaligned pointer is a bad argument");
    uintptr_t place[3] = {0, 0, 0};
    actlog_error *error;
    actlog_outcome *outcome;
    const actlog_filter *odd = (const actlog_filter *)((uintptr_t)filter + 1);
    BAD(actlog_filter_audit(odd, NULL, 0, &outcome, &error), outcome);
    BAD(actlog_filter_audit(filter, NULL, 0, (actlog_outcome **)((uintptr_t)place + 1), &error), NULL);
    CHECK(actlog_filter_audit(NULL, NULL, 0, &outcome, (actlog_error **)((uintptr_t)place + 1)) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(place[0] == 0 && place[1] == 0);
}

static void absent_options(void) {
    test("options that are absent, or get nothing, are a bad argument");
    CHECK(actlog_options_component(NULL, (const uint8_t *)"x", 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_options_component_file(NULL, "x", 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_options_cache_folder(NULL, "x", 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_options_cache_off(NULL) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_options_memory_limit(NULL, 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_options_idle_instances(NULL, 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    actlog_options *options = actlog_options_new();
    CHECK(actlog_options_component(options, NULL, 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_options_component_file(options, NULL, 4) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_options_component_file(options, "", 0) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_options_cache_folder(options, NULL, 4) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_options_cache_folder(options, "", 0) == ACTLOG_STATUS_BAD_ARGUMENT);
    actlog_options_free(options);
}

static void exchanges(void) {
    test("exchange that is absent, or gets what is none, is a bad argument");
    CHECK(actlog_exchange_id(NULL, "x", 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_began(NULL, "x", 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_client(NULL, "x", 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_request(NULL, "x", 1, "x", 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_request_header(NULL, "x", 1, "x", 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_request_body(NULL, NULL, 0, true) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_answer(NULL, 200) == ACTLOG_STATUS_BAD_ARGUMENT);
    actlog_exchange *exchange = actlog_exchange_new();
    CHECK(actlog_exchange_id(exchange, "\xff", 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_began(exchange, NULL, 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_client(exchange, "\xff", 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_request(exchange, "GET", 3, NULL, 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_request_header(exchange, "a", 1, NULL, 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_request_body(exchange, NULL, 1, true) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_answer_header(exchange, "a", 1, "b", 1) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_answer_body(exchange, NULL, 0, true) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_exchange_answer(exchange, 200) == ACTLOG_STATUS_OK);
    CHECK(actlog_exchange_answer_header(exchange, "a", 1, "b", 1) == ACTLOG_STATUS_OK);

    test("exchange of which nothing is known is told, with findings and no event");
    static const char SETTINGS[] = "{\"organization\":{\"id\":\"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10\"}}";
    actlog_translator *translator;
    actlog_translation *translation;
    actlog_error *error;
    CHECK(actlog_translator_new(engine, SETTINGS, strlen(SETTINGS), &translator, &error) == ACTLOG_STATUS_OK);
    CHECK(actlog_translator_translate(translator, exchange, &translation, &error) == ACTLOG_STATUS_OK);
    CHECK(actlog_translation_event_count(translation) == 0 && actlog_translation_events(translation).len == 0);
    CHECK(actlog_translation_findings(translation) > 0);
    CHECK(actlog_translation_finding(translation, 0, NULL) == ACTLOG_STATUS_BAD_ARGUMENT);
    actlog_translation_free(translation);
    BAD(actlog_translator_translate(translator, NULL, &translation, &error), translation);
    BAD(actlog_translator_translate(translator, exchange, NULL, &error), NULL);
    actlog_translator_free(translator);
    actlog_exchange_free(exchange);
}

static void nothing(void) {
    test("accessors of nothing give nothing, and nothing can be freed");
    CHECK(actlog_outcome_counts(NULL).read == 0 && actlog_outcome_records(NULL).data == NULL);
    CHECK(actlog_outcome_exclusions(NULL) == 0 && actlog_outcome_rejections(NULL) == 0 && actlog_outcome_faults(NULL) == 0);
    actlog_exclusion exclusion;
    CHECK(actlog_outcome_exclusion(NULL, 0, &exclusion) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_error_status(NULL) == ACTLOG_STATUS_OK && is(actlog_error_message(NULL), ""));
    CHECK(actlog_error_settings_count(NULL) == 0);
    actlog_settings_error wrong;
    CHECK(actlog_error_settings(NULL, 0, &wrong) == ACTLOG_STATUS_BAD_ARGUMENT);
    actlog_join_error why;
    CHECK(actlog_error_join(NULL, &why) == ACTLOG_STATUS_BAD_ARGUMENT);
    CHECK(actlog_buffer_bytes(NULL).data == NULL);
    CHECK(is(actlog_engine_component_digest(NULL), "") && actlog_engine_component(NULL).data == NULL);
    CHECK(actlog_engine_start(NULL) == ACTLOG_START_UNCACHED && is(actlog_engine_uncached_why(NULL), ""));
    actlog_finding finding;
    CHECK(actlog_translation_events(NULL).data == NULL && actlog_translation_event_count(NULL) == 0);
    CHECK(actlog_translation_findings(NULL) == 0 && actlog_translation_finding(NULL, 0, &finding) == ACTLOG_STATUS_BAD_ARGUMENT);
    actlog_metadata_error no_metadata;
    CHECK(actlog_error_metadata(NULL, &no_metadata) == ACTLOG_STATUS_BAD_ARGUMENT);
    actlog_exchange_free(NULL);
    actlog_translator_free(NULL);
    actlog_translation_free(NULL);
    actlog_options_free(NULL);
    actlog_engine_free(NULL);
    actlog_filter_free(NULL);
    actlog_outcome_free(NULL);
    actlog_buffer_free(NULL);
    actlog_error_free(NULL);
}

static void bytes(void) {
    test("bytes that are no text are rejected, not trusted");
    static const uint8_t EVENTS[] = "{\"Message\":\"\xff\xfe\"}\n\0\0\n{\"Message\":\"A\0B\"}\n\xed\xa0\x80\n";
    actlog_outcome *outcome;
    CHECK(actlog_filter_audit(filter, EVENTS, sizeof EVENTS - 1, &outcome, NULL) == ACTLOG_STATUS_OK);
    actlog_counts counts = actlog_outcome_counts(outcome);
    CHECK(counts.read == 4 && counts.rejected == 4);
    actlog_outcome_free(outcome);

    test("NUL in an event's name stays in the text");
    static const char NUL[] = "{\"Message\":\"WhoAmI\",\"EntityName\":\"a\\u0000b\",\"OrganizationId\":\"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10\"}";
    CHECK(actlog_filter_audit(filter, (const uint8_t *)NUL, strlen(NUL), &outcome, NULL) == ACTLOG_STATUS_OK);
    CHECK(actlog_outcome_counts(outcome).read == 1);
    actlog_outcome_free(outcome);
}

void hostile_tests(void) {
    engine = engine_for(GIVEN.component);
    filter = filter_of(engine);
    absent_handles();
    absent_places();
    absent_bytes();
    misaligned();
    absent_options();
    exchanges();
    nothing();
    bytes();
    actlog_filter_free(filter);
    actlog_engine_free(engine);
}
