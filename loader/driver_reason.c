// SPDX-License-Identifier: LGPL-2.1-or-later
#include "driver_reason.h"

#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#include "libbpf_log.h"
#include "mgr.h"

#define INTRODUCTION "Kernel error message: " /* libbpf's, in front of the driver's words */

static void take_reason(void *context, const char *line)
{
	char *reason = context;

	if (strncmp(line, "libbpf: ", 8) == 0)
		line += 8;
	if (strncmp(line, INTRODUCTION, strlen(INTRODUCTION)) == 0)
		snprintf(reason, DRIVER_REASON_SIZE, "%s", line + strlen(INTRODUCTION));
}

const char *driver_reason(const struct device *device, int program, int error, char *reason)
{
	const struct netfwv6_mgr ear = { .log = take_reason, .log_context = reason };
	const uint32_t flags = XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST;
	LIBBPF_OPTS(bpf_xdp_attach_opts, ours, .old_prog_fd = program);

	*reason = '\0';
	libbpf_log_begin(&ear);
	/* It will be refused again; if not, all stays as it was found. */
	if (!bpf_xdp_attach((int)device->ifindex, program, flags, NULL))
		bpf_xdp_detach((int)device->ifindex, XDP_FLAGS_DRV_MODE, &ours);
	libbpf_log_end();
	if (!*reason)
		snprintf(reason, DRIVER_REASON_SIZE, "%s", strerrordesc_np(-error) ?: "unknown");
	return reason;
}
