/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Invents steps. Calls that cost microseconds are frequent, those that load programs are
 * rare; the ports are few, so that settings collide, and so are, most of the time, the
 * connections.
 */
#ifndef TESTS_GENERATOR_H
#define TESTS_GENERATOR_H

#include "model.h"
#include "random.h"

#define PLAN_MAX 512u

struct generator {
	struct random *random;
	uint64_t number;		    /* of the step */
	unsigned int names[NAMES], working; /* the names in use at present: the first ones */
	struct step plan[PLAN_MAX];	    /* steps that were decided on together */
	unsigned int planned, done;
	struct step undo; /* closes what a wide range opened, when its number has come */
	uint64_t undo_at;
};

void generator_init(struct generator *g, struct random *random);

/* The next step. Only events that the kernel allows are invented. */
struct step generator_next(struct generator *g, struct model *m);

/* A port that many steps are about. */
uint32_t generator_port(struct random *random);

#endif
