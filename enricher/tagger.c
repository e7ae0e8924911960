#include "enricher/tagger.h"

#include <stdio.h>
#include <string.h>

#include "common/program/log.h"
#include "enricher/rejected.h"

#define DETAIL_SIZE 160

void tagger_init(struct tagger *tagger, struct timeline *timeline, const char *topic)
{
	*tagger = (struct tagger){.timeline = timeline, .topic = topic};
	text_init(&tagger->common_json, BUS_RECORD_MAX);
	text_init(&tagger->record, 2 * BUS_RECORD_MAX);
}

void tagger_clear(struct tagger *tagger)
{
	text_free(&tagger->common_json);
	text_free(&tagger->record);
}

/* Whether OUT was written whole. */
static int finish(const struct text *out)
{
	if (!out->failed)
		return 0;
	log_error("out of memory for the outcome of a flow");
	return -1;
}

static int add_answer(struct tagger *tagger, const struct flow_endpoints *ends,
		      const struct flow_endpoint *end, bool is_source, int64_t position)
{
	struct timeline_question question = {
		.ip = end->ip,
		.port = end->port,
		.transport = ends->transport,
		.start = ends->start,
		.end = ends->end,
		.sent = end->sent,
		.serves = ends->source_began && !is_source,
		.began = ends->source_began && is_source,
		.observer = ends->observer,
		.interface = ends->interface,
		.position = position,
	};
	struct timeline_answer answer;

	if (timeline_answer(tagger->timeline, &question, &answer) < 0)
		return -1;
	timeline_answer_json(&answer, &tagger->record);
	answer_tally_add(&tagger->stats.ends, &answer);
	tagger->stats.known += answer.status == TIMELINE_KNOWN;
	tagger->stats.unknown += answer.status == TIMELINE_UNKNOWN;
	tagger->stats.ambiguous += answer.status == TIMELINE_AMBIGUOUS;
	return 0;
}

static bool same_common(const struct tagged_common *a, const struct tagged_common *b)
{
	return a->kube_position == b->kube_position && a->kube_known.ns == b->kube_known.ns &&
	       a->kube_partition == b->kube_partition && a->partition == b->partition &&
	       a->provisional == b->provisional && a->flow.length == 0 && b->flow.length == 0;
}

/* Renders COMMON unless it is that of the flow before. -1 after logging. */
static int render_common(struct tagger *tagger, const struct tagged_common *common)
{
	if (tagger->common_json.length > 0 && same_common(&tagger->common, common))
		return 0;
	text_clear(&tagger->common_json);
	tagged_common_add(&tagger->common_json, common);
	tagger->common = *common;
	return finish(&tagger->common_json);
}

/* Where the answers are in a record: one after another. */
struct answers {
	size_t source, source_end, destination, destination_end, others_end;
};

/* Adds the answers for the ends SOURCE and DESTINATION, as far as they are there, as the member GROUP. */
static int add_group(struct tagger *tagger, const struct flow_endpoints *ends, const char *group,
		     enum flow_other source, enum flow_other destination, int64_t position)
{
	bool both = ends->has_other[source] && ends->has_other[destination];

	if (ends->has_other[source]) {
		tagged_other(&tagger->record, group, "source", true);
		if (add_answer(tagger, ends, &ends->others[source], true, position) < 0)
			return -1;
	}
	if (ends->has_other[destination]) {
		tagged_other(&tagger->record, group, "destination", !both);
		if (add_answer(tagger, ends, &ends->others[destination], false, position) < 0)
			return -1;
	}
	if (ends->has_other[source] || ends->has_other[destination])
		tagged_others_end(&tagger->record);
	return 0;
}

/* Begins the record of FLOW with the answers as of POSITION. */
static int add_answers(struct tagger *tagger, const struct bus_record *flow,
		       const struct flow_endpoints *ends, int64_t position, struct answers *answers)
{
	struct text *record = &tagger->record;

	text_clear(record);
	tagged_begin(record, flow->value, ends->closing_brace, ends->empty);
	answers->source = record->length;
	if (add_answer(tagger, ends, &ends->source, true, position) < 0)
		return -1;
	answers->source_end = record->length;
	tagged_between(record);
	answers->destination = record->length;
	if (add_answer(tagger, ends, &ends->destination, false, position) < 0)
		return -1;
	answers->destination_end = record->length;
	if (add_group(tagger, ends, "nat", FLOW_SOURCE_NAT, FLOW_DESTINATION_NAT, position) < 0 ||
	    add_group(tagger, ends, "original", FLOW_SOURCE_ORIGINAL, FLOW_DESTINATION_ORIGINAL,
		      position) < 0)
		return -1;
	answers->others_end = record->length;
	return 0;
}

static struct tagged_common common_of(const struct tagger *tagger, const struct bus_record *flow,
				      const struct timeline_position *position)
{
	return (struct tagged_common){
		.rules = TIMELINE_RULES,
		.revision = 1,
		.kube_partition = position->partition,
		.kube_position = position->offset,
		.kube_known = position->known,
		.topic = tagger->topic,
		.partition = flow->partition,
	};
}

int tagger_tag(struct tagger *tagger, const struct bus_record *flow,
	       const struct flow_endpoints *ends, const struct timeline_position *position,
	       const char *provisional)
{
	struct tagged_common common = common_of(tagger, flow, position);
	struct answers answers;

	common.provisional = provisional;
	if (add_answers(tagger, flow, ends, position->offset, &answers) < 0 ||
	    render_common(tagger, &common) < 0)
		return -1;
	tagged_end(&tagger->record, text_span(&tagger->common_json), flow->offset);
	tagger->stats.tagged++;
	tagger->stats.provisional += provisional != NULL;
	return finish(&tagger->record);
}

int tagger_revise(struct tagger *tagger, const struct bus_record *flow,
		  const struct flow_endpoints *ends, const struct first_answer *first,
		  const struct timeline_position *position)
{
	struct tagged_common common = common_of(tagger, flow, position);
	struct text *record = &tagger->record;
	struct answers at;

	if (add_answers(tagger, flow, ends, position->offset, &at) < 0 || finish(record) < 0)
		return -1;
	if (!first->provisional &&
	    first_answer_holds(first->source, (struct span){record->data + at.source,
							    at.source_end - at.source}) &&
	    first_answer_holds(first->destination,
			       (struct span){record->data + at.destination,
					     at.destination_end - at.destination}) &&
	    first_answer_holds(first->others, (struct span){record->data + at.destination_end,
							    at.others_end - at.destination_end})) {
		tagger->stats.confirmed++;
		return 0;
	}
	common.revision = 2;
	common.flow = first->flow;
	if (render_common(tagger, &common) < 0)
		return -1;
	tagged_end(record, text_span(&tagger->common_json), flow->offset);
	tagger->stats.corrected++;
	return finish(record) < 0 ? -1 : 1;
}

static int reject(struct tagger *tagger, const struct bus_record *flow, const char *reason,
		  const char *member, const char *detail)
{
	struct rejected rejected = {
		.reason = reason,
		.member = member,
		.detail = detail,
		.flow = {tagger->topic, flow->partition, flow->offset},
		.bytes = flow->value,
		.length = flow->value_length,
	};

	text_clear(&tagger->record);
	rejected_add(&tagger->record, &rejected);
	return finish(&tagger->record);
}

int tagger_reject(struct tagger *tagger, const struct bus_record *flow, const struct fault *fault)
{
	const char *reason = fault_name(fault->reason);
	const char *member = fault->member[0] != '\0' ? fault->member : NULL;
	char detail[DETAIL_SIZE];

	tagger->stats.rejected[fault->reason]++;
	if (fault->reason != FAULT_NOT_JSON)
		return reject(tagger, flow, reason, member, fault->detail);
	snprintf(detail, sizeof(detail), "%s; this is none at byte %zu", fault->detail, fault->at);
	return reject(tagger, flow, reason, member, detail);
}
