/* clocks.h - one reading of the clocks, for everything that happens in a turn.
 *
 * (1) TICK is never set: waits are measured with it.
 * (2) RECEIVED is the wall clock and never goes back: records carry it.
 * (3) WALL may be set back: a promise dated with it must be compared with earlier ones.
 */
#ifndef TENURE_KUBE_CLOCKS_H
#define TENURE_KUBE_CLOCKS_H

#include "common/base/when.h"

struct clocks {
	struct when tick; /* since an unknown instant, not since 1970 */
	struct when wall;
	struct when received;
};

/* RECEIVED will never be before FLOOR, the latest one in the output. */
void clocks_init(struct clocks *clocks, struct when floor);
void clocks_read(struct clocks *clocks);

#endif
