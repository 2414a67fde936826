// SPDX-License-Identifier: LGPL-2.1-or-later
#include "state/pin_kinds.h"

#include "events.h"
#include "layout.h"
#include "marks_layout.h"

const struct pin_kind pin_kinds[PINS] = {
	[PIN_PORTS] = { "nf6_ports", 0644, true, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			sizeof(uint64_t), TABLE_ENTRIES, BPF_F_MMAPABLE },
	[PIN_NAMES] = { "nf6_names", 0644, true, BPF_MAP_TYPE_HASH, sizeof(struct name_key),
			NAME_SIZE, NAME_RECORDS, BPF_F_NO_PREALLOC },
	[PIN_SLOTS] = { "nf6_slots", 0644, true, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			sizeof(struct slot_record), SLOT_RECORDS, 0 },
	[PIN_ATTACHMENTS] = { "nf6_attachments", 0644, false, BPF_MAP_TYPE_HASH, sizeof(uint32_t),
			      sizeof(struct attachment_record), ATTACHMENT_RECORDS,
			      BPF_F_NO_PREALLOC },
	[PIN_CONFIGURED] = { "nf6_configured", 0644, false, BPF_MAP_TYPE_HASH, DEVICE_NAME_SIZE,
			     sizeof(struct configured_record), CONFIGURED_RECORDS,
			     BPF_F_NO_PREALLOC },
	[PIN_FILTERED] = { "nf6_filtered", 0644, false, BPF_MAP_TYPE_HASH, sizeof(uint32_t),
			   sizeof(uint32_t), ATTACHMENT_RECORDS, BPF_F_NO_PREALLOC },
	/* Who talks to whom is nobody else's business. */
	[PIN_TCP] = { "nf6_tcp", 0600, false, BPF_MAP_TYPE_LRU_HASH, sizeof(struct flow_key),
		      sizeof(struct flow), FLOWS_TCP, 0 },
	[PIN_TCP_ANSWERS] = { "nf6_tcp_answers", 0600, false, BPF_MAP_TYPE_LRU_HASH,
			      sizeof(struct flow_key), sizeof(struct flow), FLOWS_ANSWERED, 0 },
	[PIN_UDP] = { "nf6_udp", 0600, false, BPF_MAP_TYPE_LRU_HASH, sizeof(struct flow_key),
		      sizeof(struct flow), FLOWS_UDP, 0 },
	[PIN_UDP_ANSWERS] = { "nf6_udp_answers", 0600, false, BPF_MAP_TYPE_LRU_HASH,
			      sizeof(struct flow_key), sizeof(struct flow), FLOWS_ANSWERED, 0 },
	[PIN_MARKS] = { "nf6_marks", 0600, false, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			sizeof(struct mark_line), MARK_LINES, BPF_F_MMAPABLE },
	[PIN_SECRET] = { "nf6_secret", 0600, false, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			 sizeof(struct mark_secret), 1, BPF_F_MMAPABLE },
	[PIN_CONTROL] = { "nf6_control", 0644, false, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			  sizeof(struct control), 1, BPF_F_MMAPABLE },
	[PIN_TAPSTAT] = { "nf6_tapstat", 0600, false, BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(uint32_t),
			  sizeof(struct tap_state), TAP_STATES, 0 },
	[PIN_TAPS] = { "nf6_taps", 0600, false, BPF_MAP_TYPE_ARRAY_OF_MAPS, sizeof(uint32_t),
		       sizeof(uint32_t), TAPS, 0 },
	[PIN_HITS] = { "nf6_hits", 0644, false, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
		       sizeof(uint64_t), PORT_ENTRIES, 0 },
	[PIN_LOGGING] = { "nf6_logging", 0644, false, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			  sizeof(struct log_record), 1, 0 },
	[PIN_PROTECTED] = { "nf6_protected", 0644, false, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			    sizeof(struct protected_ports), 1, 0 },
	[PIN_SAVED] = { "nf6_saved", 0644, false, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
			sizeof(struct saved_record), 1, 0 },
	[PIN_ROOT] = { "nf6_root", 0644, false, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
		       sizeof(struct root_record), 1, 0 },
};

const struct pinned_directory pinned_directories[PINNED_DIRECTORIES] = {
	{ LOCK_OF_NAMES, 0700 },
	{ LOCK_OF_STATE, 0700 },
	{ PIN_COUNTS, 0755 },
	{ LOCK_OF_LOG, 0700 },
};
