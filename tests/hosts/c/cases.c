#define _GNU_SOURCE
#include "cases.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *path, const char *why) {
    fprintf(stderr, "%s: %s\n", path, why);
    exit(1);
}

void put(blob *to, const void *data, size_t len) {
    char *grown = realloc(to->data, to->len + len + 1);
    if (grown == NULL) fail("memory", "there is none");
    if (len > 0) memcpy(grown + to->len, data, len);
    to->data = grown;
    to->len += len;
    grown[to->len] = '\0';
}

void print(blob *to, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (len < 0 || (size_t)len >= sizeof text) fail(format, "too long to print");
    put(to, text, (size_t)len);
}

blob read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail(path, "cannot be opened");
    blob text = {NULL, 0};
    put(&text, "", 0);
    char chunk[65536];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0) put(&text, chunk, got);
    if (ferror(file)) fail(path, "cannot be read");
    fclose(file);
    return text;
}

static bool is_one_of(const char *name, size_t len, const char *const names[]) {
    for (; *names != NULL; names++)
        if (strlen(*names) == len && memcmp(*names, name, len) == 0) return true;
    return false;
}

// The section's text without line feeds at its end, and one line feed.
static blob lines(const char *body, size_t len) {
    while (len > 0 && body[len - 1] == '\n') len--;
    blob text = {NULL, 0};
    put(&text, body, len);
    put(&text, "\n", 1);
    return text;
}

static blob trimmed(const char *body, size_t len) {
    while (len > 0 && strchr(" \t\r\n", body[len - 1]) != NULL) len--;
    while (len > 0 && strchr(" \t\r\n", *body) != NULL) body++, len--;
    blob text = {NULL, 0};
    put(&text, body, len);
    return text;
}

// Where the next line begins that begins a section; the end of the text where none does.
static const char *next_section(const char *at, const char *end) {
    const char *found = memmem(at, (size_t)(end - at), "\n== ", 4);
    return found == NULL ? end : found + 1;
}

static void (*then)(const vector *);

static void read_vector(const char *path) {
    static const char *const EXPECTED[] = {"outcome", "records", "joined", "join-error", "settings-errors", NULL};
    blob text = read_file(path);
    const char *end = text.data + text.len, *at = next_section(text.data, end);
    vector one = {.path = path};
    while (at < end) {
        const char *next = next_section(at, end);
        const char *line_end = memchr(at, '\n', (size_t)(next - at));
        if (line_end == NULL) line_end = next;
        const char *name = at + 3;
        blob title = trimmed(name, (size_t)(line_end - name));
        const char *body = line_end < next ? line_end + 1 : next;
        size_t len = (size_t)(next - body);
        if (is_one_of(title.data, title.len, EXPECTED)) {
            put(&one.expected, at, (size_t)(end - at));
            next = end;
        } else if (strcmp(title.data, "settings") == 0) {
            one.settings = trimmed(body, len);
        } else if (strcmp(title.data, "events") == 0) {
            one.events = lines(body, len);
        } else if (strcmp(title.data, "parts") == 0) {
            one.parts = lines(body, len);
        } else {
            fail(path, "has a section that is not known");
        }
        free(title.data);
        at = next;
    }
    if (one.expected.data == NULL || (one.events.data == NULL) == (one.parts.data == NULL)) fail(path, "is no vector");
    if (one.settings.data == NULL) put(&one.settings, "", 0);
    then(&one);
    free(one.settings.data);
    free(one.events.data);
    free(one.parts.data);
    free(one.expected.data);
    free(text.data);
}

static int is_case(const struct dirent *entry) {
    size_t len = strlen(entry->d_name);
    return len > 5 && strcmp(entry->d_name + len - 5, ".case") == 0;
}

size_t each_case_file(const char *folder, void (*each)(const char *path)) {
    struct dirent **entries;
    int count = scandir(folder, &entries, is_case, alphasort);
    if (count < 0) fail(folder, "cannot be listed");
    for (int i = 0; i < count; i++) {
        blob path = {NULL, 0};
        print(&path, "%s/%s", folder, entries[i]->d_name);
        each(path.data);
        free(path.data);
        free(entries[i]);
    }
    free(entries);
    return (size_t)count;
}

size_t each_vector(const char *folder, void (*each)(const vector *)) {
    then = each;
    return each_case_file(folder, read_vector);
}
