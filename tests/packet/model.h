/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of a packet, by the letter of the design's parser table, read from one
 * flat buffer. It shares no code with the data plane, so that the two can be compared.
 */
#ifndef PACKET_MODEL_H
#define PACKET_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "run.h"

struct outcome model_outcome(const uint8_t *bytes, size_t length, enum link_type type,
			     const uint64_t *ports, unsigned int slot);

#endif
