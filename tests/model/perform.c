// SPDX-License-Identifier: LGPL-2.1-or-later
#include "perform.h"

#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace.h"
#include "world.h"

void handles_open(struct handles *h)
{
	char name[NAME_TEXT_SIZE];

	for (unsigned int m = 0; m < MANAGERS; m++) {
		h->managers[m] = open_mgr();
		for (unsigned int i = 0; i < NAMES; i++)
			h->connections[m][i] = connection_of(h->managers[m], name_text(i, name));
	}
}

void handles_close(struct handles *h)
{
	for (unsigned int m = 0; m < MANAGERS; m++) {
		for (unsigned int i = 0; i < NAMES; i++)
			netfwv6_connection_free(h->connections[m][i]);
		netfwv6_mgr_close(h->managers[m]);
	}
}

/* ---- Calls ---------------------------------------------------------------- */

/* A range of an even port on is changed by what takes several, in two changes. */
static bool is_for_several(const struct step *s)
{
	return s->kind <= STEP_OBSERVE && s->range && s->first % 2 == 0;
}

static netfwv6_result call_for_several(struct netfwv6_mgr *mgr, struct netfwv6_connection *c,
				       const struct step *s)
{
	static const uint32_t kinds[] = {
		[STEP_OPEN] = NETFWV6_CHANGE_OPEN,
		[STEP_CLOSE] = NETFWV6_CHANGE_CLOSE,
		[STEP_IGNORE] = NETFWV6_CHANGE_IGNORE,
		[STEP_OBSERVE] = NETFWV6_CHANGE_OBSERVE,
	};
	bool sets = s->kind == STEP_OPEN || s->kind == STEP_IGNORE;
	struct netfwv6_port_change changes[] = {
		{ kinds[s->kind], s->first, s->first, s->protocol, sets ? labels[s->label] : NULL },
		{ kinds[s->kind], s->first, s->last, s->protocol, sets ? labels[s->label] : NULL },
	};
	size_t made;

	return c ? netfwv6_connection_change_ports(c, 2, sizeof(*changes), changes, &made) :
		   netfwv6_mgr_change_ports(mgr, 2, sizeof(*changes), changes, NULL);
}

static netfwv6_result call_mgr(struct netfwv6_mgr *mgr, const struct step *s)
{
	const char *label = labels[s->label];

	if (is_for_several(s))
		return call_for_several(mgr, NULL, s);
	switch (s->kind) {
	case STEP_OPEN:
		return s->range ? netfwv6_mgr_open_global_ports(mgr, s->first, s->last, s->protocol,
								label) :
				  netfwv6_mgr_open_global_port(mgr, s->first, s->protocol, label);
	case STEP_CLOSE:
		return s->range ?
			       netfwv6_mgr_close_global_ports(mgr, s->first, s->last, s->protocol) :
			       netfwv6_mgr_close_global_port(mgr, s->first, s->protocol);
	case STEP_INITIALIZE:
		return netfwv6_mgr_initialize(mgr, &s->initialize);
	default:
		return netfwv6_mgr_remove(mgr);
	}
}

static netfwv6_result call_for_port(struct netfwv6_connection *c, const struct step *s)
{
	switch (s->kind) {
	case STEP_OPEN:
		return netfwv6_connection_open_port(c, s->first, s->protocol, labels[s->label]);
	case STEP_CLOSE:
		return netfwv6_connection_close_port(c, s->first, s->protocol);
	case STEP_IGNORE:
		return netfwv6_connection_ignore_global_port(c, s->first, s->protocol,
							     labels[s->label]);
	default:
		return netfwv6_connection_observe_global_port(c, s->first, s->protocol);
	}
}

static netfwv6_result call_for_range(struct netfwv6_connection *c, const struct step *s)
{
	switch (s->kind) {
	case STEP_OPEN:
		return netfwv6_connection_open_ports(c, s->first, s->last, s->protocol,
						     labels[s->label]);
	case STEP_CLOSE:
		return netfwv6_connection_close_ports(c, s->first, s->last, s->protocol);
	case STEP_IGNORE:
		return netfwv6_connection_ignore_global_ports(c, s->first, s->last, s->protocol,
							      labels[s->label]);
	default:
		return netfwv6_connection_observe_global_ports(c, s->first, s->last, s->protocol);
	}
}

static netfwv6_result call_connection(struct netfwv6_connection *c, const struct step *s)
{
	if (s->kind == STEP_ENABLE)
		return netfwv6_connection_enable_firewall(c, s->plain ? NULL : &s->enable);
	if (s->kind == STEP_DISABLE)
		return netfwv6_connection_disable_firewall(c);
	if (is_for_several(s))
		return call_for_several(NULL, c, s);
	return s->range ? call_for_range(c, s) : call_for_port(c, s);
}

static netfwv6_result call_anew(struct netfwv6_mgr *mgr, const struct step *s)
{
	struct netfwv6_connection *connection;
	char name[NAME_TEXT_SIZE];
	netfwv6_result result;

	result = netfwv6_mgr_get_connection(mgr, name_text(s->scope, name), &connection);
	if (result != NETFWV6_S_OK)
		return result;
	result = call_connection(connection, s);
	netfwv6_connection_free(connection);
	return result;
}

static netfwv6_result call(struct netfwv6_mgr *mgr, struct netfwv6_connection *const *connections,
			   const struct step *s)
{
	if (s->kind >= STEP_INITIALIZE || s->scope == GLOBAL)
		return call_mgr(mgr, s);
	return s->fresh ? call_anew(mgr, s) : call_connection(connections[s->scope], s);
}

/* In a process that has just been forked. */
static netfwv6_result call_as_child(const struct handles *h, const struct step *s)
{
	struct netfwv6_mgr *mgr;
	netfwv6_result result;

	if (s->caller == CALLER_INHERITED)
		return call(h->managers[1], h->connections[1], s);
	result = netfwv6_mgr_open(&mgr, NULL);
	if (result != NETFWV6_S_OK)
		return result;
	result = call(mgr, NULL, s);
	netfwv6_mgr_close(mgr);
	return result;
}

/* A child that crashes is to end, not to go on as the test. */
static void let_signals_kill(void)
{
	static const int signals[] = { SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		signal(signals[i], SIG_DFL);
}

static netfwv6_result call_in_child(const struct handles *h, const struct step *s)
{
	netfwv6_result result = NETFWV6_E_FAIL;
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		let_signals_kill();
		result = call_as_child(h, s);
		_exit(write(ends[1], &result, sizeof(result)) != sizeof(result));
	}
	assert_true(child > 0);
	close(ends[1]);
	agree(read(ends[0], &result, sizeof(result)) == sizeof(result),
	      "the child did not live to report");
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	agree(status == 0, "the child ended with status %#x", status);
	return result;
}

netfwv6_result perform_call(const struct handles *h, const struct step *s)
{
	if (s->caller >= CALLER_CHILD)
		return call_in_child(h, s);
	return call(h->managers[s->caller], h->connections[s->caller], s);
}

/* ---- Events --------------------------------------------------------------- */

uint32_t perform_event(const struct step *s, const struct device *before)
{
	char was[NAME_TEXT_SIZE], is[NAME_TEXT_SIZE];

	name_text(before->name, was);
	name_text(s->scope, is);
	switch (s->kind) {
	case STEP_CREATE:
		if (s->veth)
			must("ip link add %s type veth peer name p%u netns %s", is, s->device,
			     world.peer);
		else
			must("ip link add %s type vxlan id %u dstport 4789", is, s->device + 1);
		break;
	case STEP_DELETE:
		must("ip -n %s link del %s", before->place == PLACE_AWAY ? world.peer : world.host,
		     was);
		break;
	case STEP_RENAME:
		must("ip link set %s name %s", was, is);
		break;
	case STEP_MOVE:
		must("ip link set %s netns %s", was, world.peer);
		break;
	default:
		must("ip -n %s link set %s netns %s", world.peer, was, world.host);
		break;
	}
	return s->kind == STEP_DELETE || s->kind == STEP_MOVE ? 0 : if_nametoindex(is);
}
