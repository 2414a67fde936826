/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Snapshots: arrays that never change, shared by an enumerator and its clones,
 * each with a place of its own. The API's enumerators are such cursors under
 * typed names, never defined, that the compiler can tell apart.
 */
#ifndef NETFWV6_SNAPSHOT_H
#define NETFWV6_SNAPSHOT_H

#include <stddef.h>

#include "netfwv6.h"

struct snapshot;

struct snapshot_cursor {
	struct snapshot *snapshot;
	size_t position;
	void *owner; /* whatever the builder said */
};

/* A snapshot in the making. Start it with the elements' size, the owner and zeros. */
struct snapshot_builder {
	size_t size;
	void *owner;
	void *elements;
	size_t count, capacity;
};

netfwv6_result snapshot_add(struct snapshot_builder *builder, const void *element);

/*
 * Makes a cursor from the builder, which is spent in any case. A result that is
 * already a failure is passed through. The caller frees with snapshot_free().
 */
netfwv6_result snapshot_finish(struct snapshot_builder *builder, netfwv6_result result,
			       struct snapshot_cursor **cursor);

/* How many elements the cursor has not come to yet. */
size_t snapshot_left(const struct snapshot_cursor *cursor);

/* As the API documents them; a null cursor is E_POINTER. An element of the caller has size bytes. */
netfwv6_result snapshot_next(struct snapshot_cursor *cursor, size_t n, size_t size, void *elements,
			     size_t *fetched);
netfwv6_result snapshot_skip(struct snapshot_cursor *cursor, size_t n);
netfwv6_result snapshot_reset(struct snapshot_cursor *cursor);
netfwv6_result snapshot_clone(const struct snapshot_cursor *cursor, struct snapshot_cursor **clone);
netfwv6_result snapshot_count(const struct snapshot_cursor *cursor, size_t *count);
void snapshot_free(struct snapshot_cursor *cursor);

#endif
