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

static struct bpf_tc_hook egress_of(uint32_t ifindex)
{
	return (struct bpf_tc_hook){ .sz = sizeof(struct bpf_tc_hook),
				     .ifindex = (int)ifindex,
				     .attach_point = BPF_TC_EGRESS };
}

/* ---- What is there ------------------------------------------------------------ */

struct dump_request {
	struct nlmsghdr header;
	struct tcmsg message;
};

/* Does a dump's entry interest us? */
typedef bool (*matcher)(const struct nlmsghdr *entry, uint32_t ifindex);

static bool is_filter(const struct nlmsghdr *entry, uint32_t ifindex)
{
	(void)ifindex;
	return entry->nlmsg_type == RTM_NEWTFILTER;
}

static bool is_clsact(const struct nlmsghdr *entry, uint32_t ifindex)
{
	const struct tcmsg *message = NLMSG_DATA(entry);
	int left = (int)(entry->nlmsg_len - NLMSG_LENGTH(sizeof(*message)));

	if (entry->nlmsg_type != RTM_NEWQDISC || message->tcm_ifindex != (int)ifindex)
		return false;
	for (const struct rtattr *at = (const void *)(message + 1); RTA_OK(at, left);
	     at = RTA_NEXT(at, left))
		if (at->rta_type == TCA_KIND)
			return strcmp(RTA_DATA(at), "clsact") == 0;
	return false;
}

/* Looks through one answer of a dump: 1 found, 0 go on, -1 at its end. */
static int look_through(const char *buffer, size_t size, matcher matches, uint32_t ifindex)
{
	for (const struct nlmsghdr *entry = (const void *)buffer; NLMSG_OK(entry, size);
	     entry = NLMSG_NEXT(entry, size)) {
		if (entry->nlmsg_type == NLMSG_DONE || entry->nlmsg_type == NLMSG_ERROR)
			return -1;
		if (matches(entry, ifindex))
			return 1;
	}
	return 0;
}

/* Dumps until something matches. When in doubt it does: the qdisc then stays. */
static bool dump_has(uint16_t type, uint32_t ifindex, uint32_t parent, matcher matches)
{
	struct dump_request request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = type,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.message = { .tcm_ifindex = (int)ifindex, .tcm_parent = parent },
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), found = 0;
	char buffer[32768];

	if (fd < 0)
		return true;
	if (send(fd, &request, sizeof(request), 0) < 0)
		found = 1;
	while (!found) {
		ssize_t size = recv(fd, buffer, sizeof(buffer), 0);

		found = size > 0 ? look_through(buffer, (size_t)size, matches, ifindex) : 1;
	}
	close(fd);
	return found > 0;
}

static bool is_unused(uint32_t ifindex)
{
	return !dump_has(RTM_GETTFILTER, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
			 is_filter) &&
	       !dump_has(RTM_GETTFILTER, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS),
			 is_filter);
}

static bool has_clsact(uint32_t ifindex)
{
	return dump_has(RTM_GETQDISC, ifindex, 0, is_clsact);
}

/* ---- Our filter --------------------------------------------------------------- */

/* A pair of handles for each state root; the odd one says that the qdisc is ours, too. */
static uint32_t handle_of(uint64_t serial)
{
	return (uint32_t)serial << 1;
}

/* The handle of our filter and its program, or 0. */
static uint32_t find(uint32_t ifindex, uint64_t serial, uint32_t *program_id)
{
	struct bpf_tc_hook hook = egress_of(ifindex);

	if (!handle_of(serial) || !has_clsact(ifindex))
		return 0;
	for (uint32_t i = 0; i < 2; i++) {
		LIBBPF_OPTS(bpf_tc_opts, opts, .handle = handle_of(serial) | i,
			    .priority = PRIORITY);

		if (!bpf_tc_query(&hook, &opts)) {
			*program_id = opts.prog_id;
			return opts.handle;
		}
	}
	return 0;
}

uint32_t clsact_program(uint32_t ifindex, uint64_t serial)
{
	uint32_t program_id = 0;

	find(ifindex, serial, &program_id);
	return program_id;
}

/* Removes the qdisc with all that is in it. */
static int destroy(uint32_t ifindex)
{
	struct bpf_tc_hook hook = egress_of(ifindex);

	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	return -bpf_tc_hook_destroy(&hook);
}

int clsact_attach(uint32_t ifindex, int program, uint64_t serial)
{
	struct bpf_tc_hook hook = egress_of(ifindex);
	uint32_t program_id, handle = find(ifindex, serial, &program_id);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program, .priority = PRIORITY);
	bool made = false;
	int error;

	if (handle) {
		opts.flags = BPF_TC_F_REPLACE;
	} else {
		error = -bpf_tc_hook_create(&hook);
		if (error == EEXIST && !has_clsact(ifindex))
			return ENOTSUP;
		if (error && error != EEXIST)
			return error;
		made = !error;
		/* An empty one may be left of ours, whose maker was killed. */
		handle = handle_of(serial) | (made || is_unused(ifindex));
	}
	opts.handle = handle;
	error = -bpf_tc_attach(&hook, &opts);
	if (error && made)
		destroy(ifindex);
	return error;
}

int clsact_detach(uint32_t ifindex, uint64_t serial)
{
	struct bpf_tc_hook hook = egress_of(ifindex);
	uint32_t program_id, handle = find(ifindex, serial, &program_id);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = handle, .priority = PRIORITY);
	int error;

	if (!handle)
		return 0;
	error = -bpf_tc_detach(&hook, &opts);
	return error || !(handle & 1) || !is_unused(ifindex) ? error : destroy(ifindex);
}
