// Signal handlers of the program beside those of the library. Each test is a process of its own: handlers are for ever.
#define _GNU_SOURCE
#include "check.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile sig_atomic_t caught;
static struct sigaction before;

static void handler(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)info, (void)context;
    caught++;
    siglongjmp(back, 1);
}

static void install(int signal, struct sigaction *old) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    CHECK(sigaction(signal, &action, old) == 0);
}

// A fault that is none of the filter's.
static void fault_here(void) {
    volatile char *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(nowhere != MAP_FAILED);
    if (sigsetjmp(back, 1) == 0) *nowhere = 1;
    CHECK(munmap((void *)nowhere, 4096) == 0);
}

static actlog_filter *trouble(void) {
    actlog_engine *engine = engine_for(GIVEN.troublemaker);
    actlog_filter *filter = filter_of(engine);
    actlog_engine_free(engine);
    return filter;
}

static void installed_before(void) {
    install(SIGSEGV, NULL);
    install(SIGILL, NULL);
    actlog_filter *filter = trouble();
    for (int i = 0; i < 3; i++) {
        audit_trouble(filter);
        CHECK(caught == i); // the filter's faults did not come here
        fault_here();
        CHECK(caught == i + 1);
    }
    actlog_filter_free(filter);
}

static void chaining(int signal, siginfo_t *info, void *context) {
    if (before.sa_flags & SA_SIGINFO)
        before.sa_sigaction(signal, info, context);
    else
        before.sa_handler(signal);
}

static void installed_after(void) {
    // As the header asks: the former is called for what is not known.
    actlog_filter *filter = trouble();
    for (int i = 0; i < 2; i++) {
        int signal = i == 0 ? SIGSEGV : SIGILL;
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_sigaction = chaining;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
        CHECK(sigaction(signal, &action, &before) == 0);
    }
    audit_trouble(filter);
    audit_trouble(filter);
    actlog_filter_free(filter);
}

static void not_caught(void) {
    // Without a handler of the program, a fault of the program ends it as it always did.
    CHECK(signal(SIGSEGV, SIG_DFL) != SIG_ERR);
    actlog_filter *filter = trouble();
    audit_trouble(filter);
    actlog_filter_free(filter);
    fault_here();
}

// The process begins anew, so that no engine was started in it before: handlers are installed once.
static void again(const char *which, int expected_signal) {
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        execl("/proc/self/exe", "tests", GIVEN.component, GIVEN.troublemaker, GIVEN.cache, which, (char *)NULL);
        _exit(127);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    if (expected_signal == 0) CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    else CHECK(WIFSIGNALED(status) && WTERMSIG(status) == expected_signal);
}

bool signal_test(const char *which) {
    if (strcmp(which, "handlers-before") == 0) return installed_before(), true;
    if (strcmp(which, "handlers-after") == 0) return installed_after(), true;
    if (strcmp(which, "no-handlers") == 0) return not_caught(), true;
    return false;
}

void signal_tests(void) {
    test("handler that was there before still gets the program's own faults, and none of the filter's");
    again("handlers-before", 0);
    test("handler that is installed later and calls the former leaves the filter's faults alone");
    again("handlers-after", 0);
    test("fault of the program without a handler ends it by its signal");
    again("no-handlers", SIGSEGV);
}
