#define _GNU_SOURCE
#include "exchange_cases.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char TOKEN[] = "Bearer {\"oid\":\"a0000000-0000-4000-8000-000000000001\",\"upn\":\"anna@contoso.com\"}";

static blob common; // settings.json
static void (*then)(const exchange_case *);

static void fail(const char *path, const char *why) {
    fprintf(stderr, "%s: %s\n", path, why);
    exit(1);
}

static blob copy(const char *data, size_t len) {
    blob made = {NULL, 0};
    put(&made, data, len);
    return made;
}

static void add(fields *to, const char *name, size_t name_len, const char *value, size_t value_len) {
    to->items = realloc(to->items, (to->count + 1) * sizeof *to->items);
    if (to->items == NULL) fail("memory", "there is none");
    to->items[to->count++] = (field){copy(name, name_len), copy(value, value_len)};
}

static void free_fields(fields *all) {
    for (size_t i = 0; i < all->count; i++) free(all->items[i].name.data), free(all->items[i].value.data);
    free(all->items);
}

static void free_message(message *one) {
    free(one->line.data);
    free(one->body.data);
    free_fields(&one->notes);
    free_fields(&one->headers);
}

static const field *noted(const message *of, const char *word) {
    for (size_t i = 0; i < of->notes.count; i++)
        if (strcmp(of->notes.items[i].name.data, word) == 0) return &of->notes.items[i];
    return NULL;
}

const char *note(const message *of, const char *word, const char *otherwise) {
    const field *found = noted(of, word);
    const char *text = found == NULL ? otherwise : found->value.data;
    return *text == '\0' ? NULL : text;
}

static blob base64url(const char *data, size_t len) {
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    blob text = {NULL, 0};
    for (size_t at = 0; at < len; at += 3) {
        unsigned long word = 0;
        size_t some = len - at < 3 ? len - at : 3;
        for (size_t i = 0; i < some; i++) word |= (unsigned long)(unsigned char)data[at + i] << (16 - 8 * i);
        for (size_t i = 0; i <= some; i++) put(&text, &LETTERS[word >> (18 - 6 * i) & 63], 1);
    }
    return text;
}

// A value `Bearer {…}` stands for a token with these claims.
static void make_token(blob *value) {
    static const char BEGIN[] = "Bearer {";
    if (strncmp(value->data, BEGIN, sizeof BEGIN - 1) != 0) return;
    blob claims = base64url(value->data + 7, value->len - 7), token = copy("Bearer e30.", 11);
    put(&token, claims.data, claims.len);
    put(&token, ".c2lnbmF0dXJl", 13);
    free(claims.data);
    free(value->data);
    *value = token;
}

static blob from_hex(const char *text) {
    blob bytes = {NULL, 0};
    put(&bytes, "", 0);
    for (unsigned digit, half = 0, high = 0; *text != '\0'; text++) {
        if (!isxdigit((unsigned char)*text)) continue;
        digit = isdigit((unsigned char)*text) ? (unsigned)(*text - '0') : (unsigned)(tolower(*text) - 'a' + 10);
        if (half ^= 1) {
            high = digit << 4;
        } else {
            unsigned char byte = (unsigned char)(high | digit);
            put(&bytes, &byte, 1);
        }
    }
    return bytes;
}

static blob body_of(const message *of, const char *text, size_t len) {
    bool multipart = false;
    for (size_t i = 0; i < of->headers.count; i++) {
        const field *header = &of->headers.items[i];
        multipart |= strcasecmp(header->name.data, "Content-Type") == 0 && strncmp(header->value.data, "multipart/", 10) == 0;
    }
    if (noted(of, "hex")) return from_hex(text);
    if (!multipart || noted(of, "lf")) return copy(text, len > 0 && text[len - 1] == '\n' ? len - 1 : len);
    blob bytes = {NULL, 0};
    put(&bytes, "", 0);
    for (size_t i = 0; i < len; i++) put(&bytes, text[i] == '\n' ? "\r\n" : &text[i], text[i] == '\n' ? 2 : 1);
    return bytes;
}

static message read_message(const char *path, const blob *section) {
    message one = {.whole = true};
    const char *at = section->data, *end = at + section->len;
    while (at < end) {
        const char *line = at, *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)(line_end - line);
        at = line_end + 1;
        if (len == 0) break;
        if (*line == '@') {
            const char *space = memchr(line, ' ', len);
            size_t word = space == NULL ? len : (size_t)(space - line), rest = space == NULL ? len : word + 1;
            add(&one.notes, line + 1, word - 1, line + rest, len - rest);
        } else if (one.line.data == NULL) {
            one.line = copy(line, len);
        } else {
            const char *colon = memmem(line, len, ": ", 2);
            if (colon == NULL) fail(path, "has a line that is no header field");
            add(&one.headers, line, (size_t)(colon - line), colon + 2, (size_t)(line_end - colon - 2));
        }
    }
    if (one.line.data == NULL) fail(path, "has a message without a first line");
    one.whole = noted(&one, "cut") == NULL;
    one.body = body_of(&one, at, (size_t)(end - at));
    return one;
}

static message read_request(const char *path, const blob *section) {
    message one = read_message(path, section);
    bool has_token = noted(&one, "anonymous") != NULL;
    for (size_t i = 0; i < one.headers.count; i++) has_token |= strcasecmp(one.headers.items[i].name.data, "Authorization") == 0;
    if (!has_token) add(&one.headers, "Authorization", 13, TOKEN, sizeof TOKEN - 1);
    for (size_t i = 0; i < one.headers.count; i++)
        if (strcasecmp(one.headers.items[i].name.data, "Authorization") == 0) make_token(&one.headers.items[i].value);
    return one;
}

static bool is_one_of(const char *name, const char *const names[]) {
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0) return true;
    return false;
}

static void read_case(const char *path) {
    static const char *const EXPECTED[] = {"events", "unknown", "settings-errors", "names", "metadata-error", NULL};
    static const char *const GIVEN[] = {"settings", "request", "response", "csdl", NULL};
    blob text = read_file(path), given[4] = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    exchange_case one = {.path = path};
    const char *end = text.data + text.len, *next;
    for (const char *at = memmem(text.data, text.len, "\n== ", 4); at != NULL; at = next) {
        const char *name = at + 4;
        next = memmem(name, (size_t)(end - name), "\n== ", 4);
        const char *section_end = next == NULL ? end : next, *name_end = memchr(name, '\n', (size_t)(section_end - name));
        blob title = copy(name, (size_t)((name_end == NULL ? section_end : name_end) - name));
        blob body = copy("", 0);
        if (name_end != NULL) put(&body, name_end + 1, (size_t)(section_end - name_end - 1));
        bool ends = body.len > 0 && body.data[body.len - 1] == '\n';
        if (is_one_of(title.data, EXPECTED)) {
            put(&one.expected, "== ", 3);
            put(&one.expected, title.data, title.len);
            put(&one.expected, "\n", 1);
            if (body.len > 0 && !ends) put(&body, "\n", 1);
            put(&one.expected, body.data, body.len);
            free(body.data);
        } else if (is_one_of(title.data, GIVEN)) {
            size_t which = 0;
            while (strcmp(GIVEN[which], title.data) != 0) which++;
            if (!ends) put(&body, "\n", 1);
            free(given[which].data);
            given[which] = body;
        } else {
            fail(path, "has a section that is not known");
        }
        free(title.data);
    }
    if (one.expected.data == NULL || (given[1].data == NULL) == (given[3].data == NULL)) fail(path, "is no case");
    one.settings = given[0].data == NULL ? common : given[0];
    one.csdl = given[3];
    if (given[1].data != NULL) one.request = read_request(path, &given[1]);
    if (given[2].data != NULL) one.response = read_message(path, &given[2]);
    then(&one);
    free_message(&one.request);
    free_message(&one.response);
    free(one.expected.data);
    for (size_t i = 0; i < 4; i++) free(given[i].data);
    free(text.data);
}

size_t each_exchange_case(const char *folder, void (*each)(const exchange_case *)) {
    blob path = {NULL, 0};
    print(&path, "%s/settings.json", folder);
    common = read_file(path.data);
    then = each;
    size_t count = each_case_file(folder, read_case);
    free(common.data);
    free(path.data);
    return count;
}
