// SPDX-License-Identifier: LGPL-2.1-or-later
#include "writer.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/w3c.h"
#include "modes.h"
#include "plain_packet.h"

#define CLOSED_PORT 444

char log_directory[64], log_path[128], log_old[136];

/* ---- Fixtures ---------------------------------------------------------------------------- */

static int set_up(void)
{
	struct netfwv6_mgr *mgr = open_mgr();

	assert_ok(netfwv6_mgr_remove(mgr));
	netfwv6_mgr_close(mgr);
	snprintf(log_directory, sizeof(log_directory), "/tmp/nf6-log-%s", own_id());
	snprintf(log_path, sizeof(log_path), "%s/log", log_directory);
	snprintf(log_old, sizeof(log_old), "%s.old", log_path);
	must("mkdir %s", log_directory);
	must("%s -q enable fw0 %s", netfwv6(), mode_option());
	must("%s -q log --dropped on --file %s", netfwv6(), log_path);
	return 0;
}

int log_set_up(void **unused)
{
	world_reset(unused);
	return set_up();
}

int log_set_up_native(void **unused)
{
	reset_in_native(unused);
	return set_up();
}

/* Writers that have not ended, for a test that fails before it ends them. */
#define MAX_RUNNING 8
static pid_t running[MAX_RUNNING];

static void replace(pid_t pid, pid_t by)
{
	for (int i = 0; i < MAX_RUNNING; i++)
		if (running[i] == pid) {
			running[i] = by;
			return;
		}
}

int log_tear_down(void **unused)
{
	(void)unused;
	for (int i = 0; i < MAX_RUNNING; i++)
		if (running[i]) {
			kill(running[i], SIGKILL);
			waitpid(running[i], NULL, 0);
			running[i] = 0;
		}
	enter_host();
	must("rm -rf %s", log_directory);
	return 0;
}

/* ---- The process ------------------------------------------------------------------------- */

static void spawn(struct writer *writer, const char *behind)
{
	static unsigned int number;
	char command[1024];

	number++;
	snprintf(writer->out, sizeof(writer->out), "%s/out-%u", log_directory, number);
	snprintf(writer->err, sizeof(writer->err), "%s/err-%u", log_directory, number);
	snprintf(command, sizeof(command), "exec %s %s logd >%s 2>%s", behind ?: "", netfwv6(),
		 writer->out, writer->err);
	writer->pid = fork();
	if (writer->pid == 0) {
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	assert_true(writer->pid > 0);
	replace(0, writer->pid);
}

struct end {
	pid_t pid;
	int status;
};

static bool has_ended(void *context)
{
	struct end *end = context;

	if (waitpid(end->pid, &end->status, WNOHANG) == 0)
		return false;
	replace(end->pid, 0);
	return true;
}

int wait_for_end(struct writer *writer)
{
	struct end end = { .pid = writer->pid };

	wait_until(has_ended, &end, "the writer ends");
	return WIFEXITED(end.status) ? WEXITSTATUS(end.status) : 128 + WTERMSIG(end.status);
}

int end_writer(struct writer *writer, int signal)
{
	assert_int_equal(kill(writer->pid, signal), 0);
	return wait_for_end(writer);
}

int failing_writer(struct writer *writer, const char *behind)
{
	spawn(writer, behind);
	return wait_for_end(writer);
}

const char *text_of_file(const char *path)
{
	static char *text;
	static size_t room;
	FILE *file = fopen(path, "r");

	if (!file)
		return NULL;
	if (getdelim(&text, &room, EOF, file) < 0 && text)
		*text = '\0';
	fclose(file);
	return text ?: "";
}

struct awaited_text {
	const char *path, *text;
};

static bool has_text(void *context)
{
	const struct awaited_text *awaited = context;
	const char *text = text_of_file(awaited->path);

	return text && strstr(text, awaited->text);
}

void wait_for_text(const char *path, const char *text)
{
	struct awaited_text awaited = { path, text };
	char sentence[512];

	snprintf(sentence, sizeof(sentence), "%s has '%s'", path, text);
	wait_until(has_text, &awaited, sentence);
}

struct start {
	const struct writer *writer;
	struct end end;
	bool ended;
};

static bool has_started(void *context)
{
	struct start *start = context;
	struct awaited_text awaited = { start->writer->out, "writing " };

	start->ended = has_ended(&start->end);
	return start->ended || has_text(&awaited);
}

void start_writer(struct writer *writer, const char *behind)
{
	struct start start = { .writer = writer };

	spawn(writer, behind);
	start.end.pid = writer->pid;
	wait_until(has_started, &start, "the writer says that it writes");
	if (start.ended)
		fail_msg("the writer ended: %s", errors_of(writer));
}

/* ---- What it is to write ------------------------------------------------------------------- */

void drop_packets(uint32_t n)
{
	struct plain_packet syn;
	size_t length = make_plain_packet(&syn, IPPROTO_TCP, CLOSED_PORT);
	int program = guard_of(HOST_DEVICE);

	assert_int_equal(judgement_of(program, &syn, length, n), DROPS);
	close(program);
}

struct share {
	pthread_t thread;
	int cpu;
	uint32_t n;
};

static void *drop_share(void *context)
{
	const struct share *share = context;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(share->cpu, &cpus);
	assert_int_equal(sched_setaffinity(0, sizeof(cpus), &cpus), 0);
	drop_packets(share->n);
	return NULL;
}

void drop_packets_on_cpus(uint32_t n, int cpus)
{
	struct share shares[64];

	assert_true(cpus <= 64);
	for (int i = 0; i < cpus; i++) {
		shares[i] = (struct share){ .cpu = i, .n = n / cpus + (i ? 0 : n % cpus) };
		assert_int_equal(pthread_create(&shares[i].thread, NULL, drop_share, &shares[i]),
				 0);
	}
	for (int i = 0; i < cpus; i++)
		pthread_join(shares[i].thread, NULL);
}

/* ---- What it wrote ---------------------------------------------------------------------------- */

#define COLUMNS 17
enum { ACTION = 2, INFO = 15 };

static uint64_t *place_of(struct tally *tally, const char *action)
{
	static const char *const actions[] = { "DROP", "OPEN", "OPEN-INBOUND", "CLOSE",
					       "INFO-EVENTS-LOST" };
	uint64_t *const places[] = { &tally->drops, &tally->opened, &tally->opened_inbound,
				     &tally->closed, &tally->missed_lines };

	for (int i = 0; i < 5; i++)
		if (strcmp(action, actions[i]) == 0)
			return places[i];
	return NULL;
}

static void add_line(struct tally *tally, const char *path, char *line)
{
	char *columns[COLUMNS], *rest = line, whole[W3C_LINE_SIZE];
	uint64_t *place;
	int n = 0;

	snprintf(whole, sizeof(whole), "%s", line);
	for (char *column; (column = strsep(&rest, " ")); n++)
		if (n < COLUMNS && *column)
			columns[n] = column;
		else
			fail_msg("%s: columns are wrong: '%s'", path, whole);
	place = n == COLUMNS ? place_of(tally, columns[ACTION]) : NULL;
	if (!place || strlen(columns[0]) != 10 || strlen(columns[1]) != 8)
		fail_msg("%s: no line of a log: '%s'", path, whole);
	(*place)++;
	tally->last_missed = place == &tally->missed_lines ? strtoull(columns[INFO], NULL, 10) : 0;
	tally->missed += tally->last_missed;
}

void add_log(struct tally *tally, const char *path)
{
	char start[W3C_HEADER_SIZE + 1] = "", *line = NULL;
	FILE *file = fopen(path, "r");
	size_t room;
	ssize_t length;

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	assert_int_equal(fread(start, 1, W3C_HEADER_SIZE, file), W3C_HEADER_SIZE);
	assert_string_equal(start, W3C_HEADER);
	while ((length = getline(&line, &room, file)) > 0) {
		if (line[length - 1] != '\n' || strlen(line) != (size_t)length)
			fail_msg("%s: a torn line: '%s'", path, line);
		line[length - 1] = '\0';
		add_line(tally, path, line);
	}
	free(line);
	fclose(file);
}

struct tally tally_logs(void)
{
	struct tally tally = {};

	if (access(log_old, F_OK) == 0)
		add_log(&tally, log_old);
	add_log(&tally, log_path);
	return tally;
}

struct tally ended_tally(struct writer *writer)
{
	assert_int_equal(end_writer(writer, SIGTERM), 0);
	return tally_logs();
}

/* The log is being written meanwhile, and may end within a line. */
static bool drops_are_accounted_for(void *context)
{
	const uint64_t *n = context;
	unsigned long long drops = 0, missed = 0;

	sscanf(must("cat %s %s 2>/dev/null | awk '$3 == \"DROP\" { n++ } "
		    "$3 == \"INFO-EVENTS-LOST\" { m += $16 } END { print n + 0, m + 0 }'",
		    log_old, log_path),
	       "%llu %llu", &drops, &missed);
	return drops + missed >= *n;
}

void wait_for_drops(uint64_t n)
{
	char sentence[80];

	snprintf(sentence, sizeof(sentence), "%llu drops are in the log", (unsigned long long)n);
	wait_until(drops_are_accounted_for, &n, sentence);
}
