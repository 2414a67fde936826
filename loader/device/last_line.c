// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/last_line.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "device/instance.h"
#include "lastline.skel.h"
#include "state/pins.h"
#include "util/error.h"
#include "util/scope.h"
#include "util/libbpf_log.h"

#define NEW "-new" /* what is about to take the pin's place */

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

#define LINK_MODE 0600
#define COUNTS_MODE 0644

/* Of newer headers than Debian 12 has. */
#define PROGRAM_NETFILTER ((enum bpf_prog_type)32)
#define ATTACH_NETFILTER ((enum bpf_attach_type)45)

/* The part of union bpf_attr that libbpf 1.1 does not know, for BPF_LINK_CREATE. */
struct netfilter_link {
	uint32_t program, target, attach_type, flags;
	uint32_t family, hook;
	int32_t priority;
	uint32_t netfilter_flags;
};

/*
 * In front of all that is usual: raw tables are at -450, defragmentation at -400. No two BPF
 * programs may have the same priority, and one replaces another while that is still there.
 */
#define PRIORITY_FIRST (-1000)
#define PRIORITIES 64

static char *link_path(const struct root *root, char *path)
{
	return pin_path(root->dir, path, PIN_LASTLINE, NULL);
}

static char *counts_path(const struct root *root, char *path)
{
	return pin_path(root->dir, path, PIN_COUNTS, PIN_LASTLINE);
}

/* ---- Loading ----------------------------------------------------------------- */

/*
 * Tried with a program that can fail for no other reason. The real one reads structures of the
 * kernel's, which BTF describes: some kernels have none, and a chroot may lack /sys.
 */
bool last_line_is_possible(void)
{
	static const struct bpf_insn accept[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = NF_ACCEPT },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = ATTACH_NETFILTER);
	int fd;

	if (access(KERNEL_BTF, R_OK))
		return false;
	fd = bpf_prog_load(PROGRAM_NETFILTER, NULL, "GPL", accept, sizeof(accept) / sizeof(*accept),
			   &opts);
	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno != EINVAL;
}

/* Its counters go on; the first one has none to go on with. */
static int share_counts(struct bpf_object *object, const struct root *root)
{
	char path[PIN_PATH_SIZE];
	int fd CLEANUP(close_descriptor) = bpf_obj_get(counts_path(root, path));

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	return bpf_map__reuse_fd(bpf_object__find_map_by_name(object, COUNTS_MAP), fd);
}

static netfwv6_result configure_last_line(struct bpf_object *object, const struct root *root)
{
	struct bpf_program *program = bpf_object__next_program(object, NULL);
	int error;

	bpf_program__set_type(program, PROGRAM_NETFILTER);
	bpf_program__set_expected_attach_type(program, ATTACH_NETFILTER);
	TRY(pins_share(object, root->dir, root->map));
	error = share_counts(object, root);
	return error ? fail_errno(-error, "cannot use the counters of the last line") :
		       NETFWV6_S_OK;
}

static netfwv6_result last_line_failed(int error)
{
	return fail_errno(-error, "cannot load the last line's program");
}

static netfwv6_result load_last_line_object(const struct root *root, struct instance *instance)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "netfwv6");
	size_t size;
	const void *elf = lastline_bpf__elf_bytes(&size);
	int error;

	instance->object = bpf_object__open_mem(elf, size, &opts);
	if (!instance->object)
		return last_line_failed(-errno);
	TRY(configure_last_line(instance->object, root));
	error = bpf_object__load(instance->object);
	if (error)
		return last_line_failed(error);
	instance->program = bpf_program__fd(bpf_object__next_program(instance->object, NULL));
	instance->counts = bpf_object__find_map_fd_by_name(instance->object, COUNTS_MAP);
	return instance_identify(instance);
}

/* The caller ends it with instance_unload(), also after a failure. */
static netfwv6_result load_last_line(const struct state *state, const struct root *root,
				     struct instance *instance)
{
	netfwv6_result result;

	if (!last_line_is_possible())
		return fail(NETFWV6_E_NOTIMPL,
			    "this kernel has no links for netfilter programs: that takes Linux 6.4 "
			    "or newer with CONFIG_NETFILTER_BPF_LINK, and BTF (" KERNEL_BTF ")");
	libbpf_log_begin(&state->log);
	result = load_last_line_object(root, instance);
	libbpf_log_end();
	return result;
}

/*
 * Pairs, and siblings on one device below: both hand over the buffer that was sent. A VXLAN
 * device does, too, where the other end of the tunnel is on this machine.
 */
bool last_line_concerns(const struct device_traits *traits)
{
	static const char *const kinds[] = { "veth", "netkit", "macvlan", "ipvlan", "vxlan" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(traits->kind, kinds[i]) == 0)
			return true;
	return false;
}

/* ---- Attaching --------------------------------------------------------------- */

static int create_last_line_link(int program, int32_t priority)
{
	struct netfilter_link link = {
		.program = (uint32_t)program,
		.attach_type = ATTACH_NETFILTER,
		.family = NFPROTO_IPV6,
		.hook = NF_INET_PRE_ROUTING,
		.priority = priority,
	};

	return (int)syscall(__NR_bpf, BPF_LINK_CREATE, &link, sizeof(link));
}

/* At the first priority that no other BPF program has. */
static int create_link_in_front(int program)
{
	int link = -1;

	for (int32_t i = 0; i < PRIORITIES && link < 0; i++) {
		link = create_last_line_link(program, PRIORITY_FIRST + i);
		if (link < 0 && errno != EBUSY)
			break;
	}
	return link;
}

static int pin_counts(const struct root *root, int counts)
{
	char path[PIN_PATH_SIZE];

	counts_path(root, path);
	if (bpf_obj_pin(counts, path))
		return errno == EEXIST ? 0 : errno; /* the same, and shared */
	return chmod(path, COUNTS_MODE) ? errno : 0;
}

/* In the place of the link that is pinned there. Until then it goes with the process. */
static int pin_link(const struct root *root, int link)
{
	char path[PIN_PATH_SIZE], new[PIN_PATH_SIZE];

	link_path(root, path);
	pin_path(root->dir, new, PIN_LASTLINE NEW, NULL);
	unlink(new); /* of a killed process */
	return bpf_obj_pin(link, new) || chmod(new, LINK_MODE) || rename(new, path) ? errno : 0;
}

static int attach_last_line(const struct root *root, const struct instance *instance)
{
	int link CLEANUP(close_descriptor) = -1;
	int error = pin_counts(root, instance->counts);

	if (error)
		return error;
	link = create_link_in_front(instance->program);
	return link < 0 ? errno : pin_link(root, link);
}

static int open_link(const struct root *root)
{
	char path[PIN_PATH_SIZE];

	return bpf_obj_get(link_path(root, path));
}

static uint32_t program_of(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof(info);

	return link < 0 || bpf_obj_get_info_by_fd(link, &info, &size) ? 0 : info.prog_id;
}

/* A link takes no other program, so there are two for a moment, which say the same. */
static netfwv6_result attach_or_replace(const struct root *root, const struct instance *instance)
{
	int old CLEANUP(close_descriptor) = open_link(root);
	int error = 0;

	if (!instance_is_running(instance, root, program_of(old)))
		error = attach_last_line(root, instance);
	return error ? fail_errno(error, "cannot attach the last line") : NETFWV6_S_OK;
}

netfwv6_result last_line_attach(const struct state *state, const struct root *root)
{
	struct instance instance CLEANUP(instance_unload) = {};

	TRY(load_last_line(state, root, &instance));
	return attach_or_replace(root, &instance);
}

/* ---- Detaching --------------------------------------------------------------- */

/* Explicitly: somebody may hold the link open. */
static int detach(const struct root *root)
{
	int link CLEANUP(close_descriptor) = open_link(root);

	if (link < 0)
		return errno == ENOENT ? 0 : errno;
	return bpf_link_detach(link) ? errno : 0;
}

netfwv6_result last_line_detach(const struct state *state)
{
	char path[PIN_PATH_SIZE];
	int error = detach(&state->root);

	if (error)
		return fail_errno(error, "cannot detach %s", link_path(&state->root, path));
	unlink(link_path(&state->root, path));
	unlink(pin_path(state->root.dir, path, PIN_LASTLINE NEW, NULL));
	unlink(counts_path(&state->root, path));
	return NETFWV6_S_OK;
}

/* ---- Asking ------------------------------------------------------------------ */

bool last_line_is_attached(const struct state *state)
{
	char path[PIN_PATH_SIZE];

	return access(link_path(&state->root, path), F_OK) == 0;
}

netfwv6_result last_line_open_counts(const struct state *state, uint32_t flags, int *map)
{
	LIBBPF_OPTS(bpf_obj_get_opts, opts, .file_flags = flags);
	char path[PIN_PATH_SIZE];
	int fd = bpf_obj_get_opts(counts_path(&state->root, path), &opts);

	if (fd < 0)
		return fail_errno(errno, "cannot open %s", path);
	*map = fd;
	return NETFWV6_S_OK;
}
