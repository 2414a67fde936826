/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every call means, as shortly as it can be said: the reference that the library is
 * compared with. It shares nothing with the library but the public header.
 */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include "step.h"

#define PROTOCOLS 2u /* TCP, UDP */
#define PORTS (NETFWV6_PORT_MAX + 1)

enum place {
	PLACE_GONE,
	PLACE_HERE,
	PLACE_AWAY, /* in another network namespace */
};

struct device {
	enum place place;
	unsigned int name;
	bool veth;
	uint32_t ifindex; /* as the kernel gave it */
	bool attached, stateless, learning;
	uint32_t mode;
	unsigned int enabled_as; /* the name whose settings are in force */
};

/* That a name is to be firewalled. */
struct wish {
	bool is, stateless, learn_only;
	uint32_t mode;
	uint32_t got; /* the mode that a device of that name had; 0: none */
};

struct model {
	uint8_t open[SCOPES][PROTOCOLS][PORTS];	   /* 0: closed, else 1 + label */
	uint8_t ignored[SCOPES][PROTOCOLS][PORTS]; /* likewise; never in GLOBAL */
	unsigned int settings[SCOPES];		   /* how many of the above are set */
	struct wish wishes[NAMES];
	struct device devices[DEVICE_SLOTS];
	bool absent; /* the state was never made, or has been removed */
	uint32_t group;
};

void model_init(struct model *m);

/* Takes the step. Returns what the call has to return. */
netfwv6_result model_take(struct model *m, const struct step *s);

/* The device of that name in this network namespace, or NULL. */
struct device *model_device(struct model *m, unsigned int name);

/* Is there anything that the manager knows a connection by? */
bool model_knows(struct model *m, unsigned int name);

/* Has the model anything that the state is for? */

/* How many names have settings of their own. */
unsigned int model_settled(const struct model *m);

/* An index of the arrays above. */
static inline unsigned int protocol_index(uint32_t protocol)
{
	return protocol == NETFWV6_PROTOCOL_UDP;
}

/* The rule that decides where the settings of a name are in force. */
enum netfwv6_rule model_rule(const struct model *m, unsigned int name, uint32_t protocol,
			     uint32_t port);

#endif
