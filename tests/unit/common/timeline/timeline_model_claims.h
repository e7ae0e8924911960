/* timeline_model_claims.h - the model's bindings of one address, and their order
 * (docs/answers.md section 5). */
#ifndef TENURE_TESTS_TIMELINE_MODEL_CLAIMS_H
#define TENURE_TESTS_TIMELINE_MODEL_CLAIMS_H

#include "tests/unit/common/timeline/timeline_model.h"

#define CLAIMS_MAX 256

/* A binding, with its raw instants and then the four that count. */
struct claim {
	const char *kind, *uid, *node;
	int epoch;
	bool terminating;
	int64_t from, certain, to, until; /* raw */
	int64_t possible_from, certain_from, certain_to, possible_to;
};

struct claims {
	struct claim list[CLAIMS_MAX];
	int count;
};

static inline int64_t certain_from(const struct model *model, const struct model_thing *thing,
				   int e, const struct ip *ip, enum timeline_clock clock)
{
	const struct model_epoch *epoch = &thing->pod.epochs[e];
	int64_t after = e > 0 ? model_certain_to(&thing->pod, e - 1) : NONE, opening = OPEN;

	if (clock == TIMELINE_SANDBOX && epoch->ready != NONE)
		return NS_PER_SECOND +
		       (epoch->started == NONE ? epoch->ready : less(epoch->ready, epoch->started));
	if (clock <= TIMELINE_STARTED && epoch->started != NONE)
		return epoch->started + NS_PER_SECOND;
	for (int o = 0; o < model->opening_count && clock <= TIMELINE_ENDPOINT; o++) {
		const struct model_opening *one = &model->openings[o];

		if (strcmp(one->uid, thing->uid) == 0 && ip_compare(&one->ip, ip) == 0 &&
		    one->at > after)
			opening = less(opening, one->at);
	}
	return opening == OPEN ? epoch->received : opening;
}

static inline void claim_pod(const struct model *model, const struct model_thing *thing,
			     const struct ip *ip, enum timeline_clock clock, struct claims *claims)
{
	for (int e = 0; e < thing->pod.count; e++) {
		const struct model_epoch *epoch = &thing->pod.epochs[e];
		bool holds = false;

		for (int i = 0; i < epoch->ip_count; i++)
			holds = holds || ip_compare(&epoch->ips[i], ip) == 0;
		if (!holds)
			continue;
		claims->list[claims->count++] = (struct claim){
			"pod",
			thing->uid,
			epoch->node,
			e,
			epoch->terminating,
			model_possible_from(&thing->pod, e),
			certain_from(model, thing, e, ip, clock),
			model_certain_to(&thing->pod, e),
			model_possible_to(epoch),
			0,
			0,
			0,
			0,
		};
	}
}

static inline void claim_spans(const struct model_thing *thing, const struct ip *ip,
			       struct claims *claims)
{
	bool service = thing->resource == KUBE_SERVICES;

	for (int s = 0; s < thing->span_count; s++) {
		const struct model_span *span = &thing->spans[s];

		if (ip_compare(&span->ip, ip) == 0)
			claims->list[claims->count++] = (struct claim){
				service ? "service" : "node",
				thing->uid,
				"",
				s,
				false,
				span->created,
				span->first,
				span->over ? more(span->known, span->shown) : OPEN,
				span->over && (service || !span->deleted) ? span->removed : OPEN,
				0,
				0,
				0,
				0,
			};
	}
}

static inline bool precedes(const struct claim *a, const struct claim *b, int64_t k)
{
	return later(a->certain, k) <= later(b->to, -k);
}

static inline bool seems(const struct claim *a, const struct claim *b, int64_t skew)
{
	bool same = *a->node && strcmp(a->node, b->node) == 0;
	int64_t k = same ? 0 : skew;

	if (precedes(a, b, k) && !precedes(b, a, k))
		return true;
	return a->to == OPEN && (a->terminating || same) &&
	       later(a->certain, k) <= later(b->certain, -k) &&
	       !(later(b->certain, k) <= later(a->certain, -k));
}

static inline bool before(const struct claim *a, const struct claim *b, int64_t skew)
{
	if (strcmp(a->uid, b->uid) == 0)
		return a->epoch < b->epoch;
	return seems(a, b, skew) && !seems(b, a, skew);
}

static inline void settle(struct claims *claims, int64_t skew)
{
	for (int i = 0; i < claims->count; i++) {
		struct claim *b = &claims->list[i];

		b->possible_from = b->from;
		for (int j = 0; j < claims->count; j++) {
			const struct claim *a = &claims->list[j];

			if (i != j && a->to != OPEN && before(a, b, skew))
				b->possible_from = more(b->possible_from, a->to);
		}
	}
	for (int i = 0; i < claims->count; i++) {
		struct claim *a = &claims->list[i];

		a->certain_to = a->to;
		a->possible_to = a->until;
		for (int j = 0; j < claims->count; j++) {
			const struct claim *b = &claims->list[j];

			if (i == j || !before(a, b, skew))
				continue;
			if (a->to == OPEN)
				a->certain_to = less(a->certain_to, b->possible_from);
			a->possible_to = less(a->possible_to, b->certain);
		}
	}
	for (int i = 0; i < claims->count; i++) {
		struct claim *one = &claims->list[i];

		one->possible_from = later(one->possible_from, -skew);
		one->possible_to = later(one->possible_to, skew);
		one->certain_from = later(one->certain, skew);
		one->certain_to = later(one->certain_to, -skew);
	}
}

#endif
