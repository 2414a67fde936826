// SPDX-License-Identifier: LGPL-2.1-or-later
/* A policy from its text, and all that is wrong with that. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/policy_lines.h"
#include "util/error.h"
#include "util/utf8.h"

struct reading {
	struct line_errors errors; /* first, so that its address is the reading's */
	struct netfwv6_policy *policy;
	netfwv6_policy_error_fn error;
	void *context;
	size_t line;
	bool has_version;
	size_t wrong; /* errors so far; of the first: */
	char first[NETFWV6_DETAIL_SIZE];
};

static void tell_error(struct line_errors *errors, size_t column)
{
	struct reading *reading = (struct reading *)errors;
	char sentence[NETFWV6_DETAIL_SIZE];

	snprintf(sentence, sizeof(sentence), "%s", failure_sentence());
	utf8_sanitize(sentence);
	if (!reading->wrong++)
		snprintf(reading->first, sizeof(reading->first), "line %zu, column %zu: %.900s",
			 reading->line, column, sentence);
	if (reading->error)
		reading->error(reading->context, reading->line, column, sentence);
}

#define WRONG(reading, column, ...)                                                                \
	(fail(NETFWV6_E_INVALIDARG, __VA_ARGS__), tell_error(&(reading)->errors, column))

/* ---- Options --------------------------------------------------------------- */

/* --dev DEV or --dev=DEV. The word behind the last one that was used. */
static const struct word *take_option(struct reading *reading, struct line *line,
				      const struct word *word, const struct word *end)
{
	const char *name = word->text + 2;
	size_t length = strcspn(name, "=");
	int option = 0;

	while (option < LINE_OPTIONS && (strncmp(line_options[option].name, name, length) != 0 ||
					 line_options[option].name[length]))
		option++;
	if (option == LINE_OPTIONS || !(line->kind->options & LINE_BIT(option))) {
		WRONG(reading, word->column, "'%s' takes no option --%.*s in a policy",
		      line->kind->name, (int)length, name);
		/* What would be its value is no operand. */
		return word + 1 +
		       (option < LINE_OPTIONS && line_options[option].value && !name[length] &&
			word + 1 < end);
	}
	if (!line_options[option].value && name[length])
		WRONG(reading, word->column, "--%s takes no value", line_options[option].name);
	line->options[option] = word;
	if (!line_options[option].value)
		return word + 1;
	if (name[length]) {
		/* The value alone, in the place of both. */
		((struct word *)word)->text = (char *)name + length + 1;
		return word + 1;
	}
	if (word + 1 == end) {
		WRONG(reading, word->column, "--%s needs a value: --%s %s",
		      line_options[option].name, line_options[option].name,
		      line_options[option].value);
		line->options[option] = NULL;
		return end;
	}
	line->options[option] = word + 1;
	return word + 2;
}

static void take_words(struct reading *reading, struct line *line, const struct words *words)
{
	const struct word *word = words->words + 1, *end = words->words + words->count;
	bool options = true;

	while (word < end) {
		if (options && strcmp(word->text, "--") == 0) {
			options = false;
			word++;
		} else if (options && strncmp(word->text, "--", 2) == 0) {
			word = take_option(reading, line, word, end);
		} else {
			line->operands[line->n_operands++] = word++;
		}
	}
}

/* ---- Lines ----------------------------------------------------------------- */

static void check_line(struct reading *reading, const struct line *line, const struct word *first)
{
	const struct line_kind *kind = line->kind;
	const char *operands = kind->operands ?: "";

	for (int option = 0; option < LINE_OPTIONS; option++)
		if (kind->needs & LINE_BIT(option) && !line->options[option])
			WRONG(reading, first->column, "'%s' needs --%s %s", kind->name,
			      line_options[option].name, line_options[option].value);
	if (*operands && *operands != '[' && !line->n_operands)
		WRONG(reading, first->column, "'%s' needs an operand: %s %s", kind->name,
		      kind->name, operands);
	if (!strstr(operands, "...") && line->n_operands > !!*operands)
		WRONG(reading, line->operands[!!*operands]->column, "'%s' takes no operand '%s'",
		      kind->name, line->operands[!!*operands]->text);
}

/* All of the line is looked at, whatever is wrong with its options. */
static netfwv6_result take_kind(struct reading *reading, struct line *line,
				const struct words *words)
{
	line->first = words->words;
	take_words(reading, line, words);
	check_line(reading, line, words->words);
	if (line->n_operands || !line->kind->operands || *line->kind->operands == '[')
		line->kind->take(reading->policy, line, &reading->errors);
	return reading->errors.failure;
}

/* It comes first, and once. */
static void take_version(struct reading *reading, const struct words *words)
{
	const struct word *first = words->words;
	bool is_version = strcmp(first->text, "version") == 0;

	if (is_version && reading->has_version)
		WRONG(reading, first->column, "the format's version is stated already");
	else if (!is_version)
		WRONG(reading, first->column,
		      "the first line has to state the version of the format: write '%s' above it",
		      POLICY_FORMAT);
	else if (words->count != 2 || strcmp(words->words[1].text, "1") != 0)
		WRONG(reading, words->words[words->count > 1].column,
		      "this is not version 1 of the format, the only one that this library (%s) "
		      "knows: write '%s'",
		      netfwv6_version(), POLICY_FORMAT);
	reading->has_version = true;
}

static netfwv6_result parse_line(struct reading *reading, const struct words *words)
{
	struct line line = { .kind = line_kind_find(words->words[0].text) };
	bool is_version = strcmp(words->words[0].text, "version") == 0;
	netfwv6_result result;

	if (is_version || !reading->has_version)
		take_version(reading, words);
	if (is_version)
		return NETFWV6_S_OK;
	if (!line.kind) {
		WRONG(reading, words->words[0].column,
		      "'%s' begins no line of a policy: group, log, open, close, ignore, observe, "
		      "protect, unprotect, enable and disable do",
		      words->words[0].text);
		return NETFWV6_S_OK;
	}
	line.operands = calloc(words->count, sizeof(*line.operands));
	result = line.operands ? take_kind(reading, &line, words) :
				 fail_errno(ENOMEM, "cannot read a policy");
	free(line.operands);
	return result;
}

static netfwv6_result parse_text_line(struct reading *reading, const char *text)
{
	struct words words;
	size_t column = 0;
	netfwv6_result result = words_split(text, &words, &column);

	if (result == NETFWV6_E_INVALIDARG) {
		tell_error(&reading->errors, column);
		result = NETFWV6_S_OK;
	} else if (NETFWV6_SUCCEEDED(result) && words.count) {
		result = parse_line(reading, &words);
	}
	words_free(&words);
	return result;
}

/* Each line ends with its newline, which becomes a NUL; the last one need not have one. */
static netfwv6_result parse_lines(struct reading *reading, char *text, size_t length)
{
	char *end = text + length;
	netfwv6_result result = NETFWV6_S_OK;

	for (char *next; NETFWV6_SUCCEEDED(result) && text < end; text = next) {
		next = memchr(text, '\n', (size_t)(end - text)) ?: end;
		*next++ = '\0';
		reading->line++;
		if (strlen(text) + 1 < (size_t)(next - text))
			WRONG(reading, strlen(text) + 1, "a byte 0 is not of a text: take it out");
		result = parse_text_line(reading, text);
	}
	return result;
}

static netfwv6_result parse_all(struct reading *reading, const char *text, size_t length)
{
	char *copy = malloc(length + 1);
	netfwv6_result result;

	if (!copy)
		return fail_errno(ENOMEM, "cannot read a policy of %zu bytes", length);
	memcpy(copy, text, length);
	result = parse_lines(reading, copy, length);
	free(copy);
	if (NETFWV6_SUCCEEDED(result) && !reading->has_version && !reading->wrong) {
		reading->line = 1;
		WRONG(reading, 1, "the text is empty: its first line has to be '%s'",
		      POLICY_FORMAT);
	}
	if (NETFWV6_FAILED(result) || !reading->wrong)
		return result;
	return reading->wrong == 1 ? fail(NETFWV6_E_INVALIDARG, "%s", reading->first) :
				     fail(NETFWV6_E_INVALIDARG, "%s (and %zu more)", reading->first,
					  reading->wrong - 1);
}

netfwv6_result netfwv6_policy_parse(const char *text, size_t length, netfwv6_policy_error_fn error,
				    void *context, struct netfwv6_policy **policy)
{
	struct reading reading = { .errors = { .tell = tell_error },
				   .error = error,
				   .context = context };
	netfwv6_result result;

	if ((!text && length) || !policy)
		return fail(NETFWV6_E_POINTER, "%s is null",
			    policy ? "the text" : "the policy's out-pointer");
	TRY(policy_new(&reading.policy));
	result = parse_all(&reading, text ?: "", length);
	if (NETFWV6_SUCCEEDED(result))
		*policy = reading.policy;
	else
		netfwv6_policy_free(reading.policy);
	return result;
}
