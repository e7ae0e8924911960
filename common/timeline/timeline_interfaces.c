/* A record of an interface: it makes no cluster be there, and what it contradicts is counted and said. */
#include <stdlib.h>

#include "common/program/log.h"
#include "common/timeline/feed/feed.h"
#include "common/timeline/history/history_view.h"
#include "common/timeline/judge.h"
#include "common/timeline/names.h"
#include "common/timeline/rules/contradictions.h"
#include "common/timeline/timeline_internal.h"

/* Of messages about contradictions; later ones are only counted. */
#define SAID_MAX 100

/* What a record says of an interface, and of one address that it carried. */
struct look {
	struct timeline *timeline;
	const struct feed *feed;
	const struct interface_object *object;
	struct history *history; /* of the address, without the record */
	struct interface_span span;
	const struct ip *ip;
};

/* "NAMESPACE/NAME" of binding number T, in a block of the history. */
static struct span pod_name(const struct look *look, size_t t)
{
	struct address_view *view = &look->history->view;
	const struct cached_names *names = names_find(look->timeline, look->history, view,
						      &view->tenures[t], look->feed->offset);

	return names == NULL ? span_of("?") : names->holder->full_name;
}

static void say(const struct look *look, enum contradiction kind,
		const struct contradictions *found)
{
	struct span of = look->feed->event->name, node = look->object->node_name, pod, other;
	char ip[IP_TEXT_SIZE];

	if (look->timeline->said++ >= SAID_MAX) {
		if (look->timeline->said == SAID_MAX + 1)
			log_warn("timeline: further contradictions of interfaces are only counted");
		return;
	}
	ip_format(look->ip, ip);
	switch (kind) {
	case CONTRADICTION_TWO_ADDRESSES:
		log_warn("timeline: interface %.*s of node %.*s carried %s and another address of "
			 "its family: it is no evidence",
			 (int)of.length, of.data, (int)node.length, node.data, ip);
		break;
	case CONTRADICTION_TWO_INTERFACES:
		log_warn("timeline: interface %.*s of node %.*s carried %s at the same time as "
			 "another one: neither is evidence",
			 (int)of.length, of.data, (int)node.length, node.data, ip);
		break;
	case CONTRADICTION_TWO_PODS:
		pod = pod_name(look, found->pods[0]);
		other = pod_name(look, found->pods[1]);
		log_warn("timeline: interface %.*s of node %.*s carried %s while %.*s and %.*s had "
			 "it: it is no evidence",
			 (int)of.length, of.data, (int)node.length, node.data, ip, (int)pod.length,
			 pod.data, (int)other.length, other.data);
		break;
	default:
		pod = pod_name(look, found->owner);
		log_warn(
			"timeline: interface %.*s of node %.*s carried %s while %.*s had it, which "
			"had another interface before: it is no evidence of this pod",
			(int)of.length, of.data, (int)node.length, node.data, ip, (int)pod.length,
			pod.data);
	}
}

/* Fills what LOOK's address was carried by and held by. -1 if out of memory. */
static int find(const struct look *look, struct contradictions *found)
{
	const struct assumptions assumptions = judge_assumptions(look->timeline);
	struct history *history = look->history;
	const struct address_view *view =
		history_view(history, look->feed->offset, true, &assumptions);
	struct interface_span *others = calloc(history->interface_count + 1, sizeof(*others));
	struct binding *bindings = calloc(view == NULL ? 1 : view->count + 1, sizeof(*bindings));
	size_t count = 0;
	int rc = -1;

	if (view == NULL || others == NULL || bindings == NULL)
		goto out;
	for (size_t i = 0; i < history->interface_count; i++) {
		if (history->interfaces[i].interface != look->object->hash &&
		    history_interface(history, i, look->feed->offset))
			others[count++] = history->interfaces[i].span;
	}
	for (size_t t = 0; t < view->count; t++)
		bindings[t] = view->tenures[t].binding;
	*found = contradictions_find(&look->span, others, count, bindings, view->count,
				     &assumptions);
	rc = 0;
out:
	free(others);
	free(bindings);
	return rc;
}

/* Counts what the record contradicts and was not counted of the interface. -1 after logging. */
static int look_at(struct look *look, struct interface_state *after)
{
	struct timeline *timeline = look->timeline;
	struct contradictions found;
	int rc = -1;

	look->history = history_load(timeline->store, look->feed->cluster->id, look->ip);
	if (look->history == NULL)
		return -1;
	if (find(look, &found) < 0) {
		log_error("timeline: out of memory for an interface");
		goto out;
	}
	for (int kind = 0; kind < CONTRADICTIONS; kind++) {
		if ((found.kinds & ~(unsigned)after->contradicted & 1u << kind) == 0)
			continue;
		timeline->stats.contradictions[kind]++;
		say(look, (enum contradiction)kind, &found);
	}
	after->contradicted |= (uint8_t)found.kinds;
	rc = 0;
out:
	history_free(look->history);
	return rc;
}

static int look_at_all(struct timeline *timeline, const struct feed *feed,
		       const struct interface_object *object, const struct interface_state *before,
		       struct interface_state *after)
{
	struct look look = {.timeline = timeline, .feed = feed, .object = object};

	for (size_t f = 0; f < INTERFACE_FAMILIES; f++) {
		struct interface_span old = feed_interface_span(object, before, f);
		bool is_new = !before->addresses[f].there;

		if (!after->addresses[f].there)
			continue;
		look.span = feed_interface_span(object, after, f);
		look.ip = &after->addresses[f].ip;
		if (contradictions_due(is_new ? NULL : &old, &look.span) &&
		    look_at(&look, after) < 0)
			return -1;
	}
	return 0;
}

static int apply(struct timeline *timeline, struct feed *feed,
		 const struct interface_object *object)
{
	struct interface_state before, after;

	if (feed_interface_states(feed, object, &before, &after) < 0 ||
	    (feed->cluster == timeline->answering &&
	     look_at_all(timeline, feed, object, &before, &after) < 0) ||
	    feed_interface(feed, object, &before, &after) < 0)
		return -1;
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
