// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/instance.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "egress-ct.skel.h"
#include "egress.skel.h"
#include "guard-ct.skel.h"
#include "guard.skel.h"
#include "guard_fwd-ct.skel.h"
#include "guard_fwd.skel.h"
#include "netfwv6-ct.skel.h"
#include "netfwv6.skel.h"
#include "netfwv6_fwd-ct.skel.h"
#include "netfwv6_fwd.skel.h"
#include "device/conntrack_module.h"
#include "state/pins.h"
#include "util/error.h"
#include "util/libbpf_log.h"
#include "util/scope.h"

#define VERIFIER_LOG_SIZE (256 * 1024)

typedef const void *elf_bytes(size_t *size);

/*
 * The objects that can ask connection tracking, and those that cannot. The programs' names, by
 * which a running one tells its framing: Ethernet, raw IP.
 */
static const struct {
	elf_bytes *tracking, *plain;
	elf_bytes *forward_tracking, *forward; /* with the same programs */
	const char *programs[2];
} objects[HOOKS] = {
	[HOOK_XDP] = { netfwv6_ct_bpf__elf_bytes,
		       netfwv6_bpf__elf_bytes,
		       netfwv6_fwd_ct_bpf__elf_bytes,
		       netfwv6_fwd_bpf__elf_bytes,
		       { "netfwv6_eth", "netfwv6_ip" } },
	[HOOK_GUARD] = { guard_ct_bpf__elf_bytes,
			 guard_bpf__elf_bytes,
			 guard_fwd_ct_bpf__elf_bytes,
			 guard_fwd_bpf__elf_bytes,
			 { "netfwv6_in_eth", "netfwv6_in_ip" } },
	[HOOK_LEARN] = { egress_ct_bpf__elf_bytes,
			 egress_bpf__elf_bytes,
			 egress_ct_bpf__elf_bytes,
			 egress_bpf__elf_bytes,
			 { "netfwv6_out_eth", "netfwv6_out_ip" } },
};

/* What to load: the embedded object, the one program of it, what it works on. */
struct plan {
	const void *elf;
	size_t elf_size;
	const char *program;
	int counts; /* -1: a new map, or none */
	const struct connection_config *config;
};

/* The last line before the verifier's statistics says what it rejected. */
static const char *last_complaint(char *log)
{
	const char *complaint = "";
	char *rest = NULL;

	for (char *line = strtok_r(log, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "processed ", 10) != 0)
			complaint = line;
	return complaint;
}

static netfwv6_result load_failed(int error, char *log)
{
	const char *complaint = last_complaint(log);

	if (error == -EPERM || error == -EACCES)
		return *complaint ?
			       fail(NETFWV6_E_FAIL, "the kernel's verifier refused the program: %s",
				    complaint) :
			       fail_errno(-error,
					  "loading a program takes CAP_BPF and CAP_NET_ADMIN");
	return fail_errno(-error, "cannot load the program%s%s", *complaint ? ", verifier: " : "",
			  complaint);
}

static int set_config(struct bpf_object *object, const struct connection_config *config)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) if (
		strstr(bpf_map__name(map), ".rodata") &&
		bpf_map__value_size(map) ==
			sizeof(*config)) return bpf_map__set_initial_value(map, config,
									   sizeof(*config));
	return -ENOENT;
}

static int choose_program(struct bpf_object *object, const char *name)
{
	struct bpf_program *program;
	int error = 0;

	bpf_object__for_each_program(program, object) error =
		error ?:
			bpf_program__set_autoload(program,
						  strcmp(bpf_program__name(program), name) == 0);
	return error;
}

static int configure(struct bpf_object *object, const struct plan *plan)
{
	int error = 0;

	if (plan->counts >= 0)
		error = bpf_map__reuse_fd(bpf_object__find_map_by_name(object, COUNTS_MAP),
					  plan->counts);
	if (!error)
		error = set_config(object, plan->config);
	return error ?: choose_program(object, plan->program);
}

static netfwv6_result load_object(const struct root *root, const struct plan *plan, char *log,
				  struct bpf_object **object)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "netfwv6", .kernel_log_buf = log,
		    .kernel_log_size = VERIFIER_LOG_SIZE);
	int error;

	*object = bpf_object__open_mem(plan->elf, plan->elf_size, &opts);
	if (!*object)
		return fail_errno(errno, "cannot open the built-in program");
	TRY(pins_share(*object, root->dir, root->map));
	error = configure(*object, plan) ?: bpf_object__load(*object);
	return error ? load_failed(error, log) : NETFWV6_S_OK;
}

netfwv6_result instance_identify(struct instance *instance)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(instance->program, &info, &size))
		return fail_errno(errno, "cannot identify the loaded program");
	instance->id = info.id;
	memcpy(instance->tag, info.tag, sizeof(instance->tag));
	return NETFWV6_S_OK;
}

static netfwv6_result load_program(const struct state *state, const struct root *root,
				   const struct plan *plan, struct instance *instance)
{
	char *log CLEANUP(free_pointer) = calloc(1, VERIFIER_LOG_SIZE);
	netfwv6_result result;

	if (!log)
		return fail_errno(ENOMEM, "cannot load the program");
	libbpf_log_begin(&state->log);
	result = load_object(root, plan, log, &instance->object);
	libbpf_log_end();
	TRY(result);
	instance->program =
		bpf_program__fd(bpf_object__find_program_by_name(instance->object, plan->program));
	instance->counts = bpf_object__find_map_fd_by_name(instance->object, COUNTS_MAP);
	return instance_identify(instance);
}

netfwv6_result instance_load(const struct state *state, const struct root *root, enum hook hook,
			     const struct instance_spec *spec, int counts,
			     struct instance *instance)
{
	struct plan plan = {
		.program = objects[hook].programs[spec->raw_ip],
		.counts = counts,
		.config = &spec->config,
	};

	instance->spec = *spec;
	conntrack_module_load();
	plan.elf = (spec->config.forward ? objects[hook].forward_tracking :
					   objects[hook].tracking)(&plan.elf_size);
	if (NETFWV6_SUCCEEDED(load_program(state, root, &plan, instance)))
		return NETFWV6_S_OK;
	instance_unload(instance);
	plan.elf = (spec->config.forward ? objects[hook].forward :
					   objects[hook].plain)(&plan.elf_size);
	return load_program(state, root, &plan, instance);
}

void instance_unload(struct instance *instance)
{
	bpf_object__close(instance->object);
	instance->object = NULL;
}

/* ---- Programs that run ------------------------------------------------------- */

void connection_config_give_slot(struct connection_config *config, uint32_t slot)
{
	config->own = slot ? ENTRY_OPEN(slot) : 0;
	config->ignored = slot ? ENTRY_IGNORED(slot) : 0;
}

uint32_t connection_config_slot(const struct connection_config *config)
{
	return config->own ? (uint32_t)__builtin_ctzll(config->own) : 0;
}

/* A program's maps; none has more than this. */
#define MAX_MAPS 32

struct running {
	struct bpf_prog_info info;
	uint32_t maps[MAX_MAPS];
};

static netfwv6_result look_at_program(uint32_t program_id, struct running *running)
{
	uint32_t size = sizeof(running->info);
	int fd CLEANUP(close_descriptor) = bpf_prog_get_fd_by_id(program_id);
	int error = fd < 0 ? errno : 0;

	*running = (struct running){ .info = { .nr_map_ids = MAX_MAPS } };
	running->info.map_ids = (uintptr_t)running->maps;
	if (!error && bpf_obj_get_info_by_fd(fd, &running->info, &size))
		error = errno;
	if (running->info.nr_map_ids > MAX_MAPS)
		running->info.nr_map_ids = MAX_MAPS;
	return error ? fail_errno(error, "cannot look at the program %u", program_id) :
		       NETFWV6_S_OK;
}

/* Reads the constants, if this is the map that holds them. */
static bool read_constants(uint32_t map_id, struct connection_config *config)
{
	int fd CLEANUP(close_descriptor) = bpf_map_get_fd_by_id(map_id);
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info), key = 0;

	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) &&
	       strstr(info.name, ".rodata") && info.value_size == sizeof(*config) &&
	       !bpf_map_lookup_elem(fd, &key, config);
}

netfwv6_result instance_spec_of(uint32_t program_id, struct instance_spec *spec)
{
	struct instance_spec found = {};
	struct running running;

	TRY(look_at_program(program_id, &running));
	for (int hook = 0; hook < HOOKS; hook++)
		found.raw_ip |= strcmp(running.info.name, objects[hook].programs[true]) == 0;
	for (uint32_t i = 0; i < running.info.nr_map_ids; i++)
		if (read_constants(running.maps[i], &found.config)) {
			*spec = found;
			return NETFWV6_S_OK;
		}
	return fail(NETFWV6_E_ABORT,
		    "program %u is of another version of netfwv6: enable its device again",
		    program_id);
}

static bool uses_map(const struct running *running, int fd)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return false;
	for (uint32_t i = 0; i < running->info.nr_map_ids; i++)
		if (running->maps[i] == info.id)
			return true;
	return false;
}

bool instance_is_running(const struct instance *instance, const struct root *root,
			 uint32_t program_id)
{
	struct instance_spec spec;
	struct running running;

	return NETFWV6_SUCCEEDED(look_at_program(program_id, &running)) &&
	       !memcmp(running.info.tag, instance->tag, sizeof(instance->tag)) &&
	       uses_map(&running, root->map[PIN_PORTS]) &&
	       NETFWV6_SUCCEEDED(instance_spec_of(program_id, &spec)) &&
	       !memcmp(&spec.config, &instance->spec.config, sizeof(spec.config));
}
