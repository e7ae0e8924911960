#include "common/timeline/names.h"

#include "common/timeline/judge.h"

#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"
#include "common/timeline/render.h"
#include "common/timeline/rules/services.h"

#define ROW_BYTES (64u * 1024)

/* Everything that is read about a holder at a position. */
struct found {
	struct text holder_row, owner_row, node_row; /* what the spans below point into */
	struct text full_name;
	struct holder_names names;
	bool owner_there;                   /* the owner's own record is there */
	struct span owner_kind, owner_name; /* the owner's own controller, or empty */
	struct span zone, region;
};

static int no_memory(void)
{
	log_error("timeline: out of memory for an answer");
	return -1;
}

/* Reads the version of NAME that POSITION sees into ROW, cleared first, and into *FOUND from and
 * until which position it is that. -1 after logging. */
static int read_version(struct timeline *timeline, uint64_t position, struct name_version *found,
			struct text *row)
{
	struct text *prefix = &timeline->key;
	struct span key, value;
	struct store_scan *scan;
	int rc;

	text_clear(row);
	row_key_versions(prefix, found->table, timeline->answering->id, found->name);
	scan = store_scan_begin(timeline->store, prefix, prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		struct codec codec = codec_read(
			(struct span){key.data + prefix->length, key.length - prefix->length});
		uint64_t offset = codec_u64(&codec);

		if (offset > position) {
			found->until_offset = offset;
			break;
		}
		found->there = true;
		found->from_offset = offset;
		text_clear(row);
		text_add(row, value.data, value.length);
	}
	store_scan_end(scan);
	if (rc >= 0 && row->failed)
		return no_memory();
	found->row = text_span(row);
	return rc < 0 ? -1 : 0;
}

/* Copies the version of NAME that POSITION sees to ROW; narrows the positions of CACHED to those
 * that see the same. 1 found, 0 none, -1 after logging. */
static int find_version(struct timeline *timeline, struct cached_names *cached, size_t source,
			enum row_table table, struct span name, uint64_t position, struct text *row)
{
	const uint32_t *generation = generations_of(&timeline->generations, table, name);
	bool is_shared = table != ROW_HOLDERS;
	const struct name_version *known = NULL;
	struct name_version found = {.table = table,
				     .name = name,
				     .generation = *generation,
				     .until_offset = OFFSET_NEVER};

	if (is_shared)
		known = name_versions_find(timeline->name_versions, table, name, *generation,
					   position);
	if (known != NULL) {
		found = *known;
		text_clear(row);
		text_add(row, known->row.data, known->row.length);
		if (row->failed)
			return no_memory();
	} else if (read_version(timeline, position, &found, row) < 0) {
		return -1;
	} else if (is_shared) {
		name_versions_add(timeline->name_versions, &found);
	}
	cached->generation[source] = generation;
	cached->found[source] = *generation;
	if (found.from_offset > cached->from_offset)
		cached->from_offset = found.from_offset;
	if (found.until_offset < cached->until_offset)
		cached->until_offset = found.until_offset;
	return found.there ? 1 : 0;
}

static int find_owner(struct timeline *timeline, struct cached_names *cached, uint64_t position,
		      struct found *found)
{
	struct span kind = found->names.owner_kind;
	int rc = 0;

	if (span_equal(kind, span_of("ReplicaSet")) || span_equal(kind, span_of("Job")))
		rc = find_version(timeline, cached, 1, ROW_OWNERS, found->names.owner_uid, position,
				  &found->owner_row);
	found->owner_there = rc == 1;
	if (rc == 1 &&
	    !row_pair(text_span(&found->owner_row), &found->owner_kind, &found->owner_name))
		return store_damaged(timeline->store, "an owner");
	return rc < 0 ? -1 : 0;
}

static int find_node(struct timeline *timeline, struct cached_names *cached, uint64_t position,
		     enum holder_kind kind, struct found *found)
{
	struct span node = kind == HOLDER_NODE ? found->names.name : found->names.node;
	int rc = 0;

	if (node.length > 0)
		rc = find_version(timeline, cached, 2, ROW_NODES, node, position, &found->node_row);
	if (rc == 1 && !row_pair(text_span(&found->node_row), &found->zone, &found->region))
		return store_damaged(timeline->store, "a node");
	return rc < 0 ? -1 : 0;
}

static int find_rows(struct timeline *timeline, struct cached_names *cached,
		     const struct holder *holder, uint64_t position, struct found *found)
{
	int rc = find_version(timeline, cached, 0, ROW_HOLDERS, holder->uid, position,
			      &found->holder_row);

	if (rc < 0)
		return -1;
	if (rc == 0 || !row_holder(text_span(&found->holder_row), &found->names))
		return store_damaged(timeline->store, "the names of a holder");
	if (find_owner(timeline, cached, position, found) < 0)
		return -1;
	return find_node(timeline, cached, position, holder->kind, found);
}

/* NAME without "-HASH", or empty if it does not end with that. */
static struct span without_hash(struct span name, struct span hash)
{
	size_t rest;

	if (hash.length == 0 || name.length <= hash.length + 1)
		return (struct span){"", 0};
	rest = name.length - hash.length;
	if (name.data[rest - 1] != '-' || memcmp(name.data + rest, hash.data, hash.length) != 0)
		return (struct span){"", 0};
	return (struct span){name.data, rest - 1};
}

/* The top of the controller chain (docs/answers.md section 8). */
static void find_workload(const struct found *found, struct named_holder *holder)
{
	const struct holder_names *names = &found->names;
	struct span kind = names->owner_kind, name = names->owner_name;
	bool set = span_equal(kind, span_of("ReplicaSet"));

	if (found->owner_there && found->owner_kind.length > 0) {
		kind = found->owner_kind;
		name = found->owner_name;
	} else if (!found->owner_there && set && without_hash(name, names->hash).length > 0) {
		kind = span_of("Deployment");
		name = without_hash(name, names->hash);
	}
	if (kind.length == 0 || span_equal(kind, span_of("Node")))
		return;
	holder->workload_kind = kind;
	holder->workload_name = name;
	holder->workload_member = render_workload_member(kind);
}

static struct named_holder holder_of(const struct timeline *timeline, const struct tenure *tenure,
				     struct span uid, const struct found *found)
{
	const struct assumptions assumptions = judge_assumptions(timeline);
	struct binding_start start = binding_start(&tenure->binding, &assumptions);
	struct named_holder holder = {
		.kind = tenure->binding.kind,
		.cluster = span_of(timeline->answering->name),
		.namespace = found->names.namespace,
		.name = found->names.name,
		.uid = uid,
		.full_name = text_span(&found->full_name),
		.node = tenure->binding.kind == HOLDER_NODE ? found->names.name : found->names.node,
		.zone = found->zone,
		.region = found->region,
		.labels = found->names.labels,
		.annotations = found->names.annotations,
		.start = start.shown,
		.start_from = start.from,
	};

	holder.end = binding_shown_end(&tenure->binding, &holder.end_from);
	find_workload(found, &holder);
	return holder;
}

/* Moves SPAN to AT, and AT past it. */
static void move(struct span *span, char **at)
{
	if (span->length > 0)
		memcpy(*at, span->data, span->length);
	span->data = *at;
	*at += span->length;
}

/* Copies HOLDER to CACHED in one block with the names it points at and its JSON. -1 after
 * logging. JSON is scratch. */
static int keep(struct cached_names *cached, const struct named_holder *holder, struct text *json)
{
	size_t head;
	struct named_holder *kept;
	char *at;

	text_clear(json);
	text_add_string(json, NAMES_STATUS);
	render_names(json, holder);
	head = json->length;
	text_add(json, ",", 1);
	render_binding(json, holder);
	text_add(json, "}", 1);
	kept = json->failed ? NULL
			    : malloc(sizeof(*kept) + json->length + holder->namespace.length +
				     holder->name.length + holder->full_name.length +
				     holder->node.length + holder->workload_kind.length +
				     holder->workload_name.length + holder->zone.length +
				     holder->region.length + holder->labels.length +
				     holder->annotations.length);
	if (kept == NULL)
		return no_memory();
	*kept = *holder;
	at = (char *)(kept + 1);
	move(&kept->namespace, &at);
	move(&kept->name, &at);
	move(&kept->full_name, &at);
	move(&kept->node, &at);
	move(&kept->workload_kind, &at);
	move(&kept->workload_name, &at);
	move(&kept->zone, &at);
	move(&kept->region, &at);
	move(&kept->labels, &at);
	move(&kept->annotations, &at);
	cached->holder = kept;
	cached->json = memcpy(at, json->data, json->length);
	cached->head_length = (uint32_t)head;
	cached->tail_length = (uint32_t)(json->length - head);
	return 0;
}

/* Which of the address's memberships are this holder's, trimmed to their number. */
static int find_members(struct cached_names *cached, const struct history *history,
			const struct holder *holder)
{
	struct memberships all = {history->memberships, history->membership_count, NULL, 0};
	uint32_t *members = malloc((history->membership_count + 1) * sizeof(*members)), *trimmed;

	if (members == NULL)
		return no_memory();
	cached->member_count = services_of_holder(&all, holder->kind, holder->uid, members);
	trimmed = realloc(members, (cached->member_count + 1) * sizeof(*members));
	cached->members = trimmed != NULL ? trimmed : members;
	return 0;
}

static bool is_fresh(const struct cached_names *cached, uint64_t position)
{
	if (cached->holder == NULL || position < cached->from_offset ||
	    position >= cached->until_offset)
		return false;
	for (size_t s = 0; s < NAMES_SOURCES; s++) {
		if (cached->generation[s] != NULL && *cached->generation[s] != cached->found[s])
			return false;
	}
	return true;
}

static int fill(struct timeline *timeline, struct cached_names *cached, const struct holder *holder,
		const struct tenure *tenure, uint64_t position)
{
	struct named_holder named;
	struct found found = {.owner_there = false};
	int rc;

	text_init(&found.holder_row, ROW_BYTES);
	text_init(&found.owner_row, ROW_BYTES);
	text_init(&found.node_row, ROW_BYTES);
	text_init(&found.full_name, ROW_BYTES);
	rc = find_rows(timeline, cached, holder, position, &found);
	if (rc == 0)
		holder_names_join(&found.full_name, holder->kind, &found.names);
	if (found.full_name.failed) {
		rc = no_memory();
	} else if (rc == 0) {
		named = holder_of(timeline, tenure, holder->uid, &found);
		rc = keep(cached, &named, &timeline->value);
	}
	text_free(&found.holder_row);
	text_free(&found.owner_row);
	text_free(&found.node_row);
	text_free(&found.full_name);
	return rc;
}

const struct cached_names *names_find(struct timeline *timeline, const struct history *history,
				      struct address_view *view, const struct tenure *tenure,
				      uint64_t position)
{
	struct cached_names *cached = &view->names[tenure->source];
	const struct holder *holder = &history->holders[tenure->binding.holder];

	if (is_fresh(cached, position))
		return cached;
	free(cached->holder);
	free(cached->members);
	*cached = (struct cached_names){.until_offset = OFFSET_NEVER};
	if (find_members(cached, history, holder) < 0 ||
	    fill(timeline, cached, holder, tenure, position) < 0)
		return NULL;
	return cached;
}
