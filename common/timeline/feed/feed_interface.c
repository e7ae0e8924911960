/* The interfaces of pods: versions of what each carried. They are of no watch, so nothing but the addresses
 * that they carried is touched. */
#include "common/timeline/feed/feed.h"

#include "common/program/log.h"

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

static struct interface_state add_all(const struct interface_state *before,
				      const struct interface_state *told)
{
	struct interface_state after = *before;

	after.since = when_later(after.since, told->since);
	after.until = when_earlier(after.until, told->until);
	after.several = after.several || told->several;
	for (size_t f = 0; f < INTERFACE_FAMILIES; f++) {
		if (told->addresses[f].there)
			interface_state_add(&after, &told->addresses[f]);
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
	for (size_t f = 0; f < INTERFACE_FAMILIES; f++) {
		struct interface_span old = interface_state_span(before, f);
		struct interface_span fresh = interface_state_span(after, f);

		if (after->addresses[f].there &&
		    (!before->addresses[f].there || !interface_span_equal(&old, &fresh)) &&
		    put_span(feed, object, after, f) < 0)
			return -1;
	}
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
	return object->any ? TIMELINE_APPLIED : TIMELINE_IGNORED;
}

int feed_interface_states(struct feed *feed, const struct interface_object *object,
			  struct interface_state *before, struct interface_state *after)
{
	if (read_state(feed, object->hash, before) < 0)
		return -1;
	*after = add_all(before, &object->told);
	return 0;
}
