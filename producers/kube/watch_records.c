#include "producers/kube/watch_records.h"

#include <string.h>

#include "common/record/kube_event.h"
#include "producers/kube/api_reply.h"
#include "producers/kube/kube_event_add.h"

#define COMPACT_BYTES (256u * 1024) /* used before the rest is moved */

static void add_object(const struct watch *watch, enum kube_event_type type,
		       const struct clocks *now, struct value object, struct text *record)
{
	kube_event_add_object(record, type, watch->cluster, watch->resource, now->received, object);
}

static void add_sync(const struct watch *watch, enum kube_event_type type, const struct clocks *now,
		     struct text *record)
{
	kube_event_add_sync(record, type, watch->cluster, watch->resource, now->received,
			    watch->list_revision, watch->scope,
			    watch->gap != NULL && strcmp(watch->gap, WATCH_WENT_BACK) == 0);
}

static void add_gap(struct watch *watch, const struct clocks *now, struct when from,
		    const char *reason, struct text *record)
{
	watch->stats->gaps++;
	kube_event_add_gap(record, watch->cluster, watch->resource, now->received,
			   when_earlier(from, now->received), now->received, reason);
}

static void begin_sync(struct watch *watch, const struct clocks *now, struct text *record)
{
	watch->begun = watch->covered = true;
	watch->begun_at = watch->told_at = now->tick;
	watch->listed = 0;
	add_sync(watch, KUBE_SYNC_BEGIN, now, record);
}

static void end_sync(struct watch *watch, const struct clocks *now, struct text *record)
{
	watch->stats->syncs++;
	if (!watch->exact) {
		watch->revision = watch->delivered = watch->written = watch->list_revision;
		watch->known = watch->sure = when_later(watch->known, watch->list_asked);
		watch->owed = 0;
		watch->era++;
	}
	watch->gap = NULL;
	add_sync(watch, KUBE_SYNC_END, now, record);
	watch->exact = watch->partial = false;
	watch->state = WATCH_TO_WATCH;
	if (watch->planned) {
		watch->retry.failures = 0;
		watch_stop(watch);
	}
}

/* The newest change makes the best witness. */
static void witness(struct watch *watch, uint64_t revision)
{
	if (watch->witness < revision)
		watch->witness = revision;
}

static bool next_of_page(struct watch *watch, const struct clocks *now, struct text *record)
{
	enum list_stream_status status = LIST_STREAM_ITEM;
	bool begun = watch->page.revision > 0;

	while (!value_present(watch->item)) {
		status = list_stream_next(&watch->page, &watch->body, &watch->item);
		if (status != LIST_STREAM_ITEM ||
		    scope_has(watch->scope, watch->resource, watch->item))
			break;
		watch->item = (struct value){NULL, 0};
	}
	if (status == LIST_STREAM_WRONG)
		watch_page_wrong(watch, watch->page.fault, now);
	if (status == LIST_STREAM_WRONG || watch->page.revision == 0 ||
	    (!begun && !watch_page_begins(watch, now)))
		return false;
	/* Before anything is known nothing can be missing. */
	if (watch->gap != NULL && !watch->gap_written && !when_is_min(watch->known)) {
		watch->gap_written = true;
		add_gap(watch, now, watch->known, watch->gap, record);
		return true;
	}
	if (!watch->begun) {
		begin_sync(watch, now, record);
		return true;
	}
	if (status == LIST_STREAM_ITEM) {
		watch->stats->items++;
		watch->listed++;
		watch->byte_at = now->tick;
		witness(watch, value_integer(value_at(watch->item, "metadata.resourceVersion")));
		add_object(watch, KUBE_ADDED, now, watch->item, record);
		watch->item = (struct value){NULL, 0};
		return true;
	}
	if (status == LIST_STREAM_MORE)
		return false;
	if (watch->page.token.length > 0) {
		watch->state = WATCH_TO_LIST;
		return false;
	}
	end_sync(watch, now, record);
	return true;
}

static void take_error(struct watch *watch, struct value object, const struct clocks *now)
{
	struct api_reply_status status;

	api_reply_read_status(object.bytes, object.length, &status);
	watch_fail(watch, api_reply_loss(status.code, &status), status.message,
		   status.retry_after_s, now);
}

/* A proof had denied the change of REVISION: takes it back, and adds the GAP. */
static void break_promise(struct watch *watch, uint64_t revision, const struct clocks *now,
			  struct text *record)
{
	watch->stats->late++;
	watch->era++;
	watch->revision = revision - 1;
	add_gap(watch, now, watch->sure, "late_change", record);
}

static void take_change(struct watch *watch, uint64_t revision)
{
	watch->sure = watch->known;
	witness(watch, revision);
	watch->stats->changes++;
	watch->revision = watch->delivered = watch->written = revision;
}

static bool take_line(struct watch *watch, const char *line, size_t length,
		      const struct clocks *now, struct text *record)
{
	struct api_reply_change change;

	if (!api_reply_read_change(line, length, &change)) {
		watch->stats->unreadable++;
		watch_fail(watch, NULL, "a line is not a watch event", 0, now);
		return false;
	}
	if (change.type == KUBE_ERROR) {
		take_error(watch, change.object, now);
		return false;
	}
	watch->heard_at = now->tick;
	if (change.type == KUBE_BOOKMARK) {
		watch->stats->bookmarks++;
		if (watch->revision < change.revision)
			watch->revision = change.revision;
		if (watch->delivered < change.revision)
			watch->delivered = change.revision;
		return false;
	}
	if (change.revision <= watch->written) {
		watch->stats->duplicates++;
		return false;
	}
	if (change.revision <= watch->revision) {
		break_promise(watch, change.revision, now, record);
		/* The line is read again. */
		watch->taken = watch->scanned = watch->taken - length - 1;
		return true;
	}
	take_change(watch, change.revision);
	if (!scope_has(watch->scope, watch->resource, change.object))
		return false;
	add_object(watch, change.type, now, change.object, record);
	return true;
}

/* Moves the rest of the body to the front, when that is worth it. */
static void compact(struct watch *watch)
{
	struct text *body = &watch->body;

	if (watch->taken == 0 || (watch->taken < body->length && watch->taken < COMPACT_BYTES))
		return;
	body->length -= watch->taken;
	memmove(body->data, body->data + watch->taken, body->length);
	watch->scanned -= watch->taken;
	watch->taken = 0;
}

static bool next_change(struct watch *watch, const struct clocks *now, struct text *record)
{
	const struct text *body = &watch->body;

	while (watch->state == WATCH_OPEN && watch->scanned < body->length) {
		const char *line = body->data + watch->taken;
		const char *from = body->data + watch->scanned;
		const char *end = memchr(from, '\n', body->length - watch->scanned);
		size_t length = end != NULL ? (size_t)(end - line) : body->length - watch->taken;

		if (length > WATCH_LINE_MAX) {
			watch->stats->too_large++;
			watch_fail(watch, "line_too_large", "a line is longer than 8 MiB", 0, now);
			return false;
		}
		watch->scanned = body->length;
		if (end == NULL)
			break;
		watch->taken = watch->scanned = (size_t)(end + 1 - body->data);
		if (length > 0 && take_line(watch, line, length, now, record))
			return true;
	}
	if (watch->state == WATCH_OPEN)
		compact(watch);
	return false;
}

bool watch_records_next(struct watch *watch, const struct clocks *now, struct text *record)
{
	bool lists = watch->state == WATCH_LISTING || watch->state == WATCH_WRITING;

	if (lists && watch->exact && !watch->begun) {
		begin_sync(watch, now, record);
		return true;
	}
	switch (watch->state) {
	case WATCH_WRITING:
		return next_of_page(watch, now, record);
	case WATCH_OPEN:
		return next_change(watch, now, record);
	default:
		return false;
	}
}
