#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "sink/graph/history/history_internal.h"
#include "sink/graph/history/match_list.h"

#define TEXT_MAX 4096

/* Searches ENDS at every level that has a page of its own. TEXT is for its use. -1 if out of memory. */
static int search_ends(struct match_list *list, const struct end_table *ends, struct text *text)
{
	static const enum node_level levels[] = {NODE_LEVEL_SERVICE, NODE_LEVEL_WORKLOAD,
						 NODE_LEVEL_NAMESPACE};

	for (size_t i = 0; i < ends->count; i++) {
		for (size_t l = 0; l < sizeof(levels) / sizeof(levels[0]); l++) {
			struct node node = node_of(end_table_at(ends, (int32_t)i), levels[l]);
			size_t label;

			text_clear(text);
			node_add_id(&node, text);
			text_add(text, "", 1);
			label = text->length;
			node_add_label(&node, false, text);
			text_add(text, "", 1);
			if (text->failed || match_list_add(list, node_kind_name(&node), text->data,
							   text->data + label) < 0)
				return -1;
		}
	}
	return 0;
}

static int search_days(struct history *history, struct match_list *list, struct text *text)
{
	for (size_t i = 0; i < history->coverage.count; i++) {
		struct history_day *day;

		history_days_trim(history);
		day = history_day_of_number(history, history->coverage.days[i].day);
		if (day == NULL)
			return -1;
		if (search_ends(list, &day->ends, text) < 0)
			return history_no_memory();
	}
	return search_ends(list, history->ends, text) < 0 ? history_no_memory() : 0;
}

/* What a scan of tenures does with each. */
struct tenure_walk {
	struct history *history;
	struct match_list *list; /* search */
	struct history_tenures *out;
	size_t capacity;
	struct text names;
};

static int search_tenure(struct tenure_walk *walk, struct span key, const struct tenure_row *row)
{
	char text[IP_TEXT_SIZE];
	struct when from;
	struct ip ip;

	if (history_key_tenure_of(key, &ip, &from) < 0)
		return history_damaged(walk->history, "the key of an address");
	ip_format(&ip, text);
	if (match_list_add(walk->list, row->kind, row->id, row->label) < 0 ||
	    match_list_add(walk->list, "address", text, text) < 0)
		return history_no_memory();
	return 0;
}

/* Calls EACH for the tenures whose keys begin with PREFIX. */
static int walk_tenures(struct tenure_walk *walk, struct history_key prefix,
			int (*each)(struct tenure_walk *walk, struct span key,
				    const struct tenure_row *row))
{
	struct span start = history_key_span(&prefix), key, value;
	struct database_scan *scan = database_scan_begin(walk->history->database, start, start);
	struct tenure_row row;
	int found;

	if (scan == NULL)
		return history_no_memory();
	while ((found = database_scan_next(scan, &key, &value)) == 1) {
		found = tenure_row_read(value, &row) < 0
				? history_damaged(walk->history, "the row of an address")
				: each(walk, key, &row);
		if (found < 0)
			break;
	}
	database_scan_end(scan);
	return found;
}

static int give_matches(struct match_list *list, size_t limit, struct history_matches *out)
{
	size_t count = list->count < limit ? list->count : limit;
	struct history_match *matches = calloc(count + 1, sizeof(*matches));
	const char *names = list->names.data;

	if (matches == NULL)
		return history_no_memory();
	match_list_sort(list);
	for (size_t i = 0; i < count; i++)
		matches[i] = (struct history_match){names + list->matches[i].type,
						    names + list->matches[i].id,
						    names + list->matches[i].label};
	*out = (struct history_matches){matches, count, list->names.data};
	list->names.data = NULL;
	return 0;
}

int history_search(struct history *history, struct span text, size_t limit,
		   struct history_matches *out)
{
	struct match_list list;
	struct tenure_walk walk = {.history = history, .list = &list};
	struct text used;
	int rc = -1;

	if (limit > HISTORY_MATCHES_MAX)
		limit = HISTORY_MATCHES_MAX;
	match_list_init(&list, text);
	text_init(&used, TEXT_MAX);
	if (history_write_tenures(history) == 0 && search_days(history, &list, &used) == 0 &&
	    walk_tenures(&walk, history_key_all_tenures(), search_tenure) == 0)
		rc = give_matches(&list, limit, out);
	text_free(&used);
	match_list_free(&list);
	return rc;
}

void history_matches_free(struct history_matches *matches)
{
	free(matches->matches);
	free(matches->names);
	*matches = (struct history_matches){0};
}

/* ---- Tenures ---- */

static int list_tenure(struct tenure_walk *walk, struct span key, const struct tenure_row *row)
{
	struct history_tenures *out = walk->out;
	struct history_tenure *tenure;
	struct ip ip;

	if (out->count == HISTORY_TENURES_MAX)
		return 0;
	if (array_grow(&out->tenures, &walk->capacity, out->count + 1, sizeof(*tenure)) < 0)
		return history_no_memory();
	tenure = &out->tenures[out->count++];
	*tenure = (struct history_tenure){
		.to = row->to, .first_seen = row->first_seen, .last_seen = row->last_seen};
	text_add(&walk->names, row->names.data, row->names.length);
	if (history_key_tenure_of(key, &ip, &tenure->from) < 0)
		return history_damaged(walk->history, "the key of an address");
	return walk->names.failed ? history_no_memory() : 0;
}

/* Points the tenures to their names, which do not move any more. */
static void name_tenures(struct history_tenures *out)
{
	const char *name = out->names;

	for (size_t i = 0; i < out->count; i++) {
		struct history_tenure *tenure = &out->tenures[i];

		tenure->kind = name;
		tenure->holder = tenure->kind + strlen(tenure->kind) + 1;
		tenure->id = tenure->holder + strlen(tenure->holder) + 1;
		tenure->services = tenure->id + strlen(tenure->id) + 1;
		name = tenure->services + strlen(tenure->services) + 1;
	}
}

int history_tenures(struct history *history, const struct ip *ip, struct history_tenures *out)
{
	struct history_tenures found = {0};
	struct tenure_walk walk = {.history = history, .out = &found};
	int rc;

	text_init(&walk.names, HISTORY_ROW_MAX);
	rc = history_write_tenures(history);
	if (rc == 0)
		rc = walk_tenures(&walk, history_key_tenures(ip), list_tenure);
	found.names = walk.names.data;
	if (rc < 0) {
		history_tenures_free(&found);
		return -1;
	}
	name_tenures(&found);
	*out = found;
	return 0;
}

void history_tenures_free(struct history_tenures *tenures)
{
	free(tenures->tenures);
	free(tenures->names);
	*tenures = (struct history_tenures){0};
}
