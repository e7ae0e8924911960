#include "common/timeline/feeder.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/log.h"
#include "common/stop.h"

#define CATCH_UP_RECORDS 10000 /* between two looks for a signal */
#define CATCH_UP_WAIT_MS 200

struct feeder {
	struct timeline *timeline;
	struct feeder_options options;
	const struct settings_list *addresses;
	struct bus_reader *reader;
	size_t current; /* which of ADDRESSES is read */
	int64_t base;   /* records in the files before it */
	int64_t seen;   /* records read of it */
	int64_t check;  /* up to this offset the topic must hash to WANTED (1); -1: trusted */
	uint64_t wanted;
	uint64_t chain; /* of the records of the files read so far (1) */
	int exit_code;
	bool kafka;
	bool ended; /* every file was read to its end */
	struct feeder_stats stats;
};

static int open_current(struct feeder *feeder, int64_t from)
{
	bus_reader_close(feeder->reader);
	feeder->reader = bus_reader_open(feeder->addresses->values[feeder->current],
					 &feeder->options.bus, from);
	feeder->seen = 0;
	if (feeder->reader != NULL)
		return 0;
	feeder->exit_code = feeder->kafka ? EX_UNAVAILABLE : EX_NOINPUT;
	return -1;
}

/* Starts where the store stands: at its last record, to find it again. */
static int start(struct feeder *feeder)
{
	int64_t next = timeline_next_offset(feeder->timeline);

	feeder->check = next - 1;
	feeder->wanted = feeder->kafka ? timeline_last_hash(feeder->timeline)
				       : timeline_chain(feeder->timeline);
	feeder->chain = 0;
	feeder->current = 0;
	feeder->base = 0;
	feeder->ended = false;
	timeline_set_closed(feeder->timeline, false);
	return open_current(feeder, feeder->kafka && next > 0 ? next - 1 : BUS_FROM_START);
}

/* Empties the store where the topic's very first record is another one than the store
 * began with: two topics can hold the same record at one later offset. */
static int compare_first(struct feeder *feeder)
{
	const char *address = feeder->addresses->values[0];
	struct bus_record record;
	enum bus_status status;

	if (open_current(feeder, BUS_FROM_START) < 0)
		return -1;
	do
		status = bus_read(feeder->reader, 1000, &record);
	while (status == BUS_QUIET && !bus_reader_caught_up(feeder->reader) && !stop_requested());
	if (status == BUS_BROKEN)
		return -1;
	/* A topic whose start was trimmed has no such record any more. */
	if (status != BUS_RECORD || record.offset > 0 ||
	    timeline_hash(record.value, record.value_length) ==
		    timeline_first_hash(feeder->timeline))
		return 0;
	log_warn("%s: is not the topic that the store was made from; the timeline is built again "
		 "from the start",
		 address);
	feeder->stats.rebuilt++;
	return timeline_reset(feeder->timeline);
}

static int rebuild(struct feeder *feeder, const char *why)
{
	const char *address = feeder->addresses->values[feeder->current];

	if (strcmp(address, "-") == 0) {
		log_error("standard input: %s; it cannot be read again: empty the --state "
			  "directory and start anew",
			  why);
		feeder->exit_code = EX_CONFIG;
		return -1;
	}
	log_warn("%s: %s; the timeline is built again from the start", address, why);
	feeder->stats.rebuilt++;
	if (timeline_reset(feeder->timeline) < 0) {
		feeder->exit_code = EX_IOERR;
		return -1;
	}
	return start(feeder);
}

static bool topic_fits(struct feeder *feeder)
{
	const char *address = feeder->addresses->values[0];
	int partitions = bus_reader_partitions(feeder->reader);
	char policy[64];

	if (partitions != 1) {
		log_error("%s: has %d partitions; the order of a cluster's events is the meaning "
			  "of the topic, so it needs 1",
			  address, partitions);
		return false;
	}
	if (bus_reader_setting(feeder->reader, "cleanup.policy", policy, sizeof(policy)) < 0)
		return false;
	if (strcmp(policy, "compact") == 0) {
		log_error("%s: cleanup.policy is compact, which deletes the history that answers "
			  "need; set it to delete",
			  address);
		return false;
	}
	return true;
}

struct feeder *feeder_open(struct timeline *timeline, const struct feeder_options *options,
			   int *exit_code)
{
	struct feeder *feeder = calloc(1, sizeof(*feeder));

	*exit_code = EX_OSERR;
	if (feeder == NULL)
		return NULL;
	feeder->timeline = timeline;
	feeder->options = *options;
	feeder->addresses = options->addresses;
	feeder->kafka = bus_is_kafka(options->addresses->values[0]);
	*exit_code = feeder->kafka ? EX_UNAVAILABLE : EX_NOINPUT;
	if (feeder->kafka && timeline_next_offset(timeline) > 0 && compare_first(feeder) < 0)
		goto out;
	if (start(feeder) < 0)
		goto out;
	*exit_code = EX_CONFIG;
	if (feeder->kafka && !topic_fits(feeder))
		goto out;
	return feeder;
out:
	feeder_close(feeder);
	return NULL;
}

void feeder_close(struct feeder *feeder)
{
	if (feeder == NULL)
		return;
	bus_reader_close(feeder->reader);
	free(feeder);
}

static int refuse_first(struct feeder *feeder)
{
	log_error("%s: its first record is not the one that the --state directory was made from; "
		  "give the same file, or begin with an empty --state directory and new outputs",
		  feeder->addresses->values[feeder->current]);
	feeder->exit_code = EX_CONFIG;
	return -1;
}

/* Holds the record at OFFSET against what the store remembers (1).  1: go on; 0: the feeder
 * has started anew; -1 after logging. */
static int verify(struct feeder *feeder, int64_t offset, const struct bus_record *record)
{
	uint64_t is;

	if (feeder->check < 0)
		return 1;
	is = timeline_hash(record->value, record->value_length);
	if (!feeder->kafka) {
		if (offset == 0 && feeder->options.has_outputs &&
		    is != timeline_first_hash(feeder->timeline))
			return refuse_first(feeder);
		is = feeder->chain = timeline_chain_on(feeder->chain, is);
	}
	if (offset < feeder->check)
		return 1;
	if (offset == feeder->check && is == feeder->wanted) {
		feeder->check = -1;
		return 1;
	}
	return rebuild(feeder, feeder->kafka ? "it is not what the store was made from, or its "
					       "start was removed"
					     : "it is not what the store was made from");
}

/* The first one is a warning; a topic of something else would be nothing but warnings. */
static void say_unreadable(struct feeder *feeder, int64_t offset, const char *why)
{
	const char *address = feeder->addresses->values[feeder->current];

	if (feeder->stats.unreadable++ == 0)
		log_warn("%s: the record at offset %" PRId64 " is passed over: %s; further such "
			 "records are counted",
			 address, offset, why);
	else
		log_debug("%s: the record at offset %" PRId64 " is passed over: %s", address,
			  offset, why);
}

/* 0, or -1 after logging. */
static int apply(struct feeder *feeder, int64_t offset, const struct bus_record *record)
{
	const char *why = "unreadable";
	int64_t checked = feeder->check;
	int verified = verify(feeder, offset, record);

	/* What was checked was applied by an earlier run. */
	if (verified <= 0 || checked >= 0)
		return verified < 0 ? -1 : 0;
	feeder->stats.records++;
	switch (timeline_apply(feeder->timeline, offset, record->value, record->value_length,
			       record->timestamp_ms, &why)) {
	case TIMELINE_APPLIED:
	case TIMELINE_IGNORED:
		return 0;
	case TIMELINE_UNREADABLE:
		say_unreadable(feeder, offset, why);
		return 0;
	case TIMELINE_BROKEN:
		break;
	}
	feeder->exit_code = EX_IOERR;
	return -1;
}

/* Goes on with the next file, or closes the topic behind the last.  Returns 1 to go on
 * reading, 0 at the end, -1 after logging. */
static int next_file(struct feeder *feeder)
{
	feeder->base += feeder->seen;
	if (feeder->current + 1 < feeder->addresses->count) {
		feeder->current++;
		return open_current(feeder, BUS_FROM_START) < 0 ? -1 : 1;
	}
	if (feeder->check >= 0)
		return rebuild(feeder, "it is shorter than what the store was made from") < 0 ? -1
											      : 1;
	feeder->ended = true;
	timeline_set_closed(feeder->timeline, !feeder->kafka);
	return 0;
}

int feeder_turn(struct feeder *feeder, int limit, int timeout_ms)
{
	struct bus_record record;
	int count = 0, more = 1;

	while (count < limit && !feeder->ended && more > 0) {
		switch (bus_read(feeder->reader, count == 0 ? timeout_ms : 0, &record)) {
		case BUS_RECORD:
			count++;
			feeder->seen++;
			if (apply(feeder,
				  feeder->kafka ? record.offset : feeder->base + record.offset,
				  &record) < 0)
				return -1;
			break;
		case BUS_QUIET:
			if (feeder->check >= 0 && bus_reader_caught_up(feeder->reader) &&
			    rebuild(feeder, "it is shorter than what the store was made from") < 0)
				return -1;
			return count;
		case BUS_END:
			more = next_file(feeder);
			break;
		case BUS_BROKEN:
			feeder->exit_code = feeder->kafka ? EX_UNAVAILABLE : EX_IOERR;
			return -1;
		}
	}
	return more < 0 ? -1 : count;
}

bool feeder_caught_up(const struct feeder *feeder)
{
	if (feeder->check >= 0 || feeder->current + 1 < feeder->addresses->count)
		return false;
	return feeder->ended ||
	       (feeder->options.bus.follow && bus_reader_caught_up(feeder->reader));
}

int feeder_catch_up(struct feeder *feeder)
{
	while (!feeder_caught_up(feeder)) {
		if (stop_requested())
			return 0;
		if (feeder_turn(feeder, CATCH_UP_RECORDS, CATCH_UP_WAIT_MS) < 0)
			return -1;
	}
	return 1;
}

int feeder_exit_code(const struct feeder *feeder)
{
	return feeder->exit_code;
}

struct feeder_stats feeder_stats(const struct feeder *feeder)
{
	return feeder->stats;
}
