/* horizon.h - before which instant a cluster's history is forgotten (docs/answers.md section 1).
 * Pure.
 */
#ifndef TENURE_HORIZON_H
#define TENURE_HORIZON_H

#include <stdint.h>

#include "common/base/when.h"

/* RETENTION_NS before KNOWN, the last accepted one, in whole steps; WHEN_MIN without one or if
 * RETENTION_NS is 0. */
struct when horizon_of(struct when known, int64_t retention_ns);
/* The first horizon that is later than MOMENT. */
struct when horizon_after(struct when moment, int64_t retention_ns);

#endif
