/* standstill.h - logs that KNOWN has stopped, why, and its end. */
#ifndef TENURE_KUBE_STANDSTILL_H
#define TENURE_KUBE_STANDSTILL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/kube/clocks.h"
#include "producers/kube/proofs.h"

struct standstill {
	int64_t patience_ns;
	struct when moved_at; /* by clocks.h (1); WHEN_MIN before the first call */
	struct when logged_at;
	bool standing;
	uint64_t written; /* PROGRESS by then */
};

/* INTERVAL_NS is the time between two PROGRESS. */
void standstill_init(struct standstill *standstill, int64_t interval_ns);
/* Logs that there was no PROGRESS for 4 s (longer with a long interval), again every ten minutes, and
 * then that there is one again. */
void standstill_log(struct standstill *standstill, const struct proofs *proofs,
		    const struct clocks *now);

#endif
