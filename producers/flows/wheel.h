/* wheel.h - which of many items is due, kept lazily.
 *
 * Items are numbered. Each is filed under the moment at which it must be checked.
 * When that moment moves later the item stays where it is: it comes out too early,
 * and the caller files it again.
 *
 * (1) An item is filed at most once.
 * (2) An item comes out at most WHEEL_TICK_NS after its moment: ticks in their
 *     order, and within one tick in the order of filing.
 */
#ifndef TENURE_FLOWS_WHEEL_H
#define TENURE_FLOWS_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

#define WHEEL_TICK_BITS 27 /* 134 ms */
#define WHEEL_TICK_NS (INT64_C(1) << WHEEL_TICK_BITS)
#define WHEEL_SLOTS 1024u /* 137 s; an item due later comes out by then, too early */
#define WHEEL_NONE UINT32_MAX

struct wheel;

/* For items 0 to SIZE - 1, of 8 bytes each. Returns NULL if out of memory. */
struct wheel *wheel_new(size_t size);
void wheel_free(struct wheel *wheel);

/* Sets the wheel's time to NOW, forward or back. Nothing may be filed. */
void wheel_set(struct wheel *wheel, struct when now);
/* Files ITEM, which is not. */
void wheel_file(struct wheel *wheel, uint32_t item, struct when moment);
/* ITEM may be filed or not. */
void wheel_remove(struct wheel *wheel, uint32_t item);

/* True if wheel_take() may return an item at NOW. */
bool wheel_moves(const struct wheel *wheel, struct when now);
/* Takes out an item that is due at NOW; WHEEL_NONE if there is none left. */
uint32_t wheel_take(struct wheel *wheel, struct when now);
/* The item that would come out first; WHEEL_NONE if nothing is filed. */
uint32_t wheel_first(struct wheel *wheel);
/* Fetches the memory that wheel_remove() will need for ITEM. */
void wheel_prefetch(const struct wheel *wheel, uint32_t item);

#endif
