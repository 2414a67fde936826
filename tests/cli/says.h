/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the command says: a line, or an object of JSON. */
#ifndef CLI_SAYS_H
#define CLI_SAYS_H

/* A command line, its output and its exit code. */
void says(const char *arguments, const char *text, int status);

/* The same of what jq makes of its JSON. */
void says_json_and_exits(const char *arguments, const char *filter, const char *text, int status);
void says_json(const char *arguments, const char *filter, const char *text);

#endif
