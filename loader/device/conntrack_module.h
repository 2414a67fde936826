/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's connection tracking, which programs ask. */
#ifndef NETFWV6_CONNTRACK_MODULE_H
#define NETFWV6_CONNTRACK_MODULE_H

/*
 * Has the kernel load its connection tracking where that is a module, so that it does not matter
 * which comes first at boot, the firewall or what translates. By itself the module tracks nothing.
 * Where there is none, nothing happens.
 */
void conntrack_module_load(void);

#endif
