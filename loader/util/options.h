/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Structures that start with `size_t sz` can grow, and so can the elements of arrays: a caller
 * built against an older header brings a shorter one, against a newer header a longer one.
 */
#ifndef NETFWV6_OPTIONS_H
#define NETFWV6_OPTIONS_H

#include <stddef.h>

#include "netfwv6.h"

/* E_POINTER: what is null. */
netfwv6_result pointer_check(const void *pointer, const char *what);

/* Where what this library knows of a structure's options ends. */
#define OPTIONS_END(type) offsetof(type, reserved)

/*
 * Copies the caller's options over *known, which holds the defaults. size is where they end.
 * NULL leaves the defaults. What comes behind that end has to be zero.
 */
netfwv6_result options_take(void *known, size_t size, const void *given);

/* The other way: checks the sz of a structure to fill, then fills all of it, with zeros at last. */
netfwv6_result options_check_size(size_t sz);
void options_give(void *to, const void *known, size_t size);

/*
 * Elements of an array, likewise: n of size bytes each become as many of the caller's. One that
 * the caller brings, of sz bytes, is taken as options are.
 */
netfwv6_result elements_check_size(size_t given);
netfwv6_result elements_take(void *known, size_t size, const void *given, size_t sz);
void elements_give(void *to, size_t given, const void *known, size_t size, size_t n);

/* E_INVALIDARG unless an array with room for n elements takes so many. */
netfwv6_result elements_check_room(size_t n, size_t needed);

#endif
