// Runs every exchange: exchanges COMPONENT CACHE FOLDER [MOST]
#include "actlog.h"
#include "exchange_cases.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static actlog_engine *engine;
static size_t failed, ran, most = SIZE_MAX;

static void put_text(blob *to, actlog_text text) { put(to, text.data, text.len); }

static void unexpected(const char *path, actlog_error *error) {
    fprintf(stderr, "%s: %s\n", path, error == NULL ? "no error is given" : actlog_error_message(error).data);
    exit(1);
}

static void good(const char *path, actlog_status status) {
    if (status == ACTLOG_STATUS_OK) return;
    fprintf(stderr, "%s: a part of the exchange is refused with %d\n", path, (int)status);
    exit(1);
}

// The section `names` or `metadata-error`.
static void run_metadata(blob *to, const exchange_case *one) {
    actlog_buffer *buffer;
    actlog_error *error;
    if (actlog_engine_metadata(engine, (const uint8_t *)one->csdl.data, one->csdl.len, &buffer, &error) == ACTLOG_STATUS_OK) {
        actlog_bytes names = actlog_buffer_bytes(buffer);
        put(to, "== names\n", 9);
        put(to, names.data, names.len);
        actlog_buffer_free(buffer);
    } else {
        actlog_metadata_error why;
        if (actlog_error_metadata(error, &why) != ACTLOG_STATUS_OK) unexpected(one->path, error);
        print(to, "== metadata-error\nbyte %" PRIu32 ": ", why.offset);
        put_text(to, why.explanation);
        actlog_error_free(error);
    }
    put(to, "\n", 1);
}

static actlog_exchange *made(const exchange_case *one) {
    const message *request = &one->request, *response = &one->response;
    actlog_exchange *exchange = actlog_exchange_new();
    const char *id = note(request, "id", "x1"), *began = note(request, "began", "2024-05-06T07:08:09Z"), *client = note(request, "client", "192.0.2.10");
    if (id != NULL) good(one->path, actlog_exchange_id(exchange, id, strlen(id)));
    if (began != NULL) good(one->path, actlog_exchange_began(exchange, began, strlen(began)));
    if (client != NULL) good(one->path, actlog_exchange_client(exchange, client, strlen(client)));
    static const char VERSION[] = " HTTP/1.1";
    const char *method = request->line.data, *end = method + request->line.len, *space = strchr(method, ' ');
    if (space == NULL) good(one->path, ACTLOG_STATUS_BAD_ARGUMENT);
    size_t version = sizeof VERSION - 1;
    if ((size_t)(end - space) > version && memcmp(end - version, VERSION, version) == 0) end -= version;
    good(one->path, actlog_exchange_request(exchange, method, (size_t)(space - method), space + 1, (size_t)(end - space - 1)));
    for (size_t i = 0; i < request->headers.count; i++) {
        const field *header = &request->headers.items[i];
        good(one->path, actlog_exchange_request_header(exchange, header->name.data, header->name.len, header->value.data, header->value.len));
    }
    good(one->path, actlog_exchange_request_body(exchange, (const uint8_t *)request->body.data, request->body.len, request->whole));
    if (response->line.data == NULL) return exchange;
    const char *status = strchr(response->line.data, ' ');
    if (status == NULL) good(one->path, ACTLOG_STATUS_BAD_ARGUMENT);
    good(one->path, actlog_exchange_answer(exchange, (uint16_t)strtoul(status + 1, NULL, 10)));
    for (size_t i = 0; i < response->headers.count; i++) {
        const field *header = &response->headers.items[i];
        good(one->path, actlog_exchange_answer_header(exchange, header->name.data, header->name.len, header->value.data, header->value.len));
    }
    good(one->path, actlog_exchange_answer_body(exchange, (const uint8_t *)response->body.data, response->body.len, response->whole));
    return exchange;
}

// The sections `events` and `unknown`.
static void show(blob *to, const char *path, const actlog_translation *translation) {
    actlog_bytes events = actlog_translation_events(translation);
    put(to, "== events\n", 10);
    put(to, events.data, events.len);
    uint32_t lines = 0;
    for (size_t i = 0; i < events.len; i++) lines += events.data[i] == '\n';
    if (lines != actlog_translation_event_count(translation)) good(path, ACTLOG_STATUS_OTHER);
    put(to, "== unknown\n", 11);
    actlog_finding finding;
    for (size_t i = 0; actlog_translation_finding(translation, i, &finding) == ACTLOG_STATUS_OK; i++) {
        print(to, "%" PRIu32 " ", finding.part);
        put_text(to, finding.kind);
        put(to, " at ", 4);
        if (finding.place.len == 0) put(to, "all", 3);
        put_text(to, finding.place);
        put(to, ": ", 2);
        put_text(to, finding.explanation);
        print(to, "%s\n", finding.event_missing ? " (an event may be missing)" : "");
    }
}

static void run_exchange(blob *to, const exchange_case *one) {
    actlog_translator *translator;
    actlog_error *error;
    actlog_status status = actlog_translator_new(engine, one->settings.data, one->settings.len, &translator, &error);
    if (status == ACTLOG_STATUS_BAD_SETTINGS) {
        put(to, "== settings-errors\n", 19);
        actlog_settings_error wrong;
        for (size_t i = 0; actlog_error_settings(error, i, &wrong) == ACTLOG_STATUS_OK; i++) {
            put_text(to, wrong.path);
            put(to, ": ", 2);
            put_text(to, wrong.explanation);
            put(to, "\n", 1);
        }
        actlog_error_free(error);
        return;
    }
    if (status != ACTLOG_STATUS_OK) unexpected(one->path, error);
    actlog_exchange *exchange = made(one);
    actlog_translation *translation;
    if (actlog_translator_translate(translator, exchange, &translation, &error) != ACTLOG_STATUS_OK) unexpected(one->path, error);
    show(to, one->path, translation);
    actlog_translation_free(translation);
    actlog_exchange_free(exchange);
    actlog_translator_free(translator);
}

static void run(const exchange_case *one) {
    if (ran == most) return;
    ran++;
    blob found = {NULL, 0};
    if (one->csdl.data != NULL) run_metadata(&found, one);
    else run_exchange(&found, one);
    if (found.len != one->expected.len || memcmp(found.data, one->expected.data, found.len) != 0) {
        fprintf(stderr, "%s\n--- expected\n%s--- found\n%s\n", one->path, one->expected.data, found.data);
        failed++;
    }
    free(found.data);
}

int main(int count, char **arguments) {
    if (count < 4) return fprintf(stderr, "exchanges COMPONENT CACHE FOLDER [MOST]\n"), 2;
    if (count > 4) most = strtoul(arguments[4], NULL, 10);
    actlog_options *options = actlog_options_new();
    actlog_error *error;
    actlog_options_component_file(options, arguments[1], strlen(arguments[1]));
    actlog_options_cache_folder(options, arguments[2], strlen(arguments[2]));
    if (actlog_engine_new(options, &engine, &error) != ACTLOG_STATUS_OK) unexpected(arguments[1], error);
    actlog_options_free(options);
    each_exchange_case(arguments[3], run);
    actlog_engine_free(engine);
    if (failed > 0 || ran == 0) return fprintf(stderr, "%zu of %zu exchanges failed\n", failed, ran), 1;
    printf("%zu\n", ran);
    return 0;
}
