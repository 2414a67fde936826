// SPDX-License-Identifier: LGPL-2.1-or-later
#include "output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define POLL_MILLISECONDS 250

/* The descriptor may be non-blocking, as others have it, too. */
static void wait_until_writable(int fd)
{
	struct pollfd output = { .fd = fd, .events = POLLOUT };

	poll(&output, 1, POLL_MILLISECONDS);
}

/* Returns how many bytes were written, 0 if none could be for now. */
static size_t write_some(struct output *output, const uint8_t *data, size_t size)
{
	ssize_t n = write(output->fd, data, size);

	if (n >= 0)
		return (size_t)n;
	if (errno == EAGAIN)
		wait_until_writable(output->fd);
	else if (errno == EPIPE)
		output->closed = true;
	else if (errno != EINTR)
		output->error = errno;
	return 0;
}

static bool can_write(const struct output *output)
{
	return !output->closed && !output->error && !output->given_up;
}

bool output_flush(struct output *output)
{
	struct bytes *bytes = &output->bytes;
	size_t done = 0;

	if (bytes->failed)
		output->error = ENOMEM;
	while (done < bytes->used && can_write(output)) {
		size_t n = write_some(output, bytes->data + done, bytes->used - done);

		done += n;
		if (done < bytes->used && !output->be_patient(output->context, n > 0))
			output->given_up = bytes->used - done;
	}
	bytes->used = 0;
	return can_write(output);
}

int output_complain(const struct output *output, const char *name)
{
	if (output->error)
		complain("cannot write %s: %s", name, strerror(output->error));
	else if (output->given_up)
		complain("%s was not read to its end: %zu bytes are missing", name,
			 output->given_up);
	else
		return EXIT_DONE;
	return EXIT_OTHER;
}

void output_free(struct output *output)
{
	free(output->bytes.data);
	output->bytes = (struct bytes){};
}
