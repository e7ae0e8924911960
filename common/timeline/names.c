#include "common/timeline/names.h"

#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"
#include "common/timeline/render.h"
#include "common/timeline/rules/services.h"

#define ROW_BYTES (64u * 1024)

/* Looks the version of NAME up that POSITION sees and puts it behind VALUE; narrows the
 * fragment's positions to those that see the same. 1 found, 0 none, -1 after logging. */
static int find_version(struct timeline *timeline, struct fragment *fragment, size_t source,
			enum row_table table, struct span name, uint64_t position,
			struct text *found)
{
	struct span key, value, prefix;
	struct store_scan *scan;
	int rc, there = 0;

	fragment->generation[source] = generations_of(&timeline->generations, table, name);
	fragment->rendered[source] = *fragment->generation[source];
	text_clear(found);
	row_key_versions(&timeline->key, table, timeline->answering->id, name);
	prefix = (struct span){timeline->key.data, timeline->key.length};
	scan = store_scan_begin(timeline->store, prefix, prefix);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		struct codec codec = codec_read(
			(struct span){key.data + prefix.length, key.length - prefix.length});
		uint64_t offset = codec_u64(&codec);

		if (offset > position) {
			if (offset < fragment->until_offset)
				fragment->until_offset = offset;
			break;
		}
		there = 1;
		text_clear(found);
		text_add(found, value.data, value.length);
		if (offset > fragment->from_offset)
			fragment->from_offset = offset;
	}
	store_scan_end(scan);
	return rc < 0 ? -1 : there;
}

/* Room for the rows that NAMES points into. */
struct found_rows {
	struct text holder, owner, node;
};

static int find_owner(struct timeline *timeline, struct fragment *fragment, uint64_t position,
		      struct found_rows *rows, struct render_names *names)
{
	int rc = 0;

	if (span_equal(names->holder.owner_kind, span_of("ReplicaSet")) ||
	    span_equal(names->holder.owner_kind, span_of("Job")))
		rc = find_version(timeline, fragment, 1, ROW_OWNERS, names->holder.owner_uid,
				  position, &rows->owner);
	names->owner_there = rc == 1;
	if (rc == 1 && !row_pair((struct span){rows->owner.data, rows->owner.length},
				 &names->owner_kind, &names->owner_name))
		return store_damaged(timeline->store, "an owner");
	return rc < 0 ? -1 : 0;
}

static int find_node(struct timeline *timeline, struct fragment *fragment, uint64_t position,
		     struct found_rows *rows, struct render_names *names)
{
	struct span node = names->kind == HOLDER_NODE ? names->holder.name : names->holder.node;
	int rc = 0;

	if (node.length > 0)
		rc = find_version(timeline, fragment, 2, ROW_NODES, node, position, &rows->node);
	if (rc == 1 && !row_pair((struct span){rows->node.data, rows->node.length}, &names->zone,
				 &names->region))
		return store_damaged(timeline->store, "a node");
	return rc < 0 ? -1 : 0;
}

static int find_names(struct timeline *timeline, struct fragment *fragment, uint64_t position,
		      struct found_rows *rows, struct render_names *names)
{
	int rc = find_version(timeline, fragment, 0, ROW_HOLDERS, names->uid, position,
			      &rows->holder);

	if (rc < 0)
		return -1;
	if (rc == 0 ||
	    !row_holder((struct span){rows->holder.data, rows->holder.length}, &names->holder))
		return store_damaged(timeline->store, "the names of a holder");
	if (find_owner(timeline, fragment, position, rows, names) < 0)
		return -1;
	return find_node(timeline, fragment, position, rows, names);
}

/* A service is its own and only one. */
static void add_itself(struct text *out, const struct render_names *names)
{
	struct services services = {.count = 1};
	struct text name;

	text_init(&name, 2 * (NAME_MAX_BYTES + 1));
	text_add(&name, names->holder.namespace.data, names->holder.namespace.length);
	text_add(&name, "/", 1);
	text_add(&name, names->holder.name.data, names->holder.name.length);
	services.list[0] = (struct service_use){{name.data, name.length}, true};
	if (name.failed)
		out->failed = true;
	else
		services_add_json(&services, out);
	text_free(&name);
}

static int render(struct timeline *timeline, struct fragment *fragment, const struct tenure *tenure,
		  const struct render_names *names)
{
	struct text *out = &timeline->value;

	text_clear(out);
	text_add_string(out, "{\"status\":\"known\",");
	render_names(out, names);
	if (names->kind == HOLDER_SERVICE)
		add_itself(out, names);
	fragment->head_length = out->length;
	text_add(out, ",", 1);
	render_binding(out, &tenure->binding, timeline->options.clock);
	text_add(out, "}", 1);
	fragment->tail_length = out->length - fragment->head_length;
	fragment->bytes = out->failed ? NULL : malloc(out->length);
	if (!fragment->bytes) {
		log_error("timeline: no memory for an answer");
		return -1;
	}
	memcpy(fragment->bytes, out->data, out->length);
	return 0;
}

/* Which of the address's memberships are this holder's, trimmed to their number. */
static int find_members(struct fragment *fragment, const struct history *history,
			const struct holder *holder)
{
	struct memberships all = {history->memberships, history->membership_count, NULL, 0};
	uint32_t *members = malloc((history->membership_count + 1) * sizeof(*members)), *trimmed;

	if (members == NULL) {
		log_error("timeline: no memory for an answer");
		return -1;
	}
	fragment->member_count = services_of_holder(&all, holder->kind, holder->uid, members);
	trimmed = realloc(members, (fragment->member_count + 1) * sizeof(*members));
	fragment->members = trimmed != NULL ? trimmed : members;
	return 0;
}

static bool is_fresh(const struct fragment *fragment, uint64_t position)
{
	if (!fragment->bytes || position < fragment->from_offset ||
	    position >= fragment->until_offset)
		return false;
	for (size_t s = 0; s < FRAGMENT_SOURCES; s++) {
		if (fragment->generation[s] && *fragment->generation[s] != fragment->rendered[s])
			return false;
	}
	return true;
}

const struct fragment *names_fragment(struct timeline *timeline, struct history *history,
				      const struct tenure *tenure, uint64_t position)
{
	struct fragment *fragment = &history->view.fragments[tenure->source];
	const struct holder *holder = &history->holders[tenure->binding.holder];
	struct render_names names = {
		.kind = holder->kind,
		.cluster = timeline->answering->name,
		.uid = holder->uid,
	};
	struct found_rows rows;
	int rc;

	if (is_fresh(fragment, position))
		return fragment;
	free(fragment->bytes);
	free(fragment->members);
	*fragment = (struct fragment){.until_offset = OFFSET_NEVER};
	text_init(&rows.holder, ROW_BYTES);
	text_init(&rows.owner, ROW_BYTES);
	text_init(&rows.node, ROW_BYTES);
	rc = find_members(fragment, history, holder);
	if (rc == 0)
		rc = find_names(timeline, fragment, position, &rows, &names);
	if (rc == 0)
		rc = render(timeline, fragment, tenure, &names);
	text_free(&rows.holder);
	text_free(&rows.owner);
	text_free(&rows.node);
	return rc == 0 ? fragment : NULL;
}
