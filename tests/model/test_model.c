// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Random sequences of all calls that change state, and of what befalls devices, on more
 * connections than can have settings: after every step all that can be read agrees with
 * the model, and so do the verdicts on packets. NETFWV6_SEED and NETFWV6_STEPS choose
 * another sequence, or a longer one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "generator.h"
#include "lists.h"
#include "trace.h"
#include "world.h"

#define DEFAULT_SEED 20010917
#ifdef __SANITIZE_ADDRESS__
#define DEFAULT_STEPS 10000
#else
#define DEFAULT_STEPS 100000
#endif
#define WIDE 1000u		  /* a range whose lists are compared at once */
#define STEPS_FOR_VARIETY 100000u /* so many return whatever can be returned */
#define VETHS 6u		  /* of the first devices */

/* How often, in steps, what takes longer is compared. */
#define EVERY_STATUS 10u
#define EVERY_LIST 250u
#define EVERY_POLICY 50u
#define EVERY_HELD 1000u
#define EVERY_EVERYTHING 5000u

/* How often a call returned what. */
struct tally {
	uint64_t ok, not_configured, invalid, no_interface, aborted, exhausted;
};

struct scene {
	struct model model;
	struct handles handles;
	struct random random;
	struct generator generator;
	struct check check;
	struct held held;
	struct tally tally;
};

static void count(struct tally *t, netfwv6_result result)
{
	t->ok += result == NETFWV6_S_OK;
	t->not_configured += result == NETFWV6_S_FALSE;
	t->invalid += result == NETFWV6_E_INVALIDARG;
	t->no_interface += result == NETFWV6_E_NOINTERFACE;
	t->aborted += result == NETFWV6_E_ABORT;
	t->exhausted += result == NETFWV6_E_OUTOFMEMORY;
}

/* ---- A step ------------------------------------------------------------------ */

static void make_event(struct scene *scene, const struct step *s)
{
	uint32_t ifindex = perform_event(s, &scene->model.devices[s->device]);

	model_take(&scene->model, s);
	scene->model.devices[s->device].ifindex = ifindex;
	trace_result(NETFWV6_S_OK);
}

static void make_call(struct scene *scene, const struct step *s)
{
	netfwv6_result got = perform_call(&scene->handles, s), expected;

	trace_result(got);
	expected = model_take(&scene->model, s);
	agree(got == expected, "returned %s (%s), not %s", netfwv6_result_name(got),
	      s->caller < CALLER_CHILD ? netfwv6_detail() : "in a child",
	      netfwv6_result_name(expected));
	count(&scene->tally, got);
}

static void make_step(struct scene *scene, const struct step *s)
{
	trace_step(s);
	if (step_is_event(s))
		make_event(scene, s);
	else
		make_call(scene, s);
}

/* ---- What is compared -------------------------------------------------------- */

static void check_everything(struct scene *scene)
{
	struct check *c = &scene->check;

	check_state(c);
	check_connections(c);
	check_open_ports(c, GLOBAL);
	for (unsigned int name = 0; name < NAMES; name++) {
		check_status(c, name);
		check_open_ports(c, name);
		check_ignored_ports(c, name);
	}
}

static uint32_t any_port(struct scene *scene)
{
	return chance(&scene->random, 85) ? generator_port(&scene->random) :
					    1 + below(&scene->random, 65535);
}

static uint32_t any_protocol(struct scene *scene)
{
	return chance(&scene->random, 50) ? NETFWV6_PROTOCOL_TCP : NETFWV6_PROTOCOL_UDP;
}

/* Some firewalled device, or NULL. */
static const struct device *any_firewalled(struct scene *scene)
{
	unsigned int start = below(&scene->random, DEVICE_SLOTS);

	for (unsigned int i = 0; i < DEVICE_SLOTS; i++) {
		const struct device *d = &scene->model.devices[(start + i) % DEVICE_SLOTS];

		if (d->attached)
			return d;
	}
	return NULL;
}

/* The port that the step was about, here or there; a range at one of its ports. */
static void check_touched(struct scene *scene, const struct step *s)
{
	unsigned int name = s->scope == GLOBAL ? below(&scene->random, NAMES) : s->scope;
	const struct device *d = model_device(&scene->model, name);
	uint32_t protocol =
		s->protocol == NETFWV6_PROTOCOL_UDP ? s->protocol : NETFWV6_PROTOCOL_TCP;
	uint32_t port = s->first;

	if (s->last > s->first)
		port += below(&scene->random, s->last - s->first + 1);
	if (port < 1 || port > 65535)
		port = any_port(scene);
	check_port(&scene->check, name, protocol, port);
	if (d && d->attached)
		check_packet(&scene->check, d, protocol, port);
	if (s->last >= s->first + WIDE)
		check_open_ports(&scene->check, s->scope);
}

static void check_anything(struct scene *scene)
{
	const struct device *d = any_firewalled(scene);

	check_port(&scene->check, below(&scene->random, NAMES), any_protocol(scene),
		   any_port(scene));
	if (d)
		check_packet(&scene->check, d, any_protocol(scene), any_port(scene));
}

/* All that a call or an event might have done to other connections. */
static void check_after_rare(struct scene *scene, const struct step *s)
{
	struct check *c = &scene->check;

	if (s->kind == STEP_INITIALIZE && s->initialize.rebuild) {
		check_everything(scene);
		return;
	}
	check_state(c);
	check_connections(c);
	for (unsigned int name = 0; name < NAMES; name++)
		check_status(c, name);
	for (const struct device *d = c->model->devices; d < c->model->devices + DEVICE_SLOTS; d++)
		for (unsigned int i = 0; i < 4 && d->attached; i++)
			check_packet(c, d, any_protocol(scene), any_port(scene));
}

static void check_now_and_then(struct scene *scene, uint64_t number)
{
	struct check *c = &scene->check;
	unsigned int name = below(&scene->random, NAMES);

	if (number % EVERY_STATUS == 0) {
		check_state(c);
		check_status(c, name);
	}
	if (number % EVERY_LIST == 0) {
		check_open_ports(c, GLOBAL);
		check_open_ports(c, name);
		check_ignored_ports(c, name);
		check_connections(c);
	}
	if (number % EVERY_POLICY == 0)
		check_policy(c);
	if (number % EVERY_HELD == 0) {
		held_check(&scene->held, c);
		held_take(&scene->held, c, chance(&scene->random, 50) ? GLOBAL : name);
	}
	if (number % EVERY_EVERYTHING == 0)
		check_everything(scene);
}

/* ---- The sequence ------------------------------------------------------------ */

static void create_devices(struct scene *scene)
{
	must("ip link del " HOST_DEVICE);
	for (unsigned int i = 0; i < NAMES; i++) {
		struct step s = { .kind = STEP_CREATE, .device = i, .scope = i, .veth = i < VETHS };

		make_step(scene, &s);
	}
}

/* Names that have had a device are known by their handles. */
static void delete_devices(struct scene *scene)
{
	for (unsigned int i = 0; i < NAMES; i += 2) {
		struct step s = { .kind = STEP_DELETE, .device = i, .scope = i };

		make_step(scene, &s);
	}
}

static void one_step(struct scene *scene)
{
	struct step s = generator_next(&scene->generator, &scene->model);

	make_step(scene, &s);
	if (step_is_rare(&s))
		check_after_rare(scene, &s);
	else
		check_touched(scene, &s);
	check_anything(scene);
	check_now_and_then(scene, scene->generator.number);
}

/* That the sequence is worth something. */
static void check_variety(const struct tally *t)
{
	assert_true(t->not_configured && t->invalid && t->no_interface && t->aborted);
	assert_true(t->exhausted);
}

static void report(const struct scene *scene)
{
	const struct tally *t = &scene->tally;

	print_message("# calls: %" PRIu64 " S_OK, %" PRIu64 " S_FALSE, %" PRIu64
		      " E_INVALIDARG, %" PRIu64 " E_NOINTERFACE, %" PRIu64 " E_ABORT, %" PRIu64
		      " E_OUTOFMEMORY; packets: %" PRIu64 " passed, %" PRIu64 " dropped\n",
		      t->ok, t->not_configured, t->invalid, t->no_interface, t->aborted,
		      t->exhausted, scene->check.passed, scene->check.dropped);
}

static void random_steps_agree_with_the_model(void **unused)
{
	static struct scene scene;
	uint64_t seed = setting("NETFWV6_SEED", DEFAULT_SEED);
	uint64_t steps = setting("NETFWV6_STEPS", DEFAULT_STEPS);

	(void)unused;
	print_message("# NETFWV6_SEED=%" PRIu64 ", %" PRIu64 " steps\n", seed, steps);
	scene.random.state = seed;
	trace_begin(seed);
	model_init(&scene.model);
	generator_init(&scene.generator, &scene.random);
	scene.check = (struct check){ &scene.model, &scene.handles, &scene.random, 0, 0 };
	create_devices(&scene);
	handles_open(&scene.handles);
	delete_devices(&scene);
	while (scene.generator.number < steps)
		one_step(&scene);
	check_everything(&scene);
	held_check(&scene.held, &scene.check);
	held_free(&scene.held);
	handles_close(&scene.handles);
	report(&scene);
	if (steps >= STEPS_FOR_VARIETY)
		check_variety(&scene.tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(random_steps_agree_with_the_model) };

	return cmocka_run_group_tests_name("the model", tests, world_setup, world_teardown);
}
