// SPDX-License-Identifier: GPL-2.0-only
/* The data plane in front of the stack, for connections that leave forwarded packets to others. */
#define PASSES_FORWARDED 1
#include "netfwv6.bpf.c"
