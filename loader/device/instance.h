/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An instance of a data-plane program for one connection, loaded but not attached. */
#ifndef NETFWV6_INSTANCE_H
#define NETFWV6_INSTANCE_H

#include <stdbool.h>

#include "state/state.h"

struct bpf_object;

/* What an instance is made for. */
struct instance_spec {
	bool raw_ip; /* frames start with the IP header */
	struct connection_config config;
};

struct instance {
	struct instance_spec spec;
	struct bpf_object *object;
	int program, counts; /* descriptors; they belong to the object */
	uint32_t id;
	uint8_t tag[8]; /* the kernel's digest of the instructions */
};

/* The slot among the constants of a connection; 0 for none. */
void connection_config_give_slot(struct connection_config *config, uint32_t slot);
uint32_t connection_config_slot(const struct connection_config *config);

/*
 * Loads the hook's program on the maps of root, with mutex held. counts is the map to
 * count in, or -1 for a new one. The caller ends it with instance_unload(), also
 * when it failed.
 */
netfwv6_result instance_load(const struct state *state, const struct root *root, enum hook hook,
			     const struct instance_spec *spec, int counts,
			     struct instance *instance);

/*
 * What a running program was made for; E_ABORT for one that does not have the constants of this
 * version's. For root.
 */
netfwv6_result instance_spec_of(uint32_t program_id, struct instance_spec *spec);

/* Has the running program the same code, constants and port table? For root. */
bool instance_is_running(const struct instance *instance, const struct root *root,
			 uint32_t program_id);

/* Lets go of it; what is attached and pinned stays. */
/* Fills in the id and the tag of a program that was loaded. */
netfwv6_result instance_identify(struct instance *instance);

/* Also of one that was not loaded, or not any more. */
void instance_unload(struct instance *instance);

#endif
