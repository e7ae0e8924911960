#include "sink/graph/recorder.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/base/array.h"
#include "common/program/log.h"
#include "sink/graph/intake.h"
#include "sink/graph/progress.h"
#include "sink/graph/recorder_places.h"

#define SETTLE_RECORDS 65536 /* so that reading fast holds little more than reading slowly */
#define PROGRESS_MAX (64u << 20)

struct recorder {
	struct recorder_options options;
	struct intake intake;
	struct history *history;
	struct progress before; /* of the last start */
	int64_t bytes;          /* of a file that were read */
	struct recorder_place *places;
	size_t place_count, place_capacity;
	uint64_t unsettled; /* records since conversations were settled */
	uint64_t shown;     /* records that had been read then */
	bool unsaved;       /* something was read or counted since the last save */
	struct when next_save;
	bool idle;
	bool hidden; /* what is not over is not provisional in the history */
	bool broken; /* something failed: what is in memory may lack records, and is not saved */
	struct when watermark; /* of the last turn */
	struct when unsure_until;
	uint64_t late; /* records that ended before what is settled */
};

static int no_memory(void)
{
	log_error("out of memory");
	return -1;
}

/* ---- Opening ---- */

/* The place of PARTITION; NULL if out of memory. */
static struct recorder_place *place_of(struct recorder *recorder, int32_t partition)
{
	size_t at = (size_t)partition;

	if (at >= recorder->place_count && array_grow(&recorder->places, &recorder->place_capacity,
						      at + 1, sizeof(*recorder->places)) < 0)
		return NULL;
	while (recorder->place_count <= at)
		recorder->places[recorder->place_count++] = (struct recorder_place){0, 0};
	return &recorder->places[at];
}

static int restore_partition(struct recorder *recorder, int32_t number)
{
	const struct progress_partition *partition = &recorder->before.partitions[number];
	struct recorder_place *place = place_of(recorder, number);

	if (place == NULL ||
	    (!when_is_min(partition->newest) &&
	     partition_times_add(&recorder->intake.times, number, partition->newest) < 0))
		return no_memory();
	place->next = partition->next;
	place->at = partition->held_count > 0 ? partition->held[0] : partition->next;
	return 0;
}

static int restore(struct recorder *recorder)
{
	const char *own = recorder->options.address;
	struct span address = {"", 0};
	struct text bytes;
	int rc;

	text_init(&bytes, PROGRESS_MAX);
	rc = history_progress(recorder->history, &bytes);
	if (rc == 1 && progress_read(text_span(&bytes), &recorder->before, &address) < 0) {
		log_error("history %s: how far it has got does not decode",
			  recorder->options.history.folder);
		rc = -1;
	} else if (rc == 1 && !span_equal(address, span_of(own))) {
		log_error("--state: %s was made of %.*s, not of %s; give each input its own",
			  recorder->options.history.folder, (int)address.length, address.data, own);
		rc = -1;
	}
	progress_sort(&recorder->before);
	recorder->unsure_until =
		recorder->before.unsure_until.ns > 0 ? recorder->before.unsure_until : WHEN_MIN;
	for (size_t i = 0; i < recorder->before.count && rc == 1; i++)
		rc = restore_partition(recorder, (int32_t)i) < 0 ? -1 : 1;
	recorder->watermark = partition_times_known(&recorder->intake.times, false);
	text_free(&bytes);
	return rc < 0 ? -1 : 0;
}

static void free_recorder(struct recorder *recorder)
{
	history_close(recorder->history);
	intake_free(&recorder->intake);
	progress_free(&recorder->before);
	free(recorder->places);
	free(recorder);
}

struct recorder *recorder_open(const struct recorder_options *options)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));

	if (recorder == NULL) {
		no_memory();
		return NULL;
	}
	recorder->options = *options;
	if (intake_init(&recorder->intake, (size_t)options->held, options->outside_addresses) < 0)
		no_memory();
	else
		recorder->history = history_open(&options->history, &recorder->intake.ends);
	if (recorder->history != NULL && restore(recorder) == 0)
		return recorder;
	free_recorder(recorder);
	return NULL;
}

struct history *recorder_history(struct recorder *recorder)
{
	return recorder->history;
}

struct topic_reader *recorder_input(struct recorder *recorder, const struct bus_options *bus)
{
	const char *address = recorder->options.address;
	int64_t *offsets;
	struct topic_reader *reader;

	if (!input_mark_fits(address, &recorder->before.mark)) {
		log_error("%s: does not begin with the %" PRId64 " records that --state %s has "
			  "read of it: it was cut or replaced. Give the file that grew from "
			  "those, or another --state",
			  address, recorder->before.partitions[0].next,
			  recorder->options.history.folder);
		return NULL;
	}
	offsets = calloc(recorder->place_count + 1, sizeof(*offsets));
	if (offsets == NULL) {
		no_memory();
		return NULL;
	}
	for (size_t i = 0; i < recorder->place_count; i++)
		offsets[i] = recorder->places[i].at;
	reader = topic_reader_open_places(address, bus, offsets, recorder->place_count);
	free(offsets);
	return reader;
}

/* ---- Saving ---- */

/* Saves what was counted, and what was not as held. */
static int save(struct recorder *recorder)
{
	struct progress progress = {0};
	struct text bytes;
	int rc = -1;

	text_init(&bytes, PROGRESS_MAX);
	if (recorder->bytes > recorder->before.mark.bytes)
		input_mark_make(recorder->options.address, recorder->bytes, &recorder->before.mark);
	progress.unsure_until = recorder->unsure_until;
	if (recorder_places_progress(recorder->places, recorder->place_count, &recorder->intake,
				     &recorder->before, &progress) == 0)
		progress_write(&progress, recorder->options.address, &bytes);
	else
		bytes.failed = true;
	if (bytes.failed)
		no_memory();
	else
		rc = history_save(recorder->history, text_span(&bytes));
	progress_free(&progress);
	text_free(&bytes);
	recorder->broken |= rc < 0;
	return rc;
}

/* Forgets what is provisional until recorder_show(). */
static void hide_held(struct recorder *recorder)
{
	history_provisional_clear(recorder->history);
	recorder->hidden = true;
}

/* The same when all that is over has been counted: then ends that nothing needs can be forgotten. */
int recorder_save(struct recorder *recorder)
{
	int rc;

	if (save(recorder) < 0)
		return -1;
	recorder->unsaved = false;
	rc = intake_trim(&recorder->intake);
	if (rc < 0)
		no_memory();
	else if (rc == 1)
		hide_held(recorder);
	recorder->broken |= rc < 0 || history_flush(recorder->history) < 0;
	return recorder->broken ? -1 : 0;
}

/* ---- Counting ---- */

/* Counts what is over. However much that is at once, no more waits in memory than a save takes. */
static int count_settled(struct recorder *recorder)
{
	struct conversation *conversation;
	int rc = 0;

	while (rc == 0 && (conversation = conversations_next_settled(
				   recorder->intake.conversations)) != NULL) {
		recorder->unsaved = true;
		conversation_choose(conversation, WHEN_MIN, WHEN_MAX);
		for (size_t i = 0; i < conversation->count && rc == 0; i++)
			rc = history_add(recorder->history, conversation->slices[i]);
		conversation_free(conversation);
		if (rc == 0 && history_is_full(recorder->history))
			rc = save(recorder);
	}
	recorder->broken |= rc < 0;
	return rc;
}

/* Counts what ended before BEFORE and is over. */
static int settle(struct recorder *recorder, struct when before)
{
	recorder->unsettled = 0;
	hide_held(recorder);
	if (conversations_settle(recorder->intake.conversations, before) < 0)
		return no_memory();
	return count_settled(recorder);
}

static struct when settled_before(const struct recorder *recorder, bool idle)
{
	return when_add(partition_times_known(&recorder->intake.times, idle),
			-recorder->options.horizon_ns);
}

static int hold(struct recorder *recorder, const struct conversation_place *place,
		struct span record)
{
	const struct tagged_flow *flow = &recorder->intake.flow;
	const struct conversation_carry *carry = progress_carry(&recorder->before, place);

	if (when_before(flow->end, settled_before(recorder, false)))
		recorder->late++;
	if (history_note(recorder->history, flow) < 0)
		return -1;
	if (intake_hold(&recorder->intake, place, carry) < 0)
		return no_memory();
	return history_note_sample(recorder->history, flow, record, place,
				   recorder->options.outside_addresses);
}

int recorder_add(struct recorder *recorder, const struct bus_record *record, struct when now)
{
	const struct conversation_place where = {record->partition, record->offset};
	struct recorder_place *place = place_of(recorder, record->partition);

	if (place == NULL)
		return no_memory();
	place->at = record->offset + 1;
	if (place->next < place->at)
		place->next = place->at;
	/* The last line may be without its newline: then the mark ends before it. */
	if (!bus_is_kafka(recorder->options.address) && record->end > recorder->bytes)
		recorder->bytes = record->end;
	if (progress_has_counted(&recorder->before, &where))
		return 0;
	recorder->unsaved = true;
	switch (intake_read(&recorder->intake, record, now)) {
	case INTAKE_NO_MEMORY:
		recorder->broken = true;
		return no_memory();
	case INTAKE_FLOW:
		if (hold(recorder, &where, (struct span){record->value, record->value_length}) <
		    0) {
			recorder->broken = true;
			return -1;
		}
		break;
	case INTAKE_FUTURE_FLOW:
	case INTAKE_UNREADABLE:
		recorder->unsure_until =
			when_later(recorder->unsure_until, when_add(now, INTAKE_FUTURE));
		break;
	}
	if (++recorder->unsettled < SETTLE_RECORDS)
		return 0;
	return settle(recorder, settled_before(recorder, false));
}

int recorder_show(struct recorder *recorder)
{
	struct conversation *conversation = NULL;

	if (!recorder->hidden)
		return 0;
	history_provisional_clear(recorder->history);
	/* Those that had to be over early. */
	if (count_settled(recorder) < 0)
		return -1;
	while ((conversation = conversations_next(recorder->intake.conversations, conversation)) !=
	       NULL) {
		conversation_choose(conversation, WHEN_MIN, WHEN_MAX);
		for (size_t i = 0; i < conversation->count; i++) {
			if (history_provisional_add(recorder->history, conversation->slices[i]) < 0)
				return -1;
		}
	}
	recorder->hidden = false;
	return 0;
}

int recorder_turn(struct recorder *recorder, bool idle, struct when now)
{
	uint64_t read = recorder->intake.read;

	if (read == recorder->shown && idle == recorder->idle && !recorder->unsaved)
		return 0;
	recorder->idle = idle;
	if (settle(recorder, settled_before(recorder, idle)) < 0)
		return -1;
	if (recorder->unsaved && when_is_due(recorder->next_save, recorder->options.save_ns, now)) {
		recorder->next_save = when_add(now, recorder->options.save_ns);
		if (recorder_save(recorder) < 0)
			return -1;
	}
	recorder->shown = read;
	recorder->watermark = partition_times_known(&recorder->intake.times, recorder->idle);
	return 0;
}

int recorder_end(struct recorder *recorder)
{
	if (recorder->options.history.folder != NULL)
		return 0;
	recorder->watermark = partition_times_known(&recorder->intake.times, recorder->idle);
	return settle(recorder, WHEN_MAX);
}

int recorder_close(struct recorder *recorder)
{
	int rc = -1;

	if (recorder == NULL)
		return 0;
	if (!recorder->broken && count_settled(recorder) == 0)
		rc = recorder_save(recorder);
	free_recorder(recorder);
	return rc;
}

/* ---- What is known ---- */

struct when recorder_watermark(const struct recorder *recorder)
{
	return recorder->watermark;
}

struct when recorder_unsure_until(const struct recorder *recorder)
{
	return recorder->unsure_until;
}

struct snapshot_records recorder_records(const struct recorder *recorder)
{
	struct snapshot_records records = intake_records(&recorder->intake);

	records.outside = recorder->intake.future; /* (2) */
	return records;
}

void recorder_tables(const struct recorder *recorder,
		     struct table_use tables[static RECORDER_TABLES])
{
	const struct intake *intake = &recorder->intake;

	tables[0] = (struct table_use){"records", conversations_held(intake->conversations),
				       conversations_limit(intake->conversations)};
	tables[1] = (struct table_use){"ends", intake->ends.count, intake->ends.limit};
}

void recorder_report(const struct recorder *recorder)
{
	intake_report(&recorder->intake, recorder->options.address);
	if (recorder->late > 0)
		log_warn("%s: %" PRIu64 " records came more than --horizon late; what was read "
			 "twice is counted twice",
			 recorder->options.address, recorder->late);
	history_report(recorder->history);
}
