#include "enricher/alignment.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "enricher/decision.h"

#define KUBE_RECORDS_PER_TURN 1000
#define FLOWS_PER_TURN 512 /* of one partition, so that the others are not kept waiting */
#define KUBE_WAIT_MS 20    /* flows that arrive in the meantime are delayed by up to this */
#define FLOW_WAIT_MS 100   /* kube records are delayed by up to this, but no flow needs them */

/* With --hindsight or --until, and of a file that is not followed, every kube record that counts
 * was read at the start. */
static bool kube_is_complete(const struct alignment *a)
{
	return a->policy.bounded;
}

/* Reports the first answer that is provisional because the kube records end. */
static void warn_ended(struct alignment *a)
{
	struct when known = timeline_position_last(a->timeline).known;
	char text[WHEN_TEXT_SIZE] = "the last record";

	if (a->warned)
		return;
	a->warned = true;
	if (!when_is_min(known))
		when_format(known, text);
	log_warn("flows end after what is known of the cluster, up to %s: their answers are "
		 "provisional (kube_ended); --kube-until says up to when the records are complete",
		 text);
}

/* What is noted of the partition of FLOW. NULL if out of memory. */
static struct alignment_partition *partition_of(struct alignment *a, const struct bus_record *flow)
{
	size_t index = (size_t)flow->partition;

	if (index >= a->partition_count) {
		struct alignment_partition *larger =
			realloc(a->partitions, (index + 1) * sizeof(*larger));

		if (larger == NULL) {
			log_error("out of memory for partition %zu", index);
			return NULL;
		}
		for (size_t i = a->partition_count; i <= index; i++)
			larger[i] = (struct alignment_partition){-1, WHEN_MIN};
		a->partitions = larger;
		a->partition_count = index + 1;
	}
	return &a->partitions[index];
}

/* Counts FLOW as waiting, once. -1 if out of memory. */
static int note_waiting(struct alignment *a, const struct bus_record *flow)
{
	struct alignment_partition *partition = partition_of(a, flow);

	a->waiting = true;
	if (partition == NULL)
		return -1;
	if (flow->offset > partition->waiting_at) {
		a->stats.waited++;
		partition->waiting_at = flow->offset;
	}
	return 0;
}

/* Counts FLOW, which DECISION is about, as read. -1 if out of memory. */
static int note_read(struct alignment *a, const struct bus_record *flow,
		     const struct decision *decision)
{
	struct alignment_partition *partition = partition_of(a, flow);

	a->stats.read++;
	if (decision->action != DECISION_REJECT)
		a->event = decision->ends.end;
	if (partition == NULL)
		return -1;
	if (decision->action == DECISION_TAG || decision->action == DECISION_REVISE)
		partition->ended = when_later(partition->ended, decision->ends.end);
	return 0;
}

struct when alignment_read_to(const struct alignment *a, int32_t number)
{
	return (size_t)number < a->partition_count ? a->partitions[number].ended : WHEN_MIN;
}

static enum exchange_outcome fail(struct alignment *a, int exit_code)
{
	a->exit_code = exit_code;
	return EXCHANGE_BROKEN;
}

/* Neither memory nor the store is to blame for the other. */
static enum exchange_outcome fail_to_answer(struct alignment *a)
{
	bool memory = a->tagger.record.failed || a->tagger.common_json.failed;

	return fail(a, memory ? EX_OSERR : EX_IOERR);
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
	log_error("the rejected topic does not accept a record of %zu bytes",
		  a->tagger.record.length);
	return fail(a, EX_CONFIG);
}

static enum exchange_outcome reject(struct alignment *a, size_t index,
				    const struct bus_record *flow, const struct fault *fault,
				    struct when now)
{
	rejections_see(&a->rejections, a->tagger.topic, flow, fault, now);
	return tagger_reject(&a->tagger, flow, fault) < 0 ? fail(a, EX_OSERR)
							  : put_rejected(a, index, now);
}

/* Puts the tagged record, or rejects FLOW if it is refused. */
static enum exchange_outcome put_tagged(struct alignment *a, size_t index,
					const struct bus_record *flow, struct when now)
{
	enum exchange_outcome outcome = put(a, index, EXCHANGE_TAGGED, now);
	struct fault fault;

	if (outcome != EXCHANGE_REFUSED)
		return outcome;
	fault_refuse(&fault, FAULT_PRODUCE_FAILED, "",
		     "the broker does not take its tagged record; see max.message.bytes");
	return reject(a, index, flow, &fault, now);
}

static enum exchange_outcome tag(struct alignment *a, size_t index, const struct bus_record *flow,
				 const struct decision *d, struct when now)
{
	if (d->why != NULL && a->policy.bounded)
		warn_ended(a);
	if (d->why != NULL && strcmp(d->why, HOLD_POLICY_FUTURE) == 0)
		future_flows_see(&a->future, a->tagger.topic, flow, d->ends.end, now);
	if (tagger_tag(&a->tagger, flow, &d->ends, &d->position, d->why) < 0)
		return fail_to_answer(a);
	return put_tagged(a, index, flow, now);
}

static enum exchange_outcome skip(struct alignment *a, size_t index, struct when now)
{
	exchange_skip(a->exchange, index, now);
	return EXCHANGE_DONE;
}

static enum exchange_outcome revise(struct alignment *a, size_t index,
				    const struct bus_record *flow, const struct decision *d,
				    struct when now)
{
	int corrected = tagger_revise(&a->tagger, flow, &d->ends, &d->first, &d->position);

	if (corrected < 0)
		return fail_to_answer(a);
	return corrected == 0 ? skip(a, index, now) : put_tagged(a, index, flow, now);
}

/* Skips FLOW, which cannot be revised, and reports the first such. */
static enum exchange_outcome leave(struct alignment *a, size_t index, const struct bus_record *flow,
				   const struct decision *d, struct when now)
{
	if (a->stats.unrevised++ == 0)
		log_warn("%s: the flow at partition %d, offset %" PRId64
			 " is not revised: %s; others are only counted",
			 a->tagger.topic, flow->partition, flow->offset, d->why);
	return skip(a, index, now);
}

static enum exchange_outcome act(struct alignment *a, size_t index, const struct bus_record *flow,
				 const struct decision *d, struct when now)
{
	switch (d->action) {
	case DECISION_TAG:
		return tag(a, index, flow, d, now);
	case DECISION_REVISE:
		return revise(a, index, flow, d, now);
	case DECISION_REJECT:
		return reject(a, index, flow, &d->fault, now);
	case DECISION_SKIP:
		a->stats.outside++;
		return skip(a, index, now);
	case DECISION_LEAVE:
		return leave(a, index, flow, d, now);
	case DECISION_WAIT:
	case DECISION_FAIL:
		break;
	}
	return fail(a, EX_IOERR);
}

/* Deals with the flows of one partition up to the first that waits. Sets *BUSY if there
 * was one, and clears *ENDED if more may come. */
static enum exchange_outcome do_partition(struct alignment *a, size_t index, struct when now,
					  bool *busy, bool *ended)
{
	enum exchange_outcome outcome = EXCHANGE_DONE;
	struct decision decision;
	struct bus_record flow;

	for (int n = 0; n < FLOWS_PER_TURN && outcome == EXCHANGE_DONE; n++) {
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
		decision_make(a->timeline, a->options, &a->policy, &flow, now, &decision);
		if (decision.action == DECISION_WAIT) {
			*ended = false;
			return note_waiting(a, &flow) < 0 ? fail(a, EX_OSERR) : EXCHANGE_DONE;
		}
		*busy = true;
		outcome = note_read(a, &flow, &decision) < 0 ? fail(a, EX_OSERR)
							     : act(a, index, &flow, &decision, now);
	}
	*ended = false;
	return outcome;
}

void alignment_clear(struct alignment *a)
{
	tagger_clear(&a->tagger);
	free(a->partitions);
	a->partitions = NULL;
	a->partition_count = 0;
}

/* Waits for a kube record if a flow waits for its position, otherwise for a flow. */
static enum alignment_turn idle(struct alignment *a)
{
	if (exchange_wait(a->exchange, a->wake_fd, a->waiting ? 0 : FLOW_WAIT_MS) < 0)
		return ALIGNMENT_BROKEN;
	if (a->waiting && !kube_is_complete(a) &&
	    kube_topic_turn(a->kube_topic, 1, KUBE_WAIT_MS) < 0)
		return ALIGNMENT_BROKEN;
	return ALIGNMENT_GO_ON;
}

static bool is_undecided(const struct alignment *a)
{
	return a->options->timeline->options.cluster == NULL &&
	       timeline_cluster_count(a->timeline) > 1;
}

enum alignment_turn alignment_turn(struct alignment *a, struct when now)
{
	int fed =
		kube_is_complete(a) ? 0 : kube_topic_turn(a->kube_topic, KUBE_RECORDS_PER_TURN, 0);
	enum exchange_outcome outcome =
		fed < 0 ? EXCHANGE_BROKEN : exchange_serve(a->exchange, now);
	bool busy = fed > 0, ended = exchange_partitions(a->exchange) > 0;

	if (is_undecided(a))
		return ALIGNMENT_UNDECIDED;
	if (outcome == EXCHANGE_BROKEN)
		return ALIGNMENT_BROKEN;
	hold_policy_see(&a->policy, timeline_position_progress(a->timeline).known,
			fed < KUBE_RECORDS_PER_TURN, now);
	stall_log(&a->stall, &a->policy, now);
	future_flows_tend(&a->future, now);
	rejections_tend(&a->rejections, now);
	a->waiting = false;
	for (size_t i = 0; outcome == EXCHANGE_DONE && i < exchange_partitions(a->exchange); i++)
		outcome = do_partition(a, i, now, &busy, &ended);
	if (outcome == EXCHANGE_BROKEN)
		return ALIGNMENT_BROKEN;
	if (outcome == EXCHANGE_AGAIN)
		return ALIGNMENT_GO_ON;
	if (ended)
		return ALIGNMENT_ENDED;
	return busy ? ALIGNMENT_GO_ON : idle(a);
}
