// SPDX-License-Identifier: LGPL-2.1-or-later
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "users.h"

#define PATIENCE_MS 180000 /* only a broken product waits so long */

struct world world;
static int outside = -1;

static int namespace_fd(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void enter(const char *name)
{
	int fd = namespace_fd(name);

	assert_int_equal(setns(fd, CLONE_NEWNET), 0);
	close(fd);
}

void enter_host(void)
{
	enter(world.host);
}

void enter_peer(void)
{
	enter(world.peer);
}

void enter_outside(void)
{
	assert_int_equal(setns(outside, CLONE_NEWNET), 0);
}

const char *netfwv6(void)
{
	return getenv("NETFWV6") ?: BUILD "/netfwv6";
}

static void read_back(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	close(fd);
}

static const struct output *run_shell(const struct user *user, const char *command)
{
	static struct output outputs[4]; /* in turn: a caller may compare two */
	static unsigned int turn;
	struct output *output = &outputs[turn++ % 4];
	int out, err, status;
	pid_t child;

	out = memfd_create("out", MFD_CLOEXEC);
	err = memfd_create("err", MFD_CLOEXEC);
	child = fork();
	if (child == 0) {
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		if (user)
			become(user);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	assert_true(child > 0);
	while (waitpid(child, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	output->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	read_back(out, output->out, sizeof(output->out));
	read_back(err, output->err, sizeof(output->err));
	return output;
}

const struct output *run(const char *format, ...)
{
	char command[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	return run_shell(NULL, command);
}

const struct output *run_as(const struct user *user, const char *format, ...)
{
	char command[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	return run_shell(user, command);
}

const char *must(const char *format, ...)
{
	const struct output *output;
	char command[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	output = run("%s", command);
	if (output->status)
		fail_msg("%s: exit %d: %s%s", command, output->status, output->out, output->err);
	return output->out;
}

void wait_until(bool (*holds)(void *), void *context, const char *sentence)
{
	const struct timespec poll = { .tv_nsec = 2000000 };
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (!holds(context)) {
		nanosleep(&poll, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 >
		    PATIENCE_MS)
			fail_msg("waited in vain until %s", sentence);
	}
}

/* Asking for one device makes the kernel tell it. */
void settle(const char *netns, const char *device)
{
	must("ip -n %s link show dev %s", netns, device);
}

struct netfwv6_mgr *open_mgr(void)
{
	struct netfwv6_mgr *mgr = NULL;

	assert_ok(netfwv6_mgr_open(&mgr, NULL));
	return mgr;
}

struct netfwv6_connection *connection_of(struct netfwv6_mgr *mgr, const char *device)
{
	struct netfwv6_connection *connection = NULL;

	assert_ok(netfwv6_mgr_get_connection(mgr, device, &connection));
	return connection;
}

#define COUNTERS_MAX 64

static size_t read_counters(const char *device, struct netfwv6_counter counters[COUNTERS_MAX])
{
	struct netfwv6_mgr *mgr = open_mgr();
	struct netfwv6_connection *connection = connection_of(mgr, device);
	size_t n = 0;

	assert_ok(netfwv6_connection_get_counters(connection, COUNTERS_MAX,
						  sizeof(struct netfwv6_counter), counters, &n));
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(mgr);
	return n;
}

uint64_t packets(const char *device, const char *reason)
{
	struct netfwv6_counter counters[COUNTERS_MAX];
	size_t n = read_counters(device, counters);
	uint64_t found = UINT64_MAX;

	for (size_t i = 0; i < n; i++)
		if (strcmp(counters[i].reason, reason) == 0)
			found = counters[i].packets;
	assert_true(found != UINT64_MAX);
	return found;
}

uint64_t dropped(const char *device)
{
	struct netfwv6_counter counters[COUNTERS_MAX];
	size_t n = read_counters(device, counters);
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += counters[i].dropped ? counters[i].packets : 0;
	return sum;
}

struct awaited {
	const char *device, *reason;
	uint64_t packets;
};

static bool counted(void *context)
{
	const struct awaited *awaited = context;

	return packets(awaited->device, awaited->reason) >= awaited->packets;
}

void wait_for_packets(const char *device, const char *reason, uint64_t n)
{
	struct awaited awaited = { device, reason, n };
	char sentence[128];

	snprintf(sentence, sizeof(sentence), "%llu packets were counted as %s",
		 (unsigned long long)n, reason);
	wait_until(counted, &awaited, sentence);
}

/* When this process was started, in ticks since the machine was: field 22, behind its name. */
static unsigned long long start_of_process(void)
{
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	const char *field;
	char text[1024];

	assert_true(fd >= 0);
	read_back(fd, text, sizeof(text));
	field = strrchr(text, ')');
	for (int i = 2; i < 22; i++)
		field = strchr(field, ' ') + 1;
	return strtoull(field, NULL, 10);
}

const char *own_id(void)
{
	static char id[32];

	if (!*id)
		snprintf(id, sizeof(id), "%d-%llu", getpid(), start_of_process());
	return id;
}

int world_setup(void **unused)
{
	(void)unused;
	outside = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	assert_true(outside >= 0);
	snprintf(world.host, sizeof(world.host), "nf6-host-%s", own_id());
	snprintf(world.peer, sizeof(world.peer), "nf6-peer-%s", own_id());
	snprintf(world.state, sizeof(world.state), "/run/nf6-test-%s", own_id());
	setenv("NETFWV6_STATE", world.state, 1);
	must("ip netns add %s && ip netns add %s", world.host, world.peer);
	must("ip link add " HOST_DEVICE " netns %s type veth peer name " PEER_DEVICE " netns %s",
	     world.host, world.peer);
	must("ip -n %s link set lo up && ip -n %s link set lo up", world.host, world.peer);
	must("ip -n %s addr add " HOST_ADDRESS "/64 dev " HOST_DEVICE " nodad", world.host);
	must("ip -n %s addr add " PEER_ADDRESS "/64 dev " PEER_DEVICE " nodad", world.peer);
	must("ip -n %s link set " HOST_DEVICE " up", world.host);
	must("ip -n %s link set " PEER_DEVICE " up", world.peer);
	enter_host();
	return 0;
}

int world_teardown(void **unused)
{
	(void)unused;
	enter_outside();
	run("scripts/forget %s; rm -f %s-netfwv6", world.state, world.state);
	run("ip netns del %s; ip netns del %s", world.host, world.peer);
	close(outside);
	return 0;
}

static void disable_all(struct netfwv6_mgr *mgr)
{
	struct netfwv6_connection_enum *connections;
	struct netfwv6_connection *connection;

	assert_ok(netfwv6_mgr_enumerate_connections(mgr, &connections));
	while (netfwv6_connection_enum_next(connections, 1, &connection, NULL) == NETFWV6_S_OK) {
		assert_ok(netfwv6_connection_disable_firewall(connection));
		netfwv6_connection_free(connection);
	}
	netfwv6_connection_enum_free(connections);
}

int world_reset(void **unused)
{
	struct netfwv6_mgr *mgr;

	(void)unused;
	world.mode = NETFWV6_MODE_AUTO;
	enter_host();
	run("for d in $(ip -o link | sed -n 's/^[0-9]*: \\([^:@]*\\).*/\\1/p'); do case $d in lo) "
	    ";; "
	    "fw0) ip link set fw0 xdp off ;; *) ip link del $d 2>/dev/null ;; esac; done");
	mgr = open_mgr();
	disable_all(mgr);
	assert_ok(netfwv6_mgr_remove(mgr));
	netfwv6_mgr_close(mgr);
	return 0;
}

void remove_state(void)
{
	must("%s -q remove", netfwv6());
	assert_int_not_equal(access(world.state, F_OK), 0);
}
