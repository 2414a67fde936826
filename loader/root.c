// SPDX-License-Identifier: LGPL-2.1-or-later
#include "root.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "mountpoint.h"

#define POLICY_BITS (~ENTRY_IN_USE)

#define REMOVALS_IN_A_ROW 16 /* more than a reader meets; a damaged state ends here */

static const struct {
	const char *pin;
	mode_t mode;
} directories[] = { { "lock", 0700 }, { "links", 0700 }, { "egress", 0700 }, { "counts", 0755 } };

/* The maps in the order of their making; "root" last, so that it says "complete". */
enum {
	MAP_PORTS,
	MAP_NAMES,
	MAP_ATTACHMENTS,
	MAP_FILTER,
	MAP_TCP,
	MAP_ANSWER,
	MAP_UDP,
	MAP_ROOT,
	MAPS
};
static const struct {
	const char *pin, *name;
	mode_t mode;
	enum bpf_map_type type;
	uint32_t key, value, entries, flags;
} maps[MAPS] = {
	[MAP_PORTS] = { "ports", "netfwv6_ports", 0644, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			sizeof(uint64_t), PORT_ENTRIES, BPF_F_MMAPABLE },
	[MAP_NAMES] = { "names", "netfwv6_names", 0644, BPF_MAP_TYPE_HASH, sizeof(struct name_key),
			NAME_SIZE, NAME_RECORDS, BPF_F_NO_PREALLOC },
	[MAP_ATTACHMENTS] = { "attachments", "netfwv6_attach", 0644, BPF_MAP_TYPE_HASH,
			      sizeof(uint32_t), sizeof(struct attachment_record),
			      ATTACHMENT_RECORDS, BPF_F_NO_PREALLOC },
	[MAP_FILTER] = { "filtered", "netfwv6_filter", 0644, BPF_MAP_TYPE_HASH, sizeof(uint32_t),
			 sizeof(uint32_t), ATTACHMENT_RECORDS, BPF_F_NO_PREALLOC },
	/* Who talks to whom is nobody else's business. */
	[MAP_TCP] = { "tcp", "netfwv6_tcp", 0600, BPF_MAP_TYPE_LRU_HASH, sizeof(struct flow_key),
		      sizeof(struct flow), FLOWS_TCP, 0 },
	[MAP_ANSWER] = { "answer", "netfwv6_answer", 0600, BPF_MAP_TYPE_LRU_HASH,
			 sizeof(struct flow_key), sizeof(struct flow), FLOWS_ANSWERED, 0 },
	[MAP_UDP] = { "udp", "netfwv6_udp", 0600, BPF_MAP_TYPE_LRU_HASH, sizeof(struct flow_key),
		      sizeof(struct flow), FLOWS_UDP, 0 },
	[MAP_ROOT] = { "root", "netfwv6_root", 0644, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
		       sizeof(struct root_record), 1, 0 },
};

static const struct root_flow_table flow_tables[ROOT_FLOW_TABLES] = {
	{ "tcp", "netfwv6_tcp", FLOWS_TCP },
	{ "answers", "netfwv6_answer", FLOWS_ANSWERED },
	{ "udp", "netfwv6_udp", FLOWS_UDP },
};

static const uint32_t record_key;

static netfwv6_result damaged(const struct root *root)
{
	return fail(NETFWV6_E_UNEXPECTED, "the state in %s is not netfwv6's, or damaged",
		    root->dir);
}

void root_init(struct root *root, char *dir)
{
	*root = (struct root){
		.dir = dir, .ports = -1, .names = -1, .attachments = -1, .filtered = -1
	};
}

static void close_maps(struct root *root)
{
	int *fds[] = { &root->ports, &root->names, &root->attachments, &root->filtered };

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
	root->state = ROOT_ABSENT;
}

void root_destroy(struct root *root)
{
	close_maps(root);
	free(root->dir);
}

char *root_path(const struct root *root, char *path, const char *a, const char *b)
{
	snprintf(path, PIN_PATH_SIZE, "%s/%s%s%s", root->dir, a, b ? "/" : "", b ?: "");
	return path;
}

static netfwv6_result netns_cookie(__u64 *cookie)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*cookie);
	netfwv6_result result = NETFWV6_S_OK;

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &size))
		result = fail_errno(errno, "cannot identify the network namespace");
	if (fd >= 0)
		close(fd);
	return result;
}

static int get_map(const struct root *root, int map, uint32_t flags)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = flags);
	char path[PIN_PATH_SIZE];
	int fd = bpf_obj_get_opts(root_path(root, path, maps[map].pin, NULL), &opts);

	return fd < 0 ? -errno : fd;
}

/* S_FALSE when there is no such pin. */
static netfwv6_result open_map(const struct root *root, int map, uint32_t flags, int *fd)
{
	int got = get_map(root, map, flags);

	if (got == -ENOENT)
		return NETFWV6_S_FALSE;
	if (got < 0)
		return fail_errno(-got, "cannot open %s/%s", root->dir, maps[map].pin);
	*fd = got;
	return NETFWV6_S_OK;
}

/* For writing, or where that is not allowed for reading. */
static netfwv6_result open_as_allowed(const struct root *root, int map, int *fd)
{
	netfwv6_result result = open_map(root, map, 0, fd);

	return result == NETFWV6_E_ACCESSDENIED ? open_map(root, map, BPF_F_RDONLY, fd) : result;
}

const struct root_flow_table *root_flow_table(int table)
{
	return &flow_tables[table];
}

netfwv6_result root_open_flows(const struct root *root, int table, int *fd)
{
	netfwv6_result result = open_map(root, MAP_TCP + table, 0, fd);

	return result == NETFWV6_S_FALSE ? damaged(root) : result;
}

/* Takes the record from a map of whatever layout: only its first field is certain. */
static netfwv6_result take_record(struct root *root, int fd)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info), layout;
	char value[4096];

	if (bpf_obj_get_info_by_fd(fd, &info, &size) || info.type != maps[MAP_ROOT].type ||
	    info.value_size < sizeof(layout) || info.value_size > sizeof(value) ||
	    bpf_map_lookup_elem(fd, &record_key, value))
		return damaged(root);
	memcpy(&layout, value, sizeof(layout));
	if (layout != LAYOUT_VERSION)
		return fail(NETFWV6_E_UNEXPECTED,
			    "the state in %s has layout %u, this library knows layout %u: disable "
			    "every "
			    "device with the netfwv6 that made it, then enable them with this one",
			    root->dir, layout, LAYOUT_VERSION);
	if (info.value_size != sizeof(root->record))
		return damaged(root);
	memcpy(&root->record, value, sizeof(root->record));
	return NETFWV6_S_OK;
}

/* Reads and checks the record. S_FALSE when there is no state. */
static netfwv6_result read_record(struct root *root)
{
	int fd = get_map(root, MAP_ROOT, BPF_F_RDONLY);
	netfwv6_result result;

	if (fd == -ENOENT || fd == -ENOTDIR)
		return NETFWV6_S_FALSE;
	if (fd < 0)
		return fail_errno(-fd, "cannot open %s/%s", root->dir, maps[MAP_ROOT].pin);
	result = take_record(root, fd);
	close(fd);
	return result;
}

static netfwv6_result check_namespace(const struct root *root)
{
	__u64 cookie = 0;
	netfwv6_result result = netns_cookie(&cookie);

	if (NETFWV6_FAILED(result) || cookie == root->record.netns_cookie)
		return result;
	return fail(
		NETFWV6_E_ABORT,
		"the state in %s serves another network namespace: give this one a state of its "
		"own with --state DIR or NETFWV6_STATE",
		root->dir);
}

/* The port table, and policy where the table may be written. */
static netfwv6_result open_ports(struct root *root, struct policy *policy)
{
	netfwv6_result result = open_map(root, MAP_PORTS, 0, &root->ports);
	int error;

	root->frozen = false;
	root->state = ROOT_READABLE;
	if (result == NETFWV6_E_ACCESSDENIED)
		return open_map(root, MAP_PORTS, BPF_F_RDONLY, &root->ports);
	if (result != NETFWV6_S_OK)
		return result;
	error = policy_map(policy, root->ports);
	root->frozen = error == -EPERM;
	if (error && !root->frozen)
		return fail_errno(-error, "cannot map %s/%s", root->dir, maps[MAP_PORTS].pin);
	if (!root->frozen)
		root->state = ROOT_WRITABLE;
	return NETFWV6_S_OK;
}

/* S_FALSE when a pin is missing: the state is just being removed, or damaged. */
static netfwv6_result open_maps(struct root *root, struct policy *policy)
{
	netfwv6_result result = open_ports(root, policy);

	if (result == NETFWV6_S_OK)
		result = open_as_allowed(root, MAP_NAMES, &root->names);
	if (result == NETFWV6_S_OK)
		result = open_as_allowed(root, MAP_ATTACHMENTS, &root->attachments);
	if (result == NETFWV6_S_OK)
		result = open_as_allowed(root, MAP_FILTER, &root->filtered);
	return result;
}

netfwv6_result root_read_only(const struct root *root)
{
	if (root->frozen)
		return fail(NETFWV6_E_ACCESSDENIED,
			    "the port table in %s was frozen by someone who may write it: to begin "
			    "anew, "
			    "disable every device and unmount %s",
			    root->dir, root->dir);
	return fail(NETFWV6_E_ACCESSDENIED, "this user may read the state in %s but not change it",
		    root->dir);
}

void root_close(struct root *root, struct policy *policy)
{
	policy_map(policy, -1);
	close_maps(root);
}

netfwv6_result root_open_any(struct root *root, struct policy *policy)
{
	netfwv6_result result = NETFWV6_S_FALSE;

	/* A pin that is missing though the record was there: look again at both. */
	for (int i = 0; i < REMOVALS_IN_A_ROW && result == NETFWV6_S_FALSE; i++) {
		root_close(root, policy);
		result = read_record(root);
		if (result == NETFWV6_S_FALSE)
			return NETFWV6_S_OK;
		if (NETFWV6_SUCCEEDED(result))
			result = open_maps(root, policy);
	}
	if (result == NETFWV6_S_OK)
		return result;
	root_close(root, policy);
	return result == NETFWV6_S_FALSE ? damaged(root) : result;
}

netfwv6_result root_open(struct root *root, struct policy *policy)
{
	netfwv6_result result;

	if (root->state == ROOT_WRITABLE && !policy_retired(policy))
		return check_namespace(root);
	result = root_open_any(root, policy);
	if (NETFWV6_FAILED(result) || root->state == ROOT_ABSENT)
		return result;
	result = check_namespace(root);
	if (NETFWV6_FAILED(result))
		root_close(root, policy);
	return result;
}

static netfwv6_result write_record(const struct root *root, int fd)
{
	return bpf_map_update_elem(fd, &record_key, &root->record, BPF_ANY) ?
		       fail_errno(errno, "cannot write the root record in %s", root->dir) :
		       NETFWV6_S_OK;
}

static netfwv6_result make_map(const struct root *root, int map)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = maps[map].flags);
	netfwv6_result result = NETFWV6_S_OK;
	char path[PIN_PATH_SIZE];
	int fd = bpf_map_create(maps[map].type, maps[map].name, maps[map].key, maps[map].value,
				maps[map].entries, &opts);

	if (fd < 0)
		return fail_errno(errno, "cannot create the map %s", maps[map].name);
	if (map == MAP_ROOT)
		result = write_record(root, fd);
	root_path(root, path, maps[map].pin, NULL);
	if (NETFWV6_SUCCEEDED(result) && (bpf_obj_pin(fd, path) || chmod(path, maps[map].mode)))
		result = fail_errno(errno, "cannot pin %s", path);
	close(fd);
	return result;
}

static netfwv6_result make_directories(const struct root *root)
{
	char path[PIN_PATH_SIZE];

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		root_path(root, path, directories[i].pin, NULL);
		if (mkdir(path, directories[i].mode) && errno != EEXIST)
			return fail_errno(errno, "cannot make %s", path);
		if (chmod(path, directories[i].mode))
			return fail_errno(errno, "cannot make %s", path);
	}
	return NETFWV6_S_OK;
}

static void unpin_all_in(const struct root *root, const char *directory)
{
	char path[PIN_PATH_SIZE];
	DIR *pins = opendir(root_path(root, path, directory, NULL));
	struct dirent *entry;

	while (pins && (entry = readdir(pins)))
		if (*entry->d_name != '.')
			unlink(root_path(root, path, directory, entry->d_name));
	if (pins)
		closedir(pins);
}

/* Is anything pinned that filters? It does so until it is unpinned or unmounted. */
static bool has_links(const struct root *root)
{
	char path[PIN_PATH_SIZE];
	DIR *links = opendir(root_path(root, path, "links", NULL));
	struct dirent *entry;
	bool any = false;

	while (links && !any && (entry = readdir(links)))
		any = *entry->d_name != '.';
	if (links)
		closedir(links);
	return any;
}

/* Unpins a state that has no links; "root" first: from then on there is none. */
static void unpin_all(const struct root *root)
{
	char path[PIN_PATH_SIZE];

	for (int map = MAPS - 1; map >= 0; map--)
		unlink(root_path(root, path, maps[map].pin, NULL));
	unpin_all_in(root, "counts");
	unpin_all_in(root, "egress");
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		rmdir(root_path(root, path, directories[i].pin, NULL));
}

static void remove_all(const struct root *root)
{
	unpin_all(root);
	mountpoint_remove(root->dir);
}

static netfwv6_result make_state(struct root *root)
{
	netfwv6_result result;

	root->record = (struct root_record){ .layout = LAYOUT_VERSION };
	result = netns_cookie(&root->record.netns_cookie);
	if (NETFWV6_SUCCEEDED(result))
		result = mountpoint_ensure(root->dir);
	if (NETFWV6_FAILED(result))
		return result;
	if (has_links(root))
		return fail(NETFWV6_E_UNEXPECTED,
			    "the state in %s is damaged: it has no root record, but links; what is "
			    "pinned in %s/links still filters until it is removed",
			    root->dir, root->dir);
	unpin_all(root); /* what a killed maker left */
	result = make_directories(root);
	for (int map = 0; map < MAPS && NETFWV6_SUCCEEDED(result); map++)
		result = make_map(root, map);
	if (NETFWV6_FAILED(result))
		remove_all(root);
	return result;
}

netfwv6_result root_create(struct root *root, struct policy *policy)
{
	netfwv6_result result = root_open(root, policy);

	if (NETFWV6_SUCCEEDED(result) && root->state == ROOT_ABSENT) {
		result = make_state(root);
		if (NETFWV6_SUCCEEDED(result))
			result = root_open(root, policy);
	}
	if (NETFWV6_FAILED(result))
		return result;
	if (root->state != ROOT_WRITABLE)
		return root_read_only(root);
	/* Whoever was removing this state was killed on the way: nobody removes it now. */
	policy_clear(policy, RETIRED_ENTRY, ENTRY_RETIRED);
	return NETFWV6_S_OK;
}

netfwv6_result root_adopt(struct root *root)
{
	netfwv6_result result = netns_cookie(&root->record.netns_cookie);
	int fd = -1;

	if (NETFWV6_SUCCEEDED(result))
		result = open_map(root, MAP_ROOT, 0, &fd);
	if (NETFWV6_FAILED(result))
		return result;
	result = write_record(root, fd);
	close(fd);
	return result;
}

static bool has_no_device(const struct root *root)
{
	uint32_t link;

	return bpf_map_get_next_key(root->attachments, NULL, &link) && errno == ENOENT;
}

static bool has_no_open_port(const struct policy *policy)
{
	for (uint32_t entry = 0; entry < PORT_ENTRIES; entry++)
		if (policy_load(policy, entry) & POLICY_BITS && entry != RETIRED_ENTRY)
			return false;
	return true;
}

void root_remove_if_empty(struct root *root, struct policy *policy)
{
	if (root->state == ROOT_ABSENT && mountpoint_is_bpffs(root->dir) && !has_links(root))
		remove_all(root); /* what a killed maker or remover left */
	if (root->state != ROOT_WRITABLE)
		return;
	if (!has_no_device(root) || !has_no_open_port(policy))
		return;
	policy_set(policy, RETIRED_ENTRY, ENTRY_RETIRED);
	/* A port opened before the mark is seen here; whoever opens later sees the mark. */
	if (!has_no_open_port(policy)) {
		policy_clear(policy, RETIRED_ENTRY, ENTRY_RETIRED);
		return;
	}
	remove_all(root);
	root_close(root, policy);
}
