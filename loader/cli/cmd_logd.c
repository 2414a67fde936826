// SPDX-License-Identifier: LGPL-2.1-or-later
/* logd writes the log, until it is told to end. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "log_file.h"

#define ROUND_MS 500	/* settings are read, and what failed is tried again, so often */
#define BATCH 1024	/* events between two looks at what else there is to do */
#define LAST_BATCHES 64 /* of an ending writer: more than the buffer holds at a time */

struct writer {
	struct cli *cli;
	struct netfwv6_events *events;
	struct log_file file;
	int signals;
	bool stop, reopen;
	char complaint[PROBLEM_SIZE]; /* why the log cannot be written, as it was said; or "" */
	/*
	 * The line of an event that is not written yet. The event stays in the kernel's
	 * buffer until then, so that it outlives this process.
	 */
	char line[W3C_LINE_SIZE];
	size_t length;	     /* 0: there is none */
	uint64_t unreadable; /* events of another version, counted as missed */
	int64_t round;	     /* when the latest began */
};

/* ---- The file ---------------------------------------------------------------------- */

static void say_that_it_fails(struct writer *writer)
{
	if (strcmp(writer->complaint, writer->file.problem) == 0)
		return;
	complain("cannot write the log: %s; events wait, and what finds no room is counted",
		 writer->file.problem);
	strcpy(writer->complaint, writer->file.problem);
}

static bool write_line(struct writer *writer, const char *line, size_t length)
{
	if (!log_file_write(&writer->file, line, length)) {
		say_that_it_fails(writer);
		return false;
	}
	if (*writer->complaint)
		complain("the log is written again: %s", writer->file.path);
	*writer->complaint = '\0';
	return true;
}

/* Opens what stands at the path now, also when the file was moved away or removed. */
static void mind_the_file(struct writer *writer)
{
	if ((writer->reopen || !log_file_is_in_place(&writer->file)) &&
	    !log_file_open(&writer->file))
		say_that_it_fails(writer);
	writer->reopen = false;
}

/* ---- Events ------------------------------------------------------------------------ */

static netfwv6_result format_next_event(struct writer *writer)
{
	struct netfwv6_event event = { .sz = sizeof(event) };
	netfwv6_result result = netfwv6_events_next(writer->events, &event);

	if (result == NETFWV6_S_OK)
		writer->length = w3c_event(&event, writer->line);
	if (result != NETFWV6_E_UNEXPECTED)
		return result;
	/* Programs of another version made it; readable events may follow. */
	if (!writer->unreadable++)
		complain("%s", netfwv6_detail());
	return NETFWV6_S_OK;
}

/* Returns S_OK when there may be more, S_FALSE when there is none or the file takes none. */
static netfwv6_result write_events(struct writer *writer)
{
	for (int i = 0; i < BATCH; i++) {
		netfwv6_result result = writer->length ? NETFWV6_S_OK : format_next_event(writer);

		if (result != NETFWV6_S_OK)
			return result;
		if (writer->length && !write_line(writer, writer->line, writer->length))
			return NETFWV6_S_FALSE;
		writer->length = 0;
	}
	return NETFWV6_S_OK;
}

static netfwv6_result write_missed(struct writer *writer)
{
	struct netfwv6_missed_events missed = { .sz = sizeof(missed) };
	netfwv6_result result = netfwv6_events_get_missed(writer->events, &missed);
	uint64_t n = missed.suppressed + missed.lost + writer->unreadable;
	char line[W3C_LINE_SIZE];

	if (NETFWV6_FAILED(result) || !n)
		return result;
	if (!write_line(writer, line, w3c_events_lost(clock_ns(CLOCK_REALTIME), n, line)))
		return NETFWV6_S_OK;
	writer->unreadable = 0;
	return netfwv6_events_acknowledge(writer->events, &missed);
}

/* ---- Rounds ------------------------------------------------------------------------ */

/*
 * Sets gone instead when the state was removed: the settings then read as the defaults,
 * and the next event will say so.
 */
static netfwv6_result read_settings(struct writer *writer, bool *gone)
{
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct netfwv6_mgr *mgr = writer->cli->mgr;
	char path[NETFWV6_PATH_SIZE];
	uint64_t size;

	TRY(netfwv6_mgr_get_logfile_path(mgr, sizeof(path), path, NULL));
	TRY(netfwv6_mgr_get_logfile_maximum_size(mgr, &size));
	TRY(netfwv6_mgr_get_status(mgr, &status));
	*gone = !status.exists;
	if (*gone)
		return NETFWV6_S_OK;
	writer->file.maximum_size = size;
	if (strcmp(path, writer->file.path) != 0) {
		log_file_close(&writer->file);
		strcpy(writer->file.path, path);
	}
	return NETFWV6_S_OK;
}

/* Does what has to be done now and then, however many events there are. */
static netfwv6_result do_round(struct writer *writer)
{
	bool gone;

	writer->round = clock_ns(CLOCK_MONOTONIC);
	tzset(); /* the time zone may have been changed */
	TRY(read_settings(writer, &gone));
	if (gone)
		return NETFWV6_S_OK;
	mind_the_file(writer);
	/* A shorter line may find room where the one that waits does not; order is better. */
	return writer->length ? NETFWV6_S_OK : write_missed(writer);
}

static void take_signals(struct writer *writer)
{
	struct signalfd_siginfo info;

	while (read(writer->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			writer->reopen = true;
		else
			writer->stop = true;
	}
}

static void wait_for_work(struct writer *writer, bool more)
{
	struct pollfd fds[] = {
		{ .fd = writer->signals, .events = POLLIN },
		{ .fd = netfwv6_events_fd(writer->events), .events = POLLIN },
	};

	/* Events that the file does not take now are nothing new. */
	poll(fds, *writer->complaint ? 1 : 2, more ? 0 : ROUND_MS);
	take_signals(writer);
}

static bool round_is_due(const struct writer *writer)
{
	return writer->reopen || clock_ns(CLOCK_MONOTONIC) - writer->round >= ROUND_MS * 1000000LL;
}

static netfwv6_result serve(struct writer *writer)
{
	while (!writer->stop) {
		netfwv6_result result;

		if (round_is_due(writer))
			TRY(do_round(writer));
		result = write_events(writer);
		TRY(result);
		wait_for_work(writer, result == NETFWV6_S_OK);
	}
	return NETFWV6_S_OK;
}

/* What has happened until now is written; a flood that goes on is left to the next writer. */
static netfwv6_result drain(struct writer *writer)
{
	netfwv6_result result = NETFWV6_S_OK;

	for (int i = 0; i < LAST_BATCHES && result == NETFWV6_S_OK; i++)
		result = write_events(writer);
	return NETFWV6_SUCCEEDED(result) && !writer->length ? write_missed(writer) : result;
}

/* ---- Start and end ------------------------------------------------------------------- */

/* Signals are read like events, so that none interrupts a line. */
static int open_logd_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool disk_is_full(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

/* A path that cannot work is refused at the start; a full disk is waited for. */
static int begin_log(struct writer *writer)
{
	bool gone;
	netfwv6_result result = read_settings(writer, &gone);

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	if (!log_file_open(&writer->file)) {
		if (!disk_is_full(writer->file.error)) {
			complain("cannot write the log: %s", writer->file.problem);
			return EXIT_OTHER;
		}
		say_that_it_fails(writer);
	}
	say(writer->cli, "writing %s\n", writer->file.path);
	fflush(stdout);
	return EXIT_DONE;
}

static int write_log(struct writer *writer)
{
	int code = begin_log(writer);
	netfwv6_result result;

	if (code)
		return code;
	result = serve(writer);
	if (NETFWV6_SUCCEEDED(result))
		result = drain(writer);
	return NETFWV6_FAILED(result) ? complain_of(result) : EXIT_DONE;
}

int run_logd(struct cli *cli)
{
	struct writer writer = { .cli = cli,
				 .file = LOG_FILE_CLOSED,
				 .signals = open_logd_signals() };
	netfwv6_result result;
	int code;

	if (writer.signals < 0) {
		complain("cannot receive signals: %s", strerror(errno));
		return EXIT_OTHER;
	}
	result = netfwv6_mgr_open_log(cli->mgr, &writer.events);
	if (NETFWV6_FAILED(result)) {
		code = complain_of(result);
	} else {
		code = write_log(&writer);
		netfwv6_events_close(writer.events);
	}
	log_file_close(&writer.file);
	close(writer.signals);
	return code;
}
