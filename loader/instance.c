// SPDX-License-Identifier: LGPL-2.1-or-later
#include "instance.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "egress.skel.h"
#include "error.h"
#include "libbpf_log.h"
#include "netfwv6.skel.h"

#define VERIFIER_LOG_SIZE (256 * 1024)

/* What to load: the embedded object, the one program of it, what it works on. */
struct plan {
	const void *elf;
	size_t elf_size;
	const char *name, *program;
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

static int share_map(struct bpf_object *object, const char *name, int fd)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	return map ? bpf_map__reuse_fd(map, fd) : 0;
}

static int share_flows(struct bpf_object *object, const struct root *root)
{
	for (int table = 0; table < ROOT_FLOW_TABLES; table++) {
		int fd, error;

		if (NETFWV6_FAILED(root_open_flows(root, table, &fd)))
			return -EACCES;
		error = share_map(object, root_flow_table(table)->map, fd);
		close(fd);
		if (error)
			return error;
	}
	return 0;
}

static int set_config(struct bpf_object *object, const struct connection_config *config)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) if (
		bpf_map__is_internal(map) &&
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

static int configure(struct bpf_object *object, const struct netfwv6_mgr *mgr,
		     const struct plan *plan)
{
	int error = share_map(object, "netfwv6_ports", mgr->root.ports);

	if (!error)
		error = share_map(object, "netfwv6_filter", mgr->root.filtered);
	if (!error)
		error = share_flows(object, &mgr->root);
	if (!error && plan->counts >= 0)
		error = share_map(object, "netfwv6_counts", plan->counts);
	if (!error && plan->config)
		error = set_config(object, plan->config);
	return error ?: choose_program(object, plan->program);
}

static netfwv6_result load_object(const struct netfwv6_mgr *mgr, const struct plan *plan, char *log,
				  struct bpf_object **loaded)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = plan->name, .kernel_log_buf = log,
		    .kernel_log_size = VERIFIER_LOG_SIZE);
	struct bpf_object *object = bpf_object__open_mem(plan->elf, plan->elf_size, &opts);
	int error;

	if (!object)
		return fail_errno(errno, "cannot open the built-in program");
	error = configure(object, mgr, plan);
	if (!error)
		error = bpf_object__load(object);
	if (error) {
		bpf_object__close(object);
		return load_failed(error, log);
	}
	*loaded = object;
	return NETFWV6_S_OK;
}

static netfwv6_result identify(struct instance *instance)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(instance->program, &info, &size))
		return fail_errno(errno, "cannot identify the loaded program");
	instance->id = info.id;
	memcpy(instance->tag, info.tag, sizeof(instance->tag));
	return NETFWV6_S_OK;
}

static netfwv6_result load(const struct netfwv6_mgr *mgr, const struct plan *plan,
			   struct instance *instance)
{
	char *log = calloc(1, VERIFIER_LOG_SIZE);
	netfwv6_result result;

	if (!log)
		return fail_errno(ENOMEM, "cannot load the program");
	libbpf_log_begin(mgr);
	result = load_object(mgr, plan, log, &instance->object);
	libbpf_log_end();
	free(log);
	if (NETFWV6_FAILED(result))
		return result;
	instance->program =
		bpf_program__fd(bpf_object__find_program_by_name(instance->object, plan->program));
	instance->counts = bpf_object__find_map_fd_by_name(instance->object, "netfwv6_counts");
	result = identify(instance);
	if (NETFWV6_FAILED(result))
		instance_unload(instance);
	return result;
}

netfwv6_result instance_load_ingress(struct netfwv6_mgr *mgr, const struct device *device,
				     int counts, bool stateless, struct instance *instance)
{
	const struct connection_config config = { .stateless = stateless,
						  .ifindex = device->ifindex };
	struct plan plan = {
		.name = "netfwv6",
		.program = device->framing == FRAMING_RAW_IP ? "netfwv6_ip" : "netfwv6_eth",
		.counts = counts,
		.config = &config,
	};

	plan.elf = netfwv6_bpf__elf_bytes(&plan.elf_size);
	return load(mgr, &plan, instance);
}

netfwv6_result instance_load_egress(struct netfwv6_mgr *mgr, const struct device *device,
				    struct instance *instance)
{
	struct plan plan = {
		.name = "netfwv6",
		.program = device->framing == FRAMING_RAW_IP ? "netfwv6_out_ip" : "netfwv6_out_eth",
		.counts = -1,
	};

	plan.elf = egress_bpf__elf_bytes(&plan.elf_size);
	return load(mgr, &plan, instance);
}

bool instance_is_running(const struct instance *instance, uint32_t program_id)
{
	int fd = bpf_prog_get_fd_by_id(program_id);
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	bool same;

	if (fd < 0)
		return false;
	same = !bpf_obj_get_info_by_fd(fd, &info, &size) &&
	       !memcmp(info.tag, instance->tag, sizeof(info.tag));
	close(fd);
	return same;
}

void instance_unload(struct instance *instance)
{
	bpf_object__close(instance->object);
}
