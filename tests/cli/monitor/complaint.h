/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command's complaints, for tests of its parts. */
#ifndef MONITOR_COMPLAINT_H
#define MONITOR_COMPLAINT_H

extern char complaint[1024]; /* the last one */

#endif
