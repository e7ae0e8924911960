/* amount.h - bytes and durations in words for people, with three significant digits. Pure. */
#ifndef TENURE_AMOUNT_H
#define TENURE_AMOUNT_H

#include <stdint.h>

#include "common/base/text.h"

/* "850 B", "2.05 KiB", "1.50 GiB". */
void amount_add_bytes(struct text *text, uint64_t bytes);
/* "850 ns", "12.3 ms", "1.24 s", "47.5 min". */
void amount_add_duration(struct text *text, uint64_t ns);

#endif
