/* offset.h - offsets in the kube topic, as evidence has them. */
#ifndef TENURE_OFFSET_H
#define TENURE_OFFSET_H

#include <stdint.h>

#define OFFSET_NEVER UINT64_MAX /* no record yet; greater than every offset */

#endif
