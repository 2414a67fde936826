// SPDX-License-Identifier: LGPL-2.1-or-later
/* The policy in a file: writing it, and keeping one up to date. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/administration.h"
#include "admin/make.h"
#include "admin/policy_read.h"
#include "api/call.h"
#include "api/mgr.h"
#include "state/root.h"
#include "state/saved_record.h"
#include "text/policy_compare.h"
#include "text/words.h"
#include "util/error.h"
#include "util/replace_file.h"
#include "util/scope.h"
#include "util/utf8.h"

_Static_assert(SAVED_PATH_SIZE == NETFWV6_PATH_SIZE, "a path fits its record");

static void free_policy(struct netfwv6_policy **policy)
{
	netfwv6_policy_free(*policy);
}

/* The text of a state that is open; the caller frees it. */
static netfwv6_result print_policy_of(struct state *state, char **text)
{
	CLEANUP(free_policy) struct netfwv6_policy *policy = NULL;

	TRY(policy_read(state, &policy));
	return netfwv6_policy_print(policy, text);
}

/* ---- The file as it is ----------------------------------------------------- */

/* What is there, with a NUL behind it; *text is NULL where nothing is. The caller frees it. */
static netfwv6_result read_policy_text(const char *path, char **text, struct stat *status)
{
	CLEANUP(close_descriptor) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t size, used = 0;
	ssize_t n = 1;

	if (fd < 0 && errno == ENOENT)
		return NETFWV6_S_OK;
	if (fd < 0 || fstat(fd, status))
		return fail_errno(errno, "cannot read %s", path);
	if (!S_ISREG(status->st_mode))
		return fail(NETFWV6_E_INVALIDARG, "%s is no regular file: name another", path);
	size = (size_t)status->st_size;
	*text = calloc(1, size + 1);
	if (!*text)
		return fail_errno(ENOMEM, "cannot read %s", path);
	while (used < size && n > 0) {
		n = read(fd, *text + used, size - used);
		used += n > 0 ? (size_t)n : 0;
	}
	return n < 0 ? fail_errno(errno, "cannot read %s", path) : NETFWV6_S_OK;
}

static void note_file(struct saved_record *record, const struct stat *status)
{
	record->inode = status->st_ino;
	record->size = (uint64_t)status->st_size;
	record->modified_ns =
		(uint64_t)status->st_mtim.tv_sec * 1000000000 + (uint64_t)status->st_mtim.tv_nsec;
}

static bool is_as_noted(const struct saved_record *record, const struct stat *status)
{
	struct saved_record now = *record;

	note_file(&now, status);
	return record->inode && memcmp(&now, record, sizeof(now)) == 0;
}

/* ---- Writing --------------------------------------------------------------- */

/* The first time its directory may have to be made. */
static netfwv6_result write_kept(const char *path, const char *text, struct stat *status)
{
	char directory[SAVED_PATH_SIZE];

	snprintf(directory, sizeof(directory), "%s", path);
	if (mkdir(dirname(directory), 0755) && errno != EEXIST && errno != ENOENT)
		return fail_errno(errno, "cannot make %s", directory);
	return replace_file(path, text, status);
}

static netfwv6_result keep_text(struct state *state, struct saved_record *record, const char *text)
{
	struct stat status;

	TRY(write_kept(record->path, text, &status));
	note_file(record, &status);
	return saved_record_write(&state->root, record);
}

static netfwv6_result read_kept(struct state *state, struct saved_record *record)
{
	TRY(state_open(state));
	TRY(saved_record_read(&state->root, record));
	return *record->path ? NETFWV6_S_OK : NETFWV6_S_FALSE;
}

/* For with_administration(). */
static netfwv6_result save_kept(struct state *state, void *unused)
{
	CLEANUP(free_pointer) char *text = NULL;
	struct saved_record record;
	netfwv6_result result = read_kept(state, &record);

	(void)unused;
	if (result == NETFWV6_S_FALSE)
		return fail(NETFWV6_E_FAIL,
			    "the policy of %s is kept in no file: name one, or set it with "
			    "'netfwv6 init --policy FILE'",
			    state->root.name);
	if (NETFWV6_FAILED(result))
		return result;
	TRY(print_policy_of(state, &text));
	return keep_text(state, &record, text);
}

static netfwv6_result save_elsewhere(struct state *state, const char *path)
{
	CLEANUP(free_pointer) char *text = NULL;
	struct stat status;
	netfwv6_result result;

	pthread_mutex_lock(&state->mutex);
	result = state_open(state);
	if (NETFWV6_SUCCEEDED(result))
		result = print_policy_of(state, &text);
	pthread_mutex_unlock(&state->mutex);
	return NETFWV6_FAILED(result) ? result : replace_file(path, text, &status);
}

/* S_FALSE: it is kept in no file, or not in that one. */
static netfwv6_result look_for_kept(struct state *state, const char *path)
{
	struct saved_record record = {};
	netfwv6_result result;

	pthread_mutex_lock(&state->mutex);
	result = read_kept(state, &record);
	pthread_mutex_unlock(&state->mutex);
	return result == NETFWV6_S_OK && path && strcmp(record.path, path) != 0 ? NETFWV6_S_FALSE :
										  result;
}

static netfwv6_result mgr_save_policy(struct netfwv6_mgr *mgr, const char *path)
{
	if (!mgr)
		return fail(NETFWV6_E_POINTER, "the manager is null");
	return path && look_for_kept(&mgr->state, path) != NETFWV6_S_OK ?
		       save_elsewhere(&mgr->state, path) :
		       with_administration(&mgr->state, save_kept, NULL);
}

netfwv6_result netfwv6_mgr_save_policy(struct netfwv6_mgr *mgr, const char *path)
{
	return call_told(state_of(mgr), mgr_save_policy(mgr, path));
}

/* ---- Keeping up to date ---------------------------------------------------- */

static netfwv6_result check_not_lost(const struct saved_record *record, const char *present,
				     const struct stat *status)
{
	if (!is_as_noted(record, status))
		return fail(NETFWV6_E_ABORT,
			    "%s is not as it was saved or applied, so it was left alone: 'netfwv6 "
			    "apply %s' puts it in force, 'netfwv6 save %s' replaces it",
			    record->path, record->path, record->path);
	if (words_have_comment(present))
		return fail(NETFWV6_E_ABORT,
			    "%s has comments, which would be lost, so it was left alone: change it "
			    "and 'netfwv6 apply %s', or replace it with 'netfwv6 save %s'",
			    record->path, record->path, record->path);
	return NETFWV6_S_OK;
}

/* For with_administration(). */
static netfwv6_result update_kept(struct state *state, void *unused)
{
	CLEANUP(free_pointer) char *text = NULL;
	CLEANUP(free_pointer) char *present = NULL;
	struct saved_record record;
	struct stat status;
	netfwv6_result result = read_kept(state, &record);

	(void)unused;
	if (result != NETFWV6_S_OK)
		return result;
	TRY(print_policy_of(state, &text));
	TRY(read_policy_text(record.path, &present, &status));
	if (present && strcmp(present, text) == 0)
		return NETFWV6_S_OK;
	if (present)
		TRY(check_not_lost(&record, present, &status));
	return keep_text(state, &record, text);
}

/* Nobody is waited for where nothing is kept. */
static netfwv6_result mgr_update_policy_file(struct netfwv6_mgr *mgr)
{
	netfwv6_result result;

	if (!mgr)
		return fail(NETFWV6_E_POINTER, "the manager is null");
	result = look_for_kept(&mgr->state, NULL);
	return result == NETFWV6_S_OK ? with_administration(&mgr->state, update_kept, NULL) :
					result;
}

netfwv6_result netfwv6_mgr_update_policy_file(struct netfwv6_mgr *mgr)
{
	return call_told(state_of(mgr), mgr_update_policy_file(mgr));
}

/* ---- Which file ------------------------------------------------------------ */

static netfwv6_result check_policy_path(const char *path)
{
	size_t length = strlen(path);

	if (length && (*path != '/' || length >= SAVED_PATH_SIZE || path[length - 1] == '/'))
		return fail(
			NETFWV6_E_INVALIDARG,
			"'%.60s' is no path for a policy: an absolute one of a file, of at most "
			"%d bytes",
			path, SAVED_PATH_SIZE - 1);
	for (size_t step; *path; path += step) {
		step = utf8_printable(path);
		if (!step)
			return fail(NETFWV6_E_INVALIDARG,
				    "the path of the policy is not printable UTF-8");
	}
	return NETFWV6_S_OK;
}

/* A file that says what the state is may be brought up to date from now on. */
static netfwv6_result note_if_same(struct state *state, struct saved_record *record)
{
	CLEANUP(free_policy) struct netfwv6_policy *policy = NULL;
	CLEANUP(free_policy) struct netfwv6_policy *file = NULL;
	CLEANUP(free_pointer) char *present = NULL;
	struct stat status;
	size_t differs;

	if (NETFWV6_FAILED(read_policy_text(record->path, &present, &status)) || !present ||
	    NETFWV6_FAILED(netfwv6_policy_parse(present, strlen(present), NULL, NULL, &file)))
		return NETFWV6_S_OK;
	TRY(policy_read(state, &policy));
	TRY(policy_compare(file, policy, NULL, NULL, &differs));
	if (!differs)
		note_file(record, &status);
	return NETFWV6_S_OK;
}

/* For with_administration(), with the path. */
static netfwv6_result put_policy_file(struct state *state, void *path)
{
	struct saved_record record = {}, before;

	TRY(state_open(state));
	TRY(saved_record_read(&state->root, &before));
	memcpy(record.path, path, strlen(path));
	if (state->root.state == ROOT_ABSENT && !*record.path)
		return NETFWV6_S_OK;
	TRY(state_make(state));
	if (*record.path)
		TRY(note_if_same(state, &record));
	return saved_record_write(&state->root, &record);
}

netfwv6_result netfwv6_mgr_put_policy_file(struct netfwv6_mgr *mgr, const char *path)
{
	netfwv6_result result = mgr && path ? check_policy_path(path) :
					      fail(NETFWV6_E_POINTER, "%s is null",
						   mgr ? "the policy's path" : "the manager");

	return call_told(state_of(mgr),
			 NETFWV6_FAILED(result) ?
				 result :
				 with_administration(&mgr->state, put_policy_file, (void *)path));
}

static netfwv6_result mgr_get_policy_file(struct netfwv6_mgr *mgr, size_t size, char *path,
					  size_t *needed)
{
	struct saved_record record = {};
	netfwv6_result result;
	size_t length;

	if (!mgr || (!path && (size || !needed)))
		return fail(NETFWV6_E_POINTER, "%s is null",
			    mgr ? "the path's out-pointer" : "the manager");
	pthread_mutex_lock(&mgr->state.mutex);
	result = read_kept(&mgr->state, &record);
	pthread_mutex_unlock(&mgr->state.mutex);
	if (NETFWV6_FAILED(result))
		return result;
	length = strlen(record.path) + 1;
	if (size && size < length)
		return fail(NETFWV6_E_INVALIDARG,
			    "the policy's path takes %zu bytes, and there is room for %zu", length,
			    size);
	if (size)
		memcpy(path, record.path, length);
	if (needed)
		*needed = length;
	return NETFWV6_S_OK;
}

netfwv6_result netfwv6_mgr_get_policy_file(struct netfwv6_mgr *mgr, size_t size, char *path,
					   size_t *needed)
{
	return call_told(state_of(mgr), mgr_get_policy_file(mgr, size, path, needed));
}
