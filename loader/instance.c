// SPDX-License-Identifier: LGPL-2.1-or-later
#include "instance.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "netfwv6.skel.h"

#define VERIFIER_LOG_SIZE (256 * 1024)

/*
 * What libbpf prints goes to the log callback of the manager that loads. libbpf
 * has one print function for the process, so loads take turns, and what other
 * threads do with libbpf meanwhile still reaches the function they set.
 */
static pthread_mutex_t print_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local struct netfwv6_mgr *loading;
static libbpf_print_fn_t print_before;

static void log_lines(const struct netfwv6_mgr *mgr, char *text)
{
	char *rest = NULL;

	if (!mgr->log)
		return;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		mgr->log(mgr->log_context, line);
}

__attribute__((format(printf, 2, 0))) static int print(enum libbpf_print_level level,
						       const char *format, va_list args)
{
	char *text;

	if (!loading)
		return print_before ? print_before(level, format, args) : 0;
	if (level == LIBBPF_DEBUG || vasprintf(&text, format, args) < 0)
		return 0;
	log_lines(loading, text);
	free(text);
	return 0;
}

static void capture(struct netfwv6_mgr *mgr)
{
	pthread_mutex_lock(&print_mutex);
	loading = mgr;
	print_before = libbpf_set_print(print);
}

static void end_capture(void)
{
	libbpf_set_print(print_before);
	loading = NULL;
	pthread_mutex_unlock(&print_mutex);
}

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
					  "loading an XDP program takes CAP_BPF and CAP_NET_ADMIN");
	return fail_errno(-error, "cannot load the program%s%s", *complaint ? ", verifier: " : "",
			  complaint);
}

/* Chooses the program and what it works on. 0 or -errno. */
static int configure(struct netfwv6_bpf *object, const struct netfwv6_mgr *mgr, bool raw_ip,
		     int counts)
{
	int error = bpf_map__reuse_fd(object->maps.netfwv6_ports, mgr->root.ports);

	if (!error && counts >= 0)
		error = bpf_map__reuse_fd(object->maps.netfwv6_counts, counts);
	if (!error)
		error = bpf_program__set_autoload(object->progs.netfwv6_eth, !raw_ip);
	if (!error)
		error = bpf_program__set_autoload(object->progs.netfwv6_ip, raw_ip);
	return error;
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

static netfwv6_result load(struct netfwv6_mgr *mgr, bool raw_ip, int counts, char *log,
			   struct netfwv6_bpf **loaded)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kernel_log_buf = log,
		    .kernel_log_size = VERIFIER_LOG_SIZE);
	struct netfwv6_bpf *object = netfwv6_bpf__open_opts(&opts);
	int error;

	if (!object)
		return fail_errno(errno, "cannot open the built-in program");
	error = configure(object, mgr, raw_ip, counts);
	if (!error)
		error = netfwv6_bpf__load(object);
	if (error) {
		netfwv6_bpf__destroy(object);
		return load_failed(error, log);
	}
	*loaded = object;
	return NETFWV6_S_OK;
}

netfwv6_result instance_load(struct netfwv6_mgr *mgr, const struct device *device, int counts,
			     struct instance *instance)
{
	bool raw_ip = device->framing == FRAMING_RAW_IP;
	char *log = calloc(1, VERIFIER_LOG_SIZE);
	struct netfwv6_bpf *object = NULL;
	netfwv6_result result;

	if (!log)
		return fail_errno(ENOMEM, "cannot load the program");
	capture(mgr);
	result = load(mgr, raw_ip, counts, log, &object);
	end_capture();
	free(log);
	if (NETFWV6_FAILED(result))
		return result;
	instance->object = object;
	instance->program =
		bpf_program__fd(raw_ip ? object->progs.netfwv6_ip : object->progs.netfwv6_eth);
	instance->counts = bpf_map__fd(object->maps.netfwv6_counts);
	result = identify(instance);
	if (NETFWV6_FAILED(result))
		instance_unload(instance);
	return result;
}

void instance_unload(struct instance *instance)
{
	netfwv6_bpf__destroy(instance->object);
}
