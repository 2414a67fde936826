/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions to the kernel by netlink, and their answers. A question names a device by its
 * number, or by a name that RTM_GETLINK looks up: unlike the ioctls, it never has the kernel
 * load a module of that name.
 */
#ifndef NETFWV6_NETLINK_H
#define NETFWV6_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Attributes ------------------------------------------------------------ */

/* A run of attributes, or the bytes of one, which may be such a run itself. */
struct attributes {
	const char *at;
	size_t size;
};

/* Takes the next attribute off the run: its type without flags, and its bytes. */
bool attributes_next(struct attributes *run, uint16_t *type, struct attributes *bytes);

/* The bytes of the first attribute of that type; size 0 when there is none. */
struct attributes attributes_find(struct attributes run, uint16_t type);

bool attributes_have(struct attributes run, uint16_t type);

/* Numbers, 0 when there is none; text, "" when there is none or it does not end. */
uint16_t attributes_u16(struct attributes run, uint16_t type);
uint32_t attributes_u32(struct attributes run, uint16_t type);
uint64_t attributes_u64(struct attributes run, uint16_t type);
const char *attributes_text(struct attributes run, uint16_t type);

/* ---- Questions ------------------------------------------------------------- */

struct netlink_question {
	struct nlmsghdr header;
	char body[256];
};

/* Begins a question whose body starts with a structure of its own. */
struct netlink_question netlink_question(uint16_t type, uint16_t flags, const void *fixed,
					 size_t size);

/* Adds an attribute. What the library asks fits. */
void netlink_put(struct netlink_question *question, uint16_t type, const void *bytes, size_t size);

/* All messages that answered, one behind the other. */
struct netlink_answer {
	char *bytes;
	size_t size;
};

/*
 * Asks (NETLINK_ROUTE, NETLINK_GENERIC) in the caller's network namespace. A list that
 * changed while it was read is asked for again. Returns 0, or a negative errno value,
 * the kernel's own included; after 0 the caller ends the answer with netlink_free().
 */
int netlink_ask(int protocol, const struct netlink_question *question,
		struct netlink_answer *answer);
void netlink_free(struct netlink_answer *answer);

/* The message behind that one, the first for NULL, NULL at the end. */
const struct nlmsghdr *netlink_next(const struct netlink_answer *answer,
				    const struct nlmsghdr *message);

/* What follows a structure of that size in the message, and that structure, NULL if cut off. */
struct attributes netlink_attributes(const struct nlmsghdr *message, size_t fixed);
const void *netlink_fixed(const struct nlmsghdr *message, size_t size);

#endif
