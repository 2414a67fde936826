// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/protected.h"

#include "state/one_record.h"

netfwv6_result protected_read(const struct root *root, struct protected_ports *ports)
{
	return one_record_read(root, PIN_PROTECTED, ports);
}

netfwv6_result protected_write(const struct root *root, const struct protected_ports *ports)
{
	return one_record_write(root, PIN_PROTECTED, ports);
}
