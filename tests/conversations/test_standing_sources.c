// SPDX-License-Identifier: LGPL-2.1-or-later
/* Where the sessions that stand are read from, when the kernel does not tell all it could. */
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "scene.h"
#include "talk.h"
#include "users.h"

#define TCP NETFWV6_PROTOCOL_TCP
#define UDP NETFWV6_PROTOCOL_UDP

/* As where the kernel has no socket diagnostics. */
static void refuse_diagnostics(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_SOCK_DIAG, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 93), /* EPROTONOSUPPORT */
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	expect(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	expect(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

/* A shell command without diagnostics; its exit status is expected. */
struct attempt {
	char command[1024];
	int status;
};

static void try_without_diagnostics(void *context)
{
	const struct attempt *attempt = context;
	int status;

	refuse_diagnostics();
	status = system(attempt->command);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != attempt->status)
		report("%s: status %#x", attempt->command, status);
}

static void without_diagnostics(int status, const char *wrapper, const char *arguments)
{
	struct attempt attempt = { .status = status };

	snprintf(attempt.command, sizeof(attempt.command), "%s %s -q %s 2>%s.err", wrapper,
		 netfwv6(), arguments, world.state);
	as_user(&root_user, try_without_diagnostics, &attempt);
}

/* /proc/thread-self/net/FILE cannot be opened. */
static const char *hiding(const char *file)
{
	static char wrapper[256];

	snprintf(wrapper, sizeof(wrapper),
		 "strace -qq -o /dev/null -P /proc/thread-self/net/%s -e trace=openat "
		 "-e inject=openat:error=EACCES",
		 file);
	return wrapper;
}

struct standing {
	struct session tcp;
	int udp_client, udp_server;
};

static struct standing begin_all(void)
{
	struct standing standing = {
		.tcp = begin_session(world.host, world.peer, PEER_ADDRESS, 80),
		.udp_server = udp_at(world.peer, NULL, 53),
		.udp_client = udp_at(world.host, NULL, 0),
	};

	connect_to(standing.udp_client, PEER_ADDRESS, 53);
	say(standing.udp_client, "question");
	return standing;
}

static void live_on(struct standing *standing)
{
	struct sockaddr_in6 from = hear_from(standing->udp_server, "question");

	assert_true(in_use(port_of(standing->tcp.this), TCP));
	assert_true(in_use(port_of(standing->udp_client), UDP));
	speak_in_turn(standing->tcp.that, standing->tcp.this);
	answer(standing->udp_server, &from, "answer");
	hear(standing->udp_client, "answer");
	assert_int_equal(dropped(HOST_DEVICE), 0);
}

static void end_all(struct standing *standing)
{
	end_session(&standing->tcp);
	close(standing->udp_client);
	close(standing->udp_server);
	must("rm -f %s.err", world.state);
}

static void sessions_are_asked_of_the_kernel(void **s)
{
	struct standing standing = begin_all();

	(void)s;
	/* No file is needed. */
	must("%s %s -q enable " HOST_DEVICE, hiding("tcp6"), netfwv6());
	live_on(&standing);
	end_all(&standing);
}

static void sessions_are_read_from_files_else(void **s)
{
	struct standing standing = begin_all();

	(void)s;
	without_diagnostics(0, "", "enable " HOST_DEVICE);
	live_on(&standing);
	end_all(&standing);
}

/* To cut them without a word would be worse than not to filter, which is told. */
static void who_knows_no_sessions_enables_nothing(void **s)
{
	static const char *const files[] = { "tcp6", "udp6" };
	struct standing standing = begin_all();

	(void)s;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		without_diagnostics(3, hiding(files[i]), "enable " HOST_DEVICE);
		must("grep -q 'sessions that stand would be cut.*%s: Permission denied' %s.err",
		     files[i], world.state);
		must("%s status --json | jq -e '.devices == [] and .configured == []'", netfwv6());
	}
	/* A bare port filter cuts them anyway. */
	without_diagnostics(0, hiding("tcp6"), "enable " HOST_DEVICE " --stateless");
	end_all(&standing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene(sessions_are_asked_of_the_kernel),
		scene(sessions_are_read_from_files_else),
		scene(who_knows_no_sessions_enables_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
