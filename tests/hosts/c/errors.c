// Errors, and all that they say.
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void settings(const actlog_engine *engine) {
    test("settings errors are all there, with their paths");
    static const char SETTINGS[] = "{\"auditing\": {\"start\": \"yes\"}, \"swiches\": {}}";
    actlog_filter *filter;
    actlog_error *error;
    CHECK(actlog_filter_new(engine, SETTINGS, strlen(SETTINGS), &filter, &error) == ACTLOG_STATUS_BAD_SETTINGS);
    CHECK(filter == NULL && actlog_error_blame(error) == ACTLOG_BLAME_SETTINGS);
    size_t count = actlog_error_settings_count(error), found = 0;
    CHECK(count == 2);
    actlog_settings_error wrong;
    for (size_t i = 0; i < count; i++) {
        CHECK(actlog_error_settings(error, i, &wrong) == ACTLOG_STATUS_OK && wrong.explanation.len > 0);
        found += is(wrong.path, "auditing.start") || is(wrong.path, "swiches");
        CHECK(strstr(actlog_error_message(error).data, wrong.explanation.data) != NULL);
    }
    CHECK(found == 2);
    CHECK(actlog_error_settings(error, count, &wrong) == ACTLOG_STATUS_OUT_OF_RANGE);
    actlog_join_error why;
    CHECK(actlog_error_join(error, &why) == ACTLOG_STATUS_OUT_OF_RANGE);
    actlog_error_free(error);

    test("settings that are not UTF-8 are a bad argument");
    CHECK(actlog_filter_new(engine, "\xff", 1, &filter, &error) == ACTLOG_STATUS_BAD_ARGUMENT);
    actlog_error_free(error);
}

// An error of join, for the caller to free.
static actlog_error *join_error(const actlog_engine *engine, const char *records, actlog_status expected, actlog_join_error *why) {
    actlog_buffer *buffer;
    actlog_error *error;
    CHECK(actlog_engine_join(engine, (const uint8_t *)records, strlen(records), &buffer, &error) == expected);
    CHECK(buffer == NULL && actlog_error_status(error) == expected && actlog_error_blame(error) == ACTLOG_BLAME_EVENT);
    CHECK(actlog_error_join(error, why) == ACTLOG_STATUS_OK);
    CHECK(actlog_error_settings_count(error) == 0);
    return error;
}

static void joins(const actlog_engine *engine) {
#define PART(number, count) \
    "{\"Id\":\"00000000-0000-0000-0000-00000000000" number "\",\"CorrelationId\":\"f2b8b765-ed6f-585c-b964-b682320dfef7\"," \
    "\"OrganizationId\":\"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10\",\"Operation\":\"Retrieve\",\"Message\":\"Retrieve\",\"Part\":" number \
    ",\"PartCount\":" count "}\n"
    actlog_join_error why;
    test("join names the parts that are missing");
    actlog_error *error = join_error(engine, PART("2", "4"), ACTLOG_STATUS_MISSING_PARTS, &why);
    CHECK(is(why.correlation_id, "f2b8b765-ed6f-585c-b964-b682320dfef7") && why.part_count == 4);
    CHECK(why.missing_len == 3 && why.missing[0] == 1 && why.missing[1] == 3 && why.missing[2] == 4);
    actlog_error_free(error);
    test("join names the line that is no record");
    error = join_error(engine, PART("1", "1") "nonsense\n", ACTLOG_STATUS_NOT_A_RECORD, &why);
    CHECK(why.line == 2 && why.explanation.len > 0 && why.missing_len == 0);
    actlog_error_free(error);
    test("join names the line that contradicts another");
    error = join_error(engine, PART("1", "2") PART("2", "3"), ACTLOG_STATUS_CONFLICT, &why);
    CHECK(why.line == 2 && why.explanation.len > 0);
    actlog_error_free(error);
}

static void translators(const actlog_engine *engine) {
    test("translator's settings errors are all there, with their paths");
    actlog_translator *translator;
    actlog_error *error;
    static const char WRONG[] = "{\"organization\":{\"id\":\"x\"},\"trusted-proxies\":2}";
    CHECK(actlog_translator_new(engine, WRONG, strlen(WRONG), &translator, &error) == ACTLOG_STATUS_BAD_SETTINGS && translator == NULL);
    CHECK(actlog_error_blame(error) == ACTLOG_BLAME_SETTINGS && actlog_error_settings_count(error) == 2);
    actlog_metadata_error why;
    CHECK(actlog_error_metadata(error, &why) == ACTLOG_STATUS_OUT_OF_RANGE);
    actlog_error_free(error);

    test("metadata that is none is told with its byte");
    actlog_buffer *buffer;
    CHECK(actlog_engine_metadata(engine, (const uint8_t *)"<html/>", 7, &buffer, &error) == ACTLOG_STATUS_BAD_METADATA && buffer == NULL);
    CHECK(actlog_error_status(error) == ACTLOG_STATUS_BAD_METADATA && actlog_error_blame(error) == ACTLOG_BLAME_EVENT);
    CHECK(actlog_error_metadata(error, &why) == ACTLOG_STATUS_OK && why.explanation.len > 0 && why.offset <= 7);
    actlog_error_free(error);

    test("exchange larger than an instance may be is refused, and the next is told");
    static const char SETTINGS[] = "{\"organization\":{\"id\":\"7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10\"}}";
    CHECK(actlog_translator_new(engine, SETTINGS, strlen(SETTINGS), &translator, &error) == ACTLOG_STATUS_OK);
    size_t len = (size_t)100 << 20;
    uint8_t *large = calloc(len, 1);
    CHECK(large != NULL);
    actlog_exchange *exchange = actlog_exchange_new();
    actlog_translation *translation;
    CHECK(actlog_exchange_request_body(exchange, large, len, true) == ACTLOG_STATUS_OK);
    CHECK(actlog_translator_translate(translator, exchange, &translation, &error) == ACTLOG_STATUS_TOO_LARGE && translation == NULL);
    actlog_error_free(error);
    CHECK(actlog_exchange_request_body(exchange, large, 1, false) == ACTLOG_STATUS_OK);
    CHECK(actlog_translator_translate(translator, exchange, &translation, &error) == ACTLOG_STATUS_OK);
    actlog_translation_free(translation);
    actlog_exchange_free(exchange);
    actlog_translator_free(translator);
    free(large);
}

static void components(void) {
    test("component that is none is refused, and the file that is absent is named");
    actlog_options *options = actlog_options_new();
    actlog_engine *engine;
    actlog_error *error;
    CHECK(actlog_options_component(options, (const uint8_t *)"not wasm", 8) == ACTLOG_STATUS_OK);
    CHECK(actlog_engine_new(options, &engine, &error) == ACTLOG_STATUS_BAD_COMPONENT && engine == NULL);
    CHECK(actlog_error_blame(error) == ACTLOG_BLAME_HOST);
    actlog_error_free(error);
    static const char ABSENT[] = "/nowhere/filter.wasm";
    CHECK(actlog_options_component_file(options, ABSENT, strlen(ABSENT)) == ACTLOG_STATUS_OK);
    CHECK(actlog_engine_new(options, &engine, &error) == ACTLOG_STATUS_BAD_COMPONENT);
    CHECK(strstr(actlog_error_message(error).data, ABSENT) != NULL);
    actlog_error_free(error);
    actlog_options_free(options);
}

static void limits(void) {
    test("limit of memory that no instance fits in is the host's error");
    actlog_options *options = actlog_options_new();
    actlog_engine *engine;
    actlog_filter *filter;
    actlog_error *error;
    CHECK(actlog_options_component_file(options, GIVEN.component, strlen(GIVEN.component)) == ACTLOG_STATUS_OK);
    CHECK(actlog_options_cache_folder(options, GIVEN.cache, strlen(GIVEN.cache)) == ACTLOG_STATUS_OK);
    CHECK(actlog_options_memory_limit(options, 1000) == ACTLOG_STATUS_OK);
    CHECK(actlog_engine_new(options, &engine, &error) == ACTLOG_STATUS_OK);
    CHECK(actlog_filter_new(engine, NULL, 0, &filter, &error) == ACTLOG_STATUS_HOST && filter == NULL);
    CHECK(actlog_error_blame(error) == ACTLOG_BLAME_HOST);
    actlog_error_free(error);
    actlog_engine_free(engine);
    actlog_options_free(options);

    test("batch larger than an instance may be is refused");
    engine = engine_for(GIVEN.component);
    filter = filter_of(engine);
    size_t len = (size_t)100 << 20;
    uint8_t *large = calloc(len, 1);
    actlog_outcome *outcome;
    CHECK(large != NULL);
    CHECK(actlog_filter_audit(filter, large, len, &outcome, &error) == ACTLOG_STATUS_TOO_LARGE && outcome == NULL);
    CHECK(actlog_error_blame(error) == ACTLOG_BLAME_EVENT);
    actlog_error_free(error);
    free(large);
    actlog_filter_free(filter);
    actlog_engine_free(engine);
}

void error_tests(void) {
    actlog_engine *engine = engine_for(GIVEN.component);
    settings(engine);
    joins(engine);
    translators(engine);
    actlog_engine_free(engine);
    components();
    limits();
}
