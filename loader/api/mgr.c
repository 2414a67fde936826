// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/mgr.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state/root.h"
#include "util/error.h"
#include "util/options.h"
#include "util/utf8.h"

#define DEFAULT_STATE_DIR "/run/netfwv6"
#define STATE_DIR_MAX 256 /* leaves room in a pin's path */

/* An absolute path without a slash at its end; the caller frees it. */
static netfwv6_result resolve_state_dir(const char *dir, char **path)
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

/* The lines leave by here, printable. */
static void tell(void *manager, const char *line)
{
	const struct netfwv6_mgr *mgr = manager;
	char printable[LOG_LINE_SIZE];

	snprintf(printable, sizeof(printable), "%s", line);
	utf8_sanitize(printable);
	mgr->log(mgr->log_context, printable);
}

netfwv6_result netfwv6_mgr_open(struct netfwv6_mgr **mgr, const struct netfwv6_mgr_options *options)
{
	struct netfwv6_mgr_options given = { .sz = sizeof(given) };
	struct netfwv6_mgr *new;
	char *dir = NULL;
	int error;

	TRY(pointer_check(mgr, "the manager's out-pointer"));
	TRY(options_take(&given, sizeof(given), options));
	TRY(resolve_state_dir(given.state_dir			     ?:
				      secure_getenv("NETFWV6_STATE") ?:
								       DEFAULT_STATE_DIR,
			      &dir));
	new = calloc(1, sizeof(*new));
	if (!new) {
		free(dir);
		return fail_errno(ENOMEM, "cannot open a manager");
	}
	error = state_init(&new->state, dir);
	if (error) {
		free(new);
		return fail_errno(-error, "cannot open a manager");
	}
	new->log = given.log;
	new->log_context = given.log_context;
	log_to(&new->state.log, given.log ? tell : NULL, new);
	*mgr = new;
	return NETFWV6_S_OK;
}

void netfwv6_mgr_close(struct netfwv6_mgr *mgr)
{
	if (!mgr)
		return;
	log_to(&mgr->state.log, NULL, NULL);
	state_release(&mgr->state);
}

const char *netfwv6_mgr_state_dir(const struct netfwv6_mgr *mgr)
{
	return mgr ? mgr->state.root.name : NULL;
}
