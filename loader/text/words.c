// SPDX-License-Identifier: LGPL-2.1-or-later
#include "text/words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/error.h"
#include "util/utf8.h"

/* Where the splitting has come to. */
struct cursor_of_words {
	const char *next;
	size_t column;
	char *end; /* of what is written of the present word */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* A character moves to the word, or nowhere. */
static void step_on(struct cursor_of_words *at, bool keep)
{
	size_t length = utf8_printable(at->next) ?: 1;

	if (keep) {
		memcpy(at->end, at->next, length);
		at->end += length;
	}
	at->next += length;
	at->column++;
}

/* In double quotes a backslash keeps only what would end or change them. */
static bool is_kept_by_backslash(char quote, char next)
{
	return next && (!quote || strchr("\"\\$`", next));
}

/* From the opening quote, if there is one, to behind the closing one. */
static netfwv6_result take_quoted(struct cursor_of_words *at)
{
	const char quote = *at->next;
	const size_t column = at->column;

	step_on(at, false);
	while (*at->next && *at->next != quote) {
		if (quote == '"' && *at->next == '\\' && is_kept_by_backslash(quote, at->next[1]))
			step_on(at, false);
		step_on(at, true);
	}
	if (!*at->next) {
		at->column = column;
		return fail(NETFWV6_E_INVALIDARG, "the quote %c does not end: end it in its line",
			    quote);
	}
	step_on(at, false);
	return NETFWV6_S_OK;
}

static netfwv6_result take_word(struct cursor_of_words *at)
{
	while (*at->next && !is_blank(*at->next)) {
		if (*at->next == '\'' || *at->next == '"') {
			TRY(take_quoted(at));
		} else if (*at->next == '\\') {
			if (!at->next[1])
				return fail(NETFWV6_E_INVALIDARG,
					    "the line ends with a backslash, and no line goes on "
					    "in the next: write it in one");
			step_on(at, false);
			step_on(at, true);
		} else {
			step_on(at, true);
		}
	}
	*at->end++ = '\0';
	return NETFWV6_S_OK;
}

static netfwv6_result check_characters(const char *line, size_t *column)
{
	size_t at = 1;

	for (size_t length; *line; line += length, at++) {
		length = is_blank(*line) ? 1 : utf8_printable(line);
		if (!length) {
			*column = at;
			return fail(NETFWV6_E_INVALIDARG,
				    "byte 0x%02x is not of printable UTF-8: take it out",
				    (unsigned char)*line);
		}
	}
	return NETFWV6_S_OK;
}

static netfwv6_result split_all(struct cursor_of_words *at, struct words *words)
{
	for (;;) {
		struct word *word = &words->words[words->count];

		while (is_blank(*at->next))
			step_on(at, false);
		if (!*at->next || *at->next == '#')
			return NETFWV6_S_OK;
		*word = (struct word){ .text = at->end, .column = at->column };
		TRY(take_word(at));
		words->count++;
	}
}

netfwv6_result words_split(const char *line, struct words *words, size_t *column)
{
	struct cursor_of_words at = { .next = line, .column = 1 };
	size_t length = strlen(line);
	netfwv6_result result;

	*words = (struct words){};
	TRY(check_characters(line, column));
	/* A word and the blank behind it have two bytes at least, and each gets a NUL. */
	words->words = calloc(length / 2 + 1, sizeof(*words->words));
	words->room = at.end = malloc(2 * length + 2);
	if (!words->words || !words->room)
		return fail_errno(ENOMEM, "cannot read a line of %zu bytes", length);
	result = split_all(&at, words);
	*column = at.column;
	return result;
}

void words_free(struct words *words)
{
	free(words->words);
	free(words->room);
	*words = (struct words){};
}

/* Where a word ends that begins here, as far as comments are concerned. */
static const char *skip_word(const char *text)
{
	for (char quote = '\0'; *text && *text != '\n'; text++) {
		if (*text == '\\' && quote != '\'' && text[1] && text[1] != '\n')
			text++;
		else if (quote ? *text == quote : *text == '\'' || *text == '"')
			quote = quote ? '\0' : *text;
		else if (!quote && is_blank(*text))
			break;
	}
	return text;
}

bool words_have_comment(const char *text)
{
	while (*text) {
		if (is_blank(*text) || *text == '\n')
			text++;
		else if (*text == '#')
			return true;
		else
			text = skip_word(text);
	}
	return false;
}

static bool needs_quotes(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./:,+=@%";

	return !*word || word[strspn(word, plain)];
}

void word_append(char *line, size_t size, const char *word)
{
	size_t used = strlen(line);
	bool quotes = needs_quotes(word);

	/* Each character may become four, between two quotes. */
	if (used + 1 + 4 * strlen(word) + 3 > size)
		return;
	if (used)
		line[used++] = ' ';
	if (quotes)
		line[used++] = '\'';
	for (; *word; word++) {
		if (*word == '\'') {
			memcpy(line + used, "'\\'", 3);
			used += 3;
		}
		line[used++] = *word;
	}
	if (quotes)
		line[used++] = '\'';
	line[used] = '\0';
}
