/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The root record, by the directory that it is pinned in. */
#ifndef NETFWV6_RECORD_H
#define NETFWV6_RECORD_H

#include "layout.h"
#include "netfwv6.h"

/* Reads and checks it, if it is there; where it is not, there is no state. */
netfwv6_result record_read(const char *dir, struct root_record *record, bool *there);

/*
 * Reads that of a state of any layout: what a layout did not have is zero. Only the fields
 * that never move can be relied on.
 */
netfwv6_result record_read_any(const char *dir, struct root_record *record, bool *there);

netfwv6_result record_write(const char *dir, const struct root_record *record);

/* Makes it name the calling thread's network namespace. */
netfwv6_result record_take_namespace(struct root_record *record);

/* E_ABORT unless it names the calling thread's network namespace. */
netfwv6_result record_check_namespace(const struct root_record *record, const char *dir);

/* A random serial number that names no filter of others. */
netfwv6_result record_draw_serial(struct root_record *record);

/* E_UNEXPECTED: what is in the directory is not as it has to be. */
netfwv6_result record_damaged(const char *dir);

#endif
