/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that a state's policy is kept in, and how it was when it said what the state is. */
#ifndef NETFWV6_SAVED_RECORD_H
#define NETFWV6_SAVED_RECORD_H

#include "state/state.h"

/* The path is empty where none is kept. */
netfwv6_result saved_record_read(const struct root *root, struct saved_record *record);

/* With the administration lock held. */
netfwv6_result saved_record_write(const struct root *root, const struct saved_record *record);

/* A new state that is the machine's own is kept by itself. Likewise. */
netfwv6_result saved_record_begin(const struct root *root);

#endif
