#include "producers/kube/standstill.h"

#include <inttypes.h>

#include "common/program/log.h"

#define PATIENCE_NS (4 * NS_PER_SECOND)
#define REPEAT_NS (600 * NS_PER_SECOND)

void standstill_init(struct standstill *standstill, int64_t interval_ns)
{
	*standstill = (struct standstill){
		.patience_ns = PATIENCE_NS + interval_ns - NS_PER_SECOND,
		.moved_at = WHEN_MIN,
		.logged_at = WHEN_MIN,
	};
	if (standstill->patience_ns < PATIENCE_NS)
		standstill->patience_ns = PATIENCE_NS;
}

/* What keeps KNOWN where it is. */
static const char *why(const struct proofs *proofs, const struct watch *watch)
{
	if (watch->refused)
		return "the account may not list it";
	if (watch->state == WATCH_LISTING || watch->state == WATCH_WRITING)
		return "it is being listed";
	if (watch->state == WATCH_TO_LIST)
		return "it waits to be listed";
	if (watch->owed > watch->delivered)
		return "its watch has not brought what another stream has brought";
	if (watch->state != WATCH_OPEN)
		return "its watch is not open";
	return proofs->problem;
}

/* The resource that is known least. */
static const struct watch *last_of(const struct proofs *proofs)
{
	const struct watch *last = NULL;

	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const struct watch *watch = &proofs->watches[r];

		if (watch_left_out(watch))
			continue;
		if (last == NULL || when_before(watch->known, last->known))
			last = watch;
	}
	return last;
}

void standstill_log(struct standstill *standstill, const struct proofs *proofs,
		    const struct clocks *now)
{
	const struct watch *last;
	int64_t ms;

	if (when_is_min(standstill->moved_at))
		standstill->moved_at = now->tick;
	ms = when_since(now->tick, standstill->moved_at) / NS_PER_MS;
	if (standstill->written != proofs->written) {
		if (standstill->standing)
			log_info("there is a PROGRESS again after %" PRId64 " ms", ms);
		standstill->standing = false;
		standstill->written = proofs->written;
		standstill->moved_at = now->tick;
	} else if (ms * NS_PER_MS >= standstill->patience_ns &&
		   (!standstill->standing ||
		    when_since(now->tick, standstill->logged_at) >= REPEAT_NS)) {
		last = last_of(proofs);
		standstill->standing = true;
		standstill->logged_at = now->tick;
		if (last != NULL)
			log_warn("no PROGRESS for %" PRId64 " ms: %s: %s", ms,
				 kube_resource_name(last->resource), why(proofs, last));
	}
}
