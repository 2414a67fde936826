/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A second uplink of the host's, up1, which it prefers on the way to FAR_ADDRESS. */
#ifndef CONVERSATIONS_UPLINK_H
#define CONVERSATIONS_UPLINK_H

#define FAR_ADDRESS "2001:db8:f::1"

void add_second_uplink(void);

#endif
