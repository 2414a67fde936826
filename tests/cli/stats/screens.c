// SPDX-License-Identifier: LGPL-2.1-or-later
#include "screens.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world.h"

struct top start_top(const char *command)
{
	struct top top = {};
	char line[512];
	int fd;

	snprintf(top.path, sizeof(top.path), "/tmp/nf6-top-%s-XXXXXX", own_id());
	fd = mkstemp(top.path);
	assert_true(fd >= 0);
	snprintf(line, sizeof(line), "exec %s", command);
	top.pid = fork();
	if (top.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not end it */
		dup2(fd, STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", line, NULL);
		_exit(127);
	}
	assert_true(top.pid > 0);
	close(fd);
	return top;
}

const char *output_of(const struct top *top)
{
	static char output[1 << 18];
	int fd = open(top->path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, output, sizeof(output) - 1);
	assert_true(n >= 0 && n < (ssize_t)sizeof(output) - 1);
	close(fd);
	output[n] = '\0';
	return output;
}

struct awaited_text {
	const struct top *top;
	const char *text;
};

static bool has_text(void *context)
{
	const struct awaited_text *awaited = context;

	return strstr(output_of(awaited->top), awaited->text);
}

void wait_for_text(const struct top *top, const char *text)
{
	struct awaited_text awaited = { top, text };
	char sentence[256];

	snprintf(sentence, sizeof(sentence), "top said '%s'", text);
	wait_until(has_text, &awaited, sentence);
}

struct ending {
	pid_t pid;
	int status;
};

static bool has_ended(void *context)
{
	struct ending *ending = context;

	return waitpid(ending->pid, &ending->status, WNOHANG) == ending->pid;
}

int end_top(struct top *top, int signal)
{
	struct ending ending = { .pid = top->pid };

	if (signal)
		assert_int_equal(kill(top->pid, signal), 0);
	wait_until(has_ended, &ending, "top ended");
	unlink(top->path);
	return WIFEXITED(ending.status) ? WEXITSTATUS(ending.status) :
					  128 + WTERMSIG(ending.status);
}

struct awaited_screens {
	const struct top *top;
	unsigned int screens;
};

static bool has_screens(void *context)
{
	const struct awaited_screens *awaited = context;

	return add_up(output_of(awaited->top)).screens >= awaited->screens;
}

void wait_for_screen(const struct top *top)
{
	struct awaited_screens awaited = { top, add_up(output_of(top)).screens + 1 };

	wait_until(has_screens, &awaited, "top showed another screen");
}

struct awaited_packets {
	const struct top *top;
	const char *beginning;
	int column;
	double packets;
};

static bool has_packets(void *context)
{
	const struct awaited_packets *awaited = context;

	return add_up_rows(output_of(awaited->top), awaited->beginning, awaited->column) >
	       awaited->packets - 0.5;
}

void wait_for_rows(const struct top *top, const char *beginning, int column, double packets)
{
	struct awaited_packets awaited = { top, beginning, column, packets };
	char sentence[256];

	snprintf(sentence, sizeof(sentence), "the rates of '%s' were %.0f packets", beginning,
		 packets);
	wait_until(has_packets, &awaited, sentence);
}

/* ---- Reading screens ------------------------------------------------------------------ */

/* The start of a line behind this one, or NULL. */
static const char *next_line(const char *line)
{
	line = strchr(line, '\n');
	return line && line[1] ? line + 1 : NULL;
}

static bool is_head(const char *line, double *elapsed)
{
	return *line != '\n' && sscanf(line, "%*d:%*d:%*d, last %lf s:", elapsed) == 1;
}

/* The rate of a source, an estimate: by how much it differs from what there was. */
static double deviation(const char *row, double elapsed, uint64_t there)
{
	double rate, off;

	assert_int_equal(sscanf(row, "%*s ~%lf", &rate), 1);
	off = rate * elapsed / (double)there - 1;
	return off < 0 ? -off : off;
}

/* With one source, the estimate of its packets is all that was read and missed. */
static bool estimate_fits(const char *screen, const char *events, double elapsed, uint64_t there)
{
	for (const char *line = screen; line && line < events; line = next_line(line))
		if (strncmp(line, PEER_ADDRESS " ", strlen(PEER_ADDRESS " ")) == 0)
			return deviation(line, elapsed, there) < 0.01;
	return false;
}

const char *last_screen(const char *output)
{
	const char *screen = output;
	double elapsed;

	for (const char *line = output; line; line = next_line(line))
		if (is_head(line, &elapsed))
			screen = line;
	return screen;
}

static void add_head(const char *line, double elapsed, struct told *told)
{
	double passed, dropped;

	told->screens++;
	if (sscanf(line, "%*[^:]:%*[^:]:%*[^:]: %*u %*[a-z], %lf packets/s passed, %lf dropped",
		   &passed, &dropped) != 2)
		return;
	told->passed += passed * elapsed;
	told->dropped += dropped * elapsed;
}

struct told add_up(const char *output)
{
	struct told told = { .estimates_fit = true };
	const char *screen = output;
	double elapsed = 0;

	for (const char *line = output; line; line = next_line(line)) {
		uint64_t read, suppressed, lost;

		if (is_head(line, &elapsed)) {
			screen = line;
			add_head(line, elapsed, &told);
		} else if (sscanf(line,
				  "events: %" SCNu64 " read, %" SCNu64 " suppressed, %" SCNu64
				  " lost",
				  &read, &suppressed, &lost) == 3) {
			told.read += read;
			told.suppressed += suppressed;
			told.lost += lost;
			if (read && suppressed + lost &&
			    !estimate_fits(screen, line, elapsed, read + suppressed + lost))
				told.estimates_fit = false;
		}
	}
	return told;
}

/* Where the column begins; the first is 0. */
static const char *column_at(const char *line, int column)
{
	while (column--) {
		line += strcspn(line, " \n");
		line += strspn(line, " ");
	}
	return line;
}

double add_up_rows(const char *output, const char *beginning, int column)
{
	double elapsed = 0, sum = 0;

	for (const char *line = output; line; line = next_line(line))
		if (!is_head(line, &elapsed) && strncmp(line, beginning, strlen(beginning)) == 0)
			sum += atof(column_at(line, column)) * elapsed;
	return sum;
}
