#include "common/timeline/kube_topic.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "common/program/stop.h"
#include "common/timeline/kube_reader.h"
#include "common/timeline/kube_topic_fits.h"

#define MARK_RECORDS 10000 /* between two marks */
#define DIFFERS "it is not what the store was made from"
#define DIFFERS_OR_TRIMMED DIFFERS ", or its start was removed"
#define GREW "it has grown since its end was applied"
#define SHORTER "it is shorter than what the store was made from"

struct kube_topic {
	struct timeline *timeline;
	struct kube_topic_options options;
	const struct settings_list *addresses;
	struct kube_reader *reader;
	struct kube_file files[SETTINGS_LIST_MAX]; /* that were opened, up to CURRENT */
	size_t current;                            /* index of the address that is read */
	int64_t base;                              /* records in the files before it */
	int64_t seen;                              /* records of it that were read */
	int64_t unread;                            /* of these, those that are skipped (3) */
	int64_t check; /* up to this offset the topic must hash to WANTED (1); -1: it did */
	uint64_t wanted;
	uint64_t chain; /* of the records of the files read so far (1) */
	int64_t end;    /* of the last record in its file, -1 if that is not known */
	int64_t marked; /* records up to the last mark */
	int exit_code;
	bool kafka;
	bool ended; /* every file was read to its end */
	bool lost;  /* a file could not be read on */
	struct kube_topic_stats stats;
};

static const char *current_address(const struct kube_topic *topic)
{
	return topic->addresses->values[topic->current];
}

static int open_current(struct kube_topic *topic, int64_t from)
{
	kube_reader_close(topic->reader);
	topic->files[topic->current] = kube_mark_file(current_address(topic));
	topic->reader = kube_reader_open(current_address(topic), &topic->options.bus, from);
	topic->seen = topic->unread = 0;
	if (topic->reader != NULL)
		return 0;
	topic->exit_code = topic->kafka ? EX_UNAVAILABLE : EX_NOINPUT;
	return -1;
}

/* Continues after the last mark if the files are the same up to it. 1, 0 if not, -1 after logging. */
static int start_at_mark(struct kube_topic *topic)
{
	struct kube_mark mark;
	int found = kube_mark_find(topic->timeline, topic->addresses, &mark);

	if (found <= 0)
		return found;
	topic->current = mark.current;
	topic->base = mark.base;
	topic->chain = mark.chain;
	topic->marked = mark.base + mark.place.record;
	if (topic->marked > topic->check)
		topic->check = -1;
	for (size_t f = 0; f <= mark.current; f++)
		topic->files[f] = kube_mark_file(topic->addresses->values[f]);
	kube_reader_close(topic->reader);
	topic->reader =
		kube_reader_open_at(current_address(topic), &topic->options.bus, &mark.place);
	topic->seen = mark.place.record;
	topic->unread = 0;
	if (topic->reader != NULL)
		return 1;
	topic->exit_code = EX_NOINPUT;
	return -1;
}

/* Marks what was read, unless it is not known where the next record begins. -1 after logging. */
static int put_mark(struct kube_topic *topic)
{
	const struct kube_mark mark = {
		.current = topic->current,
		.base = topic->base,
		.place = {topic->seen, topic->end},
		.chain = timeline_chain(topic->timeline),
	};
	int64_t read = topic->base + topic->seen;

	if (topic->kafka || topic->seen == 0 || topic->end < 0 || read == topic->marked ||
	    timeline_next_offset(topic->timeline) != read)
		return 0;
	topic->marked = read;
	return kube_mark_put(topic->timeline, topic->addresses, topic->files, &mark);
}

/* Starts at the last record of the store, to find it again (1). */
static int start(struct kube_topic *topic)
{
	int64_t next = timeline_next_offset(topic->timeline);
	int rc = 0;

	topic->check = next - 1;
	topic->wanted = topic->kafka ? timeline_last_hash(topic->timeline)
				     : timeline_chain(topic->timeline);
	topic->chain = topic->current = 0;
	topic->base = topic->marked = 0;
	topic->end = -1;
	topic->ended = false;
	if (timeline_set_closed(topic->timeline, false) < 0)
		return -1;
	if (!topic->kafka && next > 0)
		rc = start_at_mark(topic);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return open_current(topic, topic->kafka && next > 0 ? next - 1 : BUS_FROM_START);
}

/* Empties the store if the topic's very first record is not the one that the store was made
 * from: two topics can have the same record at a later offset. -1 after logging. */
static int compare_first(struct kube_topic *topic)
{
	struct bus_record record;
	enum bus_status status;
	int64_t list;

	if (open_current(topic, BUS_FROM_START) < 0)
		return -1;
	while ((status = kube_reader_read(topic->reader, BUS_PAUSE_MS, &record, &list)) ==
		       BUS_QUIET &&
	       !kube_reader_caught_up(topic->reader) && !stop_requested())
		bus_pause_turn(&topic->options.bus);
	if (status == BUS_BROKEN)
		return -1;
	/* In a trimmed topic that record is gone. */
	if (status != BUS_RECORD || record.offset > 0 ||
	    timeline_hash(record.value, record.value_length) ==
		    timeline_first_hash(topic->timeline))
		return 0;
	log_warn("%s: is not the topic that the store was made from; the timeline is rebuilt from "
		 "the start",
		 current_address(topic));
	topic->stats.rebuilt++;
	return timeline_reset(topic->timeline);
}

static int rebuild(struct kube_topic *topic, const char *why)
{
	const char *address = current_address(topic);

	if (strcmp(address, "-") == 0) {
		log_error("standard input: %s; it cannot be read again: empty the --state "
			  "directory and start again",
			  why);
		topic->exit_code = EX_CONFIG;
		return -1;
	}
	log_warn("%s: %s; the timeline is rebuilt from the start", address, why);
	topic->stats.rebuilt++;
	if (timeline_reset(topic->timeline) < 0) {
		topic->exit_code = EX_IOERR;
		return -1;
	}
	return start(topic);
}

struct kube_topic *kube_topic_open(struct timeline *timeline,
				   const struct kube_topic_options *options, int *exit_code)
{
	struct kube_topic *topic = calloc(1, sizeof(*topic));

	*exit_code = EX_OSERR;
	if (topic == NULL) {
		log_error("out of memory for the kube topic");
		return NULL;
	}
	topic->timeline = timeline;
	topic->options = *options;
	topic->addresses = options->addresses;
	topic->kafka = bus_is_kafka(options->addresses->values[0]);
	*exit_code = topic->kafka ? EX_UNAVAILABLE : EX_NOINPUT;
	if (topic->kafka && timeline_next_offset(timeline) > 0 && compare_first(topic) < 0)
		goto out;
	if (start(topic) < 0)
		goto out;
	*exit_code =
		kube_topic_fits_check(kube_reader_topic(topic->reader), topic->addresses->values[0],
				      timeline_retention(timeline));
	if (*exit_code == EX_OK)
		return topic;
out:
	kube_topic_close(topic);
	return NULL;
}

void kube_topic_close(struct kube_topic *topic)
{
	if (topic == NULL)
		return;
	put_mark(topic);
	kube_reader_close(topic->reader);
	free(topic);
}

static int refuse_first(struct kube_topic *topic)
{
	log_error("%s: its first record is not the one that the --state directory was made from; "
		  "give the same file, or start with an empty --state directory and new outputs",
		  current_address(topic));
	topic->exit_code = EX_CONFIG;
	return -1;
}

/* Compares the record at OFFSET with what the store was made from (1). Returns 1 to continue, 0
 * after starting again from the first record, -1 after logging. */
static int verify(struct kube_topic *topic, int64_t offset, const struct bus_record *record)
{
	uint64_t is;

	if (topic->check < 0)
		return 1;
	is = timeline_hash(record->value, record->value_length);
	if (!topic->kafka) {
		if (offset == 0 && topic->options.has_outputs &&
		    is != timeline_first_hash(topic->timeline))
			return refuse_first(topic);
		is = topic->chain = timeline_chain_on(topic->chain, is);
	}
	if (offset < topic->check)
		return 1;
	if (offset == topic->check && is == topic->wanted) {
		topic->check = -1;
		return 1;
	}
	return rebuild(topic, topic->kafka ? DIFFERS_OR_TRIMMED : DIFFERS);
}

/* Only the first of a file is a warning: the wrong topic would give nothing but warnings. */
static void report_unreadable(struct kube_topic *topic, int64_t offset, const char *why)
{
	const char *address = current_address(topic);

	topic->stats.unreadable++;
	if (topic->unread++ == 0)
		log_warn("%s: the record at offset %" PRId64 " is skipped: %s; more such records "
			 "are only counted",
			 address, offset, why);
	else
		log_debug("%s: the record at offset %" PRId64 " is skipped: %s", address, offset,
			  why);
}

/* Verifies the record at OFFSET or applies it. -1 after logging. */
static int apply(struct kube_topic *topic, int64_t offset, const struct bus_record *record)
{
	const char *why = "unreadable";
	int64_t checked = topic->check;
	int verified = verify(topic, offset, record);

	/* A record that was verified was applied by an earlier run. */
	if (verified <= 0 || checked >= 0)
		return verified < 0 ? -1 : 0;
	if (timeline_is_final(topic->timeline))
		return rebuild(topic, GREW);
	topic->stats.records++;
	switch (timeline_apply(topic->timeline, offset, record->value, record->value_length,
			       record->timestamp_ms, &why)) {
	case TIMELINE_APPLIED:
	case TIMELINE_IGNORED:
		return 0;
	case TIMELINE_UNREADABLE:
		report_unreadable(topic, offset, why);
		return 0;
	case TIMELINE_BROKEN:
		break;
	}
	topic->exit_code = EX_IOERR;
	return -1;
}

/* Opens the next file, or closes the topic after the last. Returns 1 to go on, 0 at the end, -1 after logging. */
static int next_file(struct kube_topic *topic)
{
	if (!topic->kafka && topic->seen > 0 && topic->unread == topic->seen) {
		log_error("%s: none of its records can be read", current_address(topic));
		topic->exit_code = EX_DATAERR;
		return -1;
	}
	if (!topic->kafka && topic->seen == 0)
		log_warn("%s: has no records, so it says nothing", current_address(topic));
	if (topic->current + 1 < topic->addresses->count) {
		topic->current++;
		topic->base += topic->seen;
		return open_current(topic, BUS_FROM_START) < 0 ? -1 : 1;
	}
	if (topic->check >= 0)
		return rebuild(topic, SHORTER) < 0 ? -1 : 1;
	topic->ended = true;
	if (timeline_flush(topic->timeline) == 0 &&
	    (topic->kafka || timeline_set_closed(topic->timeline, true) == 0))
		return 0;
	topic->exit_code = EX_IOERR;
	return -1;
}

/* Applies up to LIMIT records. Returns how many or -1 after logging. */
static int read_records(struct kube_topic *topic, int limit, int timeout_ms)
{
	struct bus_record record;
	int count = 0, more = 1;
	int64_t list;

	while (count < limit && !topic->ended && more > 0) {
		switch (kube_reader_read(topic->reader, count == 0 ? timeout_ms : 0, &record,
					 &list)) {
		case BUS_RECORD:
			count++;
			topic->seen++;
			topic->end = record.end;
			timeline_set_list(topic->timeline,
					  list == KUBE_NO_LIST ? list : topic->base + list);
			if (apply(topic, topic->kafka ? record.offset : topic->base + record.offset,
				  &record) < 0)
				return -1;
			break;
		case BUS_QUIET:
			if (topic->check >= 0 && kube_reader_caught_up(topic->reader) &&
			    rebuild(topic, SHORTER) < 0)
				return -1;
			return count;
		case BUS_END:
			more = next_file(topic);
			break;
		case BUS_BROKEN:
			topic->lost = !topic->kafka && !kube_reader_refused(topic->reader);
			topic->exit_code = topic->kafka                         ? EX_UNAVAILABLE
					   : kube_reader_refused(topic->reader) ? EX_DATAERR
										: EX_IOERR;
			return -1;
		}
	}
	return more < 0 ? -1 : count;
}

int kube_topic_turn(struct kube_topic *topic, int limit, int timeout_ms)
{
	int count = read_records(topic, limit, timeout_ms);
	bool due = topic->ended || topic->base + topic->seen >= topic->marked + MARK_RECORDS;

	if (count <= 0 || ((!due || put_mark(topic) == 0) &&
			   (!kube_topic_caught_up(topic) || timeline_flush(topic->timeline) == 0)))
		return count;
	topic->exit_code = EX_IOERR;
	return -1;
}

bool kube_topic_caught_up(const struct kube_topic *topic)
{
	if (topic->check >= 0 || topic->current + 1 < topic->addresses->count)
		return false;
	return topic->ended || (topic->options.bus.follow && kube_reader_caught_up(topic->reader));
}

bool kube_topic_progress(const struct kube_topic *topic, uint64_t *done, uint64_t *total)
{
	return topic_reader_progress(kube_reader_topic(topic->reader), done, total);
}

bool kube_topic_is_verified(const struct kube_topic *topic)
{
	return topic->check < 0;
}

enum kube_file_is kube_topic_file(const struct kube_topic *topic)
{
	return topic->lost
		       ? KUBE_FILE_REPLACED
		       : kube_mark_compare(current_address(topic), &topic->files[topic->current]);
}

int kube_topic_exit_code(const struct kube_topic *topic)
{
	return topic->exit_code;
}

struct kube_topic_stats kube_topic_stats(const struct kube_topic *topic)
{
	return topic->stats;
}

int64_t kube_topic_behind(const struct kube_topic *topic)
{
	return topic_reader_behind(kube_reader_topic(topic->reader));
}
