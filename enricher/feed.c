#include "enricher/feed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/log.h"
#include "common/stop.h"

struct feed {
	struct timeline *timeline;
	const struct settings_list *addresses;
	const struct bus_options *options;
	struct bus_reader *reader;
	size_t current; /* which of ADDRESSES is read */
	int64_t base;   /* records in the files before it */
	int64_t seen;   /* records read of it */
	int64_t check;  /* the offset whose record must hash to WANTED (1); -1: trusted */
	uint64_t wanted;
	bool kafka;
	bool ended; /* every file was read to its end */
	struct feed_stats stats;
};

static int open_current(struct feed *feed, int64_t from)
{
	bus_reader_close(feed->reader);
	feed->reader = bus_reader_open(feed->addresses->values[feed->current], feed->options, from);
	feed->seen = 0;
	return feed->reader == NULL ? -1 : 0;
}

/* Starts where the store stands: at its last record, to find it again. */
static int start(struct feed *feed)
{
	int64_t next = timeline_next_offset(feed->timeline);

	feed->check = next - 1;
	feed->wanted = timeline_last_hash(feed->timeline);
	feed->current = 0;
	feed->base = 0;
	feed->ended = false;
	timeline_set_closed(feed->timeline, false);
	return open_current(feed, feed->kafka && next > 0 ? next - 1 : BUS_FROM_START);
}

/* Empties the store where the topic's very first record is another one than the store
 * began with: two topics can hold the same record at one later offset. */
static int compare_first(struct feed *feed)
{
	const char *address = feed->addresses->values[0];
	struct bus_record record;
	enum bus_status status;

	if (open_current(feed, BUS_FROM_START) < 0)
		return -1;
	do
		status = bus_read(feed->reader, 1000, &record);
	while (status == BUS_QUIET && !bus_reader_caught_up(feed->reader) && !stop_requested());
	if (status == BUS_BROKEN)
		return -1;
	/* A topic whose start was trimmed has no such record any more. */
	if (status != BUS_RECORD || record.offset > 0 ||
	    timeline_hash(record.value, record.value_length) == timeline_first_hash(feed->timeline))
		return 0;
	log_warn("%s: is not the topic that the store was made from; the timeline is built again "
		 "from the start",
		 address);
	feed->stats.rebuilt++;
	return timeline_reset(feed->timeline);
}

static int rebuild(struct feed *feed, const char *why)
{
	const char *address = feed->addresses->values[feed->current];

	if (strcmp(address, "-") == 0) {
		log_error("standard input: %s; it cannot be read again: empty the --state "
			  "directory and start anew",
			  why);
		return -1;
	}
	log_warn("%s: %s; the timeline is built again from the start", address, why);
	feed->stats.rebuilt++;
	if (timeline_reset(feed->timeline) < 0)
		return -1;
	return start(feed);
}

static bool topic_fits(struct feed *feed)
{
	const char *address = feed->addresses->values[0];
	int partitions = bus_reader_partitions(feed->reader);
	char policy[64];

	if (partitions != 1) {
		log_error("%s: has %d partitions; the order of a cluster's events is the meaning "
			  "of the topic, so it needs 1",
			  address, partitions);
		return false;
	}
	if (bus_reader_setting(feed->reader, "cleanup.policy", policy, sizeof(policy)) < 0)
		return false;
	if (strcmp(policy, "compact") == 0) {
		log_error("%s: cleanup.policy is compact, which deletes the history that answers "
			  "need; set it to delete",
			  address);
		return false;
	}
	return true;
}

struct feed *feed_open(struct timeline *timeline, const struct settings_list *addresses,
		       const struct bus_options *options, int *exit_code)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	*exit_code = EX_OSERR;
	if (feed == NULL)
		return NULL;
	feed->timeline = timeline;
	feed->addresses = addresses;
	feed->options = options;
	feed->kafka = bus_is_kafka(addresses->values[0]);
	*exit_code = feed->kafka ? EX_UNAVAILABLE : EX_NOINPUT;
	if (feed->kafka && timeline_next_offset(timeline) > 0 && compare_first(feed) < 0)
		goto out;
	if (start(feed) < 0)
		goto out;
	*exit_code = EX_CONFIG;
	if (feed->kafka && !topic_fits(feed))
		goto out;
	return feed;
out:
	feed_close(feed);
	return NULL;
}

void feed_close(struct feed *feed)
{
	if (feed == NULL)
		return;
	bus_reader_close(feed->reader);
	free(feed);
}

/* Holds the record at OFFSET against what the store remembers.  1: go on; 0: the feed
 * has started anew; -1 after logging. */
static int verify(struct feed *feed, int64_t offset, const struct bus_record *record)
{
	uint64_t hash;

	if (feed->check < 0 || (!feed->kafka && offset != 0 && offset < feed->check))
		return 1;
	hash = timeline_hash(record->value, record->value_length);
	if (!feed->kafka && offset == 0 && hash != timeline_first_hash(feed->timeline)) {
		log_error("%s: its first record is not the one that the --state directory was made "
			  "from; give the "
			  "same file, or begin with an empty --state directory and new outputs",
			  feed->addresses->values[feed->current]);
		return -1;
	}
	if (offset < feed->check)
		return 1;
	if (offset > feed->check || hash != feed->wanted)
		return rebuild(feed,
			       "it is not what the store was made from, or its start was removed") <
				       0
			       ? -1
			       : 0;
	feed->check = -1;
	return 1;
}

static int apply(struct feed *feed, int64_t offset, const struct bus_record *record)
{
	const char *why = NULL;
	int verified = verify(feed, offset, record);

	if (verified <= 0)
		return verified;
	if (offset < timeline_next_offset(feed->timeline))
		return 0;
	feed->stats.records++;
	switch (timeline_apply(feed->timeline, offset, record->value, record->value_length,
			       record->timestamp_ms, &why)) {
	case TIMELINE_APPLIED:
	case TIMELINE_IGNORED:
		return 0;
	case TIMELINE_UNREADABLE:
		feed->stats.unreadable++;
		log_debug("%s: record %" PRId64 " is passed over: %s",
			  feed->addresses->values[feed->current], offset,
			  why == NULL ? "unreadable" : why);
		return 0;
	case TIMELINE_BROKEN:
		break;
	}
	return -1;
}

/* Goes on with the next file, or closes the topic behind the last.  Returns 1 to go on
 * reading, 0 at the end, -1 after logging. */
static int next_file(struct feed *feed)
{
	feed->base += feed->seen;
	if (feed->current + 1 < feed->addresses->count) {
		feed->current++;
		return open_current(feed, BUS_FROM_START) < 0 ? -1 : 1;
	}
	if (feed->check >= 0)
		return rebuild(feed, "it is shorter than what the store was made from") < 0 ? -1
											    : 1;
	feed->ended = true;
	timeline_set_closed(feed->timeline, true);
	return 0;
}

int feed_turn(struct feed *feed, int limit, int timeout_ms)
{
	struct bus_record record;
	int count = 0, more = 1;

	while (count < limit && !feed->ended && more > 0) {
		switch (bus_read(feed->reader, count == 0 ? timeout_ms : 0, &record)) {
		case BUS_RECORD:
			count++;
			feed->seen++;
			if (apply(feed, feed->kafka ? record.offset : feed->base + record.offset,
				  &record) < 0)
				return -1;
			break;
		case BUS_QUIET:
			if (feed->check >= 0 && bus_reader_caught_up(feed->reader) &&
			    rebuild(feed, "it is shorter than what the store was made from") < 0)
				return -1;
			return count;
		case BUS_END:
			more = next_file(feed);
			break;
		case BUS_BROKEN:
			return -1;
		}
	}
	return more < 0 ? -1 : count;
}

bool feed_caught_up(const struct feed *feed)
{
	if (feed->check >= 0 || feed->current + 1 < feed->addresses->count)
		return false;
	return feed->ended || (feed->options->follow && bus_reader_caught_up(feed->reader));
}

struct feed_stats feed_stats(const struct feed *feed)
{
	return feed->stats;
}
