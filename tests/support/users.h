/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Other users, who are numbers and nothing else, and processes of theirs. */
#ifndef TESTS_USERS_H
#define TESTS_USERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <netfwv6.h>

struct user {
	uid_t uid;
	gid_t gid;
	gid_t group;	  /* a supplementary one; 0: none */
	bool without_bpf; /* bpf() says EPERM, as before Linux 6.0 to whoever is not root */
};

#define ADMINISTRATORS 64000 /* the group that tests give the ports to */

extern const struct user root_user, nobody, member;

/* The calling process, for good. */
void become(const struct user *user);

/*
 * Starts a process of that user, where the calling thread is, that does the job and
 * ends. finish() waits for it and fails the test with what it complained of.
 */
pid_t start_job(const struct user *user, void (*job)(void *), void *context);
void finish(pid_t child);

/* Both. */
void as_user(const struct user *user, void (*job)(void *), void *context);

/* Fails the test, with its complaint, when the process has ended. */
void assert_running(pid_t child);

/* SIGKILL, and wait. Fails the test when it had ended by itself. */
void end_child(pid_t child);

/* All that were started and not waited for. */
void end_children(void);

/*
 * In a job, where cmocka's assertions have no place: ends the process with a complaint.
 * In the test itself: fails it.
 */
void report(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
#define expect(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			report("%s:%d: not so: %s", __FILE__, __LINE__, #condition);               \
	} while (0)
#define expect_ok(call) expect_result(call, NETFWV6_S_OK)
#define expect_result(call, wanted)                                                                \
	do {                                                                                       \
		netfwv6_result got_ = (call);                                                      \
		if (got_ != (wanted))                                                              \
			report("%s: %s (%s), wanted %s", #call, netfwv6_result_name(got_),         \
			       netfwv6_detail(), netfwv6_result_name(wanted));                     \
	} while (0)

/* Zeroed memory that children share, for the program's life. */
void *shared_memory(size_t size);

/* A parent and a child take turns: who waits for a step goes on when the other reaches it. */
void reach(_Atomic int *step, int n);
void await_in_child(_Atomic int *step, int n);
void await_child(pid_t child, _Atomic int *step, int n);

#endif
