/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cursor over the bytes of a packet, wherever they lie: in the linear part or
 * in the fragments of a multi-buffer frame. The hook's context header comes first.
 */
#ifndef NETFWV6_CURSOR_H
#define NETFWV6_CURSOR_H

#include "load.h"
#include "reasons.h"

struct cursor {
	__u32 pos;   /* next byte to read */
	__u32 end;   /* first byte that does not exist for the stack */
	__u32 frame; /* length of the frame; end <= frame */
};

/* Do len more bytes exist? */
static __always_inline bool cursor_has(const struct cursor *c, __u32 len)
{
	return c->pos + len <= c->end;
}

/* Why a header of len bytes does not exist here. */
static __always_inline enum reason cursor_cut(const struct cursor *c, __u32 len)
{
	return c->pos + len > c->frame ? REASON_TRUNCATED : REASON_PAST_PAYLOAD;
}

/* Copies the next len bytes without moving. */
static __always_inline bool cursor_peek(packet_context *ctx, const struct cursor *c, void *to,
					__u32 len)
{
	return cursor_has(c, len) && packet_load(ctx, c->pos, to, len);
}

/* Copies the next len bytes and steps over them. */
static __always_inline bool cursor_take(packet_context *ctx, struct cursor *c, void *to, __u32 len)
{
	if (!cursor_peek(ctx, c, to, len))
		return false;
	c->pos += len;
	return true;
}

#endif
