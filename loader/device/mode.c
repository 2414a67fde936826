// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/mode.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <stdio.h>
#include <string.h>

#include "util/error.h"

/* What a driver's receive buffer of one page surely holds, behind the room that XDP wants. */
#define MTU_OF_A_PAGE 3000

#define REASON_SIZE 240 /* a note without its beginning */

static bool is_kind(const struct device_traits *traits, const char *kind)
{
	return strcmp(traits->kind, kind) == 0;
}

/* ---- What a device can have ------------------------------------------------- */

static netfwv6_result check_framing(const struct device *device)
{
	switch (device->framing) {
	case FRAMING_ETHERNET:
	case FRAMING_RAW_IP:
		return NETFWV6_S_OK;
	case FRAMING_LOOPBACK:
		return fail(
			NETFWV6_E_NOINTERFACE,
			"device %s is the loopback: the host's talk with itself is not filtered",
			device->name);
	default:
		return fail(NETFWV6_E_NOINTERFACE,
			    "device %s is of hardware type %u, whose frames start with neither an "
			    "Ethernet nor an IP header: enable the device below or above it",
			    device->name, device->hardware_type);
	}
}

/* The hooks of these devices see what the host itself sends by them, and nothing else. */
static netfwv6_result check_kind(const struct device *device, const struct device_traits *traits)
{
	if (is_kind(traits, "vrf"))
		return fail(NETFWV6_E_NOINTERFACE,
			    "device %s is a VRF, by which no packet comes in: enable its ports "
			    "('ip link show master %s' lists them)",
			    device->name, device->name);
	if (traits->l3s)
		return fail(NETFWV6_E_NOINTERFACE,
			    "device %s is an ipvlan device in l3s mode, by which no packet comes "
			    "in: enable the device below it, %s",
			    device->name,
			    *traits->below ? traits->below : "in its network namespace");
	return NETFWV6_S_OK;
}

/* In front of what these deliver stands the header that the tunnel's packet had. */
static bool has_stale_header(const struct device *device, const struct device_traits *traits)
{
	return device->hardware_type == ARPHRD_IPGRE || device->hardware_type == ARPHRD_IP6GRE ||
	       is_kind(traits, "xfrm") || is_kind(traits, "vti") || is_kind(traits, "vti6");
}

static netfwv6_result is_below(const struct device *device, const char *above)
{
	return fail(NETFWV6_E_ABORT,
		    "device %s has %s above it, which has an XDP program, and the kernel attaches "
		    "none below one: use --mode tc, here or there",
		    device->name, above);
}

static netfwv6_result takes_no_native(const struct device *device, const char *reason)
{
	return fail(NETFWV6_E_NOINTERFACE,
		    "device %s takes no XDP program in native mode (%s): use --mode tc, or auto",
		    device->name, reason);
}

static netfwv6_result check_xdp(const struct device *device, const struct device_traits *traits)
{
	const struct device_xdp foreign = { .program_id = traits->foreign_xdp };

	if (has_stale_header(device, traits))
		return fail(NETFWV6_E_NOINTERFACE,
			    "packets come in by device %s with a header of the tunnel in front, "
			    "which an XDP program would take for theirs: use --mode tc, or auto",
			    device->name);
	if (foreign.program_id)
		return device_held(device, &foreign);
	return *traits->above_xdp ? is_below(device, traits->above_xdp) : NETFWV6_S_OK;
}

static const char *no_driver(const struct device *device, const struct device_traits *traits,
			     char reason[REASON_SIZE])
{
	if (device->framing == FRAMING_RAW_IP)
		return "no driver has one for bare IP packets";
	if (*traits->driver)
		snprintf(reason, REASON_SIZE, "its driver %s has none", traits->driver);
	else
		snprintf(reason, REASON_SIZE, "it has no driver that could");
	return reason;
}

#define HOST_DECIDES                                                                               \
	"its host may merge packets or leave checksums out, and takes no orders: the virtual "     \
	"machine's device needs ctrl_guest_offloads=on"

netfwv6_result mode_check(const struct device *device, const struct device_traits *traits,
			  uint32_t mode)
{
	char reason[REASON_SIZE];
	netfwv6_result result = check_framing(device);

	if (NETFWV6_SUCCEEDED(result))
		result = check_kind(device, traits);
	if (NETFWV6_FAILED(result) || mode == NETFWV6_MODE_AUTO || mode == NETFWV6_MODE_TC)
		return result;
	result = check_xdp(device, traits);
	if (NETFWV6_FAILED(result) || mode == NETFWV6_MODE_GENERIC)
		return result;
	if (traits->native == NATIVE_NONE)
		return takes_no_native(device, no_driver(device, traits, reason));
	if (is_kind(traits, "bond") && !traits->has_members)
		return takes_no_native(device, "it has no members, and with XDP on it none joins "
					       "whose driver has no XDP");
	/* It would be refused anyway, with a warning in the kernel's log. */
	if (traits->host_decides_offloads && traits->offloads & OFFLOAD_GRO_HW)
		return takes_no_native(device, HOST_DECIDES);
	return NETFWV6_S_OK;
}

/* ---- What auto takes -------------------------------------------------------- */

/* Drivers with native XDP that do better without it, and what it would do there. */
struct exception {
	const char *driver;
	const char *native; /* "'--mode native' would drop a flood ..." */
	bool needs_last_line;
};
static const struct exception exceptions[] = {
	/* 0.30 of the bulk throughput where tc has 0.99. */
	{ "veth", "earlier, but take segmentation offload from the other end", true },
	/* A tap gets segments of up to 64 KiB from a virtual machine, each of which is copied. */
	{ "tun", "earlier, but copy each large segment that comes in", false },
	/* Also with members now: another one must be able to join. */
	{ "bonding",
	  "in the drivers of the members, but keep members out whose drivers have no XDP", false },
	{ "vmxnet3", "in the driver, which forgets the program when the link goes down and up",
	  false },
};

static const struct exception *exception_of(const struct device_traits *traits)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(*exceptions); i++)
		if (strcmp(exceptions[i].driver, traits->driver) == 0)
			return &exceptions[i];
	return NULL;
}

static const char *offload_names(uint32_t offloads)
{
	if (offloads == OFFLOAD_GRO_HW)
		return "rx-gro-hw, which is";
	return offloads == OFFLOAD_LRO ? "lro, which is" : "rx-gro-hw and lro, which are";
}

static bool is_too_large(const struct device_traits *traits)
{
	return traits->mtu > MTU_OF_A_PAGE && !traits->frags;
}

/* Why a device whose driver may have native mode gets tc; false when nothing is against it. */
static bool prefers_tc(const struct device_traits *traits, bool last_line, char reason[REASON_SIZE])
{
	const struct exception *exception = exception_of(traits);

	*reason = '\0';
	if (traits->native == NATIVE_UNKNOWN)
		return true;
	if (exception && (last_line || !exception->needs_last_line))
		snprintf(reason, REASON_SIZE, "'--mode native' would drop a flood %s",
			 exception->native);
	else if (*traits->above_xdp)
		snprintf(reason, REASON_SIZE,
			 "%s above it has an XDP program, and the kernel attaches none below one",
			 traits->above_xdp);
	else if (traits->host_decides_offloads)
		snprintf(reason, REASON_SIZE, "not native, since %s", HOST_DECIDES);
	else if (traits->offloads)
		snprintf(reason, REASON_SIZE,
			 "'--mode native' would drop a flood in the driver, but goes without %s on",
			 offload_names(traits->offloads));
	else if (is_too_large(traits))
		snprintf(reason, REASON_SIZE,
			 "native mode takes no frames larger than a page, and its MTU is %u",
			 traits->mtu);
	return *reason;
}

void mode_choose(const struct device *device, const struct device_traits *traits, bool last_line,
		 uint32_t *mode, char note[MODE_NOTE_SIZE])
{
	char reason[REASON_SIZE], foreign[XDP_TEXT_SIZE];

	*mode = NETFWV6_MODE_TC;
	*note = '\0';
	if (traits->foreign_xdp) {
		snprintf(note, MODE_NOTE_SIZE,
			 "device %s gets tc mode, beside the XDP program %s that is there",
			 device->name, device_xdp_text(traits->foreign_xdp, foreign));
		return;
	}
	if (traits->native == NATIVE_NONE)
		return;
	if (!prefers_tc(traits, last_line, reason)) {
		*mode = NETFWV6_MODE_NATIVE;
		if (exception_of(traits))
			snprintf(note, MODE_NOTE_SIZE,
				 "device %s gets native mode, which takes segmentation offload "
				 "from the other end: nothing else on this kernel stops all that "
				 "can be sent from there",
				 device->name);
	} else if (*reason) {
		snprintf(note, MODE_NOTE_SIZE, "device %s gets tc mode: %s", device->name, reason);
	}
}

bool mode_leaks(const struct device *device, const struct device_traits *traits, bool last_line,
		uint32_t mode, char note[MODE_NOTE_SIZE])
{
	if (last_line || mode == NETFWV6_MODE_NATIVE ||
	    !(is_kind(traits, "veth") || is_kind(traits, "netkit")))
		return false;
	snprintf(note, MODE_NOTE_SIZE,
		 "who administers the other end of device %s can send packets past every mode but "
		 "native, by redirecting them twice: this kernel has no netfilter program to stop "
		 "them (from 6.4)",
		 device->name);
	return true;
}

/* ---- What the kernel refused ------------------------------------------------ */

static bool is_held(const struct device *device, struct device_xdp *xdp)
{
	return NETFWV6_SUCCEEDED(device_xdp(device->ifindex, xdp)) && xdp->program_id;
}

/* The checks of veth_xdp_set(). */
static const char *veth_reason(int error)
{
	switch (error) {
	case -ENOSPC:
		return "its other end has more transmit queues than it has receive queues";
	case -ERANGE:
		return "the MTU of its other end is too large";
	case -ENOTCONN:
		return "its other end is gone";
	default:
		return strerrordesc_np(-error) ?: "unknown error";
	}
}

/* The likeliest of what is known of the device, and else what the error says. */
static const char *native_reason(const struct device *device, const struct device_traits *traits,
				 int error, char reason[REASON_SIZE])
{
	if (is_kind(traits, "veth"))
		return veth_reason(error);
	if (traits->host_decides_offloads && error == -EOPNOTSUPP)
		return HOST_DECIDES;
	if (is_kind(traits, "bond") && error == -EOPNOTSUPP)
		return "its bonding mode or a member's driver has none";
	if (traits->offloads & OFFLOAD_LRO)
		return "lro is on, 'ethtool -K' switches it off";
	if (is_too_large(traits))
		snprintf(reason, REASON_SIZE, "its MTU of %u is too large", traits->mtu);
	else if (error == -EOPNOTSUPP)
		return no_driver(device, traits, reason);
	else
		snprintf(reason, REASON_SIZE, "its driver %s says: %s", traits->driver,
			 strerrordesc_np(-error) ?: "unknown error");
	return reason;
}

netfwv6_result mode_refused(const struct device *device, const struct device_traits *traits,
			    uint32_t mode, int error)
{
	char reason[REASON_SIZE];
	struct device_xdp xdp;

	switch (error) {
	case -EBUSY:
	case -EEXIST:
		if (is_held(device, &xdp))
			return device_held(device, &xdp);
		if (*traits->above_xdp)
			return is_below(device, traits->above_xdp);
		if (error == -EEXIST)
			return is_below(device, "a device in another network namespace");
		break;
	case -EPERM:
	case -EACCES:
	case -ENODEV:
	case -ENOMEM:
		return fail_errno(-error, "cannot attach to device %s", device->name);
	}
	if (mode == NETFWV6_MODE_NATIVE)
		return takes_no_native(device, native_reason(device, traits, error, reason));
	return fail_errno(-error, "device %s takes no XDP program in generic mode", device->name);
}
