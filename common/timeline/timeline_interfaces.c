/* A record of an interface: it makes no cluster be there, and what it contradicts is counted and said. */
#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"
#include "common/timeline/feed/feed.h"
#include "common/timeline/history/history_around.h"
#include "common/timeline/judge.h"
#include "common/timeline/names.h"
#include "common/timeline/rules/contradictions.h"
#include "common/timeline/timeline_internal.h"

/* Of messages about contradictions; later ones are only counted. */
#define SAID_MAX 100

/* The history of a look's address, and what was found in it. */
struct found {
	struct history *history;
	struct address_view *view; /* of what may have to do with the interface */
	struct contradictions all;
};

/* "NAMESPACE/NAME" of the tenure number T. */
static struct span pod_name(struct timeline *timeline, const struct look *look,
			    const struct found *found, size_t t)
{
	const struct cached_names *names = names_find(timeline, found->history, found->view,
						      &found->view->tenures[t], look->offset);

	return names == NULL ? span_of("?") : names->holder->full_name;
}

static void say(struct timeline *timeline, const struct look *look, const struct found *found,
		enum contradiction kind)
{
	char ip[IP_TEXT_SIZE];
	struct span pod, other;

	if (timeline->said++ >= SAID_MAX) {
		if (timeline->said == SAID_MAX + 1)
			log_warn("timeline: further contradictions of interfaces are only counted");
		return;
	}
	ip_format(&look->ip, ip);
	switch (kind) {
	case CONTRADICTION_TWO_ADDRESSES:
		log_warn("timeline: interface %s of node %s carried %s and another address of its "
			 "family: it is no evidence",
			 look->name, look->node, ip);
		break;
	case CONTRADICTION_TWO_INTERFACES:
		log_warn("timeline: interface %s of node %s carried %s at the same time as another "
			 "one: neither is evidence",
			 look->name, look->node, ip);
		break;
	case CONTRADICTION_TWO_PODS:
		pod = pod_name(timeline, look, found, found->all.pods[0]);
		other = pod_name(timeline, look, found, found->all.pods[1]);
		log_warn("timeline: interface %s of node %s carried %s while %.*s and %.*s had it: "
			 "it is no evidence",
			 look->name, look->node, ip, (int)pod.length, pod.data, (int)other.length,
			 other.data);
		break;
	default:
		pod = pod_name(timeline, look, found, found->all.owner);
		log_warn("timeline: interface %s of node %s carried %s while %.*s had it, which "
			 "had another interface before: it is no evidence of this pod",
			 look->name, look->node, ip, (int)pod.length, pod.data);
	}
}

/* What was so at LOOK's record. -1 if out of memory. */
static int find(const struct look *look, struct found *found)
{
	struct history *history = found->history;
	struct address_view *view = history_around(history, look->offset, true, &look->assumptions,
						   look->span.any_first, look->span.any_last);
	struct interface_span *others = calloc(history->interface_count + 1, sizeof(*others));
	struct binding *bindings = calloc(view == NULL ? 1 : view->count + 1, sizeof(*bindings));
	size_t count = 0;
	int rc = -1;

	if (view == NULL || others == NULL || bindings == NULL)
		goto out;
	for (size_t i = 0; i < history->interface_count; i++) {
		if (history->interfaces[i].interface != look->interface &&
		    history_interface(history, i, look->offset))
			others[count++] = history->interfaces[i].span;
	}
	for (size_t t = 0; t < view->count; t++)
		bindings[t] = view->tenures[t].binding;
	found->view = view;
	found->all = contradictions_find(&look->span, others, count, bindings, view->count,
					 &look->assumptions);
	rc = 0;
out:
	free(others);
	free(bindings);
	return rc;
}

/* Counts what was found and was not counted of the interface, and remembers that. -1 after logging. */
static int note(struct timeline *timeline, const struct look *look, const struct found *found)
{
	struct interface_state state;
	unsigned fresh;
	int rc;

	if (found->all.kinds == 0)
		return 0;
	row_key_interface_state(&timeline->key, timeline->answering->id, look->interface);
	rc = store_get(timeline->store, &timeline->key, &timeline->value);
	if (rc <= 0)
		return rc; /* it was forgotten meanwhile */
	if (!interface_state_read(text_span(&timeline->value), &state))
		return store_damaged(timeline->store, "the state of an interface");
	fresh = found->all.kinds & ~(unsigned)state.contradicted;
	if (fresh == 0)
		return 0;
	state.contradicted |= (uint8_t)fresh;
	text_clear(&timeline->value);
	interface_state_write(&timeline->value, &state);
	rc = store_put(timeline->store, &timeline->key, &timeline->value);
	for (int kind = 0; rc == 0 && kind < CONTRADICTIONS; kind++) {
		if ((fresh & 1u << kind) == 0)
			continue;
		timeline->stats.contradictions[kind]++;
		say(timeline, look, found, (enum contradiction)kind);
	}
	return rc;
}

static int look_at(struct timeline *timeline, const struct look *look)
{
	struct found found = {
		.history = history_load(timeline->store, timeline->answering->id, &look->ip)};
	int rc = -1;

	if (found.history == NULL)
		return -1;
	if (find(look, &found) < 0)
		log_error("timeline: out of memory for an interface");
	else
		rc = note(timeline, look, &found);
	history_free(found.history);
	return rc;
}

int timeline_look(struct timeline *timeline)
{
	size_t count = timeline->look_count;

	timeline->look_count = 0;
	for (size_t l = 0; l < count; l++) {
		if (look_at(timeline, &timeline->looks[l]) < 0 || store_commit(timeline->store) < 0)
			return -1;
	}
	return 0;
}

static void copy(char text[static NAME_MAX_BYTES + 1], struct span from)
{
	memcpy(text, from.data, from.length);
	text[from.length] = '\0';
}

/* What is to be looked at of the record, in AFTER. */
static void add_looks(struct timeline *timeline, const struct feed *feed,
		      const struct interface_object *object, const struct interface_state *before,
		      const struct interface_state *after)
{
	for (size_t f = 0; f < INTERFACE_FAMILIES; f++) {
		struct interface_span old = feed_interface_span(object, before, f);
		struct interface_span span = feed_interface_span(object, after, f);
		struct look *look = &timeline->looks[timeline->look_count];

		if (!after->addresses[f].there ||
		    !contradictions_due(before->addresses[f].there ? &old : NULL, &span))
			continue;
		*look = (struct look){
			.assumptions = judge_assumptions(timeline),
			.interface = object->hash,
			.offset = feed->offset,
			.ip = after->addresses[f].ip,
			.span = span,
		};
		copy(look->name, feed->event->name);
		copy(look->node, object->node_name);
		timeline->look_count++;
	}
}

static int apply(struct timeline *timeline, struct feed *feed,
		 const struct interface_object *object)
{
	struct interface_state before, after;
	uint64_t sequence;

	/* Nothing of the record was put yet. */
	if (timeline->look_count + INTERFACE_FAMILIES > LOOKS_MAX && timeline_look(timeline) < 0)
		return -1;
	if (feed_interface_sequence(feed, object, &sequence) < 0 ||
	    feed_interface_states(feed, object, sequence, &before, &after) < 0 ||
	    feed_interface(feed, object, &before, &after) < 0)
		return -1;
	if (feed->cluster == timeline->answering)
		add_looks(timeline, feed, object, &before, &after);
	return cluster_put(feed->cluster, timeline->store, 0, &timeline->key, &timeline->value);
}

enum timeline_outcome timeline_apply_interface(struct timeline *timeline, struct feed *feed,
					       const char **why)
{
	struct interface_object object;
	enum timeline_outcome outcome = feed_read_interface(feed, &object, why);

	timeline->stats.addresses_refused += feed->addresses_refused;
	if (outcome != TIMELINE_APPLIED)
		return outcome;
	if (timeline_cluster_of_interface(timeline, feed->event->cluster, &feed->cluster) < 0)
		return TIMELINE_BROKEN;
	if (feed->cluster == NULL)
		return TIMELINE_IGNORED;
	if (feed->cluster == timeline->answering) {
		feed->cache = timeline->cache;
		feed->sole_tenures = timeline->sole_tenures;
	}
	return apply(timeline, feed, &object) < 0 ? TIMELINE_BROKEN : TIMELINE_APPLIED;
}
