/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of steps. A function that finds no such step possible invents one of ports. */
#ifndef TESTS_INVENT_H
#define TESTS_INVENT_H

#include "generator.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* One of the names in use at present. */
unsigned int a_name(struct generator *g);

/* A step to be made after the present one. */
void plan(struct generator *g, struct step s);

/* All ports of a scope are closed and observed. */
void plan_clear(struct generator *g, unsigned int scope);

/* Ports: few of them, all of them, more than can have names; a place for settings made free. */
struct step a_port_step(struct generator *g, struct model *m);
struct step a_wide_step(struct generator *g, struct model *m);
struct step many_names(struct generator *g, struct model *m);
struct step a_clearing(struct generator *g, struct model *m);

/* The state as a whole; the last ends everything. */
struct step a_plain_initialize(struct generator *g, struct model *m);
struct step a_rebuild(struct generator *g, struct model *m);
struct step a_group(struct generator *g, struct model *m);
struct step a_removal(struct generator *g, struct model *m);
struct step an_end(struct generator *g, struct model *m);

/* Devices. */
struct step an_enabling(struct generator *g, struct model *m);
struct step a_disabling(struct generator *g, struct model *m);
struct step a_creation_or_deletion(struct generator *g, struct model *m);
struct step a_renaming(struct generator *g, struct model *m);
struct step a_moving(struct generator *g, struct model *m);
struct step a_return(struct generator *g, struct model *m);

#endif
