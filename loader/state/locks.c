// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/locks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "state/anchor.h"
#include "state/root.h"
#include "util/error.h"
#include "util/scope.h"

#define ADMINISTRATION_LOCK "/run/netfwv6.lock"

/*
 * Few processes need a lock for longer than some tenths of a second. One that does, with a
 * thousand devices on a busy machine, works on; one that was stopped does not.
 */
#define PATIENCE_NANOSECONDS 5000000000ll
#define TURNS_OF_PATIENCE 24
#define POLL_FIRST 20000l
#define POLL_LAST 2000000l

/* ---- Who holds it ------------------------------------------------------------------------ */

/* The process, as /proc/locks has it; 0 where it does not show one. */
static pid_t holder_of(int fd)
{
	unsigned int device_major, device_minor;
	FILE *locks = fopen("/proc/locks", "re");
	unsigned long long inode;
	struct stat status;
	pid_t holder = 0;
	char line[256];

	if (!locks)
		return 0;
	if (fstat(fd, &status) == 0)
		while (!holder && fgets(line, sizeof(line), locks)) {
			pid_t pid;

			/* Those who wait have an arrow in front of the kind. */
			if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%llu", &pid, &device_major,
				   &device_minor, &inode) == 4 &&
			    makedev(device_major, device_minor) == status.st_dev &&
			    inode == status.st_ino && pid > 0)
				holder = pid;
		}
	fclose(locks);
	return holder;
}

/* ---- Waiting --------------------------------------------------------------------------- */

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Tells whether the lock has changed hands, or its holder has got on. */
struct turn {
	struct timespec taken;	    /* as far as its holder could note that */
	pid_t holder;		    /* as far as it can be seen */
	unsigned long user, kernel; /* time that it has worked, in ticks */
	char state;		    /* of its first thread, as the kernel abbreviates it */
};

static void read_work(pid_t pid, struct turn *turn)
{
	char path[32], line[512], *fields;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	/* Behind the name, which may have blanks and parentheses. */
	if (file && fgets(line, sizeof(line), file) && (fields = strrchr(line, ')')))
		sscanf(fields, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &turn->state,
		       &turn->user, &turn->kernel);
	if (file)
		fclose(file);
}

static struct turn turn_of(int fd)
{
	struct stat status = {};
	struct turn turn = {};

	fstat(fd, &status);
	turn.taken = status.st_mtim;
	turn.holder = holder_of(fd);
	if (turn.holder)
		read_work(turn.holder, &turn);
	return turn;
}

static bool has_changed_hands(const struct turn *a, const struct turn *b)
{
	return a->holder != b->holder || a->taken.tv_sec != b->taken.tv_sec ||
	       a->taken.tv_nsec != b->taken.tv_nsec;
}

/* Or waits for its turn to work, or for the kernel's: both take no time of its own. */
static bool has_worked(const struct turn *before, const struct turn *after)
{
	return before->user != after->user || before->kernel != after->kernel ||
	       after->state == 'R' || after->state == 'D';
}

/*
 * flock() knows no limit, and a signal is not ours to use. Patience is with one holder: it
 * begins anew when the lock has changed hands, and a holder that works has some turns of it.
 */
static int wait_for(int fd)
{
	struct timespec poll = { .tv_nsec = POLL_FIRST };
	struct turn before = turn_of(fd);
	int64_t begun = now();
	int turns = 1;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return errno;
		if (now() - begun >= PATIENCE_NANOSECONDS) {
			struct turn after = turn_of(fd);

			if (has_changed_hands(&before, &after))
				turns = 0;
			else if (!has_worked(&before, &after) || turns == TURNS_OF_PATIENCE)
				return EWOULDBLOCK;
			turns++;
			before = after;
			begun = now();
		}
		nanosleep(&poll, NULL);
		if (poll.tv_nsec < POLL_LAST)
			poll.tv_nsec *= 2;
	}
	return 0;
}

static int take_lock(int fd, pthread_mutex_t *mutex)
{
	int error = flock(fd, LOCK_EX | LOCK_NB) ? errno : 0;

	if (error == EWOULDBLOCK || error == EINTR) {
		pthread_mutex_unlock(mutex);
		error = wait_for(fd);
		pthread_mutex_lock(mutex);
	}
	if (!error)
		futimens(fd, NULL); /* notes when; members of the group cannot */
	return error;
}

/* ---- Giving up ---------------------------------------------------------------------------------- */

static void read_name(pid_t pid, char *name, int size)
{
	char path[32];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (!file || !fgets(name, size, file))
		snprintf(name, size, "?");
	name[strcspn(name, "\n")] = '\0';
	if (file)
		fclose(file);
}

/* remedy: what else helps, "" for nothing. */
static netfwv6_result not_let_go(int fd, const char *path, const char *remedy)
{
	pid_t holder = holder_of(fd);
	char name[32];

	if (!holder)
		return fail(NETFWV6_E_RETRY,
			    "somebody holds the lock %s and does not let go: 'lslocks' as root on "
			    "the host shows who%s",
			    path, remedy);
	read_name(holder, name, sizeof(name));
	return fail(NETFWV6_E_RETRY,
		    "process %d (%s) holds the lock %s and does not let go: let it go on if it was "
		    "stopped ('kill -CONT %d'), or end it%s",
		    holder, name, path, holder, remedy);
}

/* Takes fd over, which may be -1 and errno. */
static netfwv6_result lock_fd(const struct state *state, int fd, const char *path,
			      const char *remedy, int *lock)
{
	pthread_mutex_t *mutex = (pthread_mutex_t *)&state->mutex;
	int error = fd < 0 ? errno : take_lock(fd, mutex);
	netfwv6_result result;

	if (!error) {
		*lock = fd;
		return NETFWV6_S_OK;
	}
	result = error == EWOULDBLOCK ? not_let_go(fd, path, remedy) :
					fail_errno(error, "cannot lock %s", path);
	if (fd >= 0)
		close(fd);
	return result;
}

void unlock(int lock)
{
	if (lock < 0)
		return;
	flock(lock, LOCK_UN);
	close(lock);
}

/* ---- The state's own lock ------------------------------------------------------------------ */

/* Was it removed, or another made in its place, while it was waited for? */
static bool is_in_place(int fd, const char *path)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_dev == there.st_dev &&
	       ours.st_ino == there.st_ino;
}

/* -1 where there is no such directory. */
static netfwv6_result lock_directory(struct state *state, const char *path, int *lock)
{
	int taken = -1;

	while (taken < 0 || !is_in_place(taken, path)) {
		int fd;

		unlock(taken);
		taken = -1;
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
			break;
		TRY(lock_fd(state, fd, path, "", &taken));
	}
	*lock = taken;
	return NETFWV6_S_OK;
}

netfwv6_result lock_state(struct state *state, int *lock)
{
	char path[PIN_PATH_SIZE];

	return lock_directory(state, pin_path(state->root.dir, path, LOCK_OF_STATE, NULL), lock);
}

netfwv6_result lock_new_state(struct state *state)
{
	char path[PIN_PATH_SIZE];

	if (state->root.lock >= 0)
		return NETFWV6_S_OK;
	if (mkdir(pin_path(state->root.dir, path, LOCK_OF_STATE, NULL), 0700) && errno != EEXIST)
		return fail_errno(errno, "cannot make %s", path);
	return lock_state(state, &state->root.lock);
}

/* ---- The lock of all places of states -------------------------------------------------------- */

static netfwv6_result lock_anchors(struct state *state, int *lock)
{
	char path[ANCHOR_PATH_SIZE];

	*lock = -1;
	return anchor_base(false, path) ? lock_directory(state, path, lock) : NETFWV6_S_OK;
}

netfwv6_result lock_new_anchor(struct state *state)
{
	char path[ANCHOR_PATH_SIZE];

	while (state->root.anchor_lock < 0 && anchor_base(true, path))
		TRY(lock_directory(state, path, &state->root.anchor_lock));
	return NETFWV6_S_OK;
}

/* ---- Administration -------------------------------------------------------------------------- */

static netfwv6_result open_administration(int *fd)
{
	*fd = open(ADMINISTRATION_LOCK, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd >= 0)
		return NETFWV6_S_OK;
	if (errno == EACCES || errno == EPERM)
		return fail(NETFWV6_E_ACCESSDENIED, "only root may do this (it takes %s)",
			    ADMINISTRATION_LOCK);
	return fail_errno(errno, "cannot open %s", ADMINISTRATION_LOCK);
}

netfwv6_result check_administrator(void)
{
	int fd;

	TRY(open_administration(&fd));
	close(fd);
	return NETFWV6_S_OK;
}

netfwv6_result lock_administration(struct state *state)
{
	int lock CLEANUP(unlock_at) = -1, of_anchors CLEANUP(unlock_at) = -1, fd;

	TRY(open_administration(&fd));
	TRY(lock_fd(state, fd, ADMINISTRATION_LOCK, "", &lock));
	TRY(lock_anchors(state, &of_anchors));
	root_put_back(&state->root);
	TRY(lock_state(state, &state->root.lock));
	state->administration = lock;
	state->root.anchor_lock = of_anchors;
	lock = of_anchors = -1;
	return NETFWV6_S_OK;
}

void unlock_administration(struct state *state)
{
	unlock(state->root.lock);
	state->root.lock = -1;
	unlock(state->root.anchor_lock);
	state->root.anchor_lock = -1;
	unlock(state->administration);
}

/* ---- Names ------------------------------------------------------------------------------------ */

netfwv6_result lock_names(const struct state *state, int *lock)
{
	char path[PIN_PATH_SIZE];

	pin_path(state->root.dir, path, LOCK_OF_NAMES, NULL);
	return lock_fd(state, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path,
		       "; 'netfwv6 init --rebuild' as root makes another lock", lock);
}
