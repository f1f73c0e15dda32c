// Threads that the library never saw: many at once, handles that wander, and stacks as small as they come.
#define _GNU_SOURCE
#include "check.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 50, WANDERERS = 64 };

static actlog_engine *engine;

static pthread_t start(void *(*work)(void *), void *with, size_t stack) {
    pthread_attr_t attributes;
    pthread_t thread;
    CHECK(pthread_attr_init(&attributes) == 0);
    if (stack > 0) CHECK(pthread_attr_setstacksize(&attributes, stack) == 0);
    CHECK(pthread_create(&thread, &attributes, work, with) == 0);
    CHECK(pthread_attr_destroy(&attributes) == 0);
    return thread;
}

static void *audit_often(void *filter) {
    for (int i = 0; i < ROUNDS; i++) audit_some(filter, 1 + i % 16);
    return NULL;
}

static void at_once(void) {
    test("one filter serves many threads at once, each with its own answers");
    actlog_filter *filter = filter_of(engine);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) threads[i] = start(audit_often, filter, 0);
    for (int i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    actlog_filter_free(filter);
}

static void *audit_trouble_often(void *filter) {
    for (int i = 0; i < 5; i++) audit_trouble(filter);
    return NULL;
}

static void faults_at_once(void) {
    test("filter that fails on many threads at once harms none");
    actlog_engine *trouble = engine_for(GIVEN.troublemaker);
    actlog_filter *filter = filter_of(trouble);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) threads[i] = start(audit_trouble_often, filter, 0);
    for (int i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    actlog_filter_free(filter);
    actlog_engine_free(trouble);
}

// What goes from thread to thread, as a goroutine's calls do: no two calls need be on the same one.
typedef struct {
    actlog_filter *filter;
    actlog_outcome *outcome;
} luggage;

static void *open_filter(void *with) {
    ((luggage *)with)->filter = filter_of(engine);
    return NULL;
}

static void *audit_once(void *with) {
    luggage *all = with;
    actlog_outcome_free(all->outcome); // another thread's
    CHECK(actlog_filter_audit(all->filter, (const uint8_t *)"{}", 2, &all->outcome, NULL) == ACTLOG_STATUS_OK);
    CHECK(actlog_outcome_counts(all->outcome).rejected == 1);
    return NULL;
}

static void *free_all(void *with) {
    luggage *all = with;
    actlog_outcome_free(all->outcome);
    actlog_filter_free(all->filter);
    return NULL;
}

static void run(void *(*work)(void *), void *with, size_t stack) { CHECK(pthread_join(start(work, with, stack), NULL) == 0); }

static void wandering(void) {
    test("handles are opened on one thread, used by many in turn and freed on another");
    luggage all = {NULL, NULL};
    run(open_filter, &all, 0);
    for (int i = 0; i < WANDERERS; i++) run(audit_once, &all, 0);
    run(free_all, &all, 0);
}

static void small_stacks(void) {
    test("threads with small stacks may call");
    size_t page = (size_t)sysconf(_SC_PAGESIZE), least = (size_t)PTHREAD_STACK_MIN + 4 * page;
    luggage all = {NULL, NULL};
    for (size_t stack = least; stack <= (size_t)2 << 20; stack *= 2) {
        run(open_filter, &all, stack);
        for (int i = 0; i < 4; i++) run(audit_once, &all, stack);
        run(free_all, &all, stack);
        all = (luggage){NULL, NULL};
    }
    test("faults on small stacks are faults of the filter, not of the program");
    actlog_engine *trouble = engine_for(GIVEN.troublemaker);
    actlog_filter *filter = filter_of(trouble);
    for (size_t stack = 64 << 10; stack <= (size_t)2 << 20; stack *= 2) run(audit_trouble_often, filter, stack);
    actlog_filter_free(filter);
    actlog_engine_free(trouble);
}

static void *engine_on_it(void *with) {
    (void)with;
    actlog_engine *own = engine_for(GIVEN.component);
    actlog_filter *filter = filter_of(own);
    actlog_engine_free(own);
    audit_some(filter, 3);
    actlog_filter_free(filter);
    return NULL;
}

static void engine_on_a_small_stack(void) {
    test("engine starts on a thread with a small stack");
    run(engine_on_it, NULL, 128 << 10);
}

// Every thread of Go has an alternate signal stack of 32 KiB.
static void *with_signal_stack(void *filter) {
    size_t size = 32 << 10;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    stack_t own = {.ss_sp = memory, .ss_size = size};
    CHECK(sigaltstack(&own, NULL) == 0);
    audit_trouble(filter);
    stack_t now;
    CHECK(sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_DISABLE) == 0 && now.ss_size >= size);
    CHECK(sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL) == 0);
    CHECK(munmap(memory, size) == 0);
    return NULL;
}

static void signal_stacks(void) {
    test("threads with an alternate signal stack of their own may call");
    actlog_engine *trouble = engine_for(GIVEN.troublemaker);
    actlog_filter *filter = filter_of(trouble);
    for (int i = 0; i < 8; i++) run(with_signal_stack, filter, 0);
    actlog_filter_free(filter);
    actlog_engine_free(trouble);
}

void thread_tests(void) {
    engine = engine_for(GIVEN.component);
    at_once();
    faults_at_once();
    wandering();
    small_stacks();
    engine_on_a_small_stack();
    signal_stacks();
    actlog_engine_free(engine);
}
