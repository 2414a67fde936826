/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ports that commands do not close: a record that root alone can write. */
#ifndef NETFWV6_PROTECTED_H
#define NETFWV6_PROTECTED_H

#include "state/state.h"

/* None where there is no state, or one that was made before there was protection. */
netfwv6_result protected_read(const struct root *root, struct protected_ports *ports);

/* With the administration lock held. */
netfwv6_result protected_write(const struct root *root, const struct protected_ports *ports);

static inline bool protected_has(const struct protected_ports *ports, uint32_t entry)
{
	return ports->words[entry / 64] & BITMAP_BIT(entry);
}

static inline void protected_set(struct protected_ports *ports, uint32_t entry, bool on)
{
	if (on)
		ports->words[entry / 64] |= BITMAP_BIT(entry);
	else
		ports->words[entry / 64] &= ~BITMAP_BIT(entry);
}

#endif
