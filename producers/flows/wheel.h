/* wheel.h - which of many items is due, kept lazily.
 *
 * Items are numbered. Each is filed under a moment at which somebody must look
 * at it; moving that moment later needs no call: who looks and finds it early
 * files it again.
 *
 * (1) An item is filed once at most.
 * (2) An item comes out no later than WHEEL_TICK_NS after its moment, in the order
 *     of ticks, and within one tick in the order of filing.
 */
#ifndef TENURE_FLOWS_WHEEL_H
#define TENURE_FLOWS_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

#define WHEEL_TICK_BITS 27 /* 134 ms */
#define WHEEL_TICK_NS (INT64_C(1) << WHEEL_TICK_BITS)
#define WHEEL_SLOTS 1024u /* 137 s; what is due later comes out then and is filed again */
#define WHEEL_NONE UINT32_MAX

struct wheel;

/* For items 0 to SIZE - 1. NULL when there is no memory. */
struct wheel *wheel_new(size_t size);
void wheel_free(struct wheel *wheel);

/* Empties the wheel's sight of the past: NOW is the moment it turns on from.
 * Nothing may be filed. */
void wheel_set(struct wheel *wheel, struct when now);
void wheel_file(struct wheel *wheel, uint32_t item, struct when moment);
void wheel_remove(struct wheel *wheel, uint32_t item);
/* True when ITEM, which is filed, would come out at another tick if it were filed
 * under MOMENT now. */
bool wheel_misfiled(const struct wheel *wheel, uint32_t item, struct when moment);

/* True when wheel_take() may have something at NOW. */
bool wheel_moves(const struct wheel *wheel, struct when now);
/* Takes out an item that is due at NOW; WHEEL_NONE when there is none (left). */
uint32_t wheel_take(struct wheel *wheel, struct when now);
/* The item that would come out first, WHEEL_NONE when nothing is filed. */
uint32_t wheel_first(const struct wheel *wheel);

#endif
