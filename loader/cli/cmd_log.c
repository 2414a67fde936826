// SPDX-License-Identifier: LGPL-2.1-or-later
/* log shows and changes what is logged, and where. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "values.h"

#define NO_LIMIT "unlimited"
#define SIZE_MIN 4096

struct log_settings {
	bool dropped, connections;
	const char *path; /* in path_text, or an option's value; null for one that is damaged */
	char path_text[NETFWV6_PATH_SIZE];
	uint64_t maximum_size;
	uint32_t rate;
};

/* ---- What the command line says: an exit code, or GO_ON ------------------------- */

static int take_rate(const char *text, uint32_t *rate)
{
	uint64_t number = *rate;
	int code;

	if (text && strcmp(text, NO_LIMIT) == 0) {
		*rate = UINT32_MAX;
		return GO_ON;
	}
	code = take_number_of("rate", text, 1, UINT32_MAX - 1, &number);
	if (code == GO_ON)
		*rate = (uint32_t)number;
	return code;
}

static int take_settings(const struct cli *cli, struct log_settings *settings)
{
	int code = take_switch("dropped", cli->dropped, &settings->dropped);

	if (code == GO_ON)
		code = take_switch("connections", cli->connections, &settings->connections);
	if (code == GO_ON)
		code = take_number_of("max-size", cli->max_size, SIZE_MIN, INT64_MAX,
				      &settings->maximum_size);
	if (code == GO_ON)
		code = take_rate(cli->rate, &settings->rate);
	if (cli->file)
		settings->path = cli->file;
	return code;
}

/* ---- What the library has ------------------------------------------------------------- */

/* A path that is damaged is no obstacle to another. */
static netfwv6_result get_path(const struct cli *cli, struct log_settings *settings)
{
	netfwv6_result result = netfwv6_mgr_get_logfile_path(cli->mgr, sizeof(settings->path_text),
							     settings->path_text, NULL);

	settings->path = NETFWV6_SUCCEEDED(result) ? settings->path_text : NULL;
	return result == NETFWV6_E_UNEXPECTED && cli->file ? NETFWV6_S_OK : result;
}

static netfwv6_result get_settings(const struct cli *cli, struct log_settings *settings)
{
	struct netfwv6_mgr *mgr = cli->mgr;

	TRY(netfwv6_mgr_get_log_dropped_packets(mgr, &settings->dropped));
	TRY(netfwv6_mgr_get_log_connections(mgr, &settings->connections));
	TRY(get_path(cli, settings));
	TRY(netfwv6_mgr_get_logfile_maximum_size(mgr, &settings->maximum_size));
	return netfwv6_mgr_get_log_rate(mgr, &settings->rate);
}

/* Puts what was given. Values that may be refused come first. */
static netfwv6_result put_settings(const struct cli *cli, const struct log_settings *settings)
{
	if (cli->file && settings->path)
		TRY(netfwv6_mgr_put_logfile_path(cli->mgr, settings->path));
	if (cli->max_size)
		TRY(netfwv6_mgr_put_logfile_maximum_size(cli->mgr, settings->maximum_size));
	if (cli->rate)
		TRY(netfwv6_mgr_put_log_rate(cli->mgr, settings->rate));
	if (cli->connections)
		TRY(netfwv6_mgr_put_log_connections(cli->mgr, settings->connections));
	if (cli->dropped)
		TRY(netfwv6_mgr_put_log_dropped_packets(cli->mgr, settings->dropped));
	return NETFWV6_S_OK;
}

/* It puts all of the new settings, or none of them. */
static int change_settings(const struct cli *cli, const struct log_settings *old,
			   const struct log_settings *new)
{
	netfwv6_result result = put_settings(cli, new);
	int code;

	if (NETFWV6_SUCCEEDED(result))
		return EXIT_DONE;
	code = complain_of(result);
	put_settings(cli, old);
	return code;
}

static bool is_same_log(const struct log_settings *one, const struct log_settings *other)
{
	return one->dropped == other->dropped && one->connections == other->connections &&
	       one->maximum_size == other->maximum_size && one->rate == other->rate && one->path &&
	       other->path && strcmp(one->path, other->path) == 0;
}

/* ---- What is shown ---------------------------------------------------------------------- */

static int print_settings_json(const struct log_settings *settings, bool changed)
{
	return print_json(json_pack(
		"{s:b, s:b, s:b, s:s, s:I, s:o}", "changed", changed, "dropped", settings->dropped,
		"connections", settings->connections, "file", settings->path, "max_size",
		(json_int_t)settings->maximum_size, "rate",
		settings->rate == UINT32_MAX ? json_null() : json_integer(settings->rate)));
}

static void print_settings(const struct cli *cli, const struct log_settings *settings)
{
	char rate[48] = NO_LIMIT;

	if (settings->rate != UINT32_MAX)
		snprintf(rate, sizeof(rate), "%" PRIu32 " events a second and CPU", settings->rate);
	say(cli, "dropped packets: %s\n", settings->dropped ? "on" : "off");
	say(cli, "connections:     %s\n", settings->connections ? "on" : "off");
	say(cli, "file:            %s\n", settings->path);
	say(cli, "maximum size:    %" PRIu64 " bytes\n", settings->maximum_size);
	say(cli, "rate:            %s\n", rate);
}

int run_log(struct cli *cli)
{
	struct log_settings old, settings;
	netfwv6_result result = get_settings(cli, &old);
	int code;

	if (NETFWV6_FAILED(result))
		return complain_of(result);
	settings = old;
	code = take_settings(cli, &settings);
	if (code == GO_ON)
		code = change_settings(cli, &old, &settings);
	if (code)
		return code;
	cli->changed = !is_same_log(&old, &settings);
	if (cli->json)
		return print_settings_json(&settings, cli->changed);
	print_settings(cli, &settings);
	return EXIT_DONE;
}
