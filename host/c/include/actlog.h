// actlog: the audit filter for SDK events, as a C library.
//
//     actlog_engine *engine; actlog_filter *filter; actlog_outcome *outcome; actlog_error *error;
//     actlog_engine_new(NULL, &engine, &error);                      // once in a process
//     actlog_filter_new(engine, NULL, 0, &filter, &error);           // once for each settings document
//     actlog_filter_audit(filter, events, len, &outcome, &error);    // a batch: one event a line
//     actlog_bytes records = actlog_outcome_records(outcome);        // one record a line
//
// A host that sees HTTP instead of events has a translator before it:
//
//     actlog_translator_new(engine, settings, len, &translator, &error);
//     actlog_exchange *exchange = actlog_exchange_new();             // method, target, headers, bodies: see there
//     actlog_translator_translate(translator, exchange, &translation, &error);
//     actlog_bytes events = actlog_translation_events(translation);  // what actlog_filter_audit takes
//
// Rules are not among what this library does: a filter has none.
//
// Errors. A call that can fail returns an actlog_status. On failure `*out` is NULL and `*error` holds an error, which the
// caller frees; `error` itself may be NULL where nobody asks why. On success `*error` is NULL. A panic inside becomes
// ACTLOG_STATUS_PANICKED and never unwinds into the caller; its text goes to standard error too. Memory that runs out
// outside of the filter ends the process.
//
// Pointers. Arguments are looked at before they are used: NULL where there must be something, and a length without
// bytes, are ACTLOG_STATUS_BAD_ARGUMENT. Beyond that a pointer must be what the parameter says: a handle from this
// library that was not freed, or memory of the given length. NULL with length 0 is an empty input.
//
// Ownership. What a call puts into `*out` and `*error` is the caller's, and is freed by the function *_free of its type, on
// any thread. What an accessor returns belongs to the handle. The library keeps nothing of what it is given.
//
// Threads. Engines, filters, translators, outcomes, translations, buffers and errors may be shared by threads without locks,
// on any thread, also one that the library never saw. Options and exchanges belong to one thread at a time. Freeing a handle
// while a call uses it is an error of the caller. Calls from signal handlers, and in a child after fork() in a program with
// threads, are not allowed.
// A call needs 1 MiB of stack; on a thread with less, it makes itself one for the time of the call.
//
// Signals. The first engine of a process installs handlers for SIGSEGV, SIGILL and SIGFPE, and for SIGBUS where the system
// needs it (on macOS: Mach exception ports), with SA_ONSTACK: faults of the filter are caught there. What is not the filter's
// goes on to the handler that stood there before, so install yours first. One that is installed later has to call the former
// for what it does not know. A thread that calls gets an alternate signal stack if its own is under 256 KiB, and has none
// when it ends. The library stays loaded until the process ends: dlclose() does not unload it.


#ifndef ACTLOG_H
#define ACTLOG_H

// Made of host/c/src by cbindgen. ACTLOG_OVERWRITE=1 cargo test -p actlog-c --test header writes it anew.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a call came to. Values keep their numbers; later versions may add some.
typedef enum actlog_status {
    // It went well.
    ACTLOG_STATUS_OK = 0,
    // An argument is NULL that must not be, is not aligned, or is not UTF-8 where it must be: a bug of the caller.
    ACTLOG_STATUS_BAD_ARGUMENT = 1,
    // There is no item with this position.
    ACTLOG_STATUS_OUT_OF_RANGE = 2,
    // The settings are not valid: see actlog_error_settings.
    ACTLOG_STATUS_BAD_SETTINGS = 3,
    // Records cannot be joined, as parts did not come: see actlog_error_join.
    ACTLOG_STATUS_MISSING_PARTS = 4,
    // Records cannot be joined, as a line is no record: see actlog_error_join.
    ACTLOG_STATUS_NOT_A_RECORD = 5,
    // Records cannot be joined, as they contradict each other: see actlog_error_join.
    ACTLOG_STATUS_CONFLICT = 6,
    // What was given is larger than an instance may be.
    ACTLOG_STATUS_TOO_LARGE = 7,
    // The filter failed on something that is no event, such as an exchange. What it fails on in a batch is no error: see
    // actlog_outcome_fault.
    ACTLOG_STATUS_FILTER_FAILED = 8,
    // The component cannot be used.
    ACTLOG_STATUS_BAD_COMPONENT = 9,
    // This machine cannot run the filter, or has no memory for it.
    ACTLOG_STATUS_HOST = 10,
    // The library failed inside: a bug, please report it. Handles stay usable.
    ACTLOG_STATUS_PANICKED = 11,
    // Another error, which this version of the header has no number for.
    ACTLOG_STATUS_OTHER = 12,
    // The document is no `$metadata`: see actlog_error_metadata.
    ACTLOG_STATUS_BAD_METADATA = 13,
} actlog_status;

// Who has to act on an error.
typedef enum actlog_blame {
    // The program that calls, or its system.
    ACTLOG_BLAME_HOST = 0,
    // Whoever sent the events, the exchanges, the records or the `$metadata`.
    ACTLOG_BLAME_EVENT = 1,
    // The operator who wrote the settings.
    ACTLOG_BLAME_SETTINGS = 2,
    // Whoever wrote a rule.
    ACTLOG_BLAME_RULE = 3,
    // The makers of the filter: please report it.
    ACTLOG_BLAME_FILTER = 4,
} actlog_blame;

// How an engine came by its machine code.
typedef enum actlog_start {
    // From the cache.
    ACTLOG_START_WARM = 0,
    // Compiled, and stored for the next start.
    ACTLOG_START_COLD = 1,
    // Compiled, and not stored: see actlog_engine_uncached_why.
    ACTLOG_START_UNCACHED = 2,
} actlog_start;

// Bytes that a call gave; the caller frees it.
typedef struct actlog_buffer actlog_buffer;

// A component's machine code, ready to make filters and translators of. Threads may share it.
typedef struct actlog_engine actlog_engine;

// Why a call failed. It does not change, so threads may share it; the caller frees it.
typedef struct actlog_error actlog_error;

// One request, and its answer if one came: made piece by piece, then given to actlog_translator_translate, which changes nothing of
// it. It keeps copies of what it is given, and belongs to one thread at a time.
typedef struct actlog_exchange actlog_exchange;

// The audit filter with its settings. Threads may share it and call at once: each call takes an instance of its own.
typedef struct actlog_filter actlog_filter;

// How an engine is to be made. It belongs to one thread at a time.
typedef struct actlog_options actlog_options;

// What became of a batch. It does not change, so threads may share it; the caller frees it.
typedef struct actlog_outcome actlog_outcome;

// What an exchange says. It does not change, so threads may share it; the caller frees it.
typedef struct actlog_translation actlog_translation;

// Makes SDK events of HTTP exchanges, with an operator's settings. Threads may share it and call at once: each call takes an
// instance of its own.
typedef struct actlog_translator actlog_translator;

// Bytes that belong to the handle they were got from, and are gone with it. `data` is NULL only where there is no handle.
typedef struct actlog_bytes {
    // First byte.
    const uint8_t *data;
    // How many.
    size_t len;
} actlog_bytes;

// A text that belongs to the handle it was got from, and is gone with it: UTF-8, `len` bytes. A NUL follows, which `len` does not
// count. What an event said may hold NULs of its own. `data` is never NULL.
typedef struct actlog_text {
    // First byte.
    const char *data;
    // Bytes, without the NUL.
    size_t len;
} actlog_text;

// One thing that is wrong with the settings. The texts belong to the error.
typedef struct actlog_settings_error {
    // Where, as a path such as `organizations[0].version`; empty for the document itself.
    struct actlog_text path;
    // What is wrong and what would be right; not to be parsed.
    struct actlog_text explanation;
} actlog_settings_error;

// Why records could not be joined; actlog_error_status says which of the fields are set. What is here belongs to the error.
typedef struct actlog_join_error {
    // With ACTLOG_STATUS_MISSING_PARTS: the source record's CorrelationId.
    struct actlog_text correlation_id;
    // With ACTLOG_STATUS_MISSING_PARTS: its PartCount.
    uint32_t part_count;
    // With ACTLOG_STATUS_NOT_A_RECORD and ACTLOG_STATUS_CONFLICT: the line in the input, from 1.
    uint32_t line;
    // With ACTLOG_STATUS_MISSING_PARTS: numbers that are missing, ascending, from 1; the first thousand at most.
    const uint32_t *missing;
    // How many they are.
    size_t missing_len;
    // With ACTLOG_STATUS_NOT_A_RECORD and ACTLOG_STATUS_CONFLICT: what is wrong; not to be parsed.
    struct actlog_text explanation;
} actlog_join_error;

// Why a `$metadata` document gives no names. The text belongs to the error.
typedef struct actlog_metadata_error {
    // Byte in the document at which the fault was noticed, from 0.
    uint32_t offset;
    // What is wrong; not to be parsed.
    struct actlog_text explanation;
} actlog_metadata_error;

// Each event is one of four, always: read = recorded + excluded + rejected + faulted.
typedef struct actlog_counts {
    // Events seen; blank lines do not count.
    uint32_t read;
    // Events that became records.
    uint32_t recorded;
    // Records; more than `recorded` when some were split.
    uint32_t parts;
    // Events left out on purpose.
    uint64_t excluded;
    // Events that are unusable.
    uint32_t rejected;
    // Events on which the filter itself failed.
    uint32_t faulted;
} actlog_counts;

// Events left out for one reason, counted by message and entity. The texts belong to the outcome.
typedef struct actlog_exclusion {
    // Why, in the contract's words, such as `excluded-message`.
    struct actlog_text reason;
    // The SDK message, as the event gave it.
    struct actlog_text message;
    // The entity, as the event gave it; empty where the event names none.
    struct actlog_text entity;
    // How many events; at least 1.
    uint32_t count;
} actlog_exclusion;

// One event that is unusable: keep its bytes. The texts belong to the outcome.
typedef struct actlog_rejection {
    // Position of the event in the batch, from 0; blank lines do not count.
    uint32_t index;
    // Byte in the event at which the fault was noticed, from 0.
    uint32_t offset;
    // What kind of fault, in the contract's words, such as `not-json`.
    struct actlog_text reason;
    // Where in the event, such as `InputParameters[0].value`; empty for the event itself.
    struct actlog_text place;
    // One sentence for people; not to be parsed.
    struct actlog_text explanation;
} actlog_rejection;

// One event on which the filter failed: keep its bytes. The texts belong to the outcome.
typedef struct actlog_fault {
    // Position of the event in the batch, from 0; blank lines do not count.
    uint32_t index;
    // How it failed: `panic`, `memory-limit`, `stack-overflow`, `bad-answer`, `output-limit` or `trap`; later versions may know more.
    struct actlog_text kind;
    // One sentence for people; not to be parsed.
    struct actlog_text explanation;
} actlog_fault;

// One thing that an exchange does not say. The texts belong to the translation.
typedef struct actlog_finding {
    // Which request of the exchange, from 1 in a batch; 0 is the exchange itself.
    uint32_t part;
    // Whether an event is, or may be, missing for it. A host that must let nothing pass unseen refuses a request for which
    // actlog_translator_translate, called before it is sent on, gives such a finding.
    bool event_missing;
    // What kind of thing, in the contract's words, such as `unknown-set`; later versions may know more.
    struct actlog_text kind;
    // Where, such as `path`, `query.$filter` or `response.body`; empty for all of it.
    struct actlog_text place;
    // One sentence for people, without secrets; not to be parsed.
    struct actlog_text explanation;
} actlog_finding;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The bytes of a buffer, which live as long as it does. A NUL follows, which `len` does not count.
struct actlog_bytes actlog_buffer_bytes(const struct actlog_buffer *buffer);

// Frees a buffer. NULL is fine.
void actlog_buffer_free(struct actlog_buffer *buffer);

// Version of the contract that this library speaks with components, such as `0.3.0`; ends with a NUL. Never freed.
const char *actlog_contract_version(void);

// Version of this library, such as `0.1.0`; ends with a NUL. Never freed.
const char *actlog_library_version(void);

// Frees an error with all that was got from it. NULL is fine.
void actlog_error_free(struct actlog_error *error);

// What the call came to. Without an error: ACTLOG_STATUS_OK.
enum actlog_status actlog_error_status(const struct actlog_error *error);

// Who has to act on it.
enum actlog_blame actlog_error_blame(const struct actlog_error *error);

// What went wrong, for people; not to be parsed. The text belongs to the error.
struct actlog_text actlog_error_message(const struct actlog_error *error);

// How many things are wrong with the settings; 0 where the error is another.
size_t actlog_error_settings_count(const struct actlog_error *error);

// What is wrong with the settings, by position from 0.
//
// Errors: ACTLOG_STATUS_OUT_OF_RANGE, ACTLOG_STATUS_BAD_ARGUMENT.
enum actlog_status actlog_error_settings(const struct actlog_error *error,
                                         size_t position,
                                         struct actlog_settings_error *out);

// Why records could not be joined.
//
// Errors: ACTLOG_STATUS_OUT_OF_RANGE where the error is another, ACTLOG_STATUS_BAD_ARGUMENT.
enum actlog_status actlog_error_join(const struct actlog_error *error, struct actlog_join_error *out);

// Why a `$metadata` document gives no names.
//
// Errors: ACTLOG_STATUS_OUT_OF_RANGE where the error is another, ACTLOG_STATUS_BAD_ARGUMENT.
enum actlog_status actlog_error_metadata(const struct actlog_error *error, struct actlog_metadata_error *out);

// Options as they are without any: the embedded component, the user's cache, 1 GiB of memory for an instance, as many
// idle instances as there are processors. Free it with actlog_options_free, an engine keeps nothing of it.
struct actlog_options *actlog_options_new(void);

// Frees options. NULL is fine.
void actlog_options_free(struct actlog_options *options);

// Runs the component in these `len` bytes, which are copied, instead of the embedded one.
enum actlog_status actlog_options_component(struct actlog_options *options, const uint8_t *component, size_t len);

// Runs the component in this file instead of the embedded one. `path` has `len` bytes; it is read by actlog_engine_new.
enum actlog_status actlog_options_component_file(struct actlog_options *options, const char *path, size_t len);

// Keeps machine code in this folder, which is made if it is absent. `path` has `len` bytes. On Unix it must be the user's own and
// closed to other writers, since what stands there is run; otherwise the engine does without, see actlog_engine_start.
enum actlog_status actlog_options_cache_folder(struct actlog_options *options,
                                               const char *path,
                                               size_t len);

// Keeps no machine code: every engine compiles its component.
enum actlog_status actlog_options_cache_off(struct actlog_options *options);

// Bytes of memory that an instance may have, its copy of the events and of the records included; at most 4 GiB count.
enum actlog_status actlog_options_memory_limit(struct actlog_options *options, uint64_t bytes);

// Instances that each filter keeps for the next calls. It is no limit: a call that finds none makes one. 0 keeps none.
enum actlog_status actlog_options_idle_instances(struct actlog_options *options, size_t most);

// Makes an engine. `options` may be NULL: the defaults. The first start of a version compiles for about a second.
//
// Errors: ACTLOG_STATUS_BAD_COMPONENT, ACTLOG_STATUS_HOST.
enum actlog_status actlog_engine_new(const struct actlog_options *options,
                                     struct actlog_engine **out,
                                     struct actlog_error **error);

// Frees an engine. Its filters and translators may live on. NULL is fine.
void actlog_engine_free(struct actlog_engine *engine);

// SHA-256 of the component that the engine runs, as 64 hexadecimal digits.
struct actlog_text actlog_engine_component_digest(const struct actlog_engine *engine);

// The component that the engine runs: any component host can load these bytes.
struct actlog_bytes actlog_engine_component(const struct actlog_engine *engine);

// How the engine came by its machine code.
enum actlog_start actlog_engine_start(const struct actlog_engine *engine);

// Why machine code was not stored; empty where it was. For people.
struct actlog_text actlog_engine_uncached_why(const struct actlog_engine *engine);

// Puts split records back together. `records` is NDJSON of `len` bytes, in any order; `out` gets NDJSON.
//
// Errors: ACTLOG_STATUS_MISSING_PARTS, ACTLOG_STATUS_NOT_A_RECORD, ACTLOG_STATUS_CONFLICT, ACTLOG_STATUS_TOO_LARGE,
// ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
enum actlog_status actlog_engine_join(const struct actlog_engine *engine,
                                      const uint8_t *records,
                                      size_t len,
                                      struct actlog_buffer **out,
                                      struct actlog_error **error);

// Makes the section `names` of a translator's settings, a JSON object, out of the organization's `$metadata`: CSDL as XML, of
// `len` bytes.
//
// Errors: ACTLOG_STATUS_BAD_METADATA, ACTLOG_STATUS_TOO_LARGE, ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
enum actlog_status actlog_engine_metadata(const struct actlog_engine *engine,
                                          const uint8_t *csdl,
                                          size_t len,
                                          struct actlog_buffer **out,
                                          struct actlog_error **error);

// All that the filter knows, as one JSON document. Errors: ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
enum actlog_status actlog_engine_catalog(const struct actlog_engine *engine,
                                         struct actlog_buffer **out,
                                         struct actlog_error **error);

// The JSON Schema of the settings. Errors: ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
enum actlog_status actlog_engine_settings_schema(const struct actlog_engine *engine,
                                                 struct actlog_buffer **out,
                                                 struct actlog_error **error);

// The JSON Schema of a translator's settings. Errors: ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
enum actlog_status actlog_engine_translator_schema(const struct actlog_engine *engine,
                                                   struct actlog_buffer **out,
                                                   struct actlog_error **error);

// The JSON Schema of an event, both forms. Errors: ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
enum actlog_status actlog_engine_event_schema(const struct actlog_engine *engine,
                                              struct actlog_buffer **out,
                                              struct actlog_error **error);

// The JSON Schema of an audit record. Errors: ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
enum actlog_status actlog_engine_record_schema(const struct actlog_engine *engine,
                                               struct actlog_buffer **out,
                                               struct actlog_error **error);

// Makes a filter. `settings` is a JSON document of `len` bytes; with a length of 0 it may be NULL: the defaults, which audit
// everything. The engine may be freed before the filter.
//
// Errors: ACTLOG_STATUS_BAD_SETTINGS with every fault that the settings have, ACTLOG_STATUS_BAD_ARGUMENT where they are not UTF-8,
// ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
enum actlog_status actlog_filter_new(const struct actlog_engine *engine,
                                     const char *settings,
                                     size_t len,
                                     struct actlog_filter **out,
                                     struct actlog_error **error);

// Frees a filter, on whatever thread, when no call uses it any more. NULL is fine.
void actlog_filter_free(struct actlog_filter *filter);

// Filters a batch of events: NDJSON of `len` bytes, one event a line; 16 to 64 events are enough for full speed.
//
// A bad event is no error: see actlog_outcome_rejection. Nor is one on which the filter fails: see actlog_outcome_fault.
//
// Errors: ACTLOG_STATUS_TOO_LARGE when the batch is larger than an instance may be, ACTLOG_STATUS_HOST when no instance can be made.
enum actlog_status actlog_filter_audit(const struct actlog_filter *filter,
                                       const uint8_t *events,
                                       size_t len,
                                       struct actlog_outcome **out,
                                       struct actlog_error **error);

// Tells what is decided about one event of `len` bytes and why, stage by stage, as a JSON document.
//
// Errors: ACTLOG_STATUS_TOO_LARGE, ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
enum actlog_status actlog_filter_explain(const struct actlog_filter *filter,
                                         const uint8_t *event,
                                         size_t len,
                                         struct actlog_buffer **out,
                                         struct actlog_error **error);

// Frees an outcome with all that was got from it. NULL is fine.
void actlog_outcome_free(struct actlog_outcome *outcome);

// How many events became what. Without an outcome all are 0.
struct actlog_counts actlog_outcome_counts(const struct actlog_outcome *outcome);

// The audit records as NDJSON, in the order of their events, each ended by a line feed. No NUL follows.
struct actlog_bytes actlog_outcome_records(const struct actlog_outcome *outcome);

// How many exclusions there are.
size_t actlog_outcome_exclusions(const struct actlog_outcome *outcome);

// The exclusion at `position`, from 0, in order of first appearance.
//
// Errors: ACTLOG_STATUS_OUT_OF_RANGE, ACTLOG_STATUS_BAD_ARGUMENT.
enum actlog_status actlog_outcome_exclusion(const struct actlog_outcome *outcome,
                                            size_t position,
                                            struct actlog_exclusion *out);

// How many rejections there are.
size_t actlog_outcome_rejections(const struct actlog_outcome *outcome);

// The rejection at `position`, from 0, in the order of the events.
//
// Errors: ACTLOG_STATUS_OUT_OF_RANGE, ACTLOG_STATUS_BAD_ARGUMENT.
enum actlog_status actlog_outcome_rejection(const struct actlog_outcome *outcome,
                                            size_t position,
                                            struct actlog_rejection *out);

// How many faults there are.
size_t actlog_outcome_faults(const struct actlog_outcome *outcome);

// The fault at `position`, from 0, in the order of the events.
//
// Errors: ACTLOG_STATUS_OUT_OF_RANGE, ACTLOG_STATUS_BAD_ARGUMENT.
enum actlog_status actlog_outcome_fault(const struct actlog_outcome *outcome,
                                        size_t position,
                                        struct actlog_fault *out);

// An exchange of which nothing is known yet. Free it with actlog_exchange_free.
struct actlog_exchange *actlog_exchange_new(void);

// Frees an exchange. NULL is fine.
void actlog_exchange_free(struct actlog_exchange *exchange);

// The host's own id of the exchange, at most 200 bytes of UTF-8 without control characters (any other is hashed): the same each time
// this exchange is told, and different for every other. EventId is this id, a slash, and the place of the event.
enum actlog_status actlog_exchange_id(struct actlog_exchange *exchange,
                                      const char *id,
                                      size_t len);

// When the request began: ISO 8601, UTF-8.
enum actlog_status actlog_exchange_began(struct actlog_exchange *exchange, const char *time, size_t len);

// The address of the client as the host saw it, UTF-8: of the connection, not of a header. A port behind it does no harm.
enum actlog_status actlog_exchange_client(struct actlog_exchange *exchange,
                                          const char *address,
                                          size_t len);

// Method and target (path and query) exactly as they came: not decoded, not normalized. Bytes that are not UTF-8 become U+FFFD.
enum actlog_status actlog_exchange_request(struct actlog_exchange *exchange,
                                           const char *method,
                                           size_t method_len,
                                           const char *target,
                                           size_t target_len);

// Adds a header field of the request; call it in their order. Bytes that are not UTF-8 become U+FFFD.
enum actlog_status actlog_exchange_request_header(struct actlog_exchange *exchange,
                                                  const char *name,
                                                  size_t name_len,
                                                  const char *value,
                                                  size_t value_len);

// The body of the request, transfer codings undone, instead of any given before. `whole` says whether these are all its bytes; it is
// false too where the host does not know. A request of which nothing was given has a body of which nothing is known.
//
// A body with a Content-Encoding is not read: undo it and leave the header out.
enum actlog_status actlog_exchange_request_body(struct actlog_exchange *exchange,
                                                const uint8_t *content,
                                                size_t len,
                                                bool whole);

// Says that the upstream answered, and with which status. An answer that the host or another proxy made itself, such as 502 or 504,
// is none. Without an answer nobody knows whether what was asked was done, and the events say `InDoubt`.
enum actlog_status actlog_exchange_answer(struct actlog_exchange *exchange,
                                          uint16_t status);

// Adds a header field of the answer, as actlog_exchange_request_header does; ACTLOG_STATUS_BAD_ARGUMENT before actlog_exchange_answer.
enum actlog_status actlog_exchange_answer_header(struct actlog_exchange *exchange,
                                                 const char *name,
                                                 size_t name_len,
                                                 const char *value,
                                                 size_t value_len);

// The body of the answer, as actlog_exchange_request_body has it; ACTLOG_STATUS_BAD_ARGUMENT before actlog_exchange_answer.
enum actlog_status actlog_exchange_answer_body(struct actlog_exchange *exchange,
                                               const uint8_t *content,
                                               size_t len,
                                               bool whole);

// Makes a translator. `settings` is a JSON document of `len` bytes, see actlog_engine_translator_schema; it names at least the
// organization. The engine may be freed before the translator.
//
// Errors: ACTLOG_STATUS_BAD_SETTINGS with every fault that the settings have, ACTLOG_STATUS_BAD_ARGUMENT where they are not UTF-8,
// ACTLOG_STATUS_FILTER_FAILED, ACTLOG_STATUS_HOST.
enum actlog_status actlog_translator_new(const struct actlog_engine *engine,
                                         const char *settings,
                                         size_t len,
                                         struct actlog_translator **out,
                                         struct actlog_error **error);

// Frees a translator, on whatever thread, when no call uses it any more. NULL is fine.
void actlog_translator_free(struct actlog_translator *translator);

// Tells an exchange in SDK events. The same exchange always gives the same bytes. What it does not say is left out, and
// actlog_translation_finding says what and why.
//
// Told once without its answer and once with it, an exchange gives events of the same EventId at the same places: the second take
// the place of the first, and records of both must not be kept.
//
// Errors: ACTLOG_STATUS_TOO_LARGE when the exchange is larger than an instance may be, ACTLOG_STATUS_FILTER_FAILED,
// ACTLOG_STATUS_HOST when no instance can be made.
enum actlog_status actlog_translator_translate(const struct actlog_translator *translator,
                                               const struct actlog_exchange *exchange,
                                               struct actlog_translation **out,
                                               struct actlog_error **error);

// Frees a translation with all that was got from it. NULL is fine.
void actlog_translation_free(struct actlog_translation *translation);

// SDK events as NDJSON, in the order of the requests: what actlog_filter_audit takes. It rejects none of them.
struct actlog_bytes actlog_translation_events(const struct actlog_translation *translation);

// How many events they are.
uint32_t actlog_translation_event_count(const struct actlog_translation *translation);

// How many findings there are.
size_t actlog_translation_findings(const struct actlog_translation *translation);

// The finding at `position`, from 0, in the order in which they were met.
//
// Errors: ACTLOG_STATUS_OUT_OF_RANGE, ACTLOG_STATUS_BAD_ARGUMENT.
enum actlog_status actlog_translation_finding(const struct actlog_translation *translation,
                                              size_t position,
                                              struct actlog_finding *out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* ACTLOG_H */
