/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One step of a sequence: a call that changes state, or what befalls a device. */
#ifndef TESTS_STEP_H
#define TESTS_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netfwv6.h>

/* Names of devices: more than can have settings of their own. Named by their number. */
#define NAMES 36u
#define GLOBAL NAMES /* a scope like a name: the settings for all connections */
#define SCOPES (NAMES + 1)
#define DEVICE_SLOTS 40u

/* The names that ports are given. The last one is refused, that before it is cut. */
#define LABELS 8u
#define VALID_LABELS 7u
extern const char *const labels[LABELS];

enum step_kind {
	STEP_OPEN, /* the first four: ports of a scope */
	STEP_CLOSE,
	STEP_IGNORE,
	STEP_OBSERVE,
	STEP_ENABLE, /* calls that are rare */
	STEP_DISABLE,
	STEP_INITIALIZE,
	STEP_REMOVE,
	STEP_CREATE, /* the last ones: events of a device */
	STEP_DELETE,
	STEP_RENAME,
	STEP_MOVE,
	STEP_RETURN,
};

/* Who makes the call. */
enum caller {
	CALLER_FIRST, /* the two managers that were opened at the start */
	CALLER_SECOND,
	CALLER_CHILD,	  /* another process, with a manager of its own */
	CALLER_INHERITED, /* another process, with the second manager */
};

struct step {
	enum step_kind kind;
	enum caller caller;
	unsigned int scope; /* a name, or GLOBAL; for events the name that the device gets */
	bool fresh;	    /* through a connection handle of its own, not the long-lived one */
	bool range;	    /* through the call for ranges */
	uint32_t first, last, protocol;
	unsigned int label;
	bool plain; /* enable without options */
	struct netfwv6_enable_options enable;
	struct netfwv6_initialize_options initialize;
	unsigned int device; /* of events: its place in the model */
	bool veth;	     /* a created device: veth, which has a native mode, or vxlan */
};

static inline bool step_is_event(const struct step *s)
{
	return s->kind >= STEP_CREATE;
}

static inline bool step_is_rare(const struct step *s)
{
	return s->kind >= STEP_ENABLE;
}

#define NAME_TEXT_SIZE 8
#define STEP_TEXT_SIZE 256

/* The device's name, in the buffer. */
char *name_text(unsigned int name, char text[NAME_TEXT_SIZE]);

/* The step in words. */
char *step_text(const struct step *s, char text[STEP_TEXT_SIZE]);

#endif
