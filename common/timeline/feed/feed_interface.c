/* The interfaces of pods: versions of what each carried. They are of no watch, so nothing but the addresses
 * that they carried is touched. */
#include "common/timeline/feed/feed.h"

#include "common/program/log.h"
#include "common/timeline/store/confirmed_rows.h"
#include "common/timeline/store/interface_rows.h"
#include "common/timeline/store/run_state.h"

/* Reads the interface's state; none for a new one. -1 after logging. */
static int read_state(struct feed *feed, uint64_t interface, struct interface_state *state)
{
	int found;

	*state = interface_state_none();
	row_key_interface_state(feed->key, feed->cluster->id, interface);
	found = store_get(feed->store, feed->key, feed->state);
	if (found <= 0)
		return found;
	return interface_state_read(text_span(feed->state), state)
		       ? 0
		       : store_damaged(feed->store, "the state of an interface");
}

/* SEQUENCE is that of the record, 0 if it is in none. */
static struct interface_state add_all(const struct interface_state *before,
				      const struct interface_object *object, uint64_t sequence)
{
	const struct interface_state *told = &object->told;
	struct interface_state after = *before;

	for (size_t f = 0; f < INTERFACE_FAMILIES && sequence != 0; f++)
		after.addresses[f].sequence = 0;
	if (!object->any)
		return after;
	after.since = when_later(after.since, told->since);
	after.until = when_earlier(after.until, told->until);
	after.appeared = when_earlier(after.appeared, told->appeared);
	after.several = after.several || told->several;
	for (size_t f = 0; f < INTERFACE_FAMILIES; f++) {
		if (!told->addresses[f].there)
			continue;
		interface_state_add(&after, &told->addresses[f]);
		if (sequence != 0 && object->open[f])
			after.addresses[f].sequence = sequence;
	}
	return after;
}

struct interface_span feed_interface_span(const struct interface_object *object,
					  const struct interface_state *state, size_t family)
{
	struct interface_span span = interface_state_span(state, family);

	span.node = object->node;
	span.name = object->name;
	span.host = object->host;
	span.uid = object->uid;
	return span;
}

static int put_span(struct feed *feed, const struct interface_object *object,
		    const struct interface_state *state, size_t family)
{
	const struct ip *ip = &state->addresses[family].ip;
	struct interface_span span = feed_interface_span(object, state, family);
	struct when latest = when_later(span.any_last, span.alone_until);

	/* It may be before the last packet of the other family. */
	if (!when_is_max(span.until))
		latest = when_later(latest, span.until);

	row_key_interface(feed->key, feed->cluster->id, ip, object->hash, feed->offset);
	text_clear(feed->value);
	row_add_interface(feed->value, &span);
	feed_touch(feed, ip);
	if (retention_note_address(feed->cluster, feed->store, (struct ended){latest, feed->offset},
				   ip) < 0)
		return -1;
	return feed_put(feed);
}

int feed_interface(struct feed *feed, const struct interface_object *object,
		   const struct interface_state *before, const struct interface_state *after)
{
	bool any = false;

	for (size_t f = 0; f < INTERFACE_FAMILIES; f++) {
		struct interface_span old = interface_state_span(before, f);
		struct interface_span fresh = interface_state_span(after, f);

		if (!after->addresses[f].there)
			continue;
		any = true;
		if ((!before->addresses[f].there || !interface_span_equal(&old, &fresh)) &&
		    put_span(feed, object, after, f) < 0)
			return -1;
	}
	/* A record without an address may come before any other. */
	if (!any)
		return 0;
	row_key_interface_state(feed->key, feed->cluster->id, object->hash);
	text_clear(feed->value);
	interface_state_write(feed->value, after);
	return feed_put(feed);
}

enum timeline_outcome feed_read_interface(struct feed *feed, struct interface_object *object,
					  const char **why)
{
	struct kube_event *event = feed->event;

	if (event->uid.length > UID_MAX_BYTES || event->name.length > NAME_MAX_BYTES) {
		*why = "metadata.uid is longer than 128 bytes, or metadata.name than 253";
		return TIMELINE_UNREADABLE;
	}
	*why = object_interface(&event->object, event->uid, event->name, object);
	if (event->object.plain.failed) {
		log_error("timeline: out of memory for an interface");
		return TIMELINE_BROKEN;
	}
	if (*why)
		return TIMELINE_UNREADABLE;
	feed->addresses_refused += object->refused;
	return object->any || object->record > 0 ? TIMELINE_APPLIED : TIMELINE_IGNORED;
}

/* The latest time that OBJECT tells. */
static struct when latest_told(const struct interface_object *object)
{
	const struct interface_state *told = &object->told;
	struct when latest = object->confirmed;

	if (!when_is_max(told->until))
		latest = when_later(latest, told->until);
	for (size_t f = 0; f < INTERFACE_FAMILIES; f++) {
		if (told->addresses[f].there)
			latest = when_later(latest, when_later(told->addresses[f].last,
							       told->addresses[f].alone_until));
	}
	return latest;
}

/* The state of the run of OBJECT, whose key becomes feed->key; none for a new one. -1 after logging. */
static int read_run(struct feed *feed, const struct interface_object *object,
		    struct run_state *state)
{
	int found;

	*state = run_state_none();
	row_key_numbered(feed->key, ROW_RUNS, feed->cluster->id, object->run);
	found = store_get(feed->store, feed->key, feed->state);
	if (found <= 0)
		return found;
	return run_state_read(text_span(feed->state), state)
		       ? 0
		       : store_damaged(feed->store, "the state of a meter");
}

/* The record confirms SEQUENCE, if it does and no other did so up to then. -1 after logging. */
static int confirm(struct feed *feed, const struct interface_object *object, uint64_t sequence,
		   struct run_state *state)
{
	struct ended ended = {object->confirmed, feed->offset};

	if (when_not_after(object->confirmed, state->confirmed))
		return 0;
	state->confirmed = object->confirmed;
	if (confirmed_rows_put(feed->cluster, feed->store, sequence, feed->offset,
			       object->confirmed) < 0)
		return -1;
	return retention_note_confirmed(feed->cluster, feed->store, ended, sequence);
}

int feed_interface_sequence(struct feed *feed, const struct interface_object *object,
			    uint64_t *sequence)
{
	struct run_state state;
	struct when before;

	*sequence = 0;
	if (object->record == 0)
		return 0;
	if (read_run(feed, object, &state) < 0)
		return -1;
	/* Also what a late record tells may keep an interface from being past, which is open in an earlier one. */
	before = state.latest;
	state.latest = when_later(before, latest_told(object));
	if (run_state_add(&state, object->record)) {
		*sequence = run_state_sequence(&state, object->run);
		if (confirm(feed, object, *sequence, &state) < 0)
			return -1;
	}
	if (retention_note_run(feed->cluster, feed->store, before, state.latest, object->run) < 0)
		return -1;
	text_clear(feed->value);
	run_state_write(feed->value, &state);
	return feed_put(feed);
}

int feed_interface_states(struct feed *feed, const struct interface_object *object,
			  uint64_t sequence, struct interface_state *before,
			  struct interface_state *after)
{
	if (read_state(feed, object->hash, before) < 0)
		return -1;
	*after = add_all(before, object, sequence);
	return 0;
}
