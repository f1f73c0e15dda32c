// Reads the cases of tests/exchanges; its README.md is the format.
#ifndef EXCHANGE_CASES_H
#define EXCHANGE_CASES_H

#include "cases.h"

#include <stdbool.h>

// A header field, or a note: a word and what follows it.
typedef struct {
    blob name, value;
} field;

typedef struct {
    field *items;
    size_t count;
} fields;

// One side of an exchange; line.data is NULL where the case has none.
typedef struct {
    blob line;
    fields notes, headers;
    blob body;
    bool whole;
} message;

// One case.
typedef struct {
    const char *path;
    blob settings;
    blob csdl; // data is NULL where the case is not about a $metadata document
    message request, response;
    blob expected;
} exchange_case;

// What a note says, or else `otherwise`; NULL where that is empty.
const char *note(const message *of, const char *word, const char *otherwise);

// Gives every case of a folder to `each`, and how many there were. Ends the program when a file is none.
size_t each_exchange_case(const char *folder, void (*each)(const exchange_case *));

#endif
