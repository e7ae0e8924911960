#include "common/timeline/kube_topic.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "common/program/stop.h"
#include "common/topic/topic_reader.h"

#define CATCH_UP_RECORDS 10000 /* between two looks for a signal */
#define CATCH_UP_WAIT_MS 200

struct kube_topic {
	struct timeline *timeline;
	struct kube_topic_options options;
	const struct settings_list *addresses;
	struct topic_reader *reader;
	size_t current; /* which of ADDRESSES is read */
	int64_t base;   /* records in the files before it */
	int64_t seen;   /* records read of it */
	int64_t check;  /* up to this offset the topic must hash to WANTED (1); -1: trusted */
	uint64_t wanted;
	uint64_t chain; /* of the records of the files read so far (1) */
	int exit_code;
	bool kafka;
	bool ended; /* every file was read to its end */
	struct kube_topic_stats stats;
};

static int open_current(struct kube_topic *kube_topic, int64_t from)
{
	topic_reader_close(kube_topic->reader);
	kube_topic->reader = topic_reader_open(kube_topic->addresses->values[kube_topic->current],
					       &kube_topic->options.bus, from);
	kube_topic->seen = 0;
	if (kube_topic->reader != NULL)
		return 0;
	kube_topic->exit_code = kube_topic->kafka ? EX_UNAVAILABLE : EX_NOINPUT;
	return -1;
}

/* Starts where the store stands: at its last record, to find it again. */
static int start(struct kube_topic *kube_topic)
{
	int64_t next = timeline_next_offset(kube_topic->timeline);

	kube_topic->check = next - 1;
	kube_topic->wanted = kube_topic->kafka ? timeline_last_hash(kube_topic->timeline)
					       : timeline_chain(kube_topic->timeline);
	kube_topic->chain = 0;
	kube_topic->current = 0;
	kube_topic->base = 0;
	kube_topic->ended = false;
	timeline_set_closed(kube_topic->timeline, false);
	return open_current(kube_topic, kube_topic->kafka && next > 0 ? next - 1 : BUS_FROM_START);
}

/* Empties the store where the topic's very first record is another one than the store
 * began with: two topics can hold the same record at one later offset. */
static int compare_first(struct kube_topic *kube_topic)
{
	const char *address = kube_topic->addresses->values[0];
	struct bus_record record;
	enum bus_status status;

	if (open_current(kube_topic, BUS_FROM_START) < 0)
		return -1;
	do
		status = topic_reader_read(kube_topic->reader, 1000, &record);
	while (status == BUS_QUIET && !topic_reader_caught_up(kube_topic->reader) &&
	       !stop_requested());
	if (status == BUS_BROKEN)
		return -1;
	/* A topic whose start was trimmed has no such record any more. */
	if (status != BUS_RECORD || record.offset > 0 ||
	    timeline_hash(record.value, record.value_length) ==
		    timeline_first_hash(kube_topic->timeline))
		return 0;
	log_warn("%s: is not the topic that the store was made from; the timeline is built again "
		 "from the start",
		 address);
	kube_topic->stats.rebuilt++;
	return timeline_reset(kube_topic->timeline);
}

static int rebuild(struct kube_topic *kube_topic, const char *why)
{
	const char *address = kube_topic->addresses->values[kube_topic->current];

	if (strcmp(address, "-") == 0) {
		log_error("standard input: %s; it cannot be read again: empty the --state "
			  "directory and start anew",
			  why);
		kube_topic->exit_code = EX_CONFIG;
		return -1;
	}
	log_warn("%s: %s; the timeline is built again from the start", address, why);
	kube_topic->stats.rebuilt++;
	if (timeline_reset(kube_topic->timeline) < 0) {
		kube_topic->exit_code = EX_IOERR;
		return -1;
	}
	return start(kube_topic);
}

static bool topic_fits(struct kube_topic *kube_topic)
{
	const char *address = kube_topic->addresses->values[0];
	int partitions = topic_reader_partitions(kube_topic->reader);
	char policy[64];

	if (partitions != 1) {
		log_error("%s: has %d partitions; the order of a cluster's events is the meaning "
			  "of the topic, so it needs 1",
			  address, partitions);
		return false;
	}
	if (topic_reader_setting(kube_topic->reader, "cleanup.policy", policy, sizeof(policy)) < 0)
		return false;
	if (strcmp(policy, "compact") == 0) {
		log_error("%s: cleanup.policy is compact, which deletes the history that answers "
			  "need; set it to delete",
			  address);
		return false;
	}
	return true;
}

struct kube_topic *kube_topic_open(struct timeline *timeline,
				   const struct kube_topic_options *options, int *exit_code)
{
	struct kube_topic *kube_topic = calloc(1, sizeof(*kube_topic));

	*exit_code = EX_OSERR;
	if (kube_topic == NULL)
		return NULL;
	kube_topic->timeline = timeline;
	kube_topic->options = *options;
	kube_topic->addresses = options->addresses;
	kube_topic->kafka = bus_is_kafka(options->addresses->values[0]);
	*exit_code = kube_topic->kafka ? EX_UNAVAILABLE : EX_NOINPUT;
	if (kube_topic->kafka && timeline_next_offset(timeline) > 0 &&
	    compare_first(kube_topic) < 0)
		goto out;
	if (start(kube_topic) < 0)
		goto out;
	*exit_code = EX_CONFIG;
	if (kube_topic->kafka && !topic_fits(kube_topic))
		goto out;
	return kube_topic;
out:
	kube_topic_close(kube_topic);
	return NULL;
}

void kube_topic_close(struct kube_topic *kube_topic)
{
	if (kube_topic == NULL)
		return;
	topic_reader_close(kube_topic->reader);
	free(kube_topic);
}

static int refuse_first(struct kube_topic *kube_topic)
{
	log_error("%s: its first record is not the one that the --state directory was made from; "
		  "give the same file, or begin with an empty --state directory and new outputs",
		  kube_topic->addresses->values[kube_topic->current]);
	kube_topic->exit_code = EX_CONFIG;
	return -1;
}

/* Holds the record at OFFSET against what the store remembers (1). 1: go on; 0: the kube_topic
 * has started anew; -1 after logging. */
static int verify(struct kube_topic *kube_topic, int64_t offset, const struct bus_record *record)
{
	uint64_t is;

	if (kube_topic->check < 0)
		return 1;
	is = timeline_hash(record->value, record->value_length);
	if (!kube_topic->kafka) {
		if (offset == 0 && kube_topic->options.has_outputs &&
		    is != timeline_first_hash(kube_topic->timeline))
			return refuse_first(kube_topic);
		is = kube_topic->chain = timeline_chain_on(kube_topic->chain, is);
	}
	if (offset < kube_topic->check)
		return 1;
	if (offset == kube_topic->check && is == kube_topic->wanted) {
		kube_topic->check = -1;
		return 1;
	}
	return rebuild(kube_topic, kube_topic->kafka
					   ? "it is not what the store was made from, or its "
					     "start was removed"
					   : "it is not what the store was made from");
}

/* The first one is a warning; a topic of something else would be nothing but warnings. */
static void say_unreadable(struct kube_topic *kube_topic, int64_t offset, const char *why)
{
	const char *address = kube_topic->addresses->values[kube_topic->current];

	if (kube_topic->stats.unreadable++ == 0)
		log_warn("%s: the record at offset %" PRId64 " is passed over: %s; further such "
			 "records are counted",
			 address, offset, why);
	else
		log_debug("%s: the record at offset %" PRId64 " is passed over: %s", address,
			  offset, why);
}

/* 0, or -1 after logging. */
static int apply(struct kube_topic *kube_topic, int64_t offset, const struct bus_record *record)
{
	const char *why = "unreadable";
	int64_t checked = kube_topic->check;
	int verified = verify(kube_topic, offset, record);

	/* What was checked was applied by an earlier run. */
	if (verified <= 0 || checked >= 0)
		return verified < 0 ? -1 : 0;
	kube_topic->stats.records++;
	switch (timeline_apply(kube_topic->timeline, offset, record->value, record->value_length,
			       record->timestamp_ms, &why)) {
	case TIMELINE_APPLIED:
	case TIMELINE_IGNORED:
		return 0;
	case TIMELINE_UNREADABLE:
		say_unreadable(kube_topic, offset, why);
		return 0;
	case TIMELINE_BROKEN:
		break;
	}
	kube_topic->exit_code = EX_IOERR;
	return -1;
}

/* Goes on with the next file, or closes the topic behind the last. Returns 1 to go on
 * reading, 0 at the end, -1 after logging. */
static int next_file(struct kube_topic *kube_topic)
{
	kube_topic->base += kube_topic->seen;
	if (kube_topic->current + 1 < kube_topic->addresses->count) {
		kube_topic->current++;
		return open_current(kube_topic, BUS_FROM_START) < 0 ? -1 : 1;
	}
	if (kube_topic->check >= 0)
		return rebuild(kube_topic, "it is shorter than what the store was made from") < 0
			       ? -1
			       : 1;
	kube_topic->ended = true;
	timeline_set_closed(kube_topic->timeline, !kube_topic->kafka);
	return 0;
}

int kube_topic_turn(struct kube_topic *kube_topic, int limit, int timeout_ms)
{
	struct bus_record record;
	int count = 0, more = 1;

	while (count < limit && !kube_topic->ended && more > 0) {
		switch (topic_reader_read(kube_topic->reader, count == 0 ? timeout_ms : 0,
					  &record)) {
		case BUS_RECORD:
			count++;
			kube_topic->seen++;
			if (apply(kube_topic,
				  kube_topic->kafka ? record.offset
						    : kube_topic->base + record.offset,
				  &record) < 0)
				return -1;
			break;
		case BUS_QUIET:
			if (kube_topic->check >= 0 && topic_reader_caught_up(kube_topic->reader) &&
			    rebuild(kube_topic, "it is shorter than what the store was made from") <
				    0)
				return -1;
			return count;
		case BUS_END:
			more = next_file(kube_topic);
			break;
		case BUS_BROKEN:
			kube_topic->exit_code = kube_topic->kafka ? EX_UNAVAILABLE : EX_IOERR;
			return -1;
		}
	}
	return more < 0 ? -1 : count;
}

bool kube_topic_caught_up(const struct kube_topic *kube_topic)
{
	if (kube_topic->check >= 0 || kube_topic->current + 1 < kube_topic->addresses->count)
		return false;
	return kube_topic->ended ||
	       (kube_topic->options.bus.follow && topic_reader_caught_up(kube_topic->reader));
}

int kube_topic_catch_up(struct kube_topic *kube_topic)
{
	while (!kube_topic_caught_up(kube_topic)) {
		if (stop_requested())
			return 0;
		if (kube_topic_turn(kube_topic, CATCH_UP_RECORDS, CATCH_UP_WAIT_MS) < 0)
			return -1;
	}
	return 1;
}

int kube_topic_exit_code(const struct kube_topic *kube_topic)
{
	return kube_topic->exit_code;
}

struct kube_topic_stats kube_topic_stats(const struct kube_topic *kube_topic)
{
	return kube_topic->stats;
}
