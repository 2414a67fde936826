// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mgr.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "error.h"
#include "locks.h"
#include "mountpoint.h"
#include "options.h"
#include "rebuild.h"
#include "utf8.h"

#define DEFAULT_STATE_DIR "/run/netfwv6"
#define STATE_DIR_MAX 256 /* leaves room in a pin's path */

/* A removal takes under a millisecond, a rebuild tens; this long means its maker was killed. */
#define REMOVAL_POLLS 5000

/* An absolute path without a slash at its end; the caller frees it. */
static netfwv6_result resolve(const char *dir, char **path)
{
	char cwd[PATH_MAX] = "";
	char *absolute;
	size_t length;

	if (!*dir)
		return fail(NETFWV6_E_INVALIDARG, "the state directory's name is empty");
	if (*dir != '/' && !getcwd(cwd, sizeof(cwd)))
		return fail_errno(errno, "cannot resolve the state directory '%s'", dir);
	if (asprintf(&absolute, "%s%s%s", cwd, *cwd ? "/" : "", dir) < 0)
		return fail_errno(ENOMEM, "cannot open a manager");
	length = strlen(absolute);
	while (length > 1 && absolute[length - 1] == '/')
		absolute[--length] = '\0';
	if (length > STATE_DIR_MAX || length == 1) {
		free(absolute);
		return fail(NETFWV6_E_INVALIDARG,
			    "the state directory is no path of 2 to %d bytes: %.60s", STATE_DIR_MAX,
			    dir);
	}
	*path = absolute;
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_open(struct netfwv6_mgr **mgr, const struct netfwv6_mgr_options *options)
{
	struct netfwv6_mgr_options given = { .sz = sizeof(given) };
	struct netfwv6_mgr *new;
	netfwv6_result result;
	char *dir = NULL;
	int error;

	if (!mgr)
		return fail(NETFWV6_E_POINTER, "the manager's out-pointer is null");
	result = options_take(&given, sizeof(given), options);
	if (NETFWV6_FAILED(result))
		return result;
	result = resolve(given.state_dir			?:
				 secure_getenv("NETFWV6_STATE") ?:
								  DEFAULT_STATE_DIR,
			 &dir);
	if (NETFWV6_FAILED(result))
		return result;
	new = calloc(1, sizeof(*new));
	error = new ? policy_init(&new->policy) : -ENOMEM;
	if (error) {
		free(new);
		free(dir);
		return fail_errno(-error, "cannot open a manager");
	}
	root_init(&new->root, dir);
	pthread_mutex_init(&new->root_mutex, NULL);
	new->log = given.log;
	new->log_context = given.log_context;
	*mgr = new;
	return NETFWV6_S_OK;
}

void netfwv6_mgr_close(struct netfwv6_mgr *mgr)
{
	if (!mgr)
		return;
	root_destroy(&mgr->root);
	policy_destroy(&mgr->policy);
	pthread_mutex_destroy(&mgr->root_mutex);
	free(mgr);
}

const char *netfwv6_mgr_state_dir(const struct netfwv6_mgr *mgr)
{
	return mgr ? mgr->root.name : NULL;
}

void mgr_log(const struct netfwv6_mgr *mgr, const char *format, ...)
{
	char line[512];
	va_list args;

	if (!mgr->log)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	utf8_sanitize(line);
	mgr->log(mgr->log_context, line);
}

/*
 * Somebody who sees another file of the administration lock may be making the state, too: its
 * maker has the lock of all places of states, or on a bpffs that is there the state's own.
 */
static netfwv6_result prepare_place(struct netfwv6_mgr *mgr)
{
	netfwv6_result result = root_check_absent(&mgr->root);

	if (NETFWV6_FAILED(result))
		return result;
	result = mountpoint_prepare(mgr->root.name);
	if (result == NETFWV6_S_FALSE) {
		result = lock_new_anchor(mgr);
		if (result != NETFWV6_S_FALSE)
			return result;
		result = mountpoint_mount(mgr->root.name);
	}
	return NETFWV6_FAILED(result) ? result : lock_new_state(mgr);
}

netfwv6_result mgr_create(struct netfwv6_mgr *mgr, uint32_t flags)
{
	netfwv6_result result = root_open(&mgr->root, &mgr->policy);
	gid_t group;

	if (NETFWV6_SUCCEEDED(result) && mgr->root.state == ROOT_ABSENT)
		result = prepare_place(mgr);
	if (NETFWV6_SUCCEEDED(result))
		result = root_create(&mgr->root, &mgr->policy, flags);
	if (NETFWV6_SUCCEEDED(result))
		result = lock_new_state(mgr);
	if (NETFWV6_SUCCEEDED(result))
		result = root_reread(&mgr->root);
	if (NETFWV6_FAILED(result) || !policy_retired(&mgr->policy))
		return result;
	/* Whoever was rebuilding or removing it was killed. Retired tables never come back. */
	result = pins_get_group(mgr->root.dir, &group);
	return NETFWV6_FAILED(result) ? result : rebuild(mgr, group);
}

static netfwv6_result create(struct netfwv6_mgr *mgr)
{
	netfwv6_result result;

	result = lock_administration(mgr);
	if (NETFWV6_FAILED(result))
		return result;
	result = mgr_create(mgr, 0);
	unlock_administration(mgr);
	return result;
}

/* A missing state: nothing is open in it. Only who could make it may say "close". */
static netfwv6_result close_in_none(const struct netfwv6_mgr *mgr)
{
	netfwv6_result result = check_administrator();

	return result == NETFWV6_E_ACCESSDENIED ?
		       fail(result, "there is no state in %s, and only root can make it",
			    mgr->root.dir) :
		       result;
}

/* For those who may change ports but not take the administration lock. */
static netfwv6_result await_removal(struct netfwv6_mgr *mgr)
{
	const struct timespec poll = { .tv_nsec = 1000000 };

	for (int i = 0;
	     i < REMOVAL_POLLS && mgr->root.state == ROOT_WRITABLE && policy_retired(&mgr->policy);
	     i++) {
		netfwv6_result result;

		pthread_mutex_unlock(&mgr->root_mutex);
		nanosleep(&poll, NULL);
		pthread_mutex_lock(&mgr->root_mutex);
		result = root_open(&mgr->root, &mgr->policy);
		if (NETFWV6_FAILED(result))
			return result;
	}
	if (mgr->root.state == ROOT_WRITABLE && policy_retired(&mgr->policy))
		return fail(NETFWV6_E_UNEXPECTED,
			    "the state in %s was left half removed or half rebuilt: 'netfwv6 init' "
			    "as root mends it",
			    mgr->root.dir);
	return NETFWV6_S_OK;
}

netfwv6_result mgr_refresh(struct netfwv6_mgr *mgr, enum mgr_intent intent)
{
	netfwv6_result result = root_open(&mgr->root, &mgr->policy);

	if (NETFWV6_FAILED(result) || intent == MGR_READ)
		return result;
	if (mgr->root.state == ROOT_WRITABLE && policy_retired(&mgr->policy)) {
		result = create(mgr);
		if (result == NETFWV6_E_ACCESSDENIED)
			result = await_removal(mgr);
	}
	if (NETFWV6_SUCCEEDED(result) && mgr->root.state == ROOT_ABSENT)
		result = intent == MGR_OPEN ? create(mgr) : close_in_none(mgr);
	if (NETFWV6_FAILED(result))
		return result;
	if (mgr->root.state == ROOT_READABLE)
		return root_read_only(&mgr->root);
	return NETFWV6_S_OK;
}
