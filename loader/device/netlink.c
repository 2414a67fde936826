// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 65536 /* more than the kernel puts into one datagram */
#define TRIES 8

/* ---- Attributes ------------------------------------------------------------ */

bool attributes_next(struct attributes *run, uint16_t *type, struct attributes *bytes)
{
	const struct nlattr *attribute = (const struct nlattr *)run->at;
	size_t step;

	if (run->size < MNL_ATTR_HDRLEN || !mnl_attr_ok(attribute, (int)run->size))
		return false;
	*type = mnl_attr_get_type(attribute);
	*bytes = (struct attributes){ mnl_attr_get_payload(attribute),
				      mnl_attr_get_payload_len(attribute) };
	step = MNL_ALIGN(mnl_attr_get_len(attribute));
	step = step < run->size ? step : run->size;
	*run = (struct attributes){ run->at + step, run->size - step };
	return true;
}

static bool find_attribute(struct attributes run, uint16_t wanted, struct attributes *bytes)
{
	uint16_t type;

	while (attributes_next(&run, &type, bytes))
		if (type == wanted)
			return true;
	return false;
}

struct attributes attributes_find(struct attributes run, uint16_t type)
{
	struct attributes bytes;

	return find_attribute(run, type, &bytes) ? bytes : (struct attributes){};
}

bool attributes_have(struct attributes run, uint16_t type)
{
	struct attributes bytes;

	return find_attribute(run, type, &bytes);
}

static void copy_number(struct attributes run, uint16_t type, void *number, size_t size)
{
	struct attributes bytes = attributes_find(run, type);

	if (bytes.size >= size)
		memcpy(number, bytes.at, size);
}

uint16_t attributes_u16(struct attributes run, uint16_t type)
{
	uint16_t number = 0;

	copy_number(run, type, &number, sizeof(number));
	return number;
}

uint32_t attributes_u32(struct attributes run, uint16_t type)
{
	uint32_t number = 0;

	copy_number(run, type, &number, sizeof(number));
	return number;
}

uint64_t attributes_u64(struct attributes run, uint16_t type)
{
	uint64_t number = 0;

	copy_number(run, type, &number, sizeof(number));
	return number;
}

const char *attributes_text(struct attributes run, uint16_t type)
{
	struct attributes bytes = attributes_find(run, type);

	return bytes.size && memchr(bytes.at, '\0', bytes.size) ? bytes.at : "";
}

/* ---- Questions ------------------------------------------------------------- */

struct netlink_question netlink_question(uint16_t type, uint16_t flags, const void *fixed,
					 size_t size)
{
	struct netlink_question question = {};
	struct nlmsghdr *header = mnl_nlmsg_put_header(&question);

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	if (size)
		memcpy(mnl_nlmsg_put_extra_header(header, size), fixed, size);
	return question;
}

void netlink_put(struct netlink_question *question, uint16_t type, const void *bytes, size_t size)
{
	mnl_attr_put_check(&question->header, sizeof(*question), type, size, bytes);
}

/* ---- Answers --------------------------------------------------------------- */

const struct nlmsghdr *netlink_next(const struct netlink_answer *answer,
				    const struct nlmsghdr *message)
{
	int left = (int)answer->size;

	if (message) {
		left -= (int)((const char *)message - answer->bytes);
		message = mnl_nlmsg_next(message, &left);
	} else {
		message = (const struct nlmsghdr *)answer->bytes;
	}
	return mnl_nlmsg_ok(message, left) ? message : NULL;
}

const void *netlink_fixed(const struct nlmsghdr *message, size_t size)
{
	return mnl_nlmsg_get_payload_len(message) >= size ? mnl_nlmsg_get_payload(message) : NULL;
}

struct attributes netlink_attributes(const struct nlmsghdr *message, size_t fixed)
{
	if (mnl_nlmsg_get_payload_len(message) <= MNL_ALIGN(fixed))
		return (struct attributes){};
	return (struct attributes){ mnl_nlmsg_get_payload_offset(message, fixed),
				    mnl_nlmsg_get_payload_len(message) - MNL_ALIGN(fixed) };
}

/* Receives one datagram behind what is there. */
static int receive(const struct mnl_socket *socket, struct netlink_answer *answer)
{
	char *grown = realloc(answer->bytes, answer->size + PIECE);
	ssize_t n;

	if (!grown)
		return -ENOMEM;
	answer->bytes = grown;
	do {
		n = mnl_socket_recvfrom(socket, answer->bytes + answer->size, PIECE);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ENOSPC ? -EMSGSIZE : -errno;
	answer->size += MNL_ALIGN((size_t)n);
	return 0;
}

enum { MORE, COMPLETE }; /* or a negative errno value */

/* The end of a list has the error that cut it short, too, which mnl_cb_run() does not look at. */
static int judge_message(const struct nlmsghdr *message)
{
	const int *error = netlink_fixed(message, sizeof(*error));

	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EINTR;
	if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE)
		return error && *error ? *error : COMPLETE;
	return message->nlmsg_flags & NLM_F_MULTI ? MORE : COMPLETE;
}

static int receive_all(const struct mnl_socket *socket, struct netlink_answer *answer)
{
	int state = MORE;

	while (state == MORE) {
		size_t before = answer->size;
		struct netlink_answer arrived;
		const struct nlmsghdr *message = NULL;

		state = receive(socket, answer);
		arrived = (struct netlink_answer){ answer->bytes + before, answer->size - before };
		while (state == MORE && (message = netlink_next(&arrived, message)))
			state = judge_message(message);
	}
	return state == COMPLETE ? 0 : state;
}

static int ask_once(int protocol, const struct netlink_question *question,
		    struct netlink_answer *answer)
{
	struct mnl_socket *socket = mnl_socket_open2(protocol, SOCK_CLOEXEC);
	int error = 0;

	if (!socket)
		return -errno;
	if (mnl_socket_sendto(socket, question, question->header.nlmsg_len) < 0)
		error = -errno;
	else
		error = receive_all(socket, answer);
	mnl_socket_close(socket);
	return error;
}

int netlink_ask(int protocol, const struct netlink_question *question,
		struct netlink_answer *answer)
{
	int error = -EINTR;

	*answer = (struct netlink_answer){};
	for (int i = 0; i < TRIES && error == -EINTR; i++) {
		netlink_free(answer);
		error = ask_once(protocol, question, answer);
	}
	if (error)
		netlink_free(answer);
	return error;
}

void netlink_free(struct netlink_answer *answer)
{
	free(answer->bytes);
	*answer = (struct netlink_answer){};
}
