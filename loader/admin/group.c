// SPDX-License-Identifier: LGPL-2.1-or-later
#include "admin/group.h"

#include "admin/rebuild.h"
#include "state/pins.h"
#include "util/error.h"

netfwv6_result group_give(struct state *state, gid_t group)
{
	gid_t present;

	TRY(pins_get_group(state->root.dir, &present));
	return present && present != group ? rebuild(state, group) :
					     pins_set_group(state->root.dir, group);
}
