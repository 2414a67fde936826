/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of lines that a policy's text has: their words, and what they say. */
#ifndef NETFWV6_POLICY_LINES_H
#define NETFWV6_POLICY_LINES_H

#include "text/policy_data.h"
#include "text/words.h"

/* The first line's, which every text has. */
#define POLICY_FORMAT "version 1"

enum line_option {
	LINE_DEV,
	LINE_NAME,
	LINE_MODE,
	LINE_STATELESS,
	LINE_LEARN_ONLY,
	LINE_FORWARD,
	LINE_ALL,
	LINE_DROPPED,
	LINE_CONNECTIONS,
	LINE_FILE,
	LINE_MAX_SIZE,
	LINE_RATE,
	LINE_OPTIONS
};
#define LINE_BIT(option) (1u << (option))

struct line_option_kind {
	const char *name;
	const char *value; /* what it takes, or NULL */
};
extern const struct line_option_kind line_options[LINE_OPTIONS];

/* A line that was split: each option's value, or for a flag the option itself. */
struct line {
	const struct line_kind *kind;
	const struct word *first;
	const struct word *options[LINE_OPTIONS];
	const struct word **operands;
	size_t n_operands;
};

struct line_errors {
	/* Tells of an error at a column, whose sentence is that of the last failure. */
	void (*tell)(struct line_errors *errors, size_t column);
	netfwv6_result failure; /* another one than of the text: memory is exhausted */
};

struct line_kind {
	const char *name;
	const char *operands; /* NULL: none; with dots: any number */
	uint32_t options;     /* LINE_BIT() of those that it takes */
	uint32_t needs;	      /* and of those that it cannot do without */
	/* Says it to the policy, unless something is wrong, of which it tells. */
	void (*take)(struct netfwv6_policy *policy, const struct line *line,
		     struct line_errors *errors);
	uint32_t sheet, said; /* of lines of ports */
};

/* NULL: there is no such kind. */
const struct line_kind *line_kind_find(const char *name);

#endif
