// SPDX-License-Identifier: LGPL-2.1-or-later
#include "objects.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "world.h"

#define MAPS_OF_A_PROGRAM 64

struct kind {
	const char *line; /* in what the kernel says of a descriptor */
	int (*open_by_id)(uint32_t id);
};

static const struct kind kinds[] = {
	{ "map_id:", bpf_map_get_fd_by_id },
	{ "prog_id:", bpf_prog_get_fd_by_id },
	{ "link_id:", bpf_link_get_fd_by_id },
};

static struct object {
	const struct kind *kind;
	uint32_t id;
} * objects;
static size_t noted;

static void note(const struct kind *kind, uint32_t id)
{
	for (size_t i = 0; i < noted; i++)
		if (objects[i].kind == kind && objects[i].id == id)
			return;
	objects = realloc(objects, (noted + 1) * sizeof(*objects));
	assert_non_null(objects);
	objects[noted++] = (struct object){ kind, id };
}

static void note_maps_of(uint32_t program)
{
	uint32_t ids[MAPS_OF_A_PROGRAM], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = { .nr_map_ids = MAPS_OF_A_PROGRAM, .map_ids = (uintptr_t)ids };
	int fd = bpf_prog_get_fd_by_id(program);

	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	assert_true(info.nr_map_ids <= MAPS_OF_A_PROGRAM);
	for (uint32_t i = 0; i < info.nr_map_ids; i++)
		note(&kinds[0], ids[i]);
	close(fd);
}

static void note_line(const char *line)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strncmp(line, kinds[i].line, strlen(kinds[i].line)) == 0) {
			uint32_t id = strtoul(line + strlen(kinds[i].line), NULL, 10);

			note(&kinds[i], id);
			if (kinds[i].open_by_id == bpf_prog_get_fd_by_id)
				note_maps_of(id);
		}
}

static int note_pin(const char *path, const struct stat *status, int type, struct FTW *where)
{
	char info[64], line[256];
	FILE *file;
	int fd;

	(void)status;
	(void)where;
	if (type != FTW_F || (fd = bpf_obj_get(path)) < 0)
		return 0;
	snprintf(info, sizeof(info), "/proc/self/fdinfo/%d", fd);
	file = fopen(info, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		note_line(line);
	fclose(file);
	close(fd);
	return 0;
}

size_t objects_note(void)
{
	assert_int_equal(nftw(world.state, note_pin, 8, FTW_PHYS), 0);
	return noted;
}

bool objects_are_gone(void *unused)
{
	(void)unused;
	for (size_t i = 0; i < noted; i++) {
		int fd = objects[i].kind->open_by_id(objects[i].id);

		if (fd >= 0)
			close(fd);
		if (fd >= 0 || errno != ENOENT)
			return false;
	}
	return true;
}

void objects_forget(void)
{
	free(objects);
	objects = NULL;
	noted = 0;
}
