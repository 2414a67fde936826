/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes of a packet are read in place where the first buffer has them, which costs a
 * comparison; else the kernel copies them, which costs a call. The hook's context header comes
 * first, and defines under which names its functions are called.
 */
#ifndef NETFWV6_LOAD_H
#define NETFWV6_LOAD_H

/* Reads what is known to be there, as wide as the type, wherever it lies. */
#define LOAD_AT(type, bytes, offset) (*(const type *)((const char *)(bytes) + (offset)))

/* The verifier wants to see a bound; bytes behind it are copied. */
#define IN_PLACE_MAX 0x3fff

/* Finds so many bytes from the first one's offset on, if the first buffer has them. */
#ifndef bytes_in_place
static __always_inline bool bytes_in_place(packet_context *ctx, __u32 offset, __u32 len,
					   const void **bytes)
{
	*bytes = (const char *)(long)ctx->data + offset;
	return (const char *)*bytes + len <= (const char *)(long)ctx->data_end;
}
#endif

#define COPY_AT(type, to, bytes, at)                                                               \
	do {                                                                                       \
		type word = LOAD_AT(type, bytes, at);                                              \
                                                                                                   \
		__builtin_memcpy((char *)(to) + (at), &word, sizeof(word));                        \
	} while (0)

/* The length is constant, so there are as few loads as there can be. */
static __always_inline void copy_from(const void *bytes, void *to, __u32 len)
{
	__u32 at = 0;

	for (; at + 8 <= len; at += 8)
		COPY_AT(__u64, to, bytes, at);
	if (len & 4)
		COPY_AT(__u32, to, bytes, len & ~7u);
	if (len & 2)
		COPY_AT(__u16, to, bytes, len & ~3u);
	if (len & 1)
		COPY_AT(__u8, to, bytes, len & ~1u);
}

/*
 * Copies a constant number of bytes; false where there are fewer. The kernel copies a few to a
 * place of their own, so that the caller's can stay in registers.
 */
static __always_inline bool packet_load(packet_context *ctx, __u32 offset, void *to, __u32 len)
{
	const void *bytes;
	__u64 few[2];

	if (PACKET_IS_IN_PLACE && offset <= IN_PLACE_MAX &&
	    bytes_in_place(ctx, offset, len, &bytes)) {
		copy_from(bytes, to, len);
		return true;
	}
	if (len > sizeof(few))
		return packet_copy(ctx, offset, to, len);
	if (!packet_copy(ctx, offset, few, len))
		return false;
	__builtin_memcpy(to, few, len);
	return true;
}

#endif
