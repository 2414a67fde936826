// SPDX-License-Identifier: LGPL-2.1-or-later
/* top on a terminal: what it does to the terminal, and that it takes it back. */
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "refusal.h"
#include "counted.h"

#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"

struct terminal {
	pid_t pid;
	int master, slave;
	struct winsize size;
	struct termios before;
	char output[1 << 18];
	size_t n;
};

static struct terminal terminal;

static void start(unsigned short rows, unsigned short columns, const char *kind,
		  const char *arguments)
{
	char command[512];

	terminal = (struct terminal){ .size = { .ws_row = rows, .ws_col = columns } };
	snprintf(command, sizeof(command), "TERM=%s exec %s top %s", kind, netfwv6(), arguments);
	assert_int_equal(openpty(&terminal.master, &terminal.slave, NULL, NULL, &terminal.size), 0);
	assert_int_equal(tcgetattr(terminal.slave, &terminal.before), 0);
	terminal.pid = fork();
	if (terminal.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not end it */
		close(terminal.master);
		login_tty(terminal.slave);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	assert_true(terminal.pid > 0);
	fcntl(terminal.master, F_SETFL, O_NONBLOCK);
}

/* All that was written to the terminal so far. */
static const char *output(void)
{
	ssize_t n;

	while ((n = read(terminal.master, terminal.output + terminal.n,
			 sizeof(terminal.output) - 1 - terminal.n)) > 0)
		terminal.n += (size_t)n;
	assert_true(terminal.n < sizeof(terminal.output) - 1);
	return terminal.output;
}

static unsigned int count(const char *text)
{
	unsigned int n = 0;

	for (const char *at = output(); (at = strstr(at, text)); at += strlen(text))
		n++;
	return n;
}

struct awaited {
	const char *text;
	unsigned int times;
};

static bool is_there(void *context)
{
	const struct awaited *awaited = context;

	return count(awaited->text) >= awaited->times;
}

static void wait_for(const char *text, unsigned int times)
{
	struct awaited awaited = { text, times };

	wait_until(is_there, &awaited, "the terminal got what it was to get");
}

static void press(char key)
{
	assert_int_equal(write(terminal.master, &key, 1), 1);
}

static bool echoes(void)
{
	struct termios now;

	assert_int_equal(tcgetattr(terminal.slave, &now), 0);
	return (now.c_lflag & (ECHO | ICANON)) == (ECHO | ICANON);
}

static bool has_ended(void *status)
{
	output(); /* or it would wait for room */
	return waitpid(terminal.pid, status, WNOHANG) == terminal.pid;
}

/* Waits for the end, which leaves the terminal as it was: the exit status. */
static int end(void)
{
	struct termios now;
	int status;

	wait_until(has_ended, &status, "top ended");
	assert_true(WIFEXITED(status));
	assert_int_equal(tcgetattr(terminal.slave, &now), 0);
	assert_int_equal(now.c_lflag, terminal.before.c_lflag);
	assert_memory_equal(now.c_cc, terminal.before.c_cc, sizeof(now.c_cc));
	output();
	close(terminal.master);
	close(terminal.slave);
	return WEXITSTATUS(status);
}

static bool ends_with(const char *text)
{
	const char *all = output();
	size_t length = strlen(text);

	return strlen(all) >= length && strcmp(all + strlen(all) - length, text) == 0;
}

/* Asserts that what one screen writes stays inside the terminal. */
static void check_frame(const char *frame, const char *end_of_frame)
{
	unsigned int row = 1, column = 0;

	for (const char *at = frame; at < end_of_frame; at++) {
		if (*at == '\033') {
			at += 1 + strcspn(at + 1, "KJHhl");
		} else if (*at == '\n') {
			row++;
			column = 0;
		} else if (*at != '\r' && ((unsigned char)*at & 0xc0) != 0x80) {
			column++;
		}
		if (row > terminal.size.ws_row || column > terminal.size.ws_col)
			fail_msg("row %u, column %u in %u x %u: %s", row, column,
				 terminal.size.ws_row, terminal.size.ws_col, frame);
	}
}

/* Of the screens from the n-th on, the complete ones. */
static void check_frames(unsigned int from)
{
	const char *frame = strstr(output(), HOME), *next;

	for (unsigned int n = 0; frame && (next = strstr(frame + 1, HOME)); frame = next, n++)
		if (n >= from)
			check_frame(frame, next);
}

/* ---- Tests ---------------------------------------------------------------------------------- */

static void the_terminal_is_given_back(void **s)
{
	(void)s;
	must("%s -q enable fw0", netfwv6());
	start(24, 80, "xterm", "");
	wait_for(ENTER HOME "the first screen comes", 1);
	assert_false(echoes());
	wait_for(HOME, 3);
	assert_int_equal(strncmp(output(), ENTER HOME, strlen(ENTER HOME)), 0);
	assert_int_equal(count(LEAVE), 0);
	press('x'); /* any other key is nothing */
	press('q');
	assert_int_equal(end(), 0);
	assert_true(ends_with(LEAVE));
	assert_int_equal(count("\033[2J"), 0); /* would flicker */
	assert_int_equal(count("x"), 0);
}

static void interrupts_give_it_back(void **s)
{
	(void)s;
	must("%s -q enable fw0", netfwv6());
	start(24, 80, "xterm", "--interval 3600");
	wait_for(HOME, 1);
	press('\003');
	assert_int_equal(end(), 0);
	assert_true(ends_with(LEAVE));
}

static void lines_fit_the_terminal(void **s)
{
	(void)s;
	must("%s -q enable fw0", netfwv6());
	shoot_ports(20);
	shoot_syn(22, 1);
	start(7, 33, "xterm", "");
	wait_for("dropped  closed-", 1);
	wait_for(HOME, 4);
	check_frames(0);
	press('q');
	assert_int_equal(end(), 0);
	/* Small as it is, each table's head is there in a larger one. */
	start(13, 80, "xterm", "");
	shoot_ports(20);
	wait_for("SOURCE OF DROPPED PACKETS", 2);
	wait_for("events: ", 2);
	check_frames(0);
	press('Q');
	assert_int_equal(end(), 0);
}

static void a_new_size_is_followed(void **s)
{
	(void)s;
	must("%s -q enable fw0", netfwv6());
	start(24, 80, "xterm", "--interval 3600");
	wait_for(HOME "the first screen comes after an interval", 1);
	terminal.size = (struct winsize){ .ws_row = 5, .ws_col = 9 };
	assert_int_equal(ioctl(terminal.master, TIOCSWINSZ, &terminal.size), 0);
	wait_for(HOME "the first\r", 1); /* at once */
	press('q');
	assert_int_equal(end(), 0);
}

static void it_can_be_suspended(void **s)
{
	int status;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	start(24, 80, "xterm", "");
	wait_for(HOME, 2);
	press('\032');
	assert_int_equal(waitpid(terminal.pid, &status, WUNTRACED), terminal.pid);
	assert_true(WIFSTOPPED(status));
	assert_true(ends_with(LEAVE));
	assert_true(echoes());
	shoot_udp(5000, 3);
	assert_int_equal(kill(terminal.pid, SIGCONT), 0);
	wait_for(ENTER, 2);
	wait_for("fw0             dropped  closed-udp", 1);
	assert_false(echoes());
	/* Its events go on, too. */
	wait_for("SOURCE OF DROPPED PACKETS", 2);
	shoot_udp(5001, 2);
	wait_for("\n5001/udp ", 1);
	press('q');
	assert_int_equal(end(), 0);
}

static void complaints_come_behind_it(void **s)
{
	(void)s;
	must("%s -q enable fw0", netfwv6());
	start(24, 80, "xterm", "");
	wait_for(HOME, 2);
	must("rm %s/counts/*", world.state);
	assert_int_equal(end(), 4);
	assert_non_null(strstr(strstr(output(), LEAVE), "netfwv6: "));
	must("%s -q disable fw0", netfwv6());
}

static void a_dumb_terminal_gets_plain_text(void **s)
{
	(void)s;
	must("%s -q enable fw0", netfwv6());
	start(24, 80, "dumb", "-c 1");
	assert_int_equal(end(), 0);
	assert_int_equal(count("\033"), 0);
	assert_int_equal(count("DEVICE"), 1);
	start(24, 80, "''", "-c 1");
	assert_int_equal(end(), 0);
	assert_int_equal(count("\033"), 0);
}

static void it_ends_with_its_terminal(void **s)
{
	int status;

	(void)s;
	must("%s -q enable fw0", netfwv6());
	start(24, 80, "xterm", "--interval 3600");
	wait_for(HOME, 1);
	close(terminal.slave);
	close(terminal.master);
	assert_int_equal(waitpid(terminal.pid, &status, 0), terminal.pid);
	assert_true(WIFEXITED(status));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		counted(the_terminal_is_given_back),
		counted(interrupts_give_it_back),
		counted(lines_fit_the_terminal),
		counted(a_new_size_is_followed),
		counted(it_can_be_suspended),
		counted(complaints_come_behind_it),
		counted(a_dumb_terminal_gets_plain_text),
		counted(it_ends_with_its_terminal),
	};

	return cmocka_run_group_tests_name("terminal", tests, world_setup, world_teardown);
}
