// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/root.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state/anchor.h"
#include "state/control.h"
#include "state/mountpoint.h"
#include "state/pins_remove.h"
#include "state/record.h"
#include "util/error.h"
#include "util/scope.h"

#define REMOVALS_IN_A_ROW 16 /* more than a reader meets; a damaged state ends here */

static const uint32_t record_key;

void root_init(struct root *root, char *dir)
{
	*root = (struct root){ .name = dir, .dir = dir, .lock = -1, .anchor_lock = -1 };
	memset(root->map, -1, sizeof(root->map));
}

static void close_maps(struct root *root)
{
	for (int pin = 0; pin < PINS_HELD; pin++) {
		if (root->map[pin] >= 0)
			close(root->map[pin]);
		root->map[pin] = -1;
	}
	root->state = ROOT_ABSENT;
}

void root_destroy(struct root *root)
{
	close_maps(root);
	free(root->name);
}

/* ---- The record ------------------------------------------------------------ */

/*
 * The state directory was unmounted, perhaps: root puts it back. Where that may not mount, it
 * goes to the place itself.
 */
static bool put_back(struct root *root)
{
	if (geteuid() != 0 || !anchor_find(root->name, root->kept))
		return false;
	if (NETFWV6_SUCCEEDED(mountpoint_show(root->kept, root->name)))
		root->dir = root->name;
	else
		root->dir = root->kept;
	return true;
}

/* Reads and checks the record, wherever it is. Where it is not there, there is no state. */
static netfwv6_result read_record(struct root *root, bool *there)
{
	netfwv6_result result;

	root->dir = root->name;
	result = record_read(root->dir, &root->record, there);
	if (NETFWV6_FAILED(result) || *there || !put_back(root))
		return result;
	result = record_read(root->dir, &root->record, there);
	if (NETFWV6_SUCCEEDED(result) && !*there)
		mountpoint_remove(root->name, root->name); /* it was removed meanwhile */
	return result;
}

netfwv6_result root_reread(struct root *root)
{
	bool there = true;
	netfwv6_result result =
		root->state == ROOT_ABSENT ? NETFWV6_S_OK : read_record(root, &there);

	return NETFWV6_FAILED(result) || there ? result : record_damaged(root->dir);
}

netfwv6_result root_write_record(const struct root *root)
{
	return record_write(root->dir, &root->record);
}

/* ---- Opening --------------------------------------------------------------- */

/* The port table, and policy where the table may be written. */
static netfwv6_result open_port_table(struct root *root, struct policy *policy, int state,
				      uint32_t generation)
{
	netfwv6_result result = pin_open(root->dir, PIN_PORTS, 0, &root->map[PIN_PORTS]);
	int error;

	root->frozen = false;
	root->state = ROOT_READABLE;
	if (result == NETFWV6_E_ACCESSDENIED)
		return pin_open(root->dir, PIN_PORTS, BPF_F_RDONLY, &root->map[PIN_PORTS]);
	if (NETFWV6_FAILED(result) || root->map[PIN_PORTS] < 0)
		return result;
	error = policy_map(policy, root->map[PIN_PORTS], state, generation);
	root->frozen = error == -EPERM;
	if (error && !root->frozen)
		return fail_errno(-error, "cannot map the port table in %s", root->dir);
	if (!root->frozen)
		root->state = ROOT_WRITABLE;
	return NETFWV6_S_OK;
}

/* The state's record, for root alone; its generation is read before the table is opened. */
static netfwv6_result open_state(const struct root *root, int *state, uint32_t *generation)
{
	struct control control;

	*generation = 0;
	TRY(pin_open(root->dir, PIN_CONTROL, 0, state));
	if (*state < 0)
		return NETFWV6_S_OK;
	if (bpf_map_lookup_elem(*state, &record_key, &control))
		return fail_errno(errno, "cannot read %s/control", root->dir);
	*generation = control.generation;
	return NETFWV6_S_OK;
}

/* Up to the first one that is missing: then the state is just being removed, or damaged. */
static netfwv6_result open_maps(struct root *root, struct policy *policy)
{
	int state CLEANUP(close_descriptor) = -1;
	uint32_t generation;
	netfwv6_result result = open_state(root, &state, &generation);

	TRY(result == NETFWV6_E_ACCESSDENIED ? NETFWV6_S_OK : result);
	if (result == NETFWV6_E_ACCESSDENIED || state >= 0)
		TRY(open_port_table(root, policy, state, generation));
	for (int pin = PIN_PORTS + 1; pin < PINS_HELD && root->map[pin - 1] >= 0; pin++)
		TRY(pin_open_as_allowed(root->dir, pin, &root->map[pin]));
	return NETFWV6_S_OK;
}

netfwv6_result root_read_only(const struct root *root)
{
	if (root->frozen)
		return fail(NETFWV6_E_ACCESSDENIED,
			    "the port table in %s was frozen by someone who may write it: 'netfwv6 "
			    "init --rebuild' as root mends that, and devices stay firewalled",
			    root->dir);
	return fail(NETFWV6_E_ACCESSDENIED,
		    "this user may read the state in %s but not change it: root may, and the group "
		    "of 'netfwv6 init --group'",
		    root->dir);
}

void root_close(struct root *root, struct policy *policy)
{
	policy_map(policy, -1, -1, 0);
	close_maps(root);
}

netfwv6_result root_open_any(struct root *root, struct policy *policy)
{
	netfwv6_result result = NETFWV6_S_OK;
	bool there = true, complete = false;

	/* A pin that is missing though the record was there: look again at both. */
	for (int i = 0; i < REMOVALS_IN_A_ROW && NETFWV6_SUCCEEDED(result) && !complete; i++) {
		root_close(root, policy);
		result = read_record(root, &there);
		if (NETFWV6_SUCCEEDED(result) && !there)
			return NETFWV6_S_OK;
		if (NETFWV6_SUCCEEDED(result))
			result = open_maps(root, policy);
		complete = root->map[PINS_HELD - 1] >= 0;
	}
	if (NETFWV6_SUCCEEDED(result) && complete)
		return result;
	root_close(root, policy);
	return NETFWV6_FAILED(result) ? result : record_damaged(root->dir);
}

bool root_put_back(struct root *root)
{
	char path[PIN_PATH_SIZE];

	return access(pin_path(root->dir, path, "root", NULL), F_OK) && put_back(root);
}

netfwv6_result root_open(struct root *root, struct policy *policy)
{
	netfwv6_result result;

	if (root->state == ROOT_WRITABLE && !policy_retired(policy)) {
		root_put_back(root);
		return root_check_namespace(root);
	}
	TRY(root_open_any(root, policy));
	if (root->state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	result = root_check_namespace(root);
	if (NETFWV6_FAILED(result))
		root_close(root, policy);
	return result;
}

netfwv6_result root_check_namespace(const struct root *root)
{
	return record_check_namespace(&root->record, root->name);
}

/* ---- Making ---------------------------------------------------------------- */

static netfwv6_result make_map(struct root *root, enum pin pin)
{
	int fd CLEANUP(close_descriptor) = -1;

	TRY(pin_make_map(pin, &fd));
	if (pin == PIN_ROOT && bpf_map_update_elem(fd, &record_key, &root->record, BPF_ANY))
		return fail_errno(errno, "cannot write the root record in %s", root->dir);
	return pin_put(root->dir, pin, fd, 0);
}

/* Who does not hold the lock would take a place that is just being made for nobody's. */
static void sweep_anchors(const struct root *root)
{
	if (root->anchor_lock >= 0)
		anchor_sweep();
}

static void remove_all(struct root *root)
{
	pins_remove(root->dir);
	if (root->lock >= 0)
		close(root->lock); /* it was removed, and would keep the mount busy */
	root->lock = -1;
	mountpoint_remove(root->name, root->dir);
	sweep_anchors(root);
	root->dir = root->name;
}

netfwv6_result root_check_absent(const struct root *root)
{
	if (root->state != ROOT_ABSENT || !pins_have_links(root->dir))
		return NETFWV6_S_OK;
	return fail(NETFWV6_E_UNEXPECTED,
		    "the state in %s is damaged: it has no root record, but links; what is "
		    "pinned in %s/links still filters until it is removed",
		    root->dir, root->dir);
}

/* In its state directory where that is on a bpffs, else in a place of its own. */
static netfwv6_result choose_place(struct root *root)
{
	if (mountpoint_is_bpffs(root->name))
		return NETFWV6_S_OK;
	TRY(anchor_make(root->name, &root->record, root->kept));
	root->dir = root->kept;
	return NETFWV6_S_OK;
}

static netfwv6_result make_pins(struct root *root)
{
	pins_clear(root->dir); /* what a killed maker left */
	TRY(pins_make_directories(root->dir));
	for (int pin = 0; pin < PINS; pin++)
		TRY(make_map(root, pin));
	return NETFWV6_S_OK;
}

static netfwv6_result prepare_record(struct root *root)
{
	TRY(root_check_absent(root));
	root->record = (struct root_record){ .layout = LAYOUT_VERSION };
	TRY(record_take_namespace(&root->record));
	TRY(record_draw_serial(&root->record));
	return choose_place(root);
}

static netfwv6_result make_root(struct root *root)
{
	netfwv6_result result = prepare_record(root);
	bool prepared = NETFWV6_SUCCEEDED(result);

	if (prepared)
		result = make_pins(root);
	if (NETFWV6_SUCCEEDED(result) && root->dir == root->kept)
		result = mountpoint_show(root->kept, root->name);
	/* The directory around the places may have been made for this one. */
	if (NETFWV6_FAILED(result) && prepared)
		remove_all(root);
	else
		sweep_anchors(root);
	return result;
}

netfwv6_result root_create(struct root *root, struct policy *policy)
{
	TRY(root_open(root, policy));
	if (root->state == ROOT_ABSENT) {
		TRY(make_root(root));
		TRY(root_open(root, policy));
	}
	return root->state == ROOT_WRITABLE ? NETFWV6_S_OK : root_read_only(root);
}

netfwv6_result root_adopt(struct root *root)
{
	TRY(record_take_namespace(&root->record));
	return root_write_record(root);
}

/* ---- Retiring -------------------------------------------------------------- */

/* Makes the state's generation odd, or even; which it was before does not matter. */
static void set_generation(const struct root *root, bool odd)
{
	struct control *control CLEANUP(control_unmap) = NULL;

	if (NETFWV6_SUCCEEDED(control_map(root, &control)) && (control->generation & 1) != odd)
		__atomic_fetch_add(&control->generation, 1, __ATOMIC_SEQ_CST);
}

void root_retire(const struct root *root, struct policy *policy)
{
	set_generation(root, true);
	if (root->state == ROOT_WRITABLE)
		policy_set(policy, RETIRED_ENTRY, ENTRY_RETIRED);
}

void root_revive(const struct root *root, struct policy *policy)
{
	if (root->state == ROOT_WRITABLE)
		policy_clear(policy, RETIRED_ENTRY, ENTRY_RETIRED);
	set_generation(root, false);
}

/* ---- Removing -------------------------------------------------------------- */

void root_remove(struct root *root, struct policy *policy)
{
	root_retire(root, policy);
	remove_all(root);
	root_close(root, policy);
}

void root_clear_remains(struct root *root)
{
	if (mountpoint_is_bpffs(root->dir) && !pins_have_links(root->dir))
		remove_all(root);
	else
		sweep_anchors(root);
}

/* ---- By handle ------------------------------------------------------------- */

int state_init(struct state *state, char *dir)
{
	int error = policy_init(&state->policy);

	if (error) {
		free(dir);
		return error;
	}
	root_init(&state->root, dir);
	pthread_mutex_init(&state->mutex, NULL);
	pthread_mutex_init(&state->failure.mutex, NULL);
	pthread_mutex_init(&state->log.mutex, NULL);
	atomic_init(&state->holders, 1);
	return 0;
}

struct state *state_retain(struct state *state)
{
	atomic_fetch_add(&state->holders, 1);
	return state;
}

void state_release(struct state *state)
{
	if (!state || atomic_fetch_sub(&state->holders, 1) != 1)
		return;
	root_destroy(&state->root);
	policy_destroy(&state->policy);
	pthread_mutex_destroy(&state->mutex);
	pthread_mutex_destroy(&state->failure.mutex);
	pthread_mutex_destroy(&state->log.mutex);
	free(state);
}

netfwv6_result state_open(struct state *state)
{
	return root_open(&state->root, &state->policy);
}
