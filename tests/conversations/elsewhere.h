/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A second link of the host, and what is open there and not on the first. */
#ifndef CONVERSATIONS_ELSEWHERE_H
#define CONVERSATIONS_ELSEWHERE_H

#define SECOND_DEVICE "el0"
#define SECOND_ADDRESS "2001:db8:2::1"
#define FAR_DEVICE "far0" /* at the other end of such a link */

extern const char *second; /* the namespace at its other end */

/* Makes the link, and switches the firewall on for both. */
void add_second(void);

/* From port 5000, by a socket that is not connected, through the first connection. */
void asks_and_is_answered(void);

void only_who_was_asked_gets_in(void);
void asks_with_an_entry_among_the_answers(void);

#endif
