#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""watch_drops.c by ctypes, in asyncio's event loop: tells of COUNT dropped packets.

  watch_drops.py COUNT        exit status: 0 done, 2 wrong usage, 3 no answer
"""
import asyncio
import ctypes
import sys
from ctypes import POINTER, Structure, byref, c_bool, c_char, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint8
from ctypes import c_uint32, c_void_p, sizeof

DETAIL_SIZE = 1024


class EventsOptions(Structure):
    _fields_ = [("sz", c_size_t), ("buffer", c_size_t), ("snaplen", c_uint32), ("rate", c_uint32),
                ("drops", c_bool), ("connections", c_bool), ("reserved", c_uint8 * 6)]


class Event(Structure):
    """The front of struct netfwv6_event: a shorter sz is filled as far as it goes."""
    _fields_ = [("sz", c_size_t), ("reason", c_char_p), ("sentence", c_char_p), ("time_ns", c_int64),
                ("kind", c_uint32), ("ifindex", c_uint32), ("device", c_char * 16)]


library = ctypes.CDLL("libnetfwv6.so.1")
library.netfwv6_mgr_open.argtypes = [POINTER(c_void_p), c_void_p]
library.netfwv6_mgr_close.argtypes = [c_void_p]
library.netfwv6_mgr_get_detail.argtypes = [c_void_p, c_size_t, c_char_p]
library.netfwv6_mgr_open_events.argtypes = [c_void_p, POINTER(EventsOptions), POINTER(c_void_p)]
library.netfwv6_events_fd.argtypes = [c_void_p]
library.netfwv6_events_next.argtypes = [c_void_p, POINTER(Event)]
library.netfwv6_events_close.argtypes = [c_void_p]
library.netfwv6_events_fd.restype = c_int
for name in ("mgr_open", "mgr_get_detail", "mgr_open_events", "events_next"):
    getattr(library, f"netfwv6_{name}").restype = c_int32
for name in ("mgr_close", "events_close"):
    getattr(library, f"netfwv6_{name}").restype = None


class Failure(Exception):
    pass


def check(manager, result):
    """The result. The sentence of a failure comes from the handle, whatever thread asks."""
    if result >= 0:
        return result
    sentence = ctypes.create_string_buffer(DETAIL_SIZE)
    library.netfwv6_mgr_get_detail(manager, DETAIL_SIZE, sentence)
    raise Failure(sentence.value.decode())


async def watch(manager, events, count):
    done = asyncio.get_running_loop().create_future()
    event = Event(sz=sizeof(Event))

    def take():
        nonlocal count
        try:
            while count and check(manager, library.netfwv6_events_next(events, byref(event))) == 0:
                print(event.device.decode(), event.reason.decode(), flush=True)
                count -= 1
        except Failure as failure:
            done.set_exception(failure)
        else:
            if not count:
                done.set_result(None)
        if done.done():
            asyncio.get_running_loop().remove_reader(library.netfwv6_events_fd(events))

    asyncio.get_running_loop().add_reader(library.netfwv6_events_fd(events), take)
    await done


def main(arguments):
    manager, events = c_void_p(), c_void_p()
    if len(arguments) != 1 or not arguments[0].isdecimal() or not int(arguments[0]):
        print(__doc__, file=sys.stderr)
        return 2
    if library.netfwv6_mgr_open(byref(manager), None) < 0:
        return 3
    try:
        options = EventsOptions(sz=sizeof(EventsOptions), drops=True)
        check(manager, library.netfwv6_mgr_open_events(manager, byref(options), byref(events)))
        asyncio.run(watch(manager, events, int(arguments[0])))
    except Failure as failure:
        print(f"watch_drops.py: {failure}", file=sys.stderr)
        return 3
    finally:
        library.netfwv6_events_close(events)
        library.netfwv6_mgr_close(manager)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
