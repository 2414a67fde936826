/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options: one table for parsing, help and completion. */
#ifndef NETFWV6_CLI_OPTIONS_H
#define NETFWV6_CLI_OPTIONS_H

#include "cli.h"

/*
 * FLAG(id, name, field of struct cli, text, what else it has), VALUE(id, name, the value's name,
 * field, text, ...) and FILTER(id, name, the value's name, text), as help lists them.
 */
#define NETFWV6_OPTIONS(FLAG, VALUE, FILTER)                                                       \
	VALUE(STATE, "state", "DIR", state,                                                        \
	      "the state root; default: $NETFWV6_STATE, else /run/netfwv6")                        \
	FLAG(QUIET, "quiet", quiet, "print no confirmations, only what was asked for",             \
	     .letter = 'q')                                                                        \
	FLAG(HELP, "help", help, "show help on the command", .letter = 'h')                        \
	VALUE(MODE, "mode", "auto|native|generic|tc", mode,                                        \
	      "what drops in front of the guard; default: auto")                                   \
	FLAG(STATELESS, "stateless", stateless,                                                    \
	     "drop also answers to this host: a bare port filter")                                 \
	VALUE(FORWARD, "forward", "judge|pass", forward,                                           \
	      "drop what is not for this host, too, or pass it; default: judge")                   \
	FLAG(LEARN_ONLY, "learn-only", learn_only,                                                 \
	     "filter nothing; learn which answers may come in elsewhere")                          \
	FLAG(IF_CONFIGURED, "if-configured", if_configured,                                        \
	     "only if it was enabled before, and as it was then")                                  \
	FLAG(OPEN_LISTENERS, "open-listeners", open_listeners,                                     \
	     "first open there what this host listens on")                                         \
	FLAG(ALL, "all", all, "every device, as the command has it; those that come, too")         \
	VALUE(DEVICE, "dev", "DEV", device, "this device alone: its own setting, its counters",    \
	      .filter = FILTER_DEVICE)                                                             \
	FLAG(AHEAD, "ahead", ahead, "the device need not be here: it holds when that comes")       \
	FLAG(FORCE, "force", force, "close protected ports, too")                                  \
	FLAG(BOOT, "boot", boot, "the policy that is kept, as far as it can be had")               \
	FLAG(UPDATE, "update", update,                                                             \
	     "the file that the policy is kept in, unless it was edited")                          \
	FLAG(DRY_RUN, "dry-run", dry_run, "only tell what would change; exit 1 if anything would") \
	FLAG(ONCE, "once", once, "do not bring the file of the policy up to date")                 \
	VALUE(POLICY, "policy", "FILE", policy, "keep the policy in this file; '': in none")       \
	VALUE(NAME, "name", "NAME", name, "what the ports are for; informs only")                  \
	VALUE(GROUP, "group", "NAME|GID", group, "who may change ports besides root; 0: nobody")   \
	FLAG(REBUILD, "rebuild", rebuild, "move everything to new maps")                           \
	VALUE(DROPPED, "dropped", "on|off", dropped, "dropped packets; default: off")              \
	VALUE(CONNECTIONS, "connections", "on|off", connections,                                   \
	      "TCP connections, too; default: off")                                                \
	VALUE(FILE, "file", "PATH", file, "the log; default: /var/log/netfwv6.log")                \
	VALUE(MAX_SIZE, "max-size", "BYTES", max_size,                                             \
	      "before it becomes PATH.old; at least 4096, default: 4194304")                       \
	VALUE(RATE, "rate", "N|unlimited", rate,                                                   \
	      "events a second and CPU, at most; default: 1000")                                   \
	FLAG(JSON, "json", json, "print JSON")                                                     \
	FILTER(PORT, "port", "PORT", "what was for this port")                                     \
	FILTER(PROTOCOL, "proto", "tcp|udp", "what is of this protocol")                           \
	FILTER(REASON, "reason", "REASON", "what was dropped for this reason")                     \
	FILTER(SOURCE, "src", "PREFIX", "what came from there: 2001:db8::/32, or an address")      \
	VALUE(WRITE, "write", "FILE", write_to, "where packets go; -: the standard output",        \
	      .letter = 'w')                                                                       \
	VALUE(SNAPLEN, "snaplen", "BYTES", snaplen,                                                \
	      "how much of each packet to keep; default: 16384")                                   \
	FLAG(PROMETHEUS, "prometheus", prometheus, "print Prometheus' text format")                \
	FLAG(HTTP, "http", http, "answer an HTTP request on the standard input with the metrics")  \
	FLAG(RESET, "reset", reset, "set the counters to zero")                                    \
	VALUE(COUNT_PORTS, "count-ports", "on|off", count_ports,                                   \
	      "count packets dropped for closed ports by port")                                    \
	FLAG(CLOSED_HITS, "closed-hits", closed_hits,                                              \
	     "the closed ports that packets were dropped for")                                     \
	VALUE(INTERVAL, "interval", "SECONDS", interval, "the time between screens; default: 1")   \
	VALUE(COUNT, "count", "N", count, "end after so many", .letter = 'c')                      \
	VALUE(COMPLETION, "completion", "bash|zsh|fish", completion,                               \
	      "print the completion script for that shell")                                        \
	FLAG(VERSION, "version", version, "print the version")

enum option_place {
#define PLACE(id, ...) PLACE_##id,
	NETFWV6_OPTIONS(PLACE, PLACE, PLACE)
};

/* The options as bits of a set. */
enum option_bit {
#define BIT(id, ...) OPT_##id = 1LL << PLACE_##id,
	NETFWV6_OPTIONS(BIT, BIT, BIT)
};

/* Every command takes these. */
#define OPT_EVERYWHERE (OPT_STATE | OPT_QUIET | OPT_HELP | OPT_VERSION)

struct option_entry {
	enum option_bit bit;
	char letter;	   /* also -LETTER, or 0 */
	const char *name;  /* --NAME */
	const char *value; /* the value's name, NULL for a flag */
	const char *text;
	size_t field;		   /* where struct cli has it; 0: nowhere */
	enum filter_option filter; /* which filter it is, or 0 */
};

extern const struct option_entry option_entries[]; /* ends with a null name */

bool option_applies(const struct option_entry *option, const struct command *command);

/* Parses argv into cli; options may stand anywhere. An exit code, or GO_ON. */
int parse_command_line(int argc, char **argv, struct cli *cli);

#endif
