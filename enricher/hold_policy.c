#include "enricher/hold_policy.h"

/* Looks that are further apart than this and half the hold have missed something. */
#define LOOKS_APART_NS NS_PER_SECOND

static bool looked_away(const struct hold_policy *policy, struct when now)
{
	int64_t away_ns = when_since(now, policy->seen);

	return away_ns > LOOKS_APART_NS && away_ns > policy->max_hold_ns / 2;
}

void hold_policy_see(struct hold_policy *policy, struct when known, bool caught_up, struct when now)
{
	if (when_is_min(policy->moved) || policy->known.ns != known.ns || !caught_up ||
	    looked_away(policy, now))
		policy->moved = now;
	policy->known = known;
	policy->seen = now;
}

const char *hold_policy_ask(const struct hold_policy *policy, struct when end, struct when now)
{
	if (when_since(end, now) > policy->max_hold_ns)
		return "future_flow";
	if (policy->bounded)
		return "kube_ended";
	if (!when_is_min(policy->moved) && when_since(now, policy->moved) >= policy->max_hold_ns)
		return "kube_stalled";
	return NULL;
}
