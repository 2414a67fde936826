/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which mode a device gets, and which it cannot have: decided from its traits alone, before
 * anything is attached. Modes are those of enum netfwv6_mode.
 */
#ifndef NETFWV6_MODE_H
#define NETFWV6_MODE_H

#include "device/device_traits.h"

#define MODE_NOTE_SIZE 320

/*
 * Can the device have the mode? With NETFWV6_MODE_AUTO: any mode at all, learning included.
 * E_NOINTERFACE when it cannot; E_ABORT when something stands in the way that can be taken
 * away: another XDP program, on it or on a device above. The sentence names the remedy.
 */
netfwv6_result mode_check(const struct device *device, const struct device_traits *traits,
			  uint32_t mode);

/*
 * What auto takes on a device that mode_check() lets have any: native or tc, never generic,
 * and never what mode_check() refuses. The note says what native would bring and cost, or "".
 * last_line: whether this state's BPF netfilter program can be had, which stops what no hook
 * of a device sees. A driver may refuse native all the same, for what cannot be read: tc is
 * left then, and mode_refused() has the sentence.
 */
void mode_choose(const struct device *device, const struct device_traits *traits, bool last_line,
		 uint32_t *mode, char note[MODE_NOTE_SIZE]);

/*
 * What gets past the firewall of a device in a mode that was asked for, as a note: true when
 * there is something to say.
 */
bool mode_leaks(const struct device *device, const struct device_traits *traits, bool last_line,
		uint32_t mode, char note[MODE_NOTE_SIZE]);

/*
 * The failure of an attempt to attach the XDP program, in a sentence: error is the negative
 * errno value. The kernel gives links no more than that, so the traits have to explain it.
 */
netfwv6_result mode_refused(const struct device *device, const struct device_traits *traits,
			    uint32_t mode, int error);

#endif
