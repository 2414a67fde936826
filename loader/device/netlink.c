// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE 65536 /* more than the kernel puts into one datagram */
#define TRIES 8

/* ---- Attributes ------------------------------------------------------------ */

bool attributes_next(struct attributes *run, uint16_t *type, struct attributes *bytes)
{
	struct nlattr header;
	size_t step;

	if (run->size < NLA_HDRLEN)
		return false;
	memcpy(&header, run->at, sizeof(header));
	if (header.nla_len < NLA_HDRLEN || header.nla_len > run->size)
		return false;
	*type = header.nla_type & NLA_TYPE_MASK;
	*bytes = (struct attributes){ run->at + NLA_HDRLEN, header.nla_len - NLA_HDRLEN };
	step = NLA_ALIGN(header.nla_len);
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
	struct netlink_question question = {
		.header = { .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags },
	};

	memcpy(question.body, fixed, size);
	question.header.nlmsg_len = NLMSG_LENGTH(NLMSG_ALIGN(size));
	return question;
}

void netlink_put(struct netlink_question *question, uint16_t type, const void *bytes, size_t size)
{
	const struct nlattr header = { .nla_type = type, .nla_len = (uint16_t)(NLA_HDRLEN + size) };
	size_t used = question->header.nlmsg_len - NLMSG_HDRLEN;

	if (size > sizeof(question->body) - used ||
	    used + NLA_ALIGN(header.nla_len) > sizeof(question->body))
		return; /* never */
	memcpy(question->body + used, &header, sizeof(header));
	memcpy(question->body + used + NLA_HDRLEN, bytes, size);
	question->header.nlmsg_len += NLA_ALIGN(header.nla_len);
}

/* ---- Answers --------------------------------------------------------------- */

const struct nlmsghdr *netlink_next(const struct netlink_answer *answer,
				    const struct nlmsghdr *message)
{
	const char *at = answer->bytes;
	size_t left;

	if (message)
		at = (const char *)message + NLMSG_ALIGN(message->nlmsg_len);
	if (at >= answer->bytes + answer->size)
		return NULL;
	left = (size_t)(answer->bytes + answer->size - at);
	message = (const struct nlmsghdr *)at;
	if (left < NLMSG_HDRLEN || message->nlmsg_len < NLMSG_HDRLEN || message->nlmsg_len > left)
		return NULL;
	return message;
}

const void *netlink_fixed(const struct nlmsghdr *message, size_t size)
{
	return message->nlmsg_len >= NLMSG_LENGTH(size) ? NLMSG_DATA(message) : NULL;
}

struct attributes netlink_attributes(const struct nlmsghdr *message, size_t fixed)
{
	size_t before = NLMSG_HDRLEN + NLMSG_ALIGN(fixed);

	if (message->nlmsg_len <= before)
		return (struct attributes){};
	return (struct attributes){ (const char *)message + before, message->nlmsg_len - before };
}

/* Receives one datagram behind what is there. */
static int receive(int fd, struct netlink_answer *answer)
{
	char *grown = realloc(answer->bytes, answer->size + PIECE);
	ssize_t n;

	if (!grown)
		return -ENOMEM;
	answer->bytes = grown;
	do {
		n = recv(fd, answer->bytes + answer->size, PIECE, MSG_TRUNC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n > PIECE)
		return -EMSGSIZE;
	answer->size += NLMSG_ALIGN((size_t)n);
	return 0;
}

enum { MORE, COMPLETE }; /* or a negative errno value */

static int judge_message(const struct nlmsghdr *message)
{
	const int *error = netlink_fixed(message, sizeof(*error));

	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		return -EINTR;
	if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE)
		return error && *error ? *error : COMPLETE;
	return message->nlmsg_flags & NLM_F_MULTI ? MORE : COMPLETE;
}

static int receive_all(int fd, struct netlink_answer *answer)
{
	int state = MORE;

	while (state == MORE) {
		size_t before = answer->size;
		struct netlink_answer arrived;
		const struct nlmsghdr *message = NULL;

		state = receive(fd, answer);
		arrived = (struct netlink_answer){ answer->bytes + before, answer->size - before };
		while (state == MORE && (message = netlink_next(&arrived, message)))
			state = judge_message(message);
	}
	return state == COMPLETE ? 0 : state;
}

static int ask_once(int protocol, const struct netlink_question *question,
		    struct netlink_answer *answer)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (send(fd, question, question->header.nlmsg_len, 0) < 0)
		error = -errno;
	else
		error = receive_all(fd, answer);
	close(fd);
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
