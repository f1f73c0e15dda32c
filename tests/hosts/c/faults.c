// What becomes of a filter that fails.
#include "check.h"

#include <string.h>

void fault_tests(void) {
    actlog_engine *engine = engine_for(GIVEN.troublemaker);
    actlog_filter *filter = filter_of(engine);
    test("events on which the filter fails are told, and harm nobody");
    audit_trouble(filter);
    audit_trouble(filter);

    test("question on which the filter fails is an error");
    actlog_filter *refused;
    actlog_error *error;
    CHECK(actlog_filter_new(engine, "!", 1, &refused, &error) == ACTLOG_STATUS_FILTER_FAILED && refused == NULL);
    CHECK(actlog_error_blame(error) == ACTLOG_BLAME_FILTER && actlog_error_message(error).len > 0);
    actlog_error_free(error);

    test("translator that fails over its settings is an error");
    actlog_translator *translator;
    CHECK(actlog_translator_new(engine, "{}", 2, &translator, &error) == ACTLOG_STATUS_FILTER_FAILED && translator == NULL);
    CHECK(actlog_error_blame(error) == ACTLOG_BLAME_FILTER);
    actlog_error_free(error);

    test("components have digests of their own");
    actlog_engine *other = engine_for(GIVEN.component);
    CHECK(strcmp(actlog_engine_component_digest(engine).data, actlog_engine_component_digest(other).data) != 0);
    actlog_engine_free(other);
    actlog_filter_free(filter);
    actlog_engine_free(engine);
}
