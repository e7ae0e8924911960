#include "enricher/gate.h"

void gate_see(struct gate *gate, struct when known, struct when now)
{
	if (gate->moved.ns != WHEN_MIN.ns && gate->known.ns == known.ns)
		return;
	gate->known = known;
	gate->moved = now;
}

const char *gate_ask(const struct gate *gate, struct when end, struct when now)
{
	if (when_since(end, now) > gate->max_hold_ns)
		return "future_flow";
	if (gate->bounded && gate->kube_ended)
		return "kube_ended";
	if (gate->moved.ns != WHEN_MIN.ns && when_since(now, gate->moved) >= gate->max_hold_ns)
		return "kube_stalled";
	return NULL;
}
