// SPDX-License-Identifier: LGPL-2.1-or-later
#include "device/device_traits.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/error.h"

/* ---- Links ----------------------------------------------------------------- */

bool link_next(const struct netlink_answer *links, const struct nlmsghdr **message,
	       struct link *link)
{
	while ((*message = netlink_next(links, *message)))
		if (device_of_link(*message, &link->device)) {
			link->attributes = netlink_attributes(*message, sizeof(struct ifinfomsg));
			link->info = attributes_find(link->attributes, IFLA_LINKINFO);
			link->kind = attributes_text(link->info, IFLA_INFO_KIND);
			return true;
		}
	return false;
}

static bool link_is_one_of(const struct link *link, const char *const *kinds)
{
	while (*kinds && strcmp(*kinds, link->kind) != 0)
		kinds++;
	return *kinds;
}

/* IFLA_LINK alone says less: for others it is the other end of a pair, or a tunnel's way. */
uint32_t link_below(const struct link *link)
{
	static const char *const kinds[] = { "vlan",   "macvlan", "macvtap", "ipvlan",
					     "ipvtap", "macsec",  "dsa",     NULL };

	if (attributes_have(link->attributes, IFLA_LINK_NETNSID))
		return 0;
	if (link_is_one_of(link, kinds))
		return attributes_u32(link->attributes, IFLA_LINK);
	if (strcmp(link->kind, "vxlan") == 0)
		return attributes_u32(attributes_find(link->info, IFLA_INFO_DATA), IFLA_VXLAN_LINK);
	return 0;
}

static bool has_xdp(const struct link *link)
{
	struct attributes attached =
		attributes_find(attributes_find(link->attributes, IFLA_XDP), IFLA_XDP_ATTACHED);

	return attached.size && *attached.at != XDP_ATTACHED_NONE;
}

/* Numbers of the device, of its master and of what it stands on. */
struct place {
	uint32_t ifindex, master, below;
};

static void read_neighbour(const struct link *link, const struct place *place,
			   struct device_traits *traits)
{
	uint32_t ifindex = link->device.ifindex;

	if (attributes_u32(link->attributes, IFLA_MASTER) == place->ifindex)
		traits->has_members = true;
	if (ifindex == place->below)
		memcpy(traits->below, link->device.name, sizeof(traits->below));
	if ((ifindex == place->master || link_below(link) == place->ifindex) && has_xdp(link))
		memcpy(traits->above_xdp, link->device.name, sizeof(traits->above_xdp));
}

static bool is_l3s(const struct link *link)
{
	static const char *const kinds[] = { "ipvlan", "ipvtap", NULL };

	return link_is_one_of(link, kinds) &&
	       attributes_u16(attributes_find(link->info, IFLA_INFO_DATA), IFLA_IPVLAN_MODE) ==
		       IPVLAN_MODE_L3S;
}

static void read_itself(const struct link *link, struct device_traits *traits)
{
	snprintf(traits->kind, sizeof(traits->kind), "%s", link->kind);
	traits->hardware = attributes_have(link->attributes, IFLA_PARENT_DEV_NAME);
	traits->mtu = attributes_u32(link->attributes, IFLA_MTU);
	traits->l3s = is_l3s(link);
}

static netfwv6_result read_links(const struct device *device, struct device_traits *traits)
{
	struct place place = { .ifindex = device->ifindex };
	const struct nlmsghdr *message = NULL;
	struct netlink_answer links;
	struct link link;

	TRY(device_list(&links));
	while (link_next(&links, &message, &link))
		if (link.device.ifindex == device->ifindex) {
			read_itself(&link, traits);
			place.master = attributes_u32(link.attributes, IFLA_MASTER);
			place.below = link_below(&link);
		}
	while (link_next(&links, &message, &link))
		read_neighbour(&link, &place, traits);
	netlink_free(&links);
	return NETFWV6_S_OK;
}

/* ---- The driver ------------------------------------------------------------ */

/* There is no netlink for this. The kernel loads no module, since the device is there. */
static netfwv6_result read_driver(const struct device *device, struct device_traits *traits)
{
	struct ethtool_drvinfo driver = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = { .ifr_data = (void *)&driver };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return fail_errno(errno, "cannot ask for the driver of device %s", device->name);
	memcpy(request.ifr_name, device->name, sizeof(device->name));
	error = ioctl(fd, SIOCETHTOOL, &request) ? errno : 0;
	close(fd);
	if (error && error != EOPNOTSUPP)
		return fail_errno(error, "cannot ask for the driver of device %s", device->name);
	snprintf(traits->driver, sizeof(traits->driver), "%.*s", (int)sizeof(driver.driver) - 1,
		 error ? "" : driver.driver);
	return NETFWV6_S_OK;
}

/* The drivers of 6.1 with native XDP, for kernels before 6.3, which do not tell. */
struct driver {
	const char *name;
	bool frags;
};
static const struct driver drivers[] = {
	{ "atlantic", true },	    { "bnxt_en", true },      { "cpsw", false },
	{ "cpsw-switch", false },   { "ena", false },	      { "fsl_dpa", false },
	{ "fsl_dpaa2_eth", false }, { "fsl_enetc", false },   { "funeth", false },
	{ "hv_netvsc", false },	    { "i40e", false },	      { "ice", false },
	{ "igb", false },	    { "igc", false },	      { "ixgbe", false },
	{ "ixgbevf", false },	    { "mana", false },	      { "mlx4_en", false },
	{ "mlx5_core", true },	    { "mtk_soc_eth", false }, { "mvneta", true },
	{ "mvpp2", false },	    { "netsec", false },      { "nfp", false },
	{ "nicvf", false },	    { "qede", false },	      { "rvu-nicpf", false },
	{ "sfc", false },	    { "sfc_siena", false },   { "st_gmac", false },
	{ "st_xgmac", false },	    { "tun", false },	      { "veth", true },
	{ "vif", false }, /* xen-netfront */
	{ "virtio_net", false },
};

/* Of hardware there may be other drivers. */
static void take_known_driver(struct device_traits *traits)
{
	traits->native = traits->hardware ? NATIVE_UNKNOWN : NATIVE_NONE;
	for (size_t i = 0; i < sizeof(drivers) / sizeof(*drivers); i++)
		if (strcmp(drivers[i].name, traits->driver) == 0) {
			traits->native = NATIVE_YES;
			traits->frags = drivers[i].frags;
		}
}

static netfwv6_result read_features(const struct device *device, struct device_traits *traits)
{
	struct device_features features;
	int error = device_features_read(device->ifindex, &features);

	if (error)
		return fail_errno(-error, "cannot ask for the features of device %s", device->name);
	traits->offloads = features.on;
	traits->host_decides_offloads = strcmp(traits->driver, "virtio_net") == 0 &&
					!(features.switchable & OFFLOAD_GRO_HW);
	if (device->framing != FRAMING_ETHERNET)
		return NETFWV6_S_OK;
	if (strcmp(traits->driver, "bonding") == 0) {
		/* Its members decide; without any it takes a program, too, but does not say so. */
		traits->native = NATIVE_YES;
	} else if (features.xdp_known) {
		traits->native = features.native ? NATIVE_YES : NATIVE_NONE;
		traits->frags = features.frags;
	} else {
		take_known_driver(traits);
	}
	return NETFWV6_S_OK;
}

netfwv6_result device_traits_read(const struct device *device, uint32_t own_xdp,
				  struct device_traits *traits)
{
	struct device_traits read = {};
	struct device_xdp xdp = {};

	TRY(read_links(device, &read));
	TRY(read_driver(device, &read));
	TRY(read_features(device, &read));
	TRY(device_xdp(device->ifindex, &xdp));
	read.foreign_xdp = xdp.program_id == own_xdp ? 0 : xdp.program_id;
	*traits = read;
	return NETFWV6_S_OK;
}
