#include "enricher/hold_policy.h"

/* Between checks further apart than this and half of max_hold_ns, KNOWN may have moved unseen. */
#define CHECKS_APART_NS NS_PER_SECOND

static bool missed_checks(const struct hold_policy *policy, struct when now)
{
	int64_t apart_ns = when_since(now, policy->seen);

	return apart_ns > CHECKS_APART_NS && apart_ns > policy->max_hold_ns / 2;
}

void hold_policy_see(struct hold_policy *policy, struct when known, bool caught_up, struct when now)
{
	policy->moves =
		policy->moves || (!when_is_min(policy->moved) && policy->known.ns != known.ns);
	if (when_is_min(policy->moved) || policy->known.ns != known.ns || !caught_up ||
	    missed_checks(policy, now))
		policy->moved = now;
	policy->known = known;
	policy->seen = now;
}

bool hold_policy_is_stalled(const struct hold_policy *policy, struct when now)
{
	return !when_is_min(policy->moved) && when_since(now, policy->moved) >= policy->max_hold_ns;
}

bool hold_policy_is_old(const struct hold_policy *policy, struct when known, struct when now)
{
	return !policy->moves && when_since(now, known) > policy->max_hold_ns;
}

const char *hold_policy_ask(const struct hold_policy *policy, struct when end, struct when now)
{
	if (policy->bounded)
		return "kube_ended";
	if (when_since(end, when_later(now, policy->known)) > policy->max_ahead_ns)
		return HOLD_POLICY_FUTURE;
	if (!policy->patient && hold_policy_is_stalled(policy, now))
		return "kube_stalled";
	return NULL;
}
