// Reads the vectors of tests/cases; its README.md is the format.
#ifndef CASES_H
#define CASES_H

#include <stddef.h>

// Bytes that grow; a NUL stands behind them.
typedef struct {
    char *data;
    size_t len;
} blob;

// One vector.
typedef struct {
    const char *path;
    blob settings;
    blob events;   // data is NULL where the vector is one of join
    blob parts;    // data is NULL where it is not
    blob expected; // from the first section of what must come out, to the end
} vector;

void put(blob *to, const void *data, size_t len);
void print(blob *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
blob read_file(const char *path);

// Gives every .case file of a folder to `each`, in the order of their names, and how many there were.
size_t each_case_file(const char *folder, void (*each)(const char *path));

// Gives every vector of a folder to `each`, and how many there were. Ends the program when a file is none.
size_t each_vector(const char *folder, void (*each)(const vector *));

#endif
