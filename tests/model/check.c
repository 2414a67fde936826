// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"

#include <net/if.h>
#include <string.h>

#include "packet.h"
#include "trace.h"
#include "world.h"

struct netfwv6_mgr *check_mgr(struct check *c)
{
	return c->handles->managers[below(c->random, MANAGERS)];
}

struct netfwv6_connection *check_connection(struct check *c, unsigned int name)
{
	return c->handles->connections[below(c->random, MANAGERS)][name];
}

static const char *protocol_text(uint32_t protocol)
{
	return protocol == NETFWV6_PROTOCOL_UDP ? "udp" : "tcp";
}

/* ---- One port ------------------------------------------------------------- */

/* The name whose settings are in force for a connection. */
static unsigned int in_force(struct check *c, unsigned int name)
{
	const struct device *d = model_device(c->model, name);

	return d && d->attached ? d->enabled_as : name;
}

static void check_settings(struct check *c, unsigned int name, uint32_t protocol, uint32_t port)
{
	unsigned int p = protocol_index(protocol);
	bool global, open, ignored;

	agree_ok(netfwv6_mgr_is_port_globally_open(check_mgr(c), port, protocol, &global));
	agree(global == !!c->model->open[GLOBAL][p][port], "%u/%s is %sopen globally", port,
	      protocol_text(protocol), global ? "" : "not ");
	agree_ok(netfwv6_connection_is_port_open(check_connection(c, name), port, protocol, &open));
	agree(open == !!c->model->open[name][p][port], "%u/%s is %sopen on c%02u", port,
	      protocol_text(protocol), open ? "" : "not ", name);
	agree_ok(netfwv6_connection_is_global_port_ignored(check_connection(c, name), port,
							   protocol, &ignored));
	agree(ignored == !!c->model->ignored[name][p][port], "%u/%s is %signored on c%02u", port,
	      protocol_text(protocol), ignored ? "" : "not ", name);
}

static void check_rule(struct check *c, unsigned int name, uint32_t protocol, uint32_t port,
		       uint32_t rule)
{
	uint32_t expected = model_rule(c->model, in_force(c, name), protocol, port);

	agree(rule == expected, "rule %u decides on %u/%s on c%02u, not %u", rule, port,
	      protocol_text(protocol), name, expected);
}

static void check_rules(struct check *c, unsigned int name, uint32_t protocol, uint32_t port)
{
	uint32_t last = port + below(c->random, 4), rules[4];

	if (last > NETFWV6_PORT_MAX)
		last = NETFWV6_PORT_MAX;
	agree_ok(netfwv6_connection_get_effective_range(check_connection(c, name), port, last,
							protocol, last - port + 1, rules));
	for (uint32_t i = port; i <= last; i++)
		check_rule(c, name, protocol, i, rules[i - port]);
}

void check_port(struct check *c, unsigned int name, uint32_t protocol, uint32_t port)
{
	uint32_t rule;

	check_settings(c, name, protocol, port);
	agree_ok(
		netfwv6_connection_get_effective(check_connection(c, name), port, protocol, &rule));
	check_rule(c, name, protocol, port, rule);
	if (chance(c->random, 10))
		check_rules(c, name, protocol, port);
}

/* ---- Packets -------------------------------------------------------------- */

/* A device keeps its programs, and its policy, in another network namespace. */
static struct hooked hooked_on(const struct device *d)
{
	char name[NAME_TEXT_SIZE];
	struct hooked hooked;

	if (d->place == PLACE_HERE)
		return programs_on(d->ifindex);
	enter_peer();
	hooked = programs_on(if_nametoindex(name_text(d->name, name)));
	enter_host();
	return hooked;
}

/*
 * Each program by itself: what the guard passes XDP passes. What the guard drops, XDP may leave
 * to it where the port is in use, but not in a flood.
 */
static bool device_passes(const struct device *d, uint32_t protocol, uint32_t port, bool in_flood)
{
	struct hooked hooked = hooked_on(d);
	bool passes, xdp_passes;

	agree(hooked.guard, "c%02u has no guard", d->name);
	agree(!hooked.xdp == (d->mode == NETFWV6_MODE_TC), "c%02u has XDP program %u in mode %u",
	      d->name, hooked.xdp, d->mode);
	passes = program_passes(hooked.guard, protocol, port, in_flood);
	if (!hooked.xdp)
		return passes;
	xdp_passes = program_passes(hooked.xdp, protocol, port, in_flood);
	agree(xdp_passes == passes || (xdp_passes && program_asks(hooked.xdp, protocol, port)),
	      "c%02u: XDP %s %u/%s%s, unlike the guard", d->name, passes ? "drops" : "passes", port,
	      protocol_text(protocol), in_flood ? " in a flood" : "");
	return passes;
}

void check_packet(struct check *c, const struct device *d, uint32_t protocol, uint32_t port)
{
	bool expected = model_rule(c->model, d->enabled_as, protocol, port) < NETFWV6_RULE_CLOSED;
	bool in_flood = chance(c->random, 30);
	bool passes = device_passes(d, protocol, port, in_flood);

	agree(passes == expected, "c%02u %s an attempt to connect to %u/%s%s", d->name,
	      passes ? "passes" : "drops", port, protocol_text(protocol),
	      in_flood ? " in a flood" : "");
	*(passes ? &c->passed : &c->dropped) += 1;
}

/* ---- Status --------------------------------------------------------------- */

/* Is there a device in another network namespace that was enabled under the name? */
static bool moved(const struct model *m, unsigned int name)
{
	for (const struct device *d = m->devices; d < m->devices + DEVICE_SLOTS; d++)
		if (d->place == PLACE_AWAY && d->attached && d->enabled_as == name)
			return true;
	return false;
}

static void check_programs(const struct device *d, const struct netfwv6_connection_status *s)
{
	struct hooked hooked = d && d->attached ? programs_on(d->ifindex) : (struct hooked){};

	agree(s->program_id == (hooked.xdp ?: hooked.guard), "status: program %u", s->program_id);
	agree(s->guard_id == hooked.guard, "status: guard %u", s->guard_id);
	agree(s->troubles == 0, "status: troubles %#x", s->troubles);
}

static void check_attachment(const struct device *d, const struct netfwv6_connection_status *s)
{
	char settings_of[NAME_TEXT_SIZE] = "";
	bool attached = d && d->attached;

	if (attached && d->enabled_as != d->name)
		name_text(d->enabled_as, settings_of);
	agree(s->ifindex == (d ? d->ifindex : 0), "status: ifindex %u", s->ifindex);
	agree(s->mode == (d ? d->mode : 0), "status: mode %u", s->mode);
	check_programs(d, s);
	agree((s->since > 0) == attached, "status: since %lld", (long long)s->since);
	agree(s->stateless == (d && d->stateless), "status: stateless %d", s->stateless);
	agree(s->learning == (d && d->learning), "status: learning %d", s->learning);
	agree(strcmp(s->settings_of, settings_of) == 0, "status: settings of '%s'", s->settings_of);
}

/* What is attached is so whatever the library says. */
static void check_device(const struct device *d)
{
	struct hooked hooked = d ? programs_on(d->ifindex) : (struct hooked){};
	bool by_xdp = d && d->attached && d->mode != NETFWV6_MODE_TC;

	if (!d)
		return;
	agree((hooked.guard != 0) == d->attached, "c%02u has %s guard", d->name,
	      d->attached ? "no" : "a");
	agree((hooked.xdp != 0) == by_xdp, "c%02u has %s XDP program", d->name,
	      by_xdp ? "no" : "an");
}

void check_status(struct check *c, unsigned int name)
{
	struct netfwv6_connection_status s = { .sz = sizeof(s) };
	const struct device *d = model_device(c->model, name);
	const struct wish *wish = &c->model->wishes[name];
	bool attached = d && d->attached, firewalled;

	check_device(d);
	agree_ok(netfwv6_connection_is_firewalled(check_connection(c, name), &firewalled));
	agree(firewalled == attached, "c%02u is %sfirewalled", name, firewalled ? "" : "not ");
	agree_ok(netfwv6_connection_get_status(check_connection(c, name), &s));
	agree(s.firewalled == attached, "status: c%02u is %sfirewalled", name,
	      s.firewalled ? "" : "not ");
	agree(s.configured == wish->is, "status: c%02u is %sconfigured", name,
	      s.configured ? "" : "not ");
	agree(s.configured_learn_only == (wish->is && wish->learn_only),
	      "status: c%02u configured to learn only: %d", name, s.configured_learn_only);
	agree(s.moved == (!attached && moved(c->model, name)), "status: c%02u moved: %d", name,
	      s.moved);
	check_attachment(d, &s);
}

void check_state(struct check *c)
{
	struct netfwv6_mgr_status s = { .sz = sizeof(s) };
	const struct model *m = c->model;

	agree_ok(netfwv6_mgr_get_status(check_mgr(c), &s));
	agree(s.exists == !m->absent, "exists: %d", s.exists);
	agree(s.group == m->group, "group %u", s.group);
	agree(s.writable == s.exists, "writable: %d", s.writable);
	agree(s.slots == (s.exists ? NETFWV6_CONNECTIONS_MAX : 0), "%u slots", s.slots);
	agree(s.settled == model_settled(m), "%u connections with settings, not %u", s.settled,
	      model_settled(m));
}

/* Devices that are here may not be as is wanted, or go by another name: apply would mend them. */
static bool is_any_unfulfilled(const struct model *m)
{
	for (unsigned int name = 0; name < NAMES; name++) {
		const struct device *d = model_device((struct model *)m, name);

		if (!m->wishes[name].is || !d)
			continue;
		if (m->wishes[name].learn_only ? !d->learning :
						 !d->attached || d->enabled_as != name)
			return true;
	}
	return false;
}

void check_policy(struct check *c)
{
	struct netfwv6_mgr *mgr = check_mgr(c);
	struct netfwv6_apply_options options = { .sz = sizeof(options),
						 .dry_run = is_any_unfulfilled(c->model) };
	struct netfwv6_policy *policy = NULL, *read = NULL;
	size_t changes = 99, differences = 99;
	char *text = NULL;

	agree_ok(netfwv6_mgr_read_policy(mgr, &policy));
	agree_ok(netfwv6_policy_print(policy, &text));
	agree_ok(netfwv6_policy_parse(text, strlen(text), NULL, NULL, &read));
	agree_ok(netfwv6_policy_compare(policy, read, NULL, NULL, &differences));
	agree(differences == 0, "%zu differences from what is printed:\n%s", differences, text);
	agree_ok(netfwv6_mgr_apply_policy(mgr, read, &options, &changes));
	agree(changes == 0 || options.dry_run, "%zu changes by:\n%s", changes, text);
	netfwv6_policy_text_free(text);
	netfwv6_policy_free(policy);
	netfwv6_policy_free(read);
}
