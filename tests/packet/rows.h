/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables. Each function adds the tests of the file that is named after it. */
#ifndef PACKET_ROWS_H
#define PACKET_ROWS_H

#include "table.h"

#define ROWS(array) (array), sizeof(array) / sizeof(*(array))

void rows_link(struct table *t);
void rows_chain(struct table *t);
void rows_fragment(struct table *t);
void rows_length(struct table *t);
void rows_other(struct table *t);
void rows_large(struct table *t);
void rows_cut(struct table *t);
void rows_policy(struct table *t);
void random_packets(struct table *t);
void floods(struct table *t);
void rows_routing(struct table *t);
void leaving(struct table *t);
void judged(struct table *t);
void questions(struct table *t);
void captures(struct table *t);
void looped(struct table *t);
void in_front(struct table *t);
void segments(struct table *t);

#endif
