// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watch.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "error.h"
#include "events.h"
#include "libbpf_log.h"

#include "connections.skel.h" /* speaks of events.h */

static netfwv6_result refused(int error)
{
	if (error == ENOENT || error == EINVAL || error == ENOTSUP || error == ESRCH)
		return fail(NETFWV6_E_NOTIMPL,
			    "this kernel cannot tell of connections: that takes BTF "
			    "(/sys/kernel/btf/vmlinux) and tracepoints for BPF");
	return fail_errno(error, "cannot watch connections");
}

static int share(const struct netfwv6_mgr *mgr, struct bpf_map *map, enum pin pin)
{
	int fd = -1, error;

	if (pin_open(mgr->root.dir, pin, 0, &fd) != NETFWV6_S_OK)
		return EACCES;
	error = -bpf_map__reuse_fd(map, fd);
	close(fd);
	return error;
}

static int load(const struct netfwv6_mgr *mgr, struct connections_bpf *object, uint32_t tap)
{
	int error;

	object->rodata->netfwv6_watch.netns_cookie = mgr->root.record.netns_cookie;
	object->rodata->netfwv6_watch.tap = tap;
	error = share(mgr, object->maps.netfwv6_control, PIN_CONTROL);
	if (!error)
		error = share(mgr, object->maps.netfwv6_taps, PIN_TAPS);
	if (!error)
		error = share(mgr, object->maps.netfwv6_tapstat, PIN_TAPSTAT);
	return error ?: -connections_bpf__load(object);
}

/* By the older call, which makes a link as well, and which libbpf 1.1 uses itself. */
static int attach(struct connections_bpf *object, int *link)
{
	int fd = bpf_raw_tracepoint_open(NULL, bpf_program__fd(object->progs.netfwv6_state));

	*link = fd;
	return fd < 0 ? errno : 0;
}

netfwv6_result watch_attach(const struct netfwv6_mgr *mgr, uint32_t tap, int *link)
{
	struct connections_bpf *object;
	int error, attached = -1;

	libbpf_log_begin(mgr);
	object = connections_bpf__open();
	error = object ? load(mgr, object, tap) : errno;
	if (!error)
		error = attach(object, &attached);
	if (object)
		connections_bpf__destroy(object);
	libbpf_log_end();
	if (error)
		return refused(error);
	*link = attached;
	return NETFWV6_S_OK;
}
