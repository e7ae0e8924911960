#include "common/timeline/history/history.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/program/log.h"
#include "common/timeline/history/history_view.h"
#include "common/timeline/store/interface_rows.h"

/* One address's rows; a thousand bindings take about a megabyte. */
#define ARENA_LIMIT (UINT32_C(1) << 30)

/* A row of the store, in the arena. */
struct row {
	struct span key, value;
};

struct rows {
	struct row *list;
	size_t count, capacity;
};

static int no_memory(void)
{
	log_error("timeline: out of memory for the history of an address");
	return -1;
}

static int rows_add(struct rows *rows, struct row row)
{
	if (array_grow(&rows->list, &rows->capacity, rows->count + 1, sizeof(*rows->list)) < 0)
		return -1;
	rows->list[rows->count++] = row;
	return 0;
}

/* Copies every row of the address into ARENA. The rows point into it only at the end, because
 * it moves while it grows. */
static int read_rows(struct store *store, uint32_t cluster, const struct ip *ip, struct text *arena,
		     struct rows *rows)
{
	struct span key, value;
	struct store_scan *scan;
	struct text prefix;
	int rc;

	text_init(&prefix, 64);
	row_key_address(&prefix, cluster, ip);
	scan = store_scan_begin(store, &prefix, &prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		struct row row = {.key.length = key.length, .value.length = value.length};

		text_add(arena, key.data, key.length);
		text_add(arena, value.data, value.length);
		if (arena->failed || rows_add(rows, row) < 0) {
			rc = no_memory();
			break;
		}
	}
	store_scan_end(scan);
	text_free(&prefix);
	for (size_t r = 0, at = 0; r < rows->count && rc == 0; r++) {
		struct row *row = &rows->list[r];

		row->key.data = arena->data + at;
		row->value.data = row->key.data + row->key.length;
		at += row->key.length + row->value.length;
	}
	return rc;
}

static bool add_binding_row(struct history *history, const struct row *row)
{
	struct binding_key key;
	struct evidence evidence;
	struct holder *holder = history->holders + history->holder_count - 1;
	struct binding_history *binding = history->bindings + history->binding_count - 1;

	if (!row_binding_key(row->key, &key) || !row_evidence(row->value, &evidence))
		return false;
	/* By key: all versions of a binding and all bindings of a holder are adjacent. */
	if (history->holder_count == 0 || holder->kind != key.kind ||
	    !span_equal(holder->uid, key.uid)) {
		history->holders[history->holder_count++] = (struct holder){key.kind, key.uid};
		binding = NULL;
	}
	if (binding == NULL || history->binding_count == 0 || binding->epoch != key.epoch) {
		history->bindings[history->binding_count++] = (struct binding_history){
			history->holder_count - 1, key.epoch, history->version_count, 0};
	}
	history->bindings[history->binding_count - 1].version_count++;
	history->versions[history->version_count++] =
		(struct binding_version){key.offset, evidence};
	history->changes[history->change_count++] = key.offset;
	return true;
}

static bool add_membership_row(struct history *history, const struct row *row)
{
	struct membership *membership = &history->memberships[history->membership_count];

	if (!row_membership(row->value, membership))
		return false;
	history->membership_count++;
	if (membership->uid.length > 0)
		history->openings[history->opening_count++] = (struct opening){
			membership->uid, membership->opening, membership->opened_offset};
	history->changes[history->change_count++] = membership->opened_offset;
	if (membership->closed_offset != OFFSET_NEVER)
		history->changes[history->change_count++] = membership->closed_offset;
	return true;
}

static bool add_interface_row(struct history *history, const struct row *row)
{
	struct interface_version *version = &history->interfaces[history->interface_count];

	if (!row_interface_key(row->key, &version->interface, &version->offset) ||
	    !row_interface(row->value, &version->span))
		return false;
	history->interface_count++;
	history->changes[history->change_count++] = version->offset;
	return true;
}

static bool add_row(struct history *history, const struct row *row)
{
	switch (row_address_kind(row->key)) {
	case 'b':
		return add_binding_row(history, row);
	case 'm':
		return add_membership_row(history, row);
	case 'i':
		return add_interface_row(history, row);
	case 's':
		history->spelled = row->value;
		return true;
	default:
		return false;
	}
}

static int in_order(uint64_t one, uint64_t other)
{
	return (one > other) - (one < other);
}

static int in_time(struct when one, struct when other)
{
	return (one.ns > other.ns) - (one.ns < other.ns);
}

static int by_service(const void *a, const void *b)
{
	const struct membership *one = a, *other = b;
	int order = span_compare(one->service, other->service);

	if (order == 0)
		order = span_compare(one->uid, other->uid);
	if (order == 0)
		order = in_time(one->opening, other->opening);
	return order != 0 ? order : in_order(one->opened_offset, other->opened_offset);
}

static int by_uid(const void *a, const void *b)
{
	const struct opening *one = a, *other = b;
	int order = span_compare(one->uid, other->uid);

	return order != 0 ? order : in_time(one->at, other->at);
}

static int by_offset(const void *a, const void *b)
{
	return in_order(*(const uint64_t *)a, *(const uint64_t *)b);
}

static int make_room(struct history *history, size_t rows)
{
	history->holders = calloc(rows + 1, sizeof(*history->holders));
	history->bindings = calloc(rows + 1, sizeof(*history->bindings));
	history->versions = calloc(rows + 1, sizeof(*history->versions));
	history->memberships = calloc(rows + 1, sizeof(*history->memberships));
	history->openings = calloc(rows + 1, sizeof(*history->openings));
	history->interfaces = calloc(rows + 1, sizeof(*history->interfaces));
	history->changes = calloc(2 * rows + 1, sizeof(*history->changes));
	return history->holders != NULL && history->bindings != NULL && history->versions != NULL &&
			       history->memberships != NULL && history->openings != NULL &&
			       history->interfaces != NULL && history->changes != NULL
		       ? 0
		       : -1;
}

static void *shrink(void *list, size_t count, size_t size)
{
	void *smaller = realloc(list, (count + 1) * size);

	return smaller != NULL ? smaller : list;
}

/* Frees the room that make_room() allocated in excess. */
static void trim(struct history *history)
{
	history->holders =
		shrink(history->holders, history->holder_count, sizeof(*history->holders));
	history->bindings =
		shrink(history->bindings, history->binding_count, sizeof(*history->bindings));
	history->versions =
		shrink(history->versions, history->version_count, sizeof(*history->versions));
	history->memberships = shrink(history->memberships, history->membership_count,
				      sizeof(*history->memberships));
	history->openings =
		shrink(history->openings, history->opening_count, sizeof(*history->openings));
	history->interfaces =
		shrink(history->interfaces, history->interface_count, sizeof(*history->interfaces));
	history->bytes = sizeof(*history) + history->arena.capacity +
			 (history->holder_count + 1) * sizeof(struct holder) +
			 (history->binding_count + 1) *
				 (sizeof(struct binding_history) + sizeof(struct tenure) +
				  sizeof(struct cached_names) + sizeof(struct named_holder) + 640 +
				  sizeof(struct era) + sizeof(struct changing)) +
			 (history->version_count + 1) * sizeof(struct binding_version) +
			 (history->membership_count + 1) *
				 (sizeof(struct membership) + sizeof(struct opening)) +
			 (history->interface_count + 1) * sizeof(struct interface_version) +
			 history->change_count * sizeof(uint64_t);
}

static int decode(struct store *store, struct history *history, const struct rows *rows)
{
	size_t kept = 0;

	if (make_room(history, rows->count) < 0)
		return no_memory();
	for (size_t r = 0; r < rows->count; r++) {
		if (!add_row(history, &rows->list[r]))
			return store_damaged(store, "a row of an address");
	}
	qsort(history->memberships, history->membership_count, sizeof(*history->memberships),
	      by_service);
	qsort(history->openings, history->opening_count, sizeof(*history->openings), by_uid);
	qsort(history->changes, history->change_count, sizeof(*history->changes), by_offset);
	for (size_t c = 0; c < history->change_count; c++) {
		if (kept == 0 || history->changes[kept - 1] != history->changes[c])
			history->changes[kept++] = history->changes[c];
	}
	history->change_count = kept;
	trim(history);
	return 0;
}

struct history *history_load(struct store *store, uint32_t cluster, const struct ip *ip)
{
	struct history *history = calloc(1, sizeof(*history));
	struct rows rows = {0};
	int rc = -1;

	if (history == NULL) {
		no_memory();
		return NULL;
	}
	text_init(&history->arena, ARENA_LIMIT);
	history->range_generation = UINT64_MAX;
	if (read_rows(store, cluster, ip, &history->arena, &rows) == 0)
		rc = decode(store, history, &rows);
	free(rows.list);
	if (rc != 0) {
		history_free(history);
		return NULL;
	}
	return history;
}

void history_free(struct history *history)
{
	if (history == NULL)
		return;
	history_view_clear(&history->view);
	history_view_clear(&history->around);
	free(history->eras);
	free(history->changing);
	free(history->holders);
	free(history->bindings);
	free(history->versions);
	free(history->memberships);
	free(history->openings);
	free(history->interfaces);
	free(history->changes);
	text_free(&history->arena);
	free(history);
}
