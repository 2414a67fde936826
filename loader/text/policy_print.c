// SPDX-License-Identifier: LGPL-2.1-or-later
#include "text/policy_print.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/policy_lines.h"
#include "text/port_text.h"
#include "util/error.h"

/* ---- Single lines ---------------------------------------------------------- */

static void append(char *line, const char *word)
{
	word_append(line, POLICY_LINE_SIZE, word);
}

static void append_number(char *line, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	append(line, text);
}

#define GROUP_ROOM 65536

/* By its name, where it has one. */
void policy_group_line(uint32_t group, char line[POLICY_LINE_SIZE])
{
	char *room = malloc(GROUP_ROOM);
	struct group entry, *found = NULL;

	*line = '\0';
	append(line, "group");
	if (room)
		getgrgid_r(group, &entry, room, GROUP_ROOM, &found);
	if (found && *entry.gr_name && strlen(entry.gr_name) < POLICY_LINE_SIZE / 8)
		append(line, entry.gr_name);
	else
		append_number(line, group);
	free(room);
}

void policy_log_line(const struct log_record *log, uint32_t said, char line[POLICY_LINE_SIZE])
{
	*line = '\0';
	append(line, "log");
	if (said & SAID_LOG_DROPPED) {
		append(line, "--dropped");
		append(line, log->flags & LOG_DROPPED ? "on" : "off");
	}
	if (said & SAID_LOG_CONNECTIONS) {
		append(line, "--connections");
		append(line, log->flags & LOG_CONNECTIONS ? "on" : "off");
	}
	if (said & SAID_LOG_PATH) {
		append(line, "--file");
		append(line, log->path);
	}
	if (said & SAID_LOG_SIZE) {
		append(line, "--max-size");
		append_number(line, log->maximum_size);
	}
	if (said & SAID_LOG_RATE) {
		append(line, "--rate");
		if (log->rate == UINT32_MAX)
			append(line, "unlimited");
		else
			append_number(line, log->rate);
	}
}

/* What looks like an option is none behind two dashes, and then nor is what follows. */
static bool looks_like_option(const struct wish *wish)
{
	return strncmp(wish->device, "--", 2) == 0;
}

void policy_wish_line(const struct wish *wish, char line[POLICY_LINE_SIZE])
{
	*line = '\0';
	append(line, wish->wanted ? "enable" : "disable");
	if (!looks_like_option(wish))
		append(line, *wish->device ? wish->device : "--all");
	if (wish->mode != NETFWV6_MODE_AUTO) {
		append(line, "--mode");
		append(line, netfwv6_mode_name(wish->mode));
	}
	if (wish->flags & CONFIGURED_STATELESS)
		append(line, "--stateless");
	if (wish->flags & CONFIGURED_FORWARD) {
		append(line, "--forward");
		append(line, "pass");
	}
	if (wish->flags & CONFIGURED_LEARN_ONLY)
		append(line, "--learn-only");
	if (looks_like_option(wish)) {
		append(line, "--");
		append(line, wish->device);
	}
}

/* ---- Lines of ports -------------------------------------------------------- */

static const struct {
	const char *set, *unset;
} words_of[SHEETS] = {
	[SHEET_OPEN] = { "open", "close" },
	[SHEET_IGNORED] = { "ignore", "observe" },
	[SHEET_PROTECTED] = { "protect", "unprotect" },
};

static void print_range(const struct netfwv6_policy *policy, const struct scope *scope,
			enum sheet sheet, const struct netfwv6_port_range *range, uint32_t said,
			char line[POLICY_LINE_SIZE])
{
	char text[NETFWV6_PORTS_TEXT_SIZE];
	const char *name = said >= SAID ? policy_name_of(policy, said) : "";

	*line = '\0';
	append(line, said >= SAID ? words_of[sheet].set : words_of[sheet].unset);
	append(line, port_text_print(range, text));
	if (*scope->device) {
		append(line, "--dev");
		append(line, scope->device);
	}
	if (*name) {
		append(line, "--name");
		append(line, name);
	}
}

#define NO_SAYING UINT32_MAX

/* Of each saying of one policy, the same of another; NO_SAYING for a name that it lacks. */
static uint32_t *translate(const struct netfwv6_policy *policy, const struct netfwv6_policy *other)
{
	uint32_t *sayings = calloc(SAID + policy->names.count, sizeof(*sayings));

	for (uint32_t i = 0; sayings && i < policy->names.count; i++)
		sayings[SAID + i] = policy_name_find(other, policy->names.names[i]) ?: NO_SAYING;
	return sayings;
}

struct range_lines {
	const struct netfwv6_policy *policy;
	enum sheet sheet;
	const uint32_t *translation; /* NULL: all that is said is wanted */
	policy_line_fn tell;
	void *context;
};

/* The saying, if it is wanted. What is the same in the other is not. */
static uint32_t wanted(const struct range_lines *lines, uint32_t said, uint32_t other)
{
	if (!lines->translation)
		return said;
	return said < SAID || lines->translation[said] == other ? UNSAID : said;
}

static void tell_scope(const struct range_lines *lines, const struct scope *scope,
		       const struct scope *other)
{
	char line[POLICY_LINE_SIZE];
	struct netfwv6_port_range range = {};
	uint32_t run = UNSAID;

	for (uint32_t entry = 1; entry <= PORT_ENTRIES; entry++) {
		bool end = entry % PORTS_PER_PROTOCOL == 0;
		uint32_t said = end ? UNSAID :
				      wanted(lines, policy_said(scope, lines->sheet, entry),
					     policy_said(other, lines->sheet, entry));

		if (said != run && run != UNSAID) {
			range.last = (entry - 1) % PORTS_PER_PROTOCOL;
			print_range(lines->policy, scope, lines->sheet, &range, run, line);
			lines->tell(lines->context, line);
		}
		if (said != run)
			range = (struct netfwv6_port_range){
				.first = entry % PORTS_PER_PROTOCOL,
				.protocol = entry < PORTS_PER_PROTOCOL ? NETFWV6_PROTOCOL_TCP :
									 NETFWV6_PROTOCOL_UDP,
			};
		run = said;
	}
}

netfwv6_result policy_port_lines(const struct netfwv6_policy *policy, enum sheet sheet,
				 const struct netfwv6_policy *other, policy_line_fn tell,
				 void *context)
{
	struct range_lines lines = {
		.policy = policy, .sheet = sheet, .tell = tell, .context = context
	};
	uint32_t *translation = other ? translate(policy, other) : NULL;

	if (other && !translation)
		return fail_errno(ENOMEM, "cannot compare policies");
	lines.translation = translation;
	for (size_t i = 0; i < policy->n_scopes; i++) {
		const struct scope *scope = &policy->scopes[i];

		if (scope->sheets[sheet])
			tell_scope(&lines, scope,
				   other ? policy_scope_find((struct netfwv6_policy *)other,
							     scope->device) :
					   NULL);
	}
	free(translation);
	return NETFWV6_S_OK;
}

/* ---- The whole ------------------------------------------------------------- */

netfwv6_result policy_lines(const struct netfwv6_policy *policy, policy_line_fn tell, void *context)
{
	char line[POLICY_LINE_SIZE];

	tell(context, POLICY_FORMAT);
	if (policy->group_said) {
		policy_group_line(policy->group, line);
		tell(context, line);
	}
	if (policy->log_said) {
		policy_log_line(&policy->log, policy->log_said, line);
		tell(context, line);
	}
	for (enum sheet sheet = 0; sheet < SHEETS; sheet++)
		TRY(policy_port_lines(policy, sheet, NULL, tell, context));
	for (size_t i = 0; i < policy->n_wishes; i++) {
		policy_wish_line(&policy->wishes[i], line);
		tell(context, line);
	}
	return NETFWV6_S_OK;
}

static void put_policy_line(void *stream, const char *line)
{
	fputs(line, stream);
	putc('\n', stream);
}

netfwv6_result netfwv6_policy_print(const struct netfwv6_policy *policy, char **text)
{
	char *printed = NULL;
	size_t length = 0;
	netfwv6_result result;
	FILE *stream;
	bool failed;

	if (!policy || !text)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    policy ? "the text's out-pointer" : "the policy");
	stream = open_memstream(&printed, &length);
	if (!stream)
		return fail_errno(errno, "cannot print a policy");
	result = policy_lines(policy, put_policy_line, stream);
	failed = ferror(stream) != 0;
	if ((fclose(stream) || failed) && NETFWV6_SUCCEEDED(result))
		result = fail_errno(ENOMEM, "cannot print a policy");
	if (NETFWV6_FAILED(result))
		free(printed);
	else
		*text = printed;
	return result;
}

void netfwv6_policy_text_free(char *text)
{
	free(text);
}
