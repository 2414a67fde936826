/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A writer of the log under test, what it is to write, and what it wrote. */
#ifndef LOG_WRITER_H
#define LOG_WRITER_H

#include <sys/types.h>

#include "world.h"

/* The test's directory of logs, and the log in it that is set at first. */
extern char log_directory[64], log_path[128], log_old[136];

/* The fixture of the world whose command is of the same build as the test. */

/* Fixtures of a test: a fresh state with fw0 firewalled and dropped packets logged. */
int log_set_up(void **unused);
int log_set_up_native(void **unused); /* XDP sees frames as they were sent */
int log_tear_down(void **unused);
#define log_test(function) cmocka_unit_test_setup_teardown(function, log_set_up, log_tear_down)
#define log_test_native(function)                                                                  \
	cmocka_unit_test_setup_teardown(function, log_set_up_native, log_tear_down)

/* 'netfwv6 logd', behind words such as "unshare -m", in the host's namespace. */
struct writer {
	pid_t pid;
	char out[128], err[128]; /* files */
};

/* Starts one and waits until it says which file it writes. */
void start_writer(struct writer *writer, const char *behind);

/* Starts one that is to fail: its exit status. */
int failing_writer(struct writer *writer, const char *behind);

/* Sends a signal and waits for the end: the exit status, or 128 + signal. */
int end_writer(struct writer *writer, int signal);

/* Waits for an end that comes by itself. */
int wait_for_end(struct writer *writer);

/* Both of them overwrite what the last call returned. */
const char *text_of_file(const char *path);
#define errors_of(writer) text_of_file((writer)->err)

/* Waits until a file has a text; until it is there when the text is "". */
void wait_for_text(const char *path, const char *text);

/* ---- What it is to write -------------------------------------------------------------- */

/* Drops so many SYNs to a closed port, on this CPU: the program that is attached runs. */
void drop_packets(uint32_t n);

/* The same on so many CPUs at once, all together. */
void drop_packets_on_cpus(uint32_t n, int cpus);

/* ---- What it wrote -------------------------------------------------------------------- */

struct tally {
	uint64_t drops, opened, opened_inbound, closed;
	uint64_t missed;       /* as the lines about lost events say */
	uint64_t missed_lines; /* how many of them there are */
	uint64_t last_missed;  /* if the last line is one: what it says */
};

/* Adds up a log; the test fails unless it is well-formed from its header to its last newline. */
void add_log(struct tally *tally, const char *path);

/* The present log and the one before it. */
struct tally tally_logs(void);

/* The same, of a writer that ends well first. */
struct tally ended_tally(struct writer *writer);

/* Waits until as many drops are accounted for, be it by lines or as missed. */
void wait_for_drops(uint64_t n);

#endif
