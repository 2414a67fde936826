/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stats and list answer of devices that are firewalled. */
#ifndef STATS_ANSWERS_H
#define STATS_ANSWERS_H

void contains(const char *text, const char *part);
void lacks(const char *text, const char *part);

/* Asserts what a filter of jq makes of the output. */
void jq(const char *arguments, const char *filter, const char *wanted);

void firewall_fw0(void);

/* A second device, which nothing is sent to. */
void firewall_another(const char *name);

#endif
