// SPDX-License-Identifier: LGPL-2.1-or-later
#include "attachments.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "egress.h"
#include "error.h"
#include "instance.h"

static char *pin_of(const struct netfwv6_mgr *mgr, const char *directory, uint32_t id, char *path)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", id);
	return pin_path(mgr->root.dir, path, directory, name);
}

char *attachment_link_path(const struct netfwv6_mgr *mgr, uint32_t id, char *path)
{
	return pin_of(mgr, "links", id, path);
}

char *attachment_counts_path(const struct netfwv6_mgr *mgr, uint32_t id, char *path)
{
	return pin_of(mgr, "counts", id, path);
}

bool attachment_next(const struct netfwv6_mgr *mgr, struct attachment *at)
{
	uint32_t next;

	while (!bpf_map_get_next_key(mgr->root.map[PIN_ATTACHMENTS], at->id ? &at->id : NULL,
				     &next)) {
		at->id = next;
		if (!bpf_map_lookup_elem(mgr->root.map[PIN_ATTACHMENTS], &next, &at->record))
			return true;
	}
	return false;
}

/* What the kernel says of a link. */
enum link_state {
	LINK_HIDDEN, /* not for this caller, or not now */
	LINK_GONE,   /* its pin or its device is no more */
	LINK_ALIVE,
};

/*
 * Puts what the link knows best into the record: who replaced the program can have been killed
 * before he wrote it, and the index is another one where a device came back under it.
 */
static enum link_state look_at_link(const struct netfwv6_mgr *mgr, uint32_t id,
				    struct attachment_record *record)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);
	char path[PIN_PATH_SIZE];
	int link = bpf_obj_get(attachment_link_path(mgr, id, path));
	int error;

	if (link < 0)
		return errno == ENOENT ? LINK_GONE : LINK_HIDDEN;
	error = bpf_obj_get_info_by_fd(link, &info, &size);
	close(link);
	if (error)
		return LINK_HIDDEN;
	record->program_id = info.prog_id;
	if (!info.xdp.ifindex)
		return LINK_GONE;
	record->ifindex = info.xdp.ifindex; /* in the namespace where it is */
	return LINK_ALIVE;
}

/* Who may not see links goes by the record. */
struct attachment attachment_find(const struct netfwv6_mgr *mgr, const struct device_xdp *xdp)
{
	struct attachment at = {};

	while (xdp->program_id && attachment_next(mgr, &at)) {
		struct attachment_record present = at.record;

		if (present.program_id)
			look_at_link(mgr, at.id, &present);
		if (present.program_id == xdp->program_id)
			return at;
	}
	return (struct attachment){};
}

bool attachments_know(const struct netfwv6_mgr *mgr, uint32_t slot)
{
	struct attachment at = {};

	while (attachment_next(mgr, &at))
		if (at.record.program_id && at.record.slot == slot)
			return true;
	return false;
}

bool attachment_is_here(const struct attachment *at)
{
	struct device_xdp xdp;

	return NETFWV6_SUCCEEDED(device_xdp(at->record.ifindex, &xdp)) &&
	       xdp.program_id == at->record.program_id;
}

/* Is a device that is only learned from here, and under which index? */
static bool learns_here(const struct netfwv6_mgr *mgr, const struct attachment *at,
			uint32_t *ifindex)
{
	bool here;

	*ifindex = at->record.ifindex;
	if (!at->record.egress)
		return egress_is_attached(mgr, *ifindex);
	return egress_look(mgr, at->record.egress, ifindex, &here) && here;
}

bool attachment_learns_here(const struct netfwv6_mgr *mgr, const struct attachment *at)
{
	uint32_t ifindex;

	return learns_here(mgr, at, &ifindex);
}

const char *attachment_present_name(const struct netfwv6_mgr *mgr, const struct attachment *at,
				    char *name)
{
	uint32_t ifindex = at->record.ifindex;
	bool here = at->record.program_id ? attachment_is_here(at) : learns_here(mgr, at, &ifindex);

	if (!here || !if_indextoname(ifindex, name))
		snprintf(name, DEVICE_NAME_SIZE, "%.*s", DEVICE_NAME_SIZE - 1, at->record.device);
	return name;
}

struct attachment attachment_find_elsewhere(const struct netfwv6_mgr *mgr, const char *device)
{
	struct attachment at = {};

	while (mgr->root.state != ROOT_ABSENT && attachment_next(mgr, &at)) {
		if (strncmp(at.record.device, device, sizeof(at.record.device)) == 0 &&
		    at.record.program_id && look_at_link(mgr, at.id, &at.record) == LINK_ALIVE &&
		    !attachment_is_here(&at))
			return at;
	}
	return (struct attachment){};
}

netfwv6_result attachment_write(const struct netfwv6_mgr *mgr, const struct attachment *attachment)
{
	if (!bpf_map_update_elem(mgr->root.map[PIN_ATTACHMENTS], &attachment->id,
				 &attachment->record, BPF_ANY))
		return NETFWV6_S_OK;
	if (errno == E2BIG)
		return fail(NETFWV6_E_OUTOFMEMORY, "%d devices are firewalled already",
			    ATTACHMENT_RECORDS);
	return fail_errno(errno, "cannot record device %s", attachment->record.device);
}

void attachment_unmark_filtered(const struct netfwv6_mgr *mgr, uint32_t ifindex, uint32_t id)
{
	uint32_t owner;

	if (!bpf_map_lookup_elem(mgr->root.map[PIN_FILTERED], &ifindex, &owner) && owner == id)
		bpf_map_delete_elem(mgr->root.map[PIN_FILTERED], &ifindex);
}

static void forget(const struct netfwv6_mgr *mgr, uint32_t id)
{
	struct attachment_record record;
	char path[PIN_PATH_SIZE];

	if (!bpf_map_lookup_elem(mgr->root.map[PIN_ATTACHMENTS], &id, &record) && record.program_id)
		attachment_unmark_filtered(mgr, record.ifindex, id);
	unlink(attachment_link_path(mgr, id, path));
	unlink(attachment_counts_path(mgr, id, path));
	bpf_map_delete_elem(mgr->root.map[PIN_ATTACHMENTS], &id);
}

netfwv6_result attachment_drop(const struct netfwv6_mgr *mgr, const struct attachment *attachment)
{
	char path[PIN_PATH_SIZE];
	int link = bpf_obj_get(attachment_link_path(mgr, attachment->id, path));
	int error;

	if (link < 0)
		return fail_errno(errno, "cannot open %s", path);
	/* Not by unpinning alone: somebody may hold the link open. */
	error = bpf_link_detach(link) ? errno : 0;
	close(link);
	if (error)
		return fail_errno(error, "cannot detach from device %s", attachment->record.device);
	forget(mgr, attachment->id);
	return NETFWV6_S_OK;
}

/* Counters are pinned before their record is written: a killed maker leaves them alone. */
static void forget_unrecorded_counts(const struct netfwv6_mgr *mgr)
{
	char path[PIN_PATH_SIZE];
	DIR *counts = opendir(pin_path(mgr->root.dir, path, "counts", NULL));
	struct attachment_record record;
	struct dirent *entry;
	uint32_t id;

	while (counts && (entry = readdir(counts)))
		if (sscanf(entry->d_name, "%u", &id) == 1 &&
		    bpf_map_lookup_elem(mgr->root.map[PIN_ATTACHMENTS], &id, &record) &&
		    errno == ENOENT)
			unlink(attachment_counts_path(mgr, id, path));
	if (counts)
		closedir(counts);
}

/* A device that is only learned from lives as long as its egress program, wherever it is. */
static enum link_state look_at(const struct netfwv6_mgr *mgr, const struct attachment *at,
			       struct attachment_record *present)
{
	uint32_t ifindex;
	bool here;

	if (at->record.program_id)
		return look_at_link(mgr, at->id, present);
	if (at->record.egress ? egress_look(mgr, at->record.egress, &ifindex, &here) :
				egress_is_attached(mgr, at->record.ifindex))
		return LINK_ALIVE;
	return LINK_GONE;
}

/* The record of a program that was replaced by someone who was killed before he wrote. */
static void mend(const struct netfwv6_mgr *mgr, struct attachment *at, uint32_t program_id)
{
	struct instance_spec spec;

	if (NETFWV6_FAILED(instance_spec_of(program_id, &spec)))
		return;
	at->record.program_id = program_id;
	at->record.flags = spec.config.stateless ? ATTACHED_STATELESS : 0;
	at->record.slot = connection_config_slot(&spec.config);
	attachment_write(mgr, at);
}

/* A device gets another index where its own is taken, and strangers send through those here. */
static void locate(const struct netfwv6_mgr *mgr, struct attachment *at, uint32_t ifindex)
{
	uint32_t before = at->record.ifindex;

	at->record.ifindex = ifindex;
	if (ifindex != before) {
		attachment_write(mgr, at);
		attachment_unmark_filtered(mgr, before, at->id);
	}
	if (attachment_is_here(at))
		bpf_map_update_elem(mgr->root.map[PIN_FILTERED], &ifindex, &at->id, BPF_ANY);
	else
		attachment_unmark_filtered(mgr, ifindex, at->id);
}

static void tidy(const struct netfwv6_mgr *mgr, struct attachment *at)
{
	struct attachment_record present = at->record;
	enum link_state link = look_at(mgr, at, &present);

	if (link == LINK_GONE)
		forget(mgr, at->id);
	if (link != LINK_ALIVE)
		return;
	if (present.program_id != at->record.program_id)
		mend(mgr, at, present.program_id);
	if (at->record.program_id)
		locate(mgr, at, present.ifindex);
}

void attachments_tidy(const struct netfwv6_mgr *mgr)
{
	struct attachment at = {};
	bool more = attachment_next(mgr, &at);

	forget_unrecorded_counts(mgr);
	egress_tidy(mgr);
	while (more) {
		struct attachment this = at;

		/* First the step, then the removal: a removed key would begin anew. */
		more = attachment_next(mgr, &at);
		tidy(mgr, &this);
	}
}

bool attachments_alive(const struct netfwv6_mgr *mgr)
{
	struct attachment_record present;
	struct attachment at = {};

	/* Of a device that is only learned from by a filter, only its namespace can tell. */
	while (attachment_next(mgr, &at))
		if (!at.record.program_id || look_at_link(mgr, at.id, &present) != LINK_GONE)
			return true;
	return egress_any_alive(mgr);
}

netfwv6_result attachment_write_learn_only(const struct netfwv6_mgr *mgr,
					   const struct device *device)
{
	struct attachment at = { .id = LEARN_ONLY_ID(device->ifindex) };

	memcpy(at.record.device, device->name, sizeof(at.record.device));
	at.record.ifindex = device->ifindex;
	at.record.egress = egress_link_id(mgr, device->ifindex);
	return attachment_write(mgr, &at);
}

void attachment_forget_learn_only(const struct netfwv6_mgr *mgr, uint32_t ifindex)
{
	forget(mgr, LEARN_ONLY_ID(ifindex));
}
