// SPDX-License-Identifier: LGPL-2.1-or-later
#include "util/snapshot.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"
#include "util/options.h"

struct snapshot {
	atomic_uint cursors;
	size_t size, count;
	unsigned char *elements;
};

static netfwv6_result null_enumerator(void)
{
	return fail(NETFWV6_E_POINTER, "the enumerator is null");
}

netfwv6_result snapshot_add(struct snapshot_builder *builder, const void *element)
{
	if (builder->count == builder->capacity) {
		size_t capacity = builder->capacity ? builder->capacity * 2 : 64;
		void *elements = reallocarray(builder->elements, capacity, builder->size);

		if (!elements)
			return fail_errno(ENOMEM, "cannot take a snapshot");
		builder->elements = elements;
		builder->capacity = capacity;
	}
	memcpy((unsigned char *)builder->elements + builder->count++ * builder->size, element,
	       builder->size);
	return NETFWV6_S_OK;
}

netfwv6_result snapshot_finish(struct snapshot_builder *builder, netfwv6_result result,
			       struct snapshot_cursor **cursor)
{
	struct snapshot *snapshot = NULL;
	struct snapshot_cursor *new = NULL;

	if (NETFWV6_SUCCEEDED(result)) {
		snapshot = malloc(sizeof(*snapshot));
		new = malloc(sizeof(*new));
		if (!snapshot || !new)
			result = fail_errno(ENOMEM, "cannot take a snapshot");
	}
	if (NETFWV6_FAILED(result)) {
		free(snapshot);
		free(new);
		free(builder->elements);
		return result;
	}
	atomic_init(&snapshot->cursors, 1);
	snapshot->size = builder->size;
	snapshot->count = builder->count;
	snapshot->elements = builder->elements;
	*new = (struct snapshot_cursor){ .snapshot = snapshot, .owner = builder->owner };
	*cursor = new;
	return NETFWV6_S_OK;
}

size_t snapshot_left(const struct snapshot_cursor *cursor)
{
	return cursor->snapshot->count - cursor->position;
}

netfwv6_result snapshot_next(struct snapshot_cursor *cursor, size_t n, size_t size, void *elements,
			     size_t *fetched)
{
	const struct snapshot *snapshot;
	size_t take;

	if (!cursor)
		return null_enumerator();
	if ((!elements && n) || (!fetched && n != 1))
		return fail(NETFWV6_E_POINTER, "the out-pointer for %zu elements is null", n);
	TRY(elements_check_size(size));
	snapshot = cursor->snapshot;
	take = n < snapshot_left(cursor) ? n : snapshot_left(cursor);
	if (take)
		elements_give(elements, size,
			      snapshot->elements + cursor->position * snapshot->size,
			      snapshot->size, take);
	cursor->position += take;
	if (fetched)
		*fetched = take;
	return take == n ? NETFWV6_S_OK : NETFWV6_S_FALSE;
}

netfwv6_result snapshot_skip(struct snapshot_cursor *cursor, size_t n)
{
	if (!cursor)
		return null_enumerator();
	if (n > snapshot_left(cursor)) {
		cursor->position = cursor->snapshot->count;
		return NETFWV6_S_FALSE;
	}
	cursor->position += n;
	return NETFWV6_S_OK;
}

netfwv6_result snapshot_reset(struct snapshot_cursor *cursor)
{
	if (!cursor)
		return null_enumerator();
	cursor->position = 0;
	return NETFWV6_S_OK;
}

netfwv6_result snapshot_clone(const struct snapshot_cursor *cursor, struct snapshot_cursor **clone)
{
	struct snapshot_cursor *new;

	if (!cursor)
		return null_enumerator();
	if (!clone)
		return fail(NETFWV6_E_POINTER, "the clone's out-pointer is null");
	new = malloc(sizeof(*new));
	if (!new)
		return fail_errno(ENOMEM, "cannot clone an enumerator");
	*new = *cursor;
	atomic_fetch_add(&new->snapshot->cursors, 1);
	*clone = new;
	return NETFWV6_S_OK;
}

netfwv6_result snapshot_count(const struct snapshot_cursor *cursor, size_t *count)
{
	if (!cursor)
		return null_enumerator();
	if (!count)
		return fail(NETFWV6_E_POINTER, "the count's out-pointer is null");
	*count = cursor->snapshot->count;
	return NETFWV6_S_OK;
}

void snapshot_free(struct snapshot_cursor *cursor)
{
	if (!cursor)
		return;
	if (atomic_fetch_sub(&cursor->snapshot->cursors, 1) == 1) {
		free(cursor->snapshot->elements);
		free(cursor->snapshot);
	}
	free(cursor);
}
