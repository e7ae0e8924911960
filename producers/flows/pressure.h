/* pressure.h - how full a queue of records is, and what follows from that.
 *
 * From one half on flows are held longer, so that fewer records say the same; down to a quarter. Once records
 * were dropped the queue must be down to a half before that counts as over.
 */
#ifndef TENURE_FLOWS_PRESSURE_H
#define TENURE_FLOWS_PRESSURE_H

#include <stdbool.h>
#include <stdint.h>

/* Zero-initialised. */
struct pressure {
	bool held;     /* flows are held longer */
	bool dropping; /* a record was dropped, and the queue is still full */
};

enum pressure_change {
	PRESSURE_SAME,
	PRESSURE_HOLDS,
	PRESSURE_RELEASES,
	PRESSURE_DROPS,
	PRESSURE_ENDS_DROPPING,
};

/* The queue has USED of ROOM. Returns one change; call it until there is none. */
enum pressure_change pressure_set(struct pressure *pressure, uint64_t used, uint64_t room);
/* A record found no room. */
enum pressure_change pressure_drop(struct pressure *pressure);

#endif
