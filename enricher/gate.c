#include "enricher/gate.h"

/* Looks that are further apart than this and half the hold have missed something. */
#define LOOKS_APART_NS NS_PER_SECOND

static bool looked_away(const struct gate *gate, struct when now)
{
	int64_t away_ns = when_since(now, gate->seen);

	return away_ns > LOOKS_APART_NS && away_ns > gate->max_hold_ns / 2;
}

void gate_see(struct gate *gate, struct when known, bool caught_up, struct when now)
{
	if (gate->moved.ns == WHEN_MIN.ns || gate->known.ns != known.ns || !caught_up ||
	    looked_away(gate, now))
		gate->moved = now;
	gate->known = known;
	gate->seen = now;
}

const char *gate_ask(const struct gate *gate, struct when end, struct when now)
{
	if (when_since(end, now) > gate->max_hold_ns)
		return "future_flow";
	if (gate->bounded)
		return "kube_ended";
	if (gate->moved.ns != WHEN_MIN.ns && when_since(now, gate->moved) >= gate->max_hold_ns)
		return "kube_stalled";
	return NULL;
}
