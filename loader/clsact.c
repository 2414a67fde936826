// SPDX-License-Identifier: LGPL-2.1-or-later
#include "clsact.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* In front of others, whose verdict would end the chain before we have seen the packet. */
#define PRIORITY 1

/* The handle also says whose qdisc it is: it outlives us and is asked at the end. */
#define HANDLE_IN_OURS 0x6e660001
#define HANDLE_IN_THEIRS 0x6e660002

#define PROGRAM_NAME "netfwv6_out"

static struct bpf_tc_hook egress_of(uint32_t ifindex)
{
	return (struct bpf_tc_hook){ .sz = sizeof(struct bpf_tc_hook),
				     .ifindex = (int)ifindex,
				     .attach_point = BPF_TC_EGRESS };
}

static bool is_our_program(uint32_t id)
{
	int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	bool ours;

	if (fd < 0)
		return false;
	ours = !bpf_obj_get_info_by_fd(fd, &info, &size) &&
	       strncmp(info.name, PROGRAM_NAME, strlen(PROGRAM_NAME)) == 0;
	close(fd);
	return ours;
}

/* Finds our filter: its handle, or 0. */
static uint32_t find(uint32_t ifindex, uint32_t *program_id)
{
	static const uint32_t handles[] = { HANDLE_IN_OURS, HANDLE_IN_THEIRS };
	struct bpf_tc_hook hook = egress_of(ifindex);

	for (int i = 0; i < 2; i++) {
		LIBBPF_OPTS(bpf_tc_opts, opts, .handle = handles[i], .priority = PRIORITY);

		if (!bpf_tc_query(&hook, &opts) && is_our_program(opts.prog_id)) {
			*program_id = opts.prog_id;
			return handles[i];
		}
	}
	return 0;
}

uint32_t clsact_program(uint32_t ifindex)
{
	uint32_t program_id = 0;

	find(ifindex, &program_id);
	return program_id;
}

int clsact_attach(uint32_t ifindex, int program)
{
	struct bpf_tc_hook hook = egress_of(ifindex);
	uint32_t program_id, handle = find(ifindex, &program_id);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program, .priority = PRIORITY);
	int error = 0;

	if (handle) {
		opts.flags = BPF_TC_F_REPLACE;
	} else {
		error = -bpf_tc_hook_create(&hook);
		handle = error == EEXIST ? HANDLE_IN_THEIRS : HANDLE_IN_OURS;
	}
	if (error && error != EEXIST)
		return error;
	opts.handle = handle;
	return -bpf_tc_attach(&hook, &opts);
}

/* ---- Does anybody else use the qdisc? ---------------------------------------- */

struct dump_request {
	struct nlmsghdr header;
	struct tcmsg message;
};

/* Counts the filters in one answer of a dump; -1 at its end. */
static int count_in(const char *buffer, size_t size)
{
	int filters = 0;

	for (const struct nlmsghdr *header = (const void *)buffer; NLMSG_OK(header, size);
	     header = NLMSG_NEXT(header, size)) {
		if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR)
			return filters ? filters : -1;
		filters += header->nlmsg_type == RTM_NEWTFILTER;
	}
	return filters;
}

static bool has_filter(uint32_t ifindex, uint32_t parent)
{
	struct dump_request request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_GETTFILTER,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.message = { .tcm_ifindex = (int)ifindex, .tcm_parent = parent },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	char buffer[32768];
	bool found = fd < 0 || send(fd, &request, sizeof(request), 0) < 0;
	ssize_t size;

	/* When in doubt there is one: the qdisc then stays. */
	while (!found && (size = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
		int filters = count_in(buffer, (size_t)size);

		if (filters < 0)
			break;
		found = filters > 0;
	}
	if (fd >= 0)
		close(fd);
	return found;
}

static bool is_unused(uint32_t ifindex)
{
	return !has_filter(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)) &&
	       !has_filter(ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS));
}

int clsact_detach(uint32_t ifindex)
{
	struct bpf_tc_hook hook = egress_of(ifindex);
	uint32_t program_id, handle = find(ifindex, &program_id);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = handle, .priority = PRIORITY);
	int error;

	if (!handle)
		return 0;
	error = -bpf_tc_detach(&hook, &opts);
	if (error || handle != HANDLE_IN_OURS || !is_unused(ifindex))
		return error;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	return -bpf_tc_hook_destroy(&hook);
}
