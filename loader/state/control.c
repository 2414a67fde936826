// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/control.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "state/pins.h"
#include "util/error.h"
#include "util/scope.h"

netfwv6_result control_map(const struct root *root, struct control **control)
{
	int fd CLEANUP(close_descriptor) = -1;
	void *mapped;

	TRY(pin_open_existing(root->dir, PIN_CONTROL, 0, &fd));
	mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mapped == MAP_FAILED)
		return fail_errno(errno, "cannot map %s/control", root->dir);
	*control = mapped;
	return NETFWV6_S_OK;
}

void control_unmap(struct control *const *control)
{
	if (*control)
		munmap(*control, sizeof(**control));
}

netfwv6_result control_read(const struct root *root, struct control *control)
{
	uint32_t key = 0;
	int fd CLEANUP(close_descriptor) = -1;

	memset(control, 0, sizeof(*control));
	if (root->state == ROOT_ABSENT)
		return NETFWV6_S_OK;
	TRY(pin_open_existing(root->dir, PIN_CONTROL, BPF_F_RDONLY, &fd));
	if (bpf_map_lookup_elem(fd, &key, control))
		return fail_errno(errno, "cannot read %s/control", root->dir);
	return NETFWV6_S_OK;
}

void control_set(struct control *control, uint32_t bits)
{
	__atomic_fetch_or(&control->on_drop, bits, __ATOMIC_SEQ_CST);
}

void control_clear(struct control *control, uint32_t bits)
{
	__atomic_fetch_and(&control->on_drop, ~bits, __ATOMIC_SEQ_CST);
}

uint64_t control_lease(const struct control *control, uint32_t tap)
{
	return __atomic_load_n(&control->tap[tap].lease, __ATOMIC_SEQ_CST);
}

void control_renew(struct control *control, uint32_t tap, uint64_t lease)
{
	__atomic_store_n(&control->tap[tap].lease, lease, __ATOMIC_SEQ_CST);
}

bool control_swap_lease(struct control *control, uint32_t tap, uint64_t old, uint64_t lease)
{
	return __atomic_compare_exchange_n(&control->tap[tap].lease, &old, lease, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

bool control_is_set(const struct control *control, uint32_t bits)
{
	return (__atomic_load_n(&control->on_drop, __ATOMIC_SEQ_CST) & bits) == bits;
}
