#include "enricher/tagger.h"

#include <stdio.h>

#include "common/program/log.h"
#include "enricher/rejected.h"
#include "enricher/tagged.h"

#define REVISION 1 /* each flow is answered once */
#define DETAIL_SIZE 160

void tagger_init(struct tagger *tagger, struct timeline *timeline, const char *topic)
{
	*tagger = (struct tagger){.timeline = timeline, .topic = topic};
	text_init(&tagger->source, BUS_RECORD_MAX);
	text_init(&tagger->destination, BUS_RECORD_MAX);
	text_init(&tagger->record, 2 * BUS_RECORD_MAX);
}

void tagger_clear(struct tagger *tagger)
{
	text_free(&tagger->source);
	text_free(&tagger->destination);
	text_free(&tagger->record);
}

/* Whether OUT, a part of the outcome or all of it, was written whole. */
static int finish(const struct text *out)
{
	if (!out->failed)
		return 0;
	log_error("out of memory for the outcome of a flow");
	return -1;
}

static int answer_end(struct tagger *tagger, const struct flow_endpoints *ends,
		      const struct flow_endpoint *end, int64_t position, struct text *out)
{
	struct timeline_question question = {
		.ip = end->ip,
		.port = end->port,
		.transport = ends->transport,
		.start = ends->start,
		.end = ends->end,
		.sent = end->sent,
		.serves = ends->source_began && end == &ends->destination,
		.began = ends->source_began && end == &ends->source,
		.position = position,
	};
	struct timeline_answer answer;

	if (timeline_answer(tagger->timeline, &question, &answer) < 0)
		return -1;
	text_clear(out);
	timeline_answer_json(&answer, out);
	tagger->stats.known += answer.status == TIMELINE_KNOWN;
	tagger->stats.unknown += answer.status == TIMELINE_UNKNOWN;
	tagger->stats.ambiguous += answer.status == TIMELINE_AMBIGUOUS;
	return finish(out);
}

static struct tagged_origin origin_of(const struct tagger *tagger, const struct bus_record *flow)
{
	return (struct tagged_origin){tagger->topic, flow->partition, flow->offset};
}

int tagger_tag(struct tagger *tagger, const struct bus_record *flow,
	       const struct flow_endpoints *ends, const struct timeline_position *position,
	       const char *provisional)
{
	struct tagged tagged = {
		.rules = TIMELINE_RULES,
		.revision = REVISION,
		.provisional = provisional,
		.kube_partition = position->partition,
		.kube_position = position->offset,
		.kube_known = position->known,
		.flow = origin_of(tagger, flow),
	};

	if (answer_end(tagger, ends, &ends->source, position->offset, &tagger->source) < 0 ||
	    answer_end(tagger, ends, &ends->destination, position->offset, &tagger->destination) <
		    0)
		return -1;
	tagged.source = tagger->source.data;
	tagged.source_length = tagger->source.length;
	tagged.destination = tagger->destination.data;
	tagged.destination_length = tagger->destination.length;
	text_clear(&tagger->record);
	tagged_add(&tagger->record, flow->value, ends->closing_brace, ends->empty, &tagged);
	tagger->stats.tagged++;
	tagger->stats.provisional += provisional != NULL;
	return finish(&tagger->record);
}

static int reject(struct tagger *tagger, const struct bus_record *flow, const char *reason,
		  const char *member, const char *detail)
{
	struct rejected rejected = {
		.reason = reason,
		.member = member,
		.detail = detail,
		.flow = origin_of(tagger, flow),
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

int tagger_refuse(struct tagger *tagger, const struct bus_record *flow)
{
	tagger->stats.refused++;
	return reject(tagger, flow, "produce_failed", NULL,
		      "a tagged record that the broker takes is needed; see max.message.bytes");
}
