// SPDX-License-Identifier: LGPL-2.1-or-later
/* The administration lock: who waits for it and how long, and what goes on meanwhile. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "devices.h"
#include "refusal.h"
#include "world.h"

#define PATIENCE 5.0  /* seconds */
#define TOO_LONG 15.0 /* on a machine that is busy */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- Who holds it --------------------------------------------------------------------------- */

struct holder {
	char path[128];
	_Atomic int step; /* 1: it is held; 2: let go */
};

static int take_lock(struct holder *holder)
{
	int lock = open(holder->path, O_RDONLY);

	expect(lock >= 0 && flock(lock, LOCK_EX) == 0);
	reach(&holder->step, 1);
	return lock;
}

static void hold(void *context)
{
	take_lock(context);
	for (;;)
		pause();
}

static void hold_until_told(void *context)
{
	struct holder *holder = context;

	take_lock(holder);
	await_in_child(&holder->step, 2);
}

/* As if several had it one after the other, together for longer than anybody's patience. */
static void pass_on(void *context)
{
	const struct timespec second = { .tv_sec = 1 };
	int lock = take_lock(context);

	for (int i = 0; i < PATIENCE + 2; i++) {
		nanosleep(&second, NULL);
		expect(futimens(lock, NULL) == 0);
	}
}

/* As on a machine that has too much to do. */
static void work(void *context)
{
	double begun = now();

	take_lock(context);
	while (now() - begun < PATIENCE + 2)
		;
}

static struct holder *new_holder(const char *behind)
{
	struct holder *holder = shared_memory(sizeof(*holder));

	snprintf(holder->path, sizeof(holder->path), "%s%s", world.state, behind);
	return holder;
}

static pid_t start_holder(struct holder *holder, void (*job)(void *))
{
	pid_t child = start_job(&root_user, job, holder);

	await_child(child, &holder->step, 1);
	return child;
}

/* A file in the place of /run/netfwv6.lock, for commands in mount namespaces of their own. */
static struct holder *other_file(void)
{
	struct holder *holder = new_holder("-lock");

	must("touch /run/netfwv6.lock && rm -f %s && (umask 077 && touch %s)", holder->path,
	     holder->path);
	return holder;
}

/* The command where the administration lock is that file. */
static const char *elsewhere(const struct holder *holder, const char *arguments)
{
	static char command[512];

	snprintf(command, sizeof(command),
		 "unshare -m sh -c 'mount --bind %s /run/netfwv6.lock && exec %s -q %s'",
		 holder->path, netfwv6(), arguments);
	return command;
}

/* ---- Waiting for it ---------------------------------------------------------------------------- */

static void is_given_up(const char *command, pid_t holder, const char *path)
{
	double begun = now(), waited;
	const struct output *output = run("%s", command);
	char who[64];

	waited = now() - begun;
	snprintf(who, sizeof(who), "process %d (test_administra", holder);
	if (output->status != 5 || !is_one_sentence(output->err) || !strstr(output->err, who) ||
	    !strstr(output->err, path) || !strstr(output->err, "kill -CONT"))
		fail_msg("%s: exit %d: %s", command, output->status, output->err);
	if (waited < PATIENCE - 0.1 || waited > TOO_LONG)
		fail_msg("%s: waited %.1f s", command, waited);
}

static void a_stopped_holder_is_named(void **s)
{
	struct holder *holder = other_file();
	pid_t child;

	(void)s;
	must("%s -q enable fw0 && %s -q enable fw1 && ip link del fw1", netfwv6(), netfwv6());
	must("ip link add fw1 type veth peer name peer1 netns %s", world.peer);
	child = start_holder(holder, hold);
	assert_int_equal(kill(child, SIGSTOP), 0);
	is_given_up(elsewhere(holder, "enable fw2"), child, "/run/netfwv6.lock");
	assert_false(is_firewalled(2));
	/* What udev calls: for a device that is to be firewalled, and for one that is not. */
	is_given_up(elsewhere(holder, "enable --if-configured fw1"), child, "/run/netfwv6.lock");
	must("timeout 4 %s", elsewhere(holder, "enable --if-configured fw2"));
	/* Ports need no administrator. */
	must("timeout 4 %s", elsewhere(holder, "open 80/tcp --name web"));
	must("timeout 4 %s", elsewhere(holder, "open 81/tcp --dev fw0"));
	must("timeout 4 %s", elsewhere(holder, "close 80/tcp"));
	must("timeout 4 %s", elsewhere(holder, "list"));
	end_child(child);
	must("timeout 4 %s", elsewhere(holder, "enable --if-configured fw1"));
	must("rm %s", holder->path);
}

/* Nobody has to let go of anything for what is closed anyway. */
static void closing_without_a_state_waits_for_nobody(void **s)
{
	struct holder *holder = other_file();
	pid_t child = start_holder(holder, hold);

	(void)s;
	must("timeout 4 %s", elsewhere(holder, "close 80/tcp"));
	assert_int_not_equal(access(world.state, F_OK), 0);
	end_child(child);
	must("rm %s", holder->path);
}

static void is_waited_for(void (*job)(void *))
{
	struct holder *holder = new_holder("/links");
	double begun;
	pid_t child;

	must("%s -q init", netfwv6());
	child = start_holder(holder, job);
	begun = now();
	must("%s -q enable fw0", netfwv6());
	assert_true(now() - begun > PATIENCE);
	finish(child);
}

static void patience_is_with_one_holder(void **s)
{
	(void)s;
	is_waited_for(pass_on);
}

static void patience_is_with_who_does_nothing(void **s)
{
	(void)s;
	is_waited_for(work);
}

/* ---- The same state, another file ---------------------------------------------------------------- */

static void the_state_has_a_lock_of_its_own(void **s)
{
	struct holder *holder = new_holder("/links");
	char command[128];
	pid_t child;

	(void)s;
	must("%s -q init", netfwv6());
	child = start_holder(holder, hold);
	snprintf(command, sizeof(command), "%s enable fw0", netfwv6());
	is_given_up(command, child, holder->path);
	end_child(child);
	must("%s -q enable fw0", netfwv6());
}

#define ROUNDS 25

/* In both, the state is made and removed again and again. */
static void mount_namespaces_exclude_each_other(void **s)
{
	struct holder *file = other_file();

	(void)s;
	must("mkdir %s && mount -t bpf somebody %s", world.state, world.state);
	must("cat >%s-rounds <<'EOF'\n"
	     "for i in $(seq %d); do %s -q enable $1 && %s -q open 80/tcp --dev $1 --name $i && "
	     "%s -q close 80/tcp --dev $1 && %s -q disable $1 || exit 1; done\nEOF",
	     world.state, ROUNDS, netfwv6(), netfwv6(), netfwv6(), netfwv6());
	must("sh %s-rounds fw0 & "
	     "unshare -m sh -c 'mount --bind %s /run/netfwv6.lock && sh %s-rounds fw1' || exit 1; "
	     "wait $!",
	     world.state, file->path, world.state);
	must("rm %s %s-rounds && umount %s && rmdir %s", file->path, world.state, world.state,
	     world.state);
}

/* ---- Who takes the state's lock alone ------------------------------------------------------------ */

static void open_log(void *unused)
{
	struct netfwv6_events *events;
	struct netfwv6_mgr *mgr;

	(void)unused;
	expect_ok(netfwv6_mgr_open(&mgr, NULL));
	expect_ok(netfwv6_mgr_open_log(mgr, &events));
	netfwv6_events_close(events);
	netfwv6_mgr_close(mgr);
}

static bool waits_for_the_state(void *context)
{
	pid_t child = *(pid_t *)context;

	assert_running(child);
	return run("ls -l /proc/%d/fd | grep -q -- '-> %s/links$'", child, world.state)->status ==
	       0;
}

/* Two of them would make two buffers, and the kernel would fill the one that nobody reads. */
static void the_reader_of_the_log_waits_for_who_may_switch_it_on(void **s)
{
	struct holder *holder = new_holder("/links");
	pid_t child, reader;
	char ring[96];

	(void)s;
	must("%s -q init", netfwv6());
	snprintf(ring, sizeof(ring), "%s/logring", world.state);
	child = start_holder(holder, hold_until_told);
	reader = start_job(&root_user, open_log, NULL);
	wait_until(waits_for_the_state, &reader, "the reader waits");
	assert_int_not_equal(access(ring, F_OK), 0);
	reach(&holder->step, 2);
	finish(reader);
	finish(child);
	assert_int_equal(access(ring, F_OK), 0);
}

/* ---- Other threads of the handle -------------------------------------------------------------------- */

struct waiter {
	struct netfwv6_mgr *mgr;
	const char *lock;
	netfwv6_result result;
	atomic_bool done;
};

static void *initialize(void *context)
{
	struct waiter *waiter = context;

	waiter->result = netfwv6_mgr_initialize(waiter->mgr, NULL);
	waiter->done = true;
	return NULL;
}

static void *open_named(void *context)
{
	struct waiter *waiter = context;

	waiter->result = netfwv6_mgr_open_global_port(waiter->mgr, 80, TCP, "late");
	waiter->done = true;
	return NULL;
}

static bool waits(void *context)
{
	const struct waiter *waiter = context;

	if (waiter->done)
		fail_msg("it does not wait: %s", netfwv6_result_name(waiter->result));
	return run("ls -l /proc/%d/fd | grep -q -- '-> %s$'", getpid(), waiter->lock)->status == 0;
}

/* While one thread waits for a lock that another process has, others use the handle. */
static void others_go_on(const char *lock, void *(*wait_for_it)(void *))
{
	struct holder *holder = new_holder(lock);
	struct netfwv6_mgr_status status = { .sz = sizeof(status) };
	struct netfwv6_connection *connection;
	struct waiter waiter = { .lock = holder->path };
	pthread_t thread;
	bool answer;
	pid_t child;

	must("%s -q init && %s -q open 79/tcp --dev fw0", netfwv6(), netfwv6());
	child = start_holder(holder, hold_until_told);
	waiter.mgr = open_mgr(); /* which has not opened the state yet */
	connection = connection_of(waiter.mgr, "fw0");
	assert_int_equal(pthread_create(&thread, NULL, wait_for_it, &waiter), 0);
	wait_until(waits, &waiter, "the thread waits for the lock");
	assert_ok(netfwv6_mgr_is_port_globally_open(waiter.mgr, 80, TCP, &answer));
	assert_false(answer);
	assert_ok(netfwv6_connection_is_port_open(connection, 79, TCP, &answer));
	assert_true(answer);
	assert_ok(netfwv6_connection_is_firewalled(connection, &answer));
	assert_ok(netfwv6_mgr_get_status(waiter.mgr, &status));
	assert_false(waiter.done);
	reach(&holder->step, 2);
	pthread_join(thread, NULL);
	assert_ok(waiter.result);
	finish(child);
	netfwv6_connection_free(connection);
	netfwv6_mgr_close(waiter.mgr);
}

static void other_threads_do_not_wait_for_an_administrator(void **s)
{
	(void)s;
	others_go_on("/links", initialize);
}

static void other_threads_do_not_wait_for_an_opener(void **s)
{
	(void)s;
	others_go_on("/lock", open_named);
}

#define on_devices(function) cmocka_unit_test_setup(function, devices_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_devices(a_stopped_holder_is_named),
		on_devices(closing_without_a_state_waits_for_nobody),
		on_devices(patience_is_with_one_holder),
		on_devices(patience_is_with_who_does_nothing),
		on_devices(the_state_has_a_lock_of_its_own),
		on_devices(mount_namespaces_exclude_each_other),
		on_devices(the_reader_of_the_log_waits_for_who_may_switch_it_on),
		on_devices(other_threads_do_not_wait_for_an_administrator),
		on_devices(other_threads_do_not_wait_for_an_opener),
	};

	return cmocka_run_group_tests(tests, devices_setup, devices_teardown);
}
