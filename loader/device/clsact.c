// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/clsact.h"

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

static struct bpf_tc_hook hook_of(const struct clsact *at)
{
	return (struct bpf_tc_hook){ .sz = sizeof(struct bpf_tc_hook),
				     .ifindex = (int)at->ifindex,
				     .attach_point = at->ingress ? BPF_TC_INGRESS : BPF_TC_EGRESS };
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

static bool is_qdisc(const struct nlmsghdr *entry, uint32_t ifindex, const char *kind)
{
	const struct tcmsg *message = NLMSG_DATA(entry);
	int left = (int)(entry->nlmsg_len - NLMSG_LENGTH(sizeof(*message)));

	if (entry->nlmsg_type != RTM_NEWQDISC || message->tcm_ifindex != (int)ifindex)
		return false;
	for (const struct rtattr *at = (const void *)(message + 1); RTA_OK(at, left);
	     at = RTA_NEXT(at, left))
		if (at->rta_type == TCA_KIND)
			return strcmp(RTA_DATA(at), kind) == 0;
	return false;
}

static bool is_clsact(const struct nlmsghdr *entry, uint32_t ifindex)
{
	return is_qdisc(entry, ifindex, "clsact");
}

/* The older qdisc has the ingress hook alone. */
static bool is_ingress(const struct nlmsghdr *entry, uint32_t ifindex)
{
	return is_qdisc(entry, ifindex, "ingress");
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

static bool has_no_filter(uint32_t ifindex)
{
	return !dump_has(RTM_GETTFILTER, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
			 is_filter) &&
	       !dump_has(RTM_GETTFILTER, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS),
			 is_filter);
}

static bool has_hook(const struct clsact *at)
{
	return dump_has(RTM_GETQDISC, at->ifindex, 0, is_clsact) ||
	       (at->ingress && dump_has(RTM_GETQDISC, at->ifindex, 0, is_ingress));
}

/* ---- Our filter --------------------------------------------------------------- */

/* A pair of handles for each state root; the odd one says that the qdisc is ours, too. */
static uint32_t handle_of(const struct clsact *at)
{
	return (uint32_t)at->serial << 1;
}

/* The handle of our filter and its program, or 0. */
static uint32_t find_filter(const struct clsact *at, uint32_t *program_id)
{
	struct bpf_tc_hook hook = hook_of(at);

	if (!handle_of(at) || !has_hook(at))
		return 0;
	for (uint32_t i = 0; i < 2; i++) {
		LIBBPF_OPTS(bpf_tc_opts, opts, .handle = handle_of(at) | i, .priority = PRIORITY);

		if (!bpf_tc_query(&hook, &opts)) {
			*program_id = opts.prog_id;
			return opts.handle;
		}
	}
	return 0;
}

uint32_t clsact_program(const struct clsact *at)
{
	uint32_t program_id = 0;

	find_filter(at, &program_id);
	return program_id;
}

/* Was the qdisc made for our filter at the other hook? */
static bool is_our_filter(const struct clsact *at)
{
	const struct clsact other = { at->ifindex, !at->ingress, at->serial };
	uint32_t program_id;

	return find_filter(&other, &program_id) & 1;
}

/* Removes the qdisc with all that is in it. */
static int destroy(const struct clsact *at)
{
	struct bpf_tc_hook hook = hook_of(at);

	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	return -bpf_tc_hook_destroy(&hook);
}

int clsact_attach(const struct clsact *at, int program)
{
	struct bpf_tc_hook hook = hook_of(at);
	uint32_t program_id, handle = find_filter(at, &program_id);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program, .priority = PRIORITY);
	bool made = false;
	int error;

	if (handle) {
		opts.flags = BPF_TC_F_REPLACE;
	} else {
		error = -bpf_tc_hook_create(&hook);
		if (error == EEXIST && !has_hook(at))
			return ENOTSUP;
		if (error && error != EEXIST)
			return error;
		made = !error;
		/* An empty one may be left of ours, whose maker was killed. */
		handle = handle_of(at) | (made || is_our_filter(at) || has_no_filter(at->ifindex));
	}
	opts.handle = handle;
	error = -bpf_tc_attach(&hook, &opts);
	if (error && made)
		destroy(at);
	return error;
}

int clsact_detach(const struct clsact *at)
{
	struct bpf_tc_hook hook = hook_of(at);
	uint32_t program_id, handle = find_filter(at, &program_id);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = handle, .priority = PRIORITY);
	int error;

	if (!handle)
		return 0;
	error = -bpf_tc_detach(&hook, &opts);
	return error || !(handle & 1) || !has_no_filter(at->ifindex) ? error : destroy(at);
}
