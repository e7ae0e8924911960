#include "common/timeline/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "common/kube_event_newest.h"
#include "common/log.h"
#include "common/timeline/keeper.h"

#define ROW_LIMIT (64u << 20) /* a record of Kafka's largest size has a smaller state */
/* Each cluster is a world in memory; a topic of more is a mistake in a name. */
#define WORLDS_MAX 1024

static int write_meta(struct timeline *timeline)
{
	row_key_meta(&timeline->key);
	text_clear(&timeline->value);
	codec_add_u32(&timeline->value, ROWS_FORMAT);
	codec_add_u64(&timeline->value, (uint64_t)timeline->next_offset);
	codec_add_u64(&timeline->value, timeline->last_hash);
	codec_add_u64(&timeline->value, timeline->first_hash);
	codec_add_u64(&timeline->value, timeline->chain);
	for (int r = 0; r <= KUBE_RESOURCES; r++)
		codec_add_when(&timeline->value, timeline->last_received[r]);
	codec_add_u32(&timeline->value, (uint32_t)timeline->world_count);
	return keeper_put(timeline);
}

/* Which of the worlds answers. The cache holds that one's addresses alone. */
static void choose_world(struct timeline *timeline)
{
	const char *wanted = timeline->options.cluster;
	struct world *before = timeline->answering;

	timeline->answering = NULL;
	for (size_t w = 0; w < timeline->world_count; w++) {
		if (!wanted || strcmp(timeline->worlds[w]->name, wanted) == 0) {
			timeline->answering = timeline->worlds[w];
			break;
		}
	}
	if (timeline->answering != before)
		address_cache_clear(timeline->cache);
}

static int add_world(struct timeline *timeline, struct world *world)
{
	struct world **worlds;

	if (!world)
		return -1;
	worlds = realloc(timeline->worlds, (timeline->world_count + 1) * sizeof(struct world *));
	if (!worlds) {
		log_error("timeline: no memory for cluster \"%s\"", world->name);
		world_free(world);
		return -1;
	}
	timeline->worlds = worlds;
	timeline->worlds[timeline->world_count++] = world;
	return 0;
}

static void nothing_received(struct timeline *timeline)
{
	for (int r = 0; r <= KUBE_RESOURCES; r++)
		timeline->last_received[r] = WHEN_MIN;
}

static void forget(struct timeline *timeline)
{
	for (size_t w = 0; w < timeline->world_count; w++)
		world_free(timeline->worlds[w]);
	free(timeline->worlds);
	timeline->worlds = NULL;
	timeline->world_count = 0;
	timeline->next_offset = 0;
	timeline->last_hash = timeline->first_hash = timeline->chain = 0;
	nothing_received(timeline);
	timeline->answering = NULL;
	address_cache_clear(timeline->cache);
}

/* 0: read, or the store is new; 1: it has another format; -1 after logging. */
static int load(struct timeline *timeline)
{
	struct codec codec;
	uint32_t worlds;
	int found;

	row_key_meta(&timeline->key);
	text_clear(&timeline->value);
	found = store_get(timeline->store, (struct span){timeline->key.data, timeline->key.length},
			  &timeline->value);
	if (found < 0)
		return -1;
	if (!found)
		return store_is_empty(timeline->store) ? 0 : 1;
	codec = codec_read((struct span){timeline->value.data, timeline->value.length});
	if (codec_u32(&codec) != ROWS_FORMAT)
		return 1;
	timeline->next_offset = (int64_t)codec_u64(&codec);
	timeline->last_hash = codec_u64(&codec);
	timeline->first_hash = codec_u64(&codec);
	timeline->chain = codec_u64(&codec);
	for (int r = 0; r <= KUBE_RESOURCES; r++)
		timeline->last_received[r] = codec_when(&codec);
	worlds = codec_u32(&codec);
	if (!codec_done(&codec) || worlds > WORLDS_MAX)
		return store_damaged(timeline->store, "the row of the topic");
	for (uint32_t w = 0; w < worlds; w++) {
		if (add_world(timeline, world_load(timeline->store, w)) != 0)
			return -1;
	}
	return 0;
}

static int open_store(struct timeline *timeline, const char *directory)
{
	int loaded;

	timeline->cache = address_cache_new();
	if (!timeline->cache) {
		log_error("timeline: no memory");
		return -1;
	}
	timeline->store = store_open(directory);
	if (!timeline->store)
		return -1;
	loaded = load(timeline);
	if (loaded == 0)
		return 0;
	forget(timeline);
	return store_replace(timeline->store,
			     loaded == 1 ? "has another format" : "cannot be read");
}

struct timeline *timeline_open(const char *directory, const struct timeline_options *options)
{
	struct timeline *timeline = calloc(1, sizeof(*timeline));

	if (!timeline) {
		log_error("timeline: no memory");
		return NULL;
	}
	timeline->options = *options;
	nothing_received(timeline);
	text_init(&timeline->key, 4096);
	text_init(&timeline->value, ROW_LIMIT);
	text_init(&timeline->state, ROW_LIMIT);
	if (open_store(timeline, directory) != 0) {
		timeline_close(timeline);
		return NULL;
	}
	choose_world(timeline);
	return timeline;
}

void timeline_close(struct timeline *timeline)
{
	if (!timeline)
		return;
	if (timeline->cache)
		forget(timeline);
	store_close(timeline->store);
	address_cache_free(timeline->cache);
	text_free(&timeline->key);
	text_free(&timeline->value);
	text_free(&timeline->state);
	free(timeline);
}

int64_t timeline_next_offset(const struct timeline *timeline)
{
	return timeline->next_offset;
}

uint64_t timeline_last_hash(const struct timeline *timeline)
{
	return timeline->last_hash;
}

uint64_t timeline_first_hash(const struct timeline *timeline)
{
	return timeline->first_hash;
}

uint64_t timeline_hash(const char *value, size_t length)
{
	return span_hash((struct span){value, length});
}

uint64_t timeline_chain(const struct timeline *timeline)
{
	return timeline->chain;
}

uint64_t timeline_chain_on(uint64_t chain, uint64_t hash)
{
	/* One to one in CHAIN: the same records later do not hide one that was changed. */
	chain = ((chain ^ hash) + 1) * UINT64_C(0x9e3779b97f4a7c15);
	return chain ^ chain >> 32;
}

int timeline_reset(struct timeline *timeline)
{
	forget(timeline);
	return store_reset(timeline->store);
}

static struct world *world_of(struct timeline *timeline, const char *cluster)
{
	struct world *world;

	for (size_t w = 0; w < timeline->world_count; w++) {
		if (strcmp(timeline->worlds[w]->name, cluster) == 0)
			return timeline->worlds[w];
	}
	if (timeline->world_count == WORLDS_MAX) {
		log_error("timeline: more than %d clusters in one topic", WORLDS_MAX);
		return NULL;
	}
	world = world_new((uint32_t)timeline->world_count, cluster);
	if (add_world(timeline, world) != 0 || world_put(world, timeline->store) != 0)
		return NULL;
	choose_world(timeline);
	return world;
}

/* docs/answers.md section 1. */
static struct when received_of(const struct timeline *timeline, const struct kube_event *event,
			       int64_t timestamp_ms)
{
	if (event->received.ns != INT64_MIN)
		return event->received;
	if (timestamp_ms >= 0 && timestamp_ms < INT64_MAX / NS_PER_MS)
		return (struct when){timestamp_ms * NS_PER_MS};
	return when_later(kube_event_newest_instant(event->object),
			  timeline->last_received[event->resource]);
}

static enum timeline_outcome apply_gap(struct feed *feed)
{
	const struct kube_event *event = feed->event;
	struct gap gap = {
		.resources = event->resource == KUBE_RESOURCES ? ~0u : 1u << event->resource,
		.offset = feed->offset,
		.from = event->from,
		.to = event->to,
	};

	return world_add_gap(feed->world, feed->timeline->store, &gap) == 0 ? TIMELINE_APPLIED
									    : TIMELINE_BROKEN;
}

static enum timeline_outcome apply_progress(struct feed *feed)
{
	struct when known = feed->event->known;

	if (when_before(known, feed->world->known) || when_before(feed->received, known)) {
		feed->timeline->stats.progress_refused++;
		return TIMELINE_IGNORED;
	}
	return world_add_progress(feed->world, feed->timeline->store, known, feed->offset) == 0
		       ? TIMELINE_APPLIED
		       : TIMELINE_BROKEN;
}

static enum timeline_outcome apply_sync_begin(struct feed *feed)
{
	enum kube_resource resource = feed->event->resource;

	feed->world->sync[resource].begin_offset = feed->offset;
	feed->world->sync[resource].scope = feed->event->scope;
	if (feed->world->coverage[resource].begin_offset == OFFSET_NEVER)
		feed->world->coverage[resource].begin_offset = feed->offset;
	return world_put(feed->world, feed->timeline->store) == 0 ? TIMELINE_APPLIED
								  : TIMELINE_BROKEN;
}

static enum timeline_outcome apply_by_type(struct feed *feed, const char **why)
{
	switch (feed->event->type) {
	case KUBE_GAP:
		return apply_gap(feed);
	case KUBE_PROGRESS:
		return apply_progress(feed);
	case KUBE_SYNC_BEGIN:
		return apply_sync_begin(feed);
	case KUBE_SYNC_END:
		return feed_sync_end(feed);
	default:
		return feed_object(feed, why);
	}
}

static enum timeline_outcome apply_event(struct timeline *timeline, const struct kube_event *event,
					 int64_t offset, int64_t timestamp_ms, const char **why)
{
	struct feed feed = {
		.timeline = timeline,
		.event = event,
		.offset = (uint64_t)offset,
		.received = received_of(timeline, event, timestamp_ms),
	};
	enum timeline_outcome outcome;

	if (feed.received.ns == INT64_MIN) {
		*why = "there is no \"received\", no timestamp and no time inside";
		return TIMELINE_UNREADABLE;
	}
	if (event->type == KUBE_BOOKMARK || event->type == KUBE_ERROR) {
		timeline->last_received[event->resource] = feed.received;
		return TIMELINE_IGNORED;
	}
	feed.world = world_of(timeline, event->cluster);
	if (!feed.world)
		return TIMELINE_BROKEN;
	outcome = apply_by_type(&feed, why);
	if (outcome != TIMELINE_UNREADABLE)
		timeline->last_received[event->resource] = feed.received;
	return outcome;
}

static const char *parse_why(enum kube_event_status status)
{
	switch (status) {
	case KUBE_EVENT_NOT_JSON:
		return "it is not JSON";
	case KUBE_EVENT_NOT_AN_OBJECT:
		return "it is no JSON object";
	case KUBE_EVENT_MISSING_MEMBER:
		return "a member is missing";
	case KUBE_EVENT_WRONG_TYPE:
		return "a member has the wrong type";
	default:
		return "its type is unknown";
	}
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
	enum kube_event_status status;
	struct kube_event event;

	*why = NULL;
	if (offset < timeline->next_offset) {
		timeline->stats.ignored++;
		return TIMELINE_IGNORED;
	}
	status = kube_event_parse(value, length, &event, NULL);
	if (status == KUBE_EVENT_READ) {
		outcome = apply_event(timeline, &event, offset, timestamp_ms, why);
		kube_event_clear(&event);
	} else if (status != KUBE_EVENT_UNKNOWN_RESOURCE) {
		outcome = TIMELINE_UNREADABLE;
		*why = parse_why(status);
	}
	if (outcome == TIMELINE_BROKEN)
		return TIMELINE_BROKEN;
	timeline->last_hash = timeline_hash(value, length);
	if (timeline->next_offset == 0)
		timeline->first_hash = timeline->last_hash;
	timeline->chain = timeline_chain_on(timeline->chain, timeline->last_hash);
	timeline->next_offset = offset + 1;
	if (write_meta(timeline) != 0 || store_commit(timeline->store) != 0)
		return TIMELINE_BROKEN;
	count(&timeline->stats, outcome);
	return outcome;
}

size_t timeline_cluster_count(const struct timeline *timeline)
{
	return timeline->world_count;
}

const char *timeline_cluster_name(const struct timeline *timeline, size_t number)
{
	return timeline->worlds[number]->name;
}

struct timeline_stats timeline_stats(const struct timeline *timeline)
{
	return timeline->stats;
}
