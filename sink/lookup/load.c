#include "sink/lookup/load.h"

#include "common/log.h"
#include "common/stop.h"

#define POLL_MS 200

struct loading {
	struct timeline *timeline;
	struct load_stats *stats;
	int64_t checked; /* offset of the record that the store must know, -1 when there is none */
	bool found;      /* it was there, and the same */
	bool files;
};

enum step { GO_ON, ANEW, GIVE_UP };

/* Holds a record against what the store remembers (1). */
static bool same(struct loading *l, int64_t offset, const struct bus_record *record)
{
	uint64_t hash;

	if (l->checked < 0 || l->found || (offset != 0 && offset < l->checked))
		return true;
	hash = timeline_hash(record->value, record->value_length);
	if (l->files && offset == 0 && hash != timeline_first_hash(l->timeline))
		return false;
	if (offset < l->checked)
		return true;
	l->found = offset == l->checked && hash == timeline_last_hash(l->timeline);
	return l->found;
}

static enum step apply(struct loading *l, int64_t offset, const struct bus_record *record)
{
	const char *why = "unreadable";

	if (!same(l, offset, record))
		return ANEW;
	if (offset < timeline_next_offset(l->timeline))
		return GO_ON;
	l->stats->records++;
	switch (timeline_apply(l->timeline, offset, record->value, record->value_length,
			       record->timestamp_ms, &why)) {
	case TIMELINE_APPLIED:
	case TIMELINE_IGNORED:
		return GO_ON;
	case TIMELINE_UNREADABLE:
		if (l->stats->unreadable++ == 0) {
			l->stats->example = offset;
			l->stats->why = why;
		}
		return GO_ON;
	case TIMELINE_BROKEN:
		break;
	}
	return GIVE_UP;
}

/* Reads ADDRESS to its end; its first record has the number BASE, *COUNT is how many
 * there were. */
static enum load_outcome read_one(struct loading *l, const char *address,
				  const struct bus_options *options, int64_t base, int64_t *count,
				  bool *anew)
{
	int64_t from = l->files || l->checked < 0 ? BUS_FROM_START : l->checked;
	struct bus_reader *reader = bus_reader_open(address, options, from);
	enum load_outcome outcome = LOAD_BROKEN;
	enum step step = GO_ON;
	struct bus_record record;

	*count = 0;
	if (!reader)
		return LOAD_NO_INPUT;
	while (step == GO_ON) {
		if (stop_requested()) {
			outcome = LOAD_STOPPED;
			break;
		}
		enum bus_status status = bus_read(reader, POLL_MS, &record);

		if (status == BUS_BROKEN)
			break;
		if (status == BUS_END) {
			outcome = LOAD_DONE;
			break;
		}
		if (status == BUS_QUIET)
			continue;
		(*count)++;
		step = apply(l, l->files ? base + record.offset : record.offset, &record);
	}
	*anew = step == ANEW;
	bus_reader_close(reader);
	return *anew ? LOAD_DONE : outcome;
}

static enum load_outcome read_all(struct loading *l, const struct settings_list *addresses,
				  const struct bus_options *options, bool *anew)
{
	int64_t base = 0, count;

	for (size_t i = 0; i < addresses->count; i++) {
		enum load_outcome outcome =
			read_one(l, addresses->values[i], options, base, &count, anew);

		if (outcome != LOAD_DONE || *anew)
			return outcome;
		base += count;
	}
	*anew = l->checked >= 0 && !l->found;
	return LOAD_DONE;
}

enum load_outcome load_topic(struct timeline *timeline, const struct settings_list *addresses,
			     const struct bus_options *options, struct load_stats *stats)
{
	struct loading l = {
		.timeline = timeline,
		.stats = stats,
		.checked = timeline_next_offset(timeline) - 1,
		.files = !bus_is_kafka(addresses->values[0]),
	};
	enum load_outcome outcome;
	bool anew = false;

	*stats = (struct load_stats){0};
	outcome = read_all(&l, addresses, options, &anew);
	if (outcome == LOAD_DONE && anew) {
		log_warn("--state: the store was made from another topic, or from records that are "
			 "no longer there; it is made anew");
		if (timeline_reset(timeline) != 0)
			return LOAD_BROKEN;
		*stats = (struct load_stats){0};
		l.checked = -1;
		outcome = read_all(&l, addresses, options, &anew);
	}
	if (outcome == LOAD_DONE && l.files)
		timeline_set_closed(timeline, true);
	return outcome;
}
