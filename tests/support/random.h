/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random numbers that a seed repeats, and settings from the environment. */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct random {
	uint64_t state;
};

/* splitmix64 */
static inline uint64_t next_random(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* 0 .. limit - 1 */
static inline uint32_t below(struct random *r, uint32_t limit)
{
	return next_random(r) % limit;
}

static inline bool chance(struct random *r, unsigned int percent)
{
	return below(r, 100) < percent;
}

/* A number from the environment. */
static inline uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

#endif
