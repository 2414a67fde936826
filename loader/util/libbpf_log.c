// SPDX-License-Identifier: LGPL-2.1-or-later
#include "util/libbpf_log.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t print_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local const struct log_sink *loading;
static _Thread_local sigset_t signals_before;
static libbpf_print_fn_t print_before;

static void log_lines(const struct log_sink *sink, char *text)
{
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		log_line(sink, "%s", line);
}

__attribute__((format(printf, 2, 0))) static int print(enum libbpf_print_level level,
						       const char *format, va_list args)
{
	char *text;

	if (!loading)
		return print_before ? print_before(level, format, args) : 0;
	if (level == LIBBPF_DEBUG || vasprintf(&text, format, args) < 0)
		return 0;
	log_lines(loading, text);
	free(text);
	return 0;
}

/*
 * A fork waits for the thread that is inside a call: the child would have it inside for ever.
 * Who forks out of such a call, by a log callback, has his own way.
 */
static void before_fork(void)
{
	if (!loading)
		pthread_mutex_lock(&print_mutex);
}

static void after_fork(void)
{
	if (!loading)
		pthread_mutex_unlock(&print_mutex);
}

__attribute__((constructor)) static void mind_forks(void)
{
	pthread_atfork(before_fork, after_fork, after_fork);
}

/*
 * At a signal the kernel gives up to verify a program. libbpf tries five times, which is not
 * enough in a process that has a timer. What tells of errors of its own stays possible.
 */
static void hold_signals(void)
{
	static const int of_its_own[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT };
	sigset_t signals;

	sigfillset(&signals);
	for (size_t i = 0; i < sizeof(of_its_own) / sizeof(*of_its_own); i++)
		sigdelset(&signals, of_its_own[i]);
	pthread_sigmask(SIG_BLOCK, &signals, &signals_before);
}

void libbpf_log_begin(const struct log_sink *sink)
{
	pthread_mutex_lock(&print_mutex);
	hold_signals();
	loading = sink;
	print_before = libbpf_set_print(print);
}

void libbpf_log_end(void)
{
	libbpf_set_print(print_before);
	loading = NULL;
	pthread_sigmask(SIG_SETMASK, &signals_before, NULL);
	pthread_mutex_unlock(&print_mutex);
}
