// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "error.h"
#include "utf8.h"

_Static_assert(DEVICE_NAME_SIZE == IFNAMSIZ, "a device name fits its record");

#ifndef ARPHRD_RAWIP
#define ARPHRD_RAWIP 519
#endif

static enum framing framing_of(uint16_t hardware_type)
{
	switch (hardware_type) {
	case ARPHRD_ETHER:
		return FRAMING_ETHERNET;
	case ARPHRD_LOOPBACK:
		return FRAMING_LOOPBACK;
	case ARPHRD_NONE: /* tun, WireGuard */
	case ARPHRD_RAWIP:
	case ARPHRD_PPP:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
		return FRAMING_RAW_IP;
	default:
		return FRAMING_FOREIGN;
	}
}

static bool is_device_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < DEVICE_NAME_SIZE && !strpbrk(name, "/: \t\n\v\f\r") &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

bool device_name_is_sane(const char *name)
{
	if (!is_device_name(name))
		return false;
	for (size_t step; *name; name += step) {
		step = utf8_printable(name);
		if (!step)
			return false;
	}
	return true;
}

netfwv6_result device_find(const char *name, struct device *device)
{
	struct device found = {};
	struct ifreq request = {};
	int fd, error = 0;

	if (!is_device_name(name))
		return fail(
			NETFWV6_E_INVALIDARG,
			"'%.40s' is no device name: 1 to %d characters without '/', ':' and blanks",
			name, DEVICE_NAME_SIZE - 1);
	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	memcpy(found.name, request.ifr_name, sizeof(found.name));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail_errno(errno, "cannot ask for device %s", name);
	if (ioctl(fd, SIOCGIFINDEX, &request))
		error = errno;
	found.ifindex = request.ifr_ifindex;
	if (!error && ioctl(fd, SIOCGIFHWADDR, &request))
		error = errno;
	found.hardware_type = request.ifr_hwaddr.sa_family;
	close(fd);
	if (error == ENODEV)
		return fail(NETFWV6_E_NOINTERFACE,
			    "there is no device %s in this network namespace: 'ip link' lists them",
			    name);
	if (error)
		return fail_errno(error, "cannot ask for device %s", name);
	found.framing = framing_of(found.hardware_type);
	*device = found;
	return NETFWV6_S_OK;
}

netfwv6_result device_xdp(uint32_t ifindex, struct device_xdp *xdp)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	int error = bpf_xdp_query(ifindex, 0, &query);

	if (error)
		return fail_errno(-error, "cannot ask which XDP program device %u has", ifindex);
	*xdp = (struct device_xdp){ .program_id = query.prog_id };
	switch (query.attach_mode) {
	case XDP_ATTACHED_DRV:
		xdp->program_id = query.drv_prog_id;
		xdp->mode = NETFWV6_MODE_NATIVE;
		break;
	case XDP_ATTACHED_SKB:
		xdp->program_id = query.skb_prog_id;
		xdp->mode = NETFWV6_MODE_GENERIC;
		break;
	case XDP_ATTACHED_MULTI:
		/* Never ours: we attach nowhere else than to a free device. */
		xdp->program_id = query.hw_prog_id ?: query.drv_prog_id;
		break;
	}
	return NETFWV6_S_OK;
}

netfwv6_result device_held(const struct device *device, const struct device_xdp *xdp)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(xdp->program_id);

	if (fd >= 0) {
		bpf_obj_get_info_by_fd(fd, &info, &size);
		close(fd);
	}
	return fail(NETFWV6_E_ABORT,
		    "device %s is held by the XDP program %s%s%sid %u that is not of this state: "
		    "detach "
		    "it first ('bpftool net' shows it)",
		    device->name, *info.name ? "'" : "", info.name, *info.name ? "', " : "",
		    xdp->program_id);
}
