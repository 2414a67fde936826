// SPDX-License-Identifier: GPL-2.0-only
/* The data plane at the netdev ingress hook, for connections that leave forwarded packets to others. */
#define PASSES_FORWARDED 1
#include "guard.bpf.c"
