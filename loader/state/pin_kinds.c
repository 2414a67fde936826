// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/pin_kinds.h"

#include "events.h"
#include "layout.h"
#include "marks_layout.h"

const struct pin_kind pin_kinds[PINS] = {
	[PIN_PORTS] = { "ports", "netfwv6_ports", 0644, true, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			sizeof(uint64_t), TABLE_ENTRIES, BPF_F_MMAPABLE },
	[PIN_NAMES] = { "names", "netfwv6_names", 0644, true, BPF_MAP_TYPE_HASH,
			sizeof(struct name_key), NAME_SIZE, NAME_RECORDS, BPF_F_NO_PREALLOC },
	[PIN_SLOTS] = { "slots", "netfwv6_slots", 0644, true, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			sizeof(struct slot_record), SLOT_RECORDS, 0 },
	[PIN_ATTACHMENTS] = { "attachments", "netfwv6_attach", 0644, false, BPF_MAP_TYPE_HASH,
			      sizeof(uint32_t), sizeof(struct attachment_record),
			      ATTACHMENT_RECORDS, BPF_F_NO_PREALLOC },
	[PIN_CONFIGURED] = { "configured", "netfwv6_config", 0644, false, BPF_MAP_TYPE_HASH,
			     DEVICE_NAME_SIZE, sizeof(struct configured_record), CONFIGURED_RECORDS,
			     BPF_F_NO_PREALLOC },
	[PIN_FILTERED] = { "filtered", "netfwv6_filter", 0644, false, BPF_MAP_TYPE_HASH,
			   sizeof(uint32_t), sizeof(uint32_t), ATTACHMENT_RECORDS,
			   BPF_F_NO_PREALLOC },
	/* Who talks to whom is nobody else's business. */
	[PIN_TCP] = { "tcp", "netfwv6_tcp", 0600, false, BPF_MAP_TYPE_LRU_HASH,
		      sizeof(struct flow_key), sizeof(struct flow), FLOWS_TCP, 0 },
	[PIN_ANSWER] = { "answer", "netfwv6_answer", 0600, false, BPF_MAP_TYPE_LRU_HASH,
			 sizeof(struct flow_key), sizeof(struct flow), FLOWS_ANSWERED, 0 },
	[PIN_UDP] = { "udp", "netfwv6_udp", 0600, false, BPF_MAP_TYPE_LRU_HASH,
		      sizeof(struct flow_key), sizeof(struct flow), FLOWS_UDP, 0 },
	[PIN_UDP_ANSWER] = { "udpanswer", "netfwv6_udpans", 0600, false, BPF_MAP_TYPE_LRU_HASH,
			     sizeof(struct flow_key), sizeof(struct flow), FLOWS_ANSWERED, 0 },
	[PIN_MARKS] = { "marks", "netfwv6_marks", 0600, false, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			sizeof(struct mark_line), MARK_LINES, BPF_F_MMAPABLE },
	[PIN_MARK_SECRET] = { "secret", MARK_SECRET_MAP, 0600, false, BPF_MAP_TYPE_ARRAY,
			      sizeof(uint32_t), sizeof(struct mark_secret), 1, BPF_F_MMAPABLE },
	[PIN_CONTROL] = { "control", "netfwv6_control", 0644, false, BPF_MAP_TYPE_ARRAY,
			  sizeof(uint32_t), sizeof(struct control), 1, BPF_F_MMAPABLE },
	[PIN_TAPSTAT] = { "tapstat", "netfwv6_tapstat", 0600, false, BPF_MAP_TYPE_PERCPU_ARRAY,
			  sizeof(uint32_t), sizeof(struct tap_state), TAP_STATES, 0 },
	[PIN_TAPS] = { "taps", "netfwv6_taps", 0600, false, BPF_MAP_TYPE_ARRAY_OF_MAPS,
		       sizeof(uint32_t), sizeof(uint32_t), TAPS, 0 },
	[PIN_HITS] = { "hits", "netfwv6_hits", 0644, false, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
		       sizeof(uint64_t), PORT_ENTRIES, 0 },
	[PIN_LOGGING] = { "logging", "netfwv6_logging", 0644, false, BPF_MAP_TYPE_ARRAY,
			  sizeof(uint32_t), sizeof(struct log_record), 1, 0 },
	[PIN_ROOT] = { "root", "netfwv6_root", 0644, false, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
		       sizeof(struct root_record), 1, 0 },
};

const struct pinned_directory pinned_directories[PINNED_DIRECTORIES] = {
	{ LOCK_OF_NAMES, 0700 },
	{ LOCK_OF_STATE, 0700 },
	{ "counts", 0755 },
	{ LOCK_OF_LOG, 0700 },
};
