#include "common/timeline/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/program/log.h"
#include "common/timeline/feed/feed.h"
#include "common/timeline/feed/kube_event_newest.h"
#include "common/timeline/rules/horizon.h"
#include "common/timeline/timeline_internal.h"

static bool has_caches(const struct timeline *timeline)
{
	return timeline->cache != NULL && timeline->sole_tenures != NULL &&
	       timeline->name_versions != NULL;
}

static void forget(struct timeline *timeline)
{
	for (size_t w = 0; w < timeline->cluster_count; w++)
		cluster_free(timeline->clusters[w]);
	free(timeline->clusters);
	timeline->clusters = NULL;
	timeline->cluster_count = 0;
	timeline->topic = topic_state_none();
	timeline->answering = NULL;
	timeline->look_count = 0;
	timeline_clear_caches(timeline);
}

/* 0: read, or the store is new; 1: it has another format; -1 after logging. */
static int load(struct timeline *timeline)
{
	int rc = topic_state_load(timeline->store, &timeline->topic);

	for (uint32_t c = 0; rc == 0 && c < timeline->topic.cluster_count; c++)
		rc = timeline_add_cluster(timeline, cluster_load(timeline->store, c));
	return rc;
}

static int open_store(struct timeline *timeline, const char *directory)
{
	int loaded;

	timeline->cache = address_cache_new();
	timeline->sole_tenures = sole_tenures_new();
	timeline->name_versions = name_versions_new();
	if (!has_caches(timeline)) {
		log_error("timeline: out of memory");
		return -1;
	}
	timeline->store = store_open(directory);
	if (timeline->store == NULL)
		return -1;
	loaded = load(timeline);
	if (loaded == 0)
		return timeline_check_options(timeline);
	/* Running out of memory does not mean that the store is damaged. */
	if (loaded < 0 && !store_is_damaged(timeline->store))
		return -1;
	forget(timeline);
	return store_replace(timeline->store,
			     loaded == 1 ? "has another format" : "cannot be read");
}

struct timeline *timeline_open(const char *directory, const struct timeline_options *options)
{
	struct timeline *timeline = calloc(1, sizeof(*timeline));

	if (timeline == NULL) {
		log_error("timeline: out of memory");
		return NULL;
	}
	timeline->options = *options;
	timeline->list = -1;
	text_init(&timeline->key, 4096);
	text_init(&timeline->value, STATE_LIMIT);
	text_init(&timeline->state, STATE_LIMIT);
	text_init(&timeline->labels, UINT16_MAX);
	text_init(&timeline->annotations, UINT16_MAX);
	if (open_store(timeline, directory) < 0) {
		timeline_close(timeline);
		return NULL;
	}
	for (size_t c = 0; c < timeline->cluster_count; c++)
		timeline_set_options(timeline, timeline->clusters[c]);
	timeline_choose_cluster(timeline);
	return timeline;
}

void timeline_close(struct timeline *timeline)
{
	if (timeline == NULL)
		return;
	if (has_caches(timeline))
		forget(timeline);
	store_close(timeline->store);
	address_cache_free(timeline->cache);
	sole_tenures_free(timeline->sole_tenures);
	name_versions_free(timeline->name_versions);
	text_free(&timeline->key);
	text_free(&timeline->value);
	text_free(&timeline->state);
	text_free(&timeline->labels);
	text_free(&timeline->annotations);
	free(timeline->possible);
	free(timeline);
}

int64_t timeline_next_offset(const struct timeline *timeline)
{
	return timeline->topic.next_offset;
}

uint64_t timeline_last_hash(const struct timeline *timeline)
{
	return timeline->topic.last_hash;
}

uint64_t timeline_first_hash(const struct timeline *timeline)
{
	return timeline->topic.first_hash;
}

uint64_t timeline_hash(const char *value, size_t length)
{
	return hash_quick(HASH_START, value, length);
}

uint64_t timeline_chain(const struct timeline *timeline)
{
	return timeline->topic.chain;
}

uint64_t timeline_chain_on(uint64_t chain, uint64_t hash)
{
	/* A bijection of CHAIN, so equal records later do not hide one that was changed. */
	chain = ((chain ^ hash) + 1) * UINT64_C(0x9e3779b97f4a7c15);
	return chain ^ chain >> 32;
}

int timeline_reset(struct timeline *timeline)
{
	forget(timeline);
	timeline->stats.resets++;
	return store_reset(timeline->store);
}

/* Sets when FEED's record was received (docs/answers.md section 1). */
static void set_received(const struct timeline *timeline, int64_t timestamp_ms, struct feed *feed)
{
	struct when last = timeline->topic.last_received[feed->event->resource];
	struct when newest;

	feed->received = feed->event->received;
	if (!when_is_min(feed->received))
		return;
	if (timestamp_ms >= 0 && timestamp_ms < INT64_MAX / NS_PER_MS) {
		feed->received = (struct when){timestamp_ms * NS_PER_MS};
		return;
	}
	/* Kubernetes writes whole seconds: what it wrote happened within the next one. */
	newest = kube_event_newest_instant(&feed->event->object);
	feed->received = when_later(when_add(newest, NS_PER_SECOND), last);
	feed->received_is_last = when_not_after(newest, last);
}

/* A look is as of its record, so it comes before EVENT makes CLUSTER forget what there was then. -1 after logging. */
static int look_before_horizon(struct timeline *timeline, const struct cluster *cluster,
			       const struct kube_event *event)
{
	if (timeline->look_count == 0 || event->type != KUBE_PROGRESS ||
	    cluster != timeline->answering ||
	    when_not_after(horizon_of(event->known, cluster->retention_ns), cluster->horizon))
		return 0;
	return timeline_look(timeline);
}

static enum timeline_outcome apply_event(struct timeline *timeline, struct kube_event *event,
					 int64_t offset, int64_t timestamp_ms, const char **why)
{
	struct feed feed = {
		.store = timeline->store,
		.generations = &timeline->generations,
		.key = &timeline->key,
		.value = &timeline->value,
		.state = &timeline->state,
		.event = event,
		.labels = &timeline->options.labels,
		.annotations = &timeline->options.annotations,
		.labels_json = &timeline->labels,
		.annotations_json = &timeline->annotations,
		.offset = (uint64_t)offset,
		.received = WHEN_MIN,
		.gap_from = WHEN_MIN,
		.listed = timeline->list >= 0,
	};
	enum timeline_outcome outcome;
	unsigned changed = event->type == KUBE_GAP ? ~0u : 0;
	struct when horizon;

	if (event->resource < KUBE_RESOURCES)
		changed = 1u << event->resource;
	if (event->of_interface)
		return timeline_apply_interface(timeline, &feed, why);
	set_received(timeline, timestamp_ms, &feed);
	if (when_is_min(feed.received)) {
		*why = "it has no \"received\", no timestamp and no time inside";
		return TIMELINE_UNREADABLE;
	}
	if (when_before(timeline->topic.greatest_received, feed.received))
		timeline->topic.greatest_received = feed.received;
	feed.cluster = timeline_cluster_of(timeline, event->cluster);
	if (feed.cluster == NULL || look_before_horizon(timeline, feed.cluster, event) < 0)
		return TIMELINE_BROKEN;
	if (feed.cluster == timeline->answering) {
		feed.cache = timeline->cache;
		feed.sole_tenures = timeline->sole_tenures;
	}
	horizon = feed.cluster->horizon;
	outcome = feed_event(&feed, why);
	/* Who was lost before it is not possible any more. */
	if (feed.cache != NULL && when_before(horizon, feed.cluster->horizon))
		address_cache_clear(timeline->cache);
	timeline->stats.addresses_refused += feed.addresses_refused;
	timeline->stats.values_refused += feed.values_refused;
	timeline->stats.progress_refused += feed.progress_refused;
	if (outcome != TIMELINE_UNREADABLE)
		timeline->topic.last_received[event->resource] = feed.received;
	if (cluster_put(feed.cluster, timeline->store, changed, &timeline->key, &timeline->value) <
	    0)
		return TIMELINE_BROKEN;
	return outcome;
}

/* The record at OFFSET, of which EVENT has what can be told, could not be read. */
static int add_unread(struct timeline *timeline, const struct kube_event *event, uint64_t offset)
{
	bool found = false;

	if (event->other_kind || event->of_interface)
		return 0;
	for (size_t c = 0; c < timeline->cluster_count; c++) {
		struct cluster *cluster = timeline->clusters[c];
		bool is = strcmp(cluster->name, event->cluster) == 0;

		found = found || is;
		if ((event->cluster_untold || is) &&
		    cluster_add_unread(cluster, timeline->store, event->resource, offset) < 0)
			return -1;
	}
	if (event->cluster_untold || !found)
		timeline->topic.unread_offset = offset;
	return 0;
}

static void count(struct timeline_stats *stats, enum timeline_outcome outcome)
{
	stats->applied += outcome == TIMELINE_APPLIED;
	stats->ignored += outcome == TIMELINE_IGNORED;
	stats->unreadable += outcome == TIMELINE_UNREADABLE;
}

enum timeline_outcome timeline_apply(struct timeline *timeline, int64_t offset, const char *value,
				     size_t length, int64_t timestamp_ms, const char **why)
{
	enum timeline_outcome outcome = TIMELINE_IGNORED;
	struct kube_event event;
	struct fault fault;

	*why = NULL;
	if (offset < timeline->topic.next_offset) {
		timeline->stats.ignored++;
		return TIMELINE_IGNORED;
	}
	timeline_note_list(timeline);
	if (kube_event_parse(value, length, &event, &fault) == 0) {
		outcome = apply_event(timeline, &event, offset, timestamp_ms, why);
		kube_event_clear(&event);
	} else if (fault.reason != FAULT_UNKNOWN_RESOURCE) {
		outcome = TIMELINE_UNREADABLE;
		fault_words(&fault, timeline->why);
		*why = timeline->why;
	}
	if (outcome == TIMELINE_BROKEN ||
	    (outcome == TIMELINE_UNREADABLE && add_unread(timeline, &event, (uint64_t)offset) < 0))
		return TIMELINE_BROKEN;
	timeline->topic.last_hash = timeline_hash(value, length);
	if (timeline->topic.next_offset == 0)
		timeline->topic.first_hash = timeline->topic.last_hash;
	timeline->topic.chain = timeline_chain_on(timeline->topic.chain, timeline->topic.last_hash);
	timeline->topic.next_offset = offset + 1;
	timeline->topic.made_for = timeline->made_for;
	timeline->topic.cluster_count = (uint32_t)timeline->cluster_count;
	if (topic_state_put(&timeline->topic, timeline->store, &timeline->key, &timeline->value) <
		    0 ||
	    store_commit(timeline->store) < 0)
		return TIMELINE_BROKEN;
	count(&timeline->stats, outcome);
	return outcome;
}

int64_t timeline_retention(const struct timeline *timeline)
{
	return timeline->options.retention_ns;
}

int timeline_flush(struct timeline *timeline)
{
	return timeline_look(timeline) < 0 ? -1 : store_flush(timeline->store);
}

int timeline_save(struct timeline *timeline)
{
	return timeline_look(timeline) < 0 ? -1 : store_save(timeline->store);
}

struct timeline_stats timeline_stats(const struct timeline *timeline)
{
	return timeline->stats;
}
