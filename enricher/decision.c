#include "enricher/decision.h"

#include "common/timeline/rules/horizon.h"

static bool is_outside(const struct run_options *options, struct when end)
{
	return when_before(end, options->since) ||
	       (!when_is_max(options->until) && when_not_after(options->until, end));
}

/* Finds the position of what ended at ASKED, or the last one if none is needed or none will come. 1
 * found, 0 if there is none yet, -1 after logging. */
static int find_position(struct timeline *timeline, const struct run_options *options,
			 const struct hold_policy *policy, struct when asked,
			 struct timeline_position *position)
{
	int found = timeline_position_for(timeline, asked, position);
	bool ends_late = found == 0 && policy->bounded && timeline_ends_after(timeline, asked);

	if (ends_late || (found == 1 && options->hindsight))
		*position = timeline_position_last(timeline);
	return ends_late ? 1 : found;
}

static enum decision_action tag(struct timeline *timeline, const struct run_options *options,
				const struct hold_policy *policy, struct when now,
				struct decision *d)
{
	int found = find_position(timeline, options, policy, d->ends.end, &d->position);

	d->why = NULL;
	if (found < 0)
		return DECISION_FAIL;
	if (found == 1)
		return DECISION_TAG;
	d->why = hold_policy_ask(policy, d->ends.end, now);
	if (d->why == NULL)
		return DECISION_WAIT;
	d->position = timeline_position_last(timeline);
	return DECISION_TAG;
}

/* Whether FIRST, if it was final, is as of the position that this run gives a flow that ended at
 * END. A position that every kube file ends with may have been passed since. */
static int is_ours(struct timeline *timeline, const struct first_answer *first, struct when end)
{
	struct timeline_position position;
	int found = timeline_position_for(timeline, end, &position);

	if (found < 0 || first->provisional)
		return found < 0 ? -1 : 1;
	return found == 1 ? first->position == position.offset
			  : first->position <= timeline_position_last(timeline).offset;
}

static bool is_forgotten(const struct timeline *timeline, const struct run_options *options,
			 struct when start)
{
	struct when horizon = horizon_of(timeline_position_progress(timeline).known,
					 timeline_retention(timeline));

	return when_before(when_add(start, -options->timeline->options.skew_ns), horizon);
}

static enum decision_action revise(struct timeline *timeline, const struct run_options *options,
				   const struct hold_policy *policy, struct when now,
				   struct decision *d)
{
	struct when asked = when_add(d->ends.end, options->revise_ns);
	int found, ours;

	d->why = "it is older than --retention";
	if (is_forgotten(timeline, options, d->ends.start))
		return DECISION_LEAVE;
	found = find_position(timeline, options, policy, asked, &d->position);
	if (found == 0) {
		if (hold_policy_ask(policy, d->ends.end, now) == NULL)
			return DECISION_WAIT;
		d->why = policy->bounded ? "the kube records end less than --revise after it"
					 : "it ends too far ahead of the clock";
		return DECISION_LEAVE;
	}
	ours = found < 0 ? -1 : is_ours(timeline, &d->first, d->ends.end);
	if (ours < 0)
		return DECISION_FAIL;
	if (ours == 1)
		return DECISION_REVISE;
	fault_refuse(&d->fault, FAULT_OTHER_POSITION, "tenure.kube.position",
		     "the position that this kube topic, --hold and --skew give is needed");
	return DECISION_REJECT;
}

static int read_record(const struct run_options *options, const struct bus_record *record,
		       struct decision *d)
{
	struct span tags;

	if (options->revise_ns == 0)
		return flow_endpoints_read(record->value, record->value_length, &d->ends,
					   &d->fault);
	if (flow_endpoints_read_tagged(record->value, record->value_length, &d->ends, &tags,
				       &d->fault) < 0)
		return -1;
	return first_answer_read(tags, TIMELINE_RULES, &d->first, &d->fault);
}

void decision_make(struct timeline *timeline, const struct run_options *options,
		   const struct hold_policy *policy, const struct bus_record *record,
		   struct when now, struct decision *decision)
{
	if (read_record(options, record, decision) < 0)
		decision->action = DECISION_REJECT;
	else if (is_outside(options, decision->ends.end))
		decision->action = DECISION_SKIP;
	else if (options->revise_ns > 0)
		decision->action = revise(timeline, options, policy, now, decision);
	else
		decision->action = tag(timeline, options, policy, now, decision);
}
