#include "enricher/alignment.h"

#include <stdlib.h>

#include "common/program/log.h"

#define FEED_PER_TURN 1000
#define FLOWS_PER_TURN 512 /* of one partition, so that none waits long for the others */
#define KUBE_WAIT_MS 20    /* a flow arriving meanwhile waits so long */
#define FLOW_WAIT_MS \
	100 /* a kube record arriving meanwhile waits so long; nothing needs it sooner */

/* Finds the position to answer a flow at. false: it waits. */
static bool position_of(struct alignment *a, const struct flow_endpoints *ends, struct when now,
			struct timeline_position *position, const char **provisional)
{
	*provisional = NULL;
	if (a->hindsight) {
		*position = timeline_position_last(a->timeline);
		return true;
	}
	if (timeline_position_for(a->timeline, ends->end, position))
		return true;
	*provisional = hold_policy_ask(&a->policy, ends->end, now);
	if (*provisional == NULL)
		return false;
	*position = timeline_position_last(a->timeline);
	return true;
}

/* Counts FLOW as one that waits, once. -1 without memory. */
static int note_waiting(struct alignment *a, const struct bus_record *flow)
{
	size_t index = (size_t)flow->partition;

	a->waiting = true;
	if (index >= a->waiting_count) {
		int64_t *larger = realloc(a->waiting_at, (index + 1) * sizeof(*larger));

		if (larger == NULL)
			return -1;
		for (size_t i = a->waiting_count; i <= index; i++)
			larger[i] = -1;
		a->waiting_at = larger;
		a->waiting_count = index + 1;
	}
	a->stats.waited += flow->offset > a->waiting_at[index];
	if (flow->offset > a->waiting_at[index])
		a->waiting_at[index] = flow->offset;
	return 0;
}

static enum exchange_outcome put(struct alignment *a, size_t index, enum exchange_topic topic,
				 struct when now)
{
	const struct text *record = &a->tagger.record;

	return exchange_put(a->exchange, index, topic, record->data, record->length, now);
}

static enum exchange_outcome put_rejected(struct alignment *a, size_t index, struct when now)
{
	enum exchange_outcome outcome = put(a, index, EXCHANGE_REJECTED, now);

	if (outcome != EXCHANGE_REFUSED)
		return outcome;
	log_error("the rejected topic does not take a record of %zu bytes",
		  a->tagger.record.length);
	return EXCHANGE_BROKEN;
}

static enum exchange_outcome tag(struct alignment *a, size_t index, const struct bus_record *flow,
				 const struct flow_endpoints *ends, struct when now)
{
	struct timeline_position position;
	const char *provisional;
	enum exchange_outcome outcome;

	if (!position_of(a, ends, now, &position, &provisional))
		return note_waiting(a, flow) < 0 ? EXCHANGE_BROKEN : EXCHANGE_REFUSED;
	if (tagger_tag(&a->tagger, flow, ends, &position, provisional) < 0)
		return EXCHANGE_BROKEN;
	outcome = put(a, index, EXCHANGE_TAGGED, now);
	if (outcome != EXCHANGE_REFUSED)
		return outcome;
	if (tagger_refuse(&a->tagger, flow) < 0)
		return EXCHANGE_BROKEN;
	return put_rejected(a, index, now);
}

/* Deals with one flow. REFUSED: it waits. */
static enum exchange_outcome deal_with(struct alignment *a, size_t index,
				       const struct bus_record *flow, struct when now)
{
	struct flow_endpoints_fault fault;
	struct flow_endpoints ends;
	enum flow_endpoints_outcome outcome =
		flow_endpoints_read(flow->value, flow->value_length, &ends, &fault);

	if (outcome != FLOW_ENDPOINTS_GOOD) {
		if (tagger_reject(&a->tagger, flow, outcome, &fault) < 0)
			return EXCHANGE_BROKEN;
		return put_rejected(a, index, now);
	}
	if (when_before(ends.end, a->since) ||
	    (!when_is_max(a->until) && when_not_after(a->until, ends.end))) {
		a->stats.outside++;
		exchange_pass(a->exchange, index);
		return EXCHANGE_DONE;
	}
	return tag(a, index, flow, &ends, now);
}

/* Deals with the flows of one partition that need not wait. *BUSY is set when there was
 * one, *ENDED cleared when more may come. */
static enum exchange_outcome deal_with_partition(struct alignment *a, size_t index, struct when now,
						 bool *busy, bool *ended)
{
	struct bus_record flow;
	enum exchange_outcome outcome;

	for (int n = 0; n < FLOWS_PER_TURN; n++) {
		switch (exchange_head(a->exchange, index, &flow)) {
		case EXCHANGE_FLOW:
			break;
		case EXCHANGE_NONE:
			*ended = false;
			return EXCHANGE_DONE;
		case EXCHANGE_ENDED:
			return EXCHANGE_DONE;
		case EXCHANGE_FAILED:
			return EXCHANGE_BROKEN;
		}
		outcome = deal_with(a, index, &flow, now);
		if (outcome == EXCHANGE_REFUSED)
			break;
		*busy = true;
		a->stats.read++;
		if (outcome != EXCHANGE_DONE)
			return outcome;
	}
	*ended = false;
	return EXCHANGE_DONE;
}

void alignment_clear(struct alignment *a)
{
	tagger_clear(&a->tagger);
	free(a->waiting_at);
	a->waiting_at = NULL;
	a->waiting_count = 0;
}

/* Waits for whatever the flows at hand need. */
static enum alignment_turn idle(struct alignment *a)
{
	if (exchange_wait(a->exchange, a->waiting ? 0 : FLOW_WAIT_MS) < 0)
		return ALIGNMENT_BROKEN;
	if (a->waiting && !a->frozen && kube_topic_turn(a->kube_topic, 1, KUBE_WAIT_MS) < 0)
		return ALIGNMENT_BROKEN;
	return ALIGNMENT_GO_ON;
}

enum alignment_turn alignment_turn(struct alignment *a, struct when now)
{
	int fed = a->frozen ? 0 : kube_topic_turn(a->kube_topic, FEED_PER_TURN, 0);
	enum exchange_outcome outcome =
		fed < 0 ? EXCHANGE_BROKEN : exchange_serve(a->exchange, now);
	bool busy = fed > 0, ended = exchange_partitions(a->exchange) > 0;

	hold_policy_see(&a->policy, timeline_position_progress(a->timeline).known,
			fed < FEED_PER_TURN, now);
	a->waiting = false;
	for (size_t i = 0; outcome == EXCHANGE_DONE && i < exchange_partitions(a->exchange); i++)
		outcome = deal_with_partition(a, i, now, &busy, &ended);
	if (outcome == EXCHANGE_BROKEN)
		return ALIGNMENT_BROKEN;
	if (outcome == EXCHANGE_AGAIN)
		return ALIGNMENT_GO_ON;
	if (ended)
		return ALIGNMENT_ENDED;
	return busy ? ALIGNMENT_GO_ON : idle(a);
}
