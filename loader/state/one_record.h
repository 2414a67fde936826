/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Maps of one record that a state may lack, as it was made before there were such records. */
#ifndef NETFWV6_ONE_RECORD_H
#define NETFWV6_ONE_RECORD_H

#include "state/state.h"

/* Zeros where there is no state, or no such map. The record has the size of the map's values. */
netfwv6_result one_record_read(const struct root *root, enum pin pin, void *record);

/* With the administration lock held; makes the map where there is none. */
netfwv6_result one_record_write(const struct root *root, enum pin pin, const void *record);

#endif
