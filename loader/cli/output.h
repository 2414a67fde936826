/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing to a descriptor whose other end may be slow, or go. */
#ifndef NETFWV6_CLI_OUTPUT_H
#define NETFWV6_CLI_OUTPUT_H

#include "bytes.h"

struct output {
	int fd;
	struct bytes bytes; /* what is to be written */
	bool closed;	    /* the reader has gone */
	int error;	    /* what else went wrong, as errno has it; or 0 */
	size_t given_up;    /* bytes that were not written, as patience had an end */
	/*
	 * Called while the reader is slow; a signal from time to time sees to it that it is.
	 * False: give up, what is left is not written.
	 */
	bool (*be_patient)(void *context, bool progressed);
	void *context;
};

/* Writes all bytes. False: nothing more can be written. */
bool output_flush(struct output *output);

/* What went wrong is told as that of NAME: an exit code. That the reader has gone is no error. */
int output_complain(const struct output *output, const char *name);

/* Frees the bytes; the descriptor stays open. */
void output_free(struct output *output);

#endif
