#include "mgr.h"
#include "device.h"
static inline netfwv6_result mode_decide(const struct netfwv6_mgr *mgr, const struct device *d, bool foreign, struct configured_record *w)
{ (void)mgr;(void)d;(void)foreign; if (!w->got) w->got = NETFWV6_MODE_TC; return NETFWV6_S_OK; }
#include "error.h"
static inline netfwv6_result xdp_refused(const struct device *d, uint32_t mode, int error)
{ return fail_errno(error, "device %s takes no XDP program in mode %u", d->name, mode); }
