/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The places where programs sit at a device: XDP in front, the guard at the netdev ingress
 * hook, learning at the egress hook. A program is held by a pinned link; at the netdev hooks of
 * kernels without TCX (before 6.6) by a filter in the clsact qdisc. Each attachment has one pin
 * a hook, named by the attachment's id, so that no record has to say which link is whose.
 *
 * Called with mutex held; what changes something, with the administration lock, too.
 */
#ifndef NETFWV6_HOOKS_H
#define NETFWV6_HOOKS_H

#include <bpf/bpf.h>
#include <stdbool.h>

#include "device/clsact.h"
#include "state/state.h"

/* An attachment's hook, and where its device was last seen: a filter has no other address. */
struct place {
	const struct state *state;
	uint32_t id;
	uint32_t ifindex;
};

struct hook_kind {
	const char *pin; /* behind the attachment's id */
	const char *what;
	enum bpf_attach_type type; /* of its link */
};

extern const struct hook_kind hook_kinds[HOOKS];

/* The end of the name of a link that is about to take a pin's place. */
#define LINK_NEW "-new"

/* Where the hook's link is pinned. The buffer has PIN_PATH_SIZE bytes. */
char *hook_link_path(const struct place *place, enum hook hook, char *path);

/* Where the filter is that holds the program before 6.6. */
struct clsact hook_filter(const struct place *place, enum hook hook);

/* What is at a hook. */
struct hooked {
	uint32_t program_id; /* 0: nothing, or the device has gone */
	uint32_t ifindex;    /* of its device, in the network namespace where that is */
	bool here;	     /* which is the caller's */
	bool filter;	     /* held by a filter */
	uint32_t in_front;   /* somebody else's program that sees packets first, 0 for none */
};

/* False for who may not see links. */
bool hook_look(const struct place *place, enum hook hook, struct hooked *hooked);

/*
 * A program that takes the place of another, opened in advance, wherever its device is: -1 for
 * a filter. hook_swap() returns an errno value.
 */
netfwv6_result hook_open(const struct place *place, enum hook hook, int *link);
int hook_swap(const struct place *place, enum hook hook, int link, int program);

/* Takes off what is there; nothing is success. */
netfwv6_result hook_clear(const struct place *place, enum hook hook);

/* Unpins links of attachments that are not known. */
void hooks_sweep(const struct state *state, bool (*known)(const struct state *, uint32_t id));

#endif
