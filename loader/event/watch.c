// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event/watch.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "events.h"
#include "state/pins.h"
#include "util/error.h"
#include "util/libbpf_log.h"

#include "connections.skel.h" /* speaks of events.h */

static netfwv6_result refused(int error)
{
	if (error == ENOENT || error == EINVAL || error == ENOTSUP || error == ESRCH)
		return fail(NETFWV6_E_NOTIMPL,
			    "this kernel cannot tell of connections: that takes BTF "
			    "(/sys/kernel/btf/vmlinux) and tracepoints for BPF");
	return fail_errno(error, "cannot watch connections");
}

static netfwv6_result load_watch(const struct state *state, struct connections_bpf *object,
				 uint32_t tap)
{
	int error;

	object->rodata->netfwv6_watch.netns_cookie = state->root.record.netns_cookie;
	object->rodata->netfwv6_watch.tap = tap;
	TRY(pins_share(object->obj, state->root.dir, state->root.map));
	error = -connections_bpf__load(object);
	return error ? refused(error) : NETFWV6_S_OK;
}

/* By the older call, which makes a link as well, and which libbpf 1.1 uses itself. */
static netfwv6_result attach_watch(struct connections_bpf *object, int *link)
{
	int fd = bpf_raw_tracepoint_open(NULL, bpf_program__fd(object->progs.netfwv6_state));

	if (fd < 0)
		return refused(errno);
	*link = fd;
	return NETFWV6_S_OK;
}

netfwv6_result watch_attach(const struct state *state, uint32_t tap, int *link)
{
	struct connections_bpf *object;
	netfwv6_result result;

	libbpf_log_begin(&state->log);
	object = connections_bpf__open();
	result = object ? load_watch(state, object, tap) : refused(errno);
	if (NETFWV6_SUCCEEDED(result))
		result = attach_watch(object, link);
	if (object)
		connections_bpf__destroy(object);
	libbpf_log_end();
	return result;
}
