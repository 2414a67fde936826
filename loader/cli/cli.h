/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line's common ground. It knows the library by its header alone. */
#ifndef NETFWV6_CLI_H
#define NETFWV6_CLI_H

#include <netfwv6.h>

/* X(name, number, meaning): help and netfwv6(8) have them from here. */
#define EXIT_CODES(X)                                                                              \
	X(DONE, 0, "done")                                                                         \
	X(NO, 1, "the answer is no")                                                               \
	X(USAGE, 2, "wrong usage, or an invalid argument")                                         \
	X(DENIED, 3, "not permitted")                                                              \
	X(OTHER, 4, "anything else")                                                               \
	X(RETRY, 5, "others were waited for in vain: try again")

enum exit_code {
	GO_ON = -1, /* there is none yet: the command goes on */
#define X(name, number, meaning) EXIT_##name = number,
	EXIT_CODES(X)
#undef X
};

/* What filters of events go by. Each has a letter, so that text can name it. */
enum filter_option {
	FILTER_DEVICE = 'd',
	FILTER_PORT = 'O',
	FILTER_PROTOCOL = 'T',
	FILTER_REASON = 'E',
	FILTER_SOURCE = 'F',
};

struct given_filter {
	enum filter_option option;
	const char *value;
};

/* What the command line said. */
struct cli {
	const struct command *command;
	char **operands;
	int n_operands;
	uint64_t given; /* which options, OPT_* */
	/* what the options said */
	const char *state, *mode, *forward, *name, *device, *group, *completion;
	const char *dropped, *connections, *file, *max_size, *rate; /* of the log */
	const char *write_to, *snaplen, *count;			    /* of events */
	bool quiet, json, help, version, stateless, learn_only, if_configured, rebuild,
		open_listeners, all, boot, update;
	const char *count_ports, *interval; /* of what is counted */
	bool prometheus, http, reset, closed_hits, ahead, force, dry_run, once;
	const char *policy;
	/* those that filter events, each as often as it was given; free() it */
	struct given_filter *filters;
	size_t n_filters;
	/* open while a command runs, unless it needs none */
	struct netfwv6_mgr *mgr;
	struct netfwv6_connection *connection; /* of --dev, or null */
	bool changed;			       /* something, so far */
	struct json_t *changes; /* what a changing command tells with --json, or null */
};

struct command {
	const char *name;
	const char *operands; /* as the synopsis shows them: NAME, [NAME], NAME... or null */
	uint64_t options;     /* those that it takes besides the ones of every command */
	uint64_t needs;	      /* those that it cannot do without */
	const char *summary;  /* one line */
	const char *text;     /* the rest of its help, or null */
	bool without_mgr;
	int (*run)(struct cli *cli);
};

extern const struct command commands[]; /* ends with a null name */

/* Prints to stdout, unless -q: one line, which ends with a newline. */
void say(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints "netfwv6: ..." to stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complains with the library's detail about a failed call: the exit code for it. */
int complain_of(netfwv6_result result);

struct json_t;

/* Appends an object, which is taken over. Complains when memory is exhausted. */
bool add_json(struct json_t *array, struct json_t *object);

/* A string of what is printable in a text; null when memory is exhausted. */
struct json_t *json_text(const char *text);

/* Prints a JSON object and releases it: the exit code. */
int print_json(struct json_t *object);

/* Of a device that is here, or known; with --ahead of any. */
netfwv6_result find_connection(const struct cli *cli, const char *device,
			       struct netfwv6_connection **connection);

const struct command *find_command(const char *name);
void print_synopsis(const struct command *command);

int run_enable(struct cli *cli);
int run_disable(struct cli *cli);
int run_open(struct cli *cli);
int run_close(struct cli *cli);
int run_check(struct cli *cli);
int run_ignore(struct cli *cli);
int run_observe(struct cli *cli);
int run_protect(struct cli *cli);
int run_unprotect(struct cli *cli);
int run_save(struct cli *cli);
int run_apply(struct cli *cli);
int run_explain(struct cli *cli);
int run_listeners(struct cli *cli);
int run_list(struct cli *cli);
int run_init(struct cli *cli);
int run_remove(struct cli *cli);
int run_log(struct cli *cli);
int run_logd(struct cli *cli);
int run_status(struct cli *cli);
int run_monitor(struct cli *cli);
int run_capture(struct cli *cli);
int run_stats(struct cli *cli);
int run_top(struct cli *cli);
int run_closed_hits(struct cli *cli); /* list --closed-hits */
int run_help(struct cli *cli);

#endif
