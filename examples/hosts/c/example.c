// Reads events from standard input, writes audit records to standard output.
#include "actlog.h"
#include <stdio.h>

int main(void) {
    static char events[1 << 20];
    size_t len = fread(events, 1, sizeof events, stdin);
    actlog_engine *engine = NULL;
    actlog_filter *filter = NULL;
    actlog_outcome *outcome = NULL;
    actlog_error *error = NULL;
    if (actlog_engine_new(NULL, &engine, &error) == ACTLOG_STATUS_OK &&
        actlog_filter_new(engine, NULL, 0, &filter, &error) == ACTLOG_STATUS_OK &&
        actlog_filter_audit(filter, (const uint8_t *)events, len, &outcome, &error) == ACTLOG_STATUS_OK) {
        actlog_bytes records = actlog_outcome_records(outcome);
        fwrite(records.data, 1, records.len, stdout);
    }
    int status = error == NULL ? 0 : 1;
    if (error != NULL) fprintf(stderr, "%s\n", actlog_error_message(error).data);
    actlog_error_free(error);
    actlog_outcome_free(outcome);
    actlog_filter_free(filter);
    actlog_engine_free(engine);
    return status;
}
