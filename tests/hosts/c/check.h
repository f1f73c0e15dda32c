// What the tests share.
#ifndef CHECK_H
#define CHECK_H

#include "actlog.h"

#include <stdbool.h>
#include <stddef.h>

// What the tests were given.
typedef struct {
    const char *component;    // the filter
    const char *troublemaker; // a component that fails on demand
    const char *cache;        // folder for machine code
} given;

extern given GIVEN;

// Ends the program where `what` does not hold.
#define CHECK(what) check((what), #what, __FILE__, __LINE__)
void check(bool holds, const char *what, const char *file, int line);

// An engine for a component file, a filter with the defaults. They end the program when they fail.
actlog_engine *engine_for(const char *component);
actlog_filter *filter_of(const actlog_engine *engine);

// Filters `count` good events and checks what comes out.
void audit_some(const actlog_filter *filter, int count);

// Makes a filter of the troublemaker panic, recurse and run out of memory; checks that it is told and harms nobody.
void audit_trouble(const actlog_filter *filter);

bool is(actlog_text text, const char *expected);

// Tests by file.
void hostile_tests(void);
void error_tests(void);
void entry_point_tests(void);
void fault_tests(void);
void thread_tests(void);
void signal_tests(void);

// One of them, in a process of its own; false where there is none of this name.
bool signal_test(const char *which);

// Says what is tested now, and counts it.
void test(const char *name);

#endif
