// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event/waker.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "util/error.h"

static bool waits_for(int epoll, int fd)
{
	struct epoll_event readable = { .events = EPOLLIN };

	return fd >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &readable) == 0;
}

netfwv6_result waker_open(struct waker *waker, int ring)
{
	netfwv6_result result;

	waker->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (waker->epoll >= 0)
		waker->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (waker->epoll >= 0 && waits_for(waker->epoll, waker->timer) &&
	    waits_for(waker->epoll, ring)) {
		waker_set(waker, 1);
		return NETFWV6_S_OK;
	}
	result = fail_errno(errno, "cannot make a descriptor for events");
	waker_close(waker);
	return result;
}

void waker_close(struct waker *waker)
{
	if (waker->epoll >= 0)
		close(waker->epoll);
	if (waker->timer >= 0)
		close(waker->timer);
	*waker = WAKER_CLOSED;
}

void waker_set(const struct waker *waker, uint64_t moment)
{
	const struct itimerspec at = {
		.it_value = { (time_t)(moment / 1000000000), (long)(moment % 1000000000) },
	};

	timerfd_settime(waker->timer, TFD_TIMER_ABSTIME, &at, NULL);
}
