// SPDX-License-Identifier: LGPL-2.1-or-later
#include "captures.h"

#include <stdio.h>
#include <unistd.h>

char folder[64];

static int reset(int (*scene)(void **))
{
	if (run("command -v tshark")->status) {
		print_message("# no tshark here\n");
		skip();
	}
	scene(NULL);
	snprintf(folder, sizeof(folder), "/tmp/nf6-capture-%s", own_id());
	must("rm -rf %s && mkdir -m 755 %s && mkdir -m 777 %s/all", folder, folder, folder);
	must("chmod 777 %s/all", folder);
	return 0;
}

int capture_reset(void **unused)
{
	(void)unused;
	return reset(scene_reset);
}

int capture_reset_native(void **unused)
{
	(void)unused;
	return reset(scene_reset_native);
}

int capture_end(void **unused)
{
	scene_end(unused);
	must("rm -rf %s", folder);
	return 0;
}

struct follower capture(const char *file, const char *options)
{
	char arguments[256];

	snprintf(arguments, sizeof(arguments), "capture -w %s/%s %s", folder, file, options);
	return follow(arguments);
}

const char *fields(const char *file, const char *names)
{
	return must("tshark -nr %s/%s -T fields $(printf ' -e %%s' %s)", folder, file, names);
}

size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

struct awaited_packets {
	const char *file;
	size_t n;
};

static bool are_there(void *context)
{
	const struct awaited_packets *awaited = context;
	/* A file whose last block is being written is an error to tshark, for now. */
	const struct output *output =
		run("tshark -nr %s/%s -T fields -e frame.number", folder, awaited->file);

	return count_lines(output->out) >= awaited->n;
}

void wait_for_captured(const char *file, size_t n)
{
	struct awaited_packets awaited = { file, n };

	wait_until(are_there, &awaited, "the packets could be read");
}
