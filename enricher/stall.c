#include "enricher/stall.h"

#include <stdio.h>

#include "common/program/log.h"

static int64_t patience_ns(const struct stall *stall, const struct hold_policy *policy)
{
	int64_t ns = 3 * stall->usual_ns;

	if (ns < STALL_NS)
		ns = STALL_NS;
	return policy->patient || ns < policy->max_hold_ns ? ns : policy->max_hold_ns;
}

static void log_begin(const struct hold_policy *policy, int64_t still_ns)
{
	char known[WHEN_TEXT_SIZE], still[WHEN_TEXT_SIZE], hold[WHEN_TEXT_SIZE];
	char fate[WHEN_TEXT_SIZE + 48] = "wait";

	when_format_duration(still_ns - still_ns % NS_PER_SECOND, still);
	when_format_duration(policy->max_hold_ns, hold);
	if (!policy->patient)
		snprintf(fate, sizeof(fate), "wait, and are answered provisionally after %s", hold);
	if (when_is_min(policy->known)) {
		log_warn("the kube topic has no PROGRESS yet, for %s: flows %s; see the log of "
			 "tenure-kube",
			 still, fate);
		return;
	}
	when_format(policy->known, known);
	log_warn("the cluster is known to %s, which has not moved for %s: flows that end after it "
		 "%s; the log of tenure-kube says which watch is missing",
		 known, still, fate);
}

static void log_end(const struct hold_policy *policy, int64_t still_ns)
{
	char known[WHEN_TEXT_SIZE] = "", still[WHEN_TEXT_SIZE];

	if (!when_is_min(policy->known))
		when_format(policy->known, known);
	when_format_duration(still_ns - still_ns % NS_PER_SECOND, still);
	log_info("the cluster becomes known again, after %s: it is known to %s", still, known);
}

/* KNOWN has moved. */
static void see_move(struct stall *stall, const struct hold_policy *policy, struct when now)
{
	int64_t still_ns = when_since(now, stall->moved);

	if (stall->said)
		log_end(policy, when_since(now, stall->since));
	if (!stall->said || still_ns < 3 * STALL_NS)
		stall->usual_ns = still_ns;
	stall->said = false;
	stall->known = policy->known;
	stall->moved = now;
}

void stall_log(struct stall *stall, const struct hold_policy *policy, struct when now)
{
	int64_t still_ns = when_since(now, policy->moved);

	if (policy->bounded)
		return;
	if (!stall->checked)
		*stall = (struct stall){.checked = true, .known = policy->known, .moved = now};
	if (policy->known.ns != stall->known.ns)
		see_move(stall, policy, now);
	if (stall->said || still_ns < patience_ns(stall, policy))
		return;
	stall->said = true;
	stall->since = policy->moved;
	log_begin(policy, still_ns);
}
