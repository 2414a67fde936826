// SPDX-License-Identifier: LGPL-2.1-or-later
#include "text/policy_lines.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text/log_path.h"
#include "text/mode_text.h"
#include "text/port_text.h"
#include "util/error.h"
#include "util/utf8.h"

const struct line_option_kind line_options[LINE_OPTIONS] = {
	[LINE_DEV] = { "dev", "DEV" },
	[LINE_NAME] = { "name", "NAME" },
	[LINE_MODE] = { "mode", "auto|native|generic|tc" },
	[LINE_STATELESS] = { "stateless", NULL },
	[LINE_LEARN_ONLY] = { "learn-only", NULL },
	[LINE_FORWARD] = { "forward", "pass|judge" },
	[LINE_ALL] = { "all", NULL },
	[LINE_DROPPED] = { "dropped", "on|off" },
	[LINE_CONNECTIONS] = { "connections", "on|off" },
	[LINE_FILE] = { "file", "PATH" },
	[LINE_MAX_SIZE] = { "max-size", "BYTES" },
	[LINE_RATE] = { "rate", "N|unlimited" },
};

/* What is wrong with one word is told of, and the others are looked at all the same. */
static bool is_wrong(struct line_errors *errors, const struct word *word, netfwv6_result result)
{
	if (NETFWV6_SUCCEEDED(result))
		return false;
	if (result == NETFWV6_E_INVALIDARG)
		errors->tell(errors, word->column);
	else
		errors->failure = result;
	return true;
}

static netfwv6_result check_device(const char *name)
{
	return device_name_is_sane(name) ? NETFWV6_S_OK :
					   fail(NETFWV6_E_INVALIDARG,
						"'%s' is no name of a device: one has 1 to %d "
						"bytes, no slash, colon or "
						"blank",
						name, DEVICE_NAME_SIZE - 1);
}

/* ---- Ports ----------------------------------------------------------------- */

static netfwv6_result check_name(const char *name)
{
	return strlen(name) < NAME_SIZE ?
		       NETFWV6_S_OK :
		       fail(NETFWV6_E_INVALIDARG,
			    "the name has %zu bytes, and %d fit: write a shorter one", strlen(name),
			    NETFWV6_NAME_MAX);
}

static netfwv6_result say_of_ports(struct netfwv6_policy *policy, const struct line *line,
				   const char *text, uint32_t said)
{
	const char *device = line->options[LINE_DEV] ? line->options[LINE_DEV]->text : "";
	struct netfwv6_port_range ranges[NETFWV6_PORTS_TEXT_RANGES];
	size_t count;

	TRY(port_text_take(text, ranges, &count));
	for (size_t i = 0; i < count; i++)
		TRY(policy_say(policy, device, line->kind->sheet, range_entry(&ranges[i]),
			       ranges[i].last - ranges[i].first + 1, said));
	return NETFWV6_S_OK;
}

static void say_ports(struct netfwv6_policy *policy, const struct line *line,
		      struct line_errors *errors)
{
	const struct word *device = line->options[LINE_DEV], *name = line->options[LINE_NAME];
	uint32_t said = line->kind->said;
	bool wrong = device && is_wrong(errors, device, check_device(device->text));

	if (name && !is_wrong(errors, name, check_name(name->text)))
		is_wrong(errors, name, policy_name_add(policy, name->text, &said));
	for (size_t i = 0; i < line->n_operands && !wrong; i++) {
		const struct word *operand = line->operands[i];

		is_wrong(errors, operand, say_of_ports(policy, line, operand->text, said));
	}
}

/* ---- Devices --------------------------------------------------------------- */

static netfwv6_result say_forward(const char *text, uint32_t *flags)
{
	if (strcmp(text, "pass") != 0 && strcmp(text, "judge") != 0)
		return fail(NETFWV6_E_INVALIDARG, "--forward '%s': write pass or judge", text);
	*flags = strcmp(text, "pass") == 0 ? CONFIGURED_FORWARD : 0;
	return NETFWV6_S_OK;
}

/* The device's name, "" for every one, and the word that says so. */
static bool take_device(const struct line *line, const char **device, const struct word **word,
			struct line_errors *errors)
{
	const struct word *all = line->options[LINE_ALL];

	*word = all ?: line->n_operands ? line->operands[0] : line->first;
	*device = all || !line->n_operands ? "" : line->operands[0]->text;
	if (all && line->n_operands)
		return !is_wrong(errors, all,
				 fail(NETFWV6_E_INVALIDARG,
				      "--all is about every device: leave out '%s'",
				      line->operands[0]->text));
	if (!all && !line->n_operands)
		return !is_wrong(errors, *word,
				 fail(NETFWV6_E_INVALIDARG,
				      "'%s' needs an operand: %s DEV, or --all", line->kind->name,
				      line->kind->name));
	return all || !is_wrong(errors, *word, check_device(*device));
}

static void say_device(struct netfwv6_policy *policy, const struct line *line, bool wanted,
		       struct line_errors *errors)
{
	const struct word *mode = line->options[LINE_MODE];
	const struct word *learn_only = line->options[LINE_LEARN_ONLY];
	const struct word *stateless = line->options[LINE_STATELESS];
	const struct word *forward = line->options[LINE_FORWARD];
	uint32_t forward_flag = 0, number = NETFWV6_MODE_AUTO;
	const struct word *word;
	const char *device;
	struct wish *wish;
	bool wrong = !take_device(line, &device, &word, errors);

	if (mode)
		wrong |= is_wrong(errors, mode, mode_text_take(mode->text, &number));
	if (forward)
		wrong |= is_wrong(errors, forward, say_forward(forward->text, &forward_flag));
	if (learn_only && (mode || stateless || forward || !*device))
		wrong |= is_wrong(errors, learn_only,
				  fail(NETFWV6_E_INVALIDARG,
				       "--learn-only filters nothing, so it goes with none of "
				       "--mode, --stateless, --forward and --all"));
	if (wrong || is_wrong(errors, word, policy_wish(policy, device, &wish)))
		return;
	wish->wanted = wanted;
	wish->mode = number;
	wish->flags = forward_flag | (stateless ? CONFIGURED_STATELESS : 0) |
		      (learn_only ? CONFIGURED_LEARN_ONLY : 0);
}

static void say_enable(struct netfwv6_policy *policy, const struct line *line,
		       struct line_errors *errors)
{
	say_device(policy, line, true, errors);
}

static void say_disable(struct netfwv6_policy *policy, const struct line *line,
			struct line_errors *errors)
{
	say_device(policy, line, false, errors);
}

/* ---- The group, and the log ------------------------------------------------ */

static netfwv6_result line_number(const char *option, const char *text, uint64_t least,
				  uint64_t most, uint64_t *number)
{
	unsigned long long value;

	errno = 0;
	value = strtoull(text, NULL, 10);
	/* strtoull takes more than digits: blanks, signs, a rest that is no number. */
	if (!*text || text[strspn(text, "0123456789")] || errno || value < least || value > most)
		return fail(NETFWV6_E_INVALIDARG,
			    "--%s '%s': write a number from %" PRIu64 " to %" PRIu64, option, text,
			    least, most);
	*number = value;
	return NETFWV6_S_OK;
}

#define GROUP_ROOM 65536 /* for an entry of /etc/group with all its members */

/* By its name, or its number. */
static netfwv6_result find_group(const char *text, uint32_t *group)
{
	char *room = malloc(GROUP_ROOM), *end = NULL;
	struct group entry, *found = NULL;
	unsigned long long number = 0;

	if (!room)
		return fail_errno(ENOMEM, "cannot look the group '%s' up", text);
	getgrnam_r(text, &entry, room, GROUP_ROOM, &found);
	number = found ? entry.gr_gid : strtoull(text, &end, 10);
	free(room);
	if (!found && (!isdigit((unsigned char)*text) || *end || number >= UINT32_MAX))
		return fail(NETFWV6_E_INVALIDARG,
			    "'%s' is no group: 'getent group' lists them; a number does, too",
			    text);
	*group = (uint32_t)number;
	return NETFWV6_S_OK;
}

static void say_group(struct netfwv6_policy *policy, const struct line *line,
		      struct line_errors *errors)
{
	const struct word *group = line->operands[0];

	if (!is_wrong(errors, group, find_group(group->text, &policy->group)))
		policy->group_said = true;
}

static netfwv6_result say_switch(const char *option, const char *text, uint32_t flag,
				 struct log_record *log)
{
	if (strcmp(text, "on") != 0 && strcmp(text, "off") != 0)
		return fail(NETFWV6_E_INVALIDARG, "--%s '%s': write on or off", option, text);
	log->flags = strcmp(text, "on") == 0 ? log->flags | flag : log->flags & ~flag;
	return NETFWV6_S_OK;
}

static netfwv6_result say_rate(const char *text, struct log_record *log)
{
	uint64_t rate = UINT32_MAX;

	if (strcmp(text, "unlimited") != 0)
		TRY(line_number("rate", text, 1, UINT32_MAX - 1, &rate));
	log->rate = (uint32_t)rate;
	return NETFWV6_S_OK;
}

static netfwv6_result say_log_option(enum line_option option, const char *text,
				     struct log_record *log)
{
	uint64_t size = 0;

	switch (option) {
	case LINE_DROPPED:
		return say_switch("dropped", text, LOG_DROPPED, log);
	case LINE_CONNECTIONS:
		return say_switch("connections", text, LOG_CONNECTIONS, log);
	case LINE_FILE:
		TRY(log_path_check(text));
		memset(log->path, 0, sizeof(log->path));
		memcpy(log->path, text, strlen(text));
		return NETFWV6_S_OK;
	case LINE_MAX_SIZE:
		TRY(line_number("max-size", text, LOG_SIZE_MIN, INT64_MAX, &size));
		log->maximum_size = size;
		return NETFWV6_S_OK;
	default:
		return say_rate(text, log);
	}
}

static void say_log(struct netfwv6_policy *policy, const struct line *line,
		    struct line_errors *errors)
{
	static const uint32_t said[LINE_OPTIONS] = {
		[LINE_DROPPED] = SAID_LOG_DROPPED, [LINE_CONNECTIONS] = SAID_LOG_CONNECTIONS,
		[LINE_FILE] = SAID_LOG_PATH,	   [LINE_MAX_SIZE] = SAID_LOG_SIZE,
		[LINE_RATE] = SAID_LOG_RATE,
	};

	for (int option = LINE_DROPPED; option <= LINE_RATE; option++) {
		const struct word *value = line->options[option];

		if (value &&
		    !is_wrong(errors, value, say_log_option(option, value->text, &policy->log)))
			policy->log_said |= said[option];
	}
}

/* ---- The kinds ------------------------------------------------------------- */

#define PORTS "PORT..."
#define OF_LOG                                                                                     \
	(LINE_BIT(LINE_DROPPED) | LINE_BIT(LINE_CONNECTIONS) | LINE_BIT(LINE_FILE) |               \
	 LINE_BIT(LINE_MAX_SIZE) | LINE_BIT(LINE_RATE))
#define DEV LINE_BIT(LINE_DEV)
#define HOW                                                                                        \
	(LINE_BIT(LINE_MODE) | LINE_BIT(LINE_STATELESS) | LINE_BIT(LINE_LEARN_ONLY) |              \
	 LINE_BIT(LINE_FORWARD) | LINE_BIT(LINE_ALL))

static const struct line_kind kinds[] = {
	{ "group", "NAME|GID", 0, 0, say_group, 0, 0 },
	{ "log", NULL, OF_LOG, 0, say_log, 0, 0 },
	{ "open", PORTS, DEV | LINE_BIT(LINE_NAME), 0, say_ports, SHEET_OPEN, SAID },
	{ "close", PORTS, DEV, 0, say_ports, SHEET_OPEN, SAID_NOT },
	{ "ignore", PORTS, DEV | LINE_BIT(LINE_NAME), DEV, say_ports, SHEET_IGNORED, SAID },
	{ "observe", PORTS, DEV, DEV, say_ports, SHEET_IGNORED, SAID_NOT },
	{ "protect", PORTS, 0, 0, say_ports, SHEET_PROTECTED, SAID },
	{ "unprotect", PORTS, 0, 0, say_ports, SHEET_PROTECTED, SAID_NOT },
	{ "enable", "[DEV]", HOW, 0, say_enable, 0, 0 },
	{ "disable", "[DEV]", LINE_BIT(LINE_ALL), 0, say_disable, 0, 0 },
};

const struct line_kind *line_kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
