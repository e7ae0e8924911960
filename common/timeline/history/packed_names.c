#define _GNU_SOURCE /* memmem */
#include "common/timeline/history/packed_names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FRAGMENT(text)                 \
	{                              \
		text, sizeof(text) - 1 \
	}

/* Which they are changes the size of a block and nothing else. */
static const struct span fragments[] = {
	FRAGMENT("{\"status\":\"known\",\"kind\":\"pod\",\"k8s\":{\"cluster\":{\"name\":\""),
	FRAGMENT("{\"status\":\"known\",\"kind\":\"pod\",\"k8s\":{\"namespace\":{\"name\":\""),
	FRAGMENT("{\"status\":\"known\",\"kind\":\"node\",\"k8s\":{\"cluster\":{\"name\":\""),
	FRAGMENT("{\"status\":\"known\",\"kind\":\"node\",\"k8s\":{\"node\":{\"name\":\""),
	FRAGMENT("{\"status\":\"known\",\"kind\":\"service\",\"k8s\":{\"cluster\":{\"name\":\""),
	FRAGMENT("{\"status\":\"known\",\"kind\":\"service\",\"k8s\":{\"namespace\":{\"name\":\""),
	FRAGMENT("\"},\"namespace\":{\"name\":\""),
	FRAGMENT("\"},\"pod\":{\"name\":\""),
	FRAGMENT("\",\"uid\":\""),
	FRAGMENT("\"},\"deployment\":{\"name\":\""),
	FRAGMENT("\"},\"replicaset\":{\"name\":\""),
	FRAGMENT("\"},\"statefulset\":{\"name\":\""),
	FRAGMENT("\"},\"daemonset\":{\"name\":\""),
	FRAGMENT("\"},\"job\":{\"name\":\""),
	FRAGMENT("\"},\"cronjob\":{\"name\":\""),
	FRAGMENT("\"},\"node\":{\"name\":\""),
	FRAGMENT("\"}},\"cloud\":{\"availability_zone\":\""),
	FRAGMENT("\",\"region\":\""),
	FRAGMENT("\"}},\"service\":{\"name\":\""),
	FRAGMENT("\",\"namespace\":\""),
	FRAGMENT("\"},\"services\":[\""),
	FRAGMENT(",\"binding\":{\"start\":\""),
	FRAGMENT("\",\"end\":null,\"start_from\":\""),
	FRAGMENT("\",\"end\":\""),
	FRAGMENT("\",\"start_from\":\""),
	FRAGMENT("\",\"end_from\":\""),
};

#define FRAGMENTS (sizeof(fragments) / sizeof(fragments[0]))
#define RUN_BYTES UINT8_MAX
#define PACKED_ROOM(length) ((length) + 2 * ((length) / RUN_BYTES + 1))
_Static_assert(FRAGMENTS < UINT8_MAX, "the number of a fragment is one byte");

/* Every fragment begins with two such bytes. */
static bool can_begin(char first, char second)
{
	return first == '"' ? second == '}' || second == ','
			    : (first == '{' || first == ',') && second == '"';
}

/* The longest fragment that TEXT[LENGTH] begins with; FRAGMENTS for none. */
static size_t fragment_at(const char *text, size_t length)
{
	size_t longest = FRAGMENTS;

	if (length < 2 || !can_begin(text[0], text[1]))
		return FRAGMENTS;
	for (size_t f = 0; f < FRAGMENTS; f++) {
		const struct span *fragment = &fragments[f];

		if (fragment->length <= length &&
		    (longest == FRAGMENTS || fragment->length > fragments[longest].length) &&
		    memcmp(text, fragment->data, fragment->length) == 0)
			longest = f;
	}
	return longest;
}

/* Packed JSON is a list of runs: the number of a fragment or FRAGMENTS, a length, and as many bytes
 * that follow the fragment. Writes JSON to PACKED, which has room for PACKED_ROOM(LENGTH): a fragment
 * is longer than its run's two bytes. Returns the length. */
static size_t pack(const char *json, size_t length, char *packed)
{
	size_t to = 0;

	for (size_t at = 0, run; at < length; at += run) {
		size_t fragment = fragment_at(json + at, length - at);

		at += fragment < FRAGMENTS ? fragments[fragment].length : 0;
		run = 0;
		while (run < RUN_BYTES && at + run < length &&
		       fragment_at(json + at + run, length - at - run) == FRAGMENTS)
			run++;
		packed[to++] = (char)fragment;
		packed[to++] = (char)run;
		memcpy(packed + to, json + at, run);
		to += run;
	}
	return to;
}

/* The spans of HOLDER, in the order in which a block has them. */
static void list_names(struct named_holder *holder, struct span *list[static PACKED_NAMES])
{
	struct span *const all[PACKED_NAMES] = {
		&holder->cluster,       &holder->namespace,     &holder->name,
		&holder->uid,           &holder->full_name,     &holder->node,
		&holder->workload_kind, &holder->workload_name, &holder->zone,
		&holder->region,        &holder->labels,        &holder->annotations,
	};

	memcpy(list, all, sizeof(all));
}

/* Where NAME is in TEXT[*LENGTH], to which it is added if it is not there. */
static struct packed_name add_name(char *text, size_t *length, struct span name)
{
	const char *found;

	if (name.length == 0)
		return (struct packed_name){0, 0};
	found = memmem(text, *length, name.data, name.length);
	if (found == NULL) {
		found = memcpy(text + *length, name.data, name.length);
		*length += name.length;
	}
	return (struct packed_name){(uint16_t)(found - text), (uint16_t)name.length};
}

/* ALL has room for the JSON and all names. */
static struct packed_names *pack_all(struct named_holder holder, struct span head, struct span tail,
				     char *all)
{
	size_t json_length = head.length + tail.length, length = json_length;
	struct packed_names names = {
		.kind = holder.kind,
		.head_length = (uint16_t)head.length,
		.tail_length = (uint16_t)tail.length,
		.start = holder.start,
		.end = holder.end,
		.start_from = holder.start_from,
		.end_from = holder.end_from,
		.workload_member = holder.workload_member,
	};
	struct span *spans[PACKED_NAMES];
	struct packed_names *packed;

	memcpy(all, head.data, head.length);
	memcpy(all + head.length, tail.data, tail.length);
	list_names(&holder, spans);
	for (size_t n = 0; n < PACKED_NAMES; n++)
		names.names[n] = add_name(all, &length, *spans[n]);
	packed = malloc(sizeof(*packed) + PACKED_ROOM(length));
	if (packed == NULL)
		return NULL;
	*packed = names;
	packed->packed_length = (uint16_t)pack(all, json_length, packed->text);
	packed->own_length = (uint16_t)(length - json_length);
	memcpy(packed->text + packed->packed_length, all + json_length, packed->own_length);
	return packed;
}

struct packed_names *packed_names_new(const struct named_holder *holder, struct span head,
				      struct span tail)
{
	struct named_holder copy = *holder;
	struct span *names[PACKED_NAMES];
	size_t room = head.length + tail.length;
	struct packed_names *packed;
	char *all;

	list_names(&copy, names);
	for (size_t n = 0; n < PACKED_NAMES; n++)
		room += names[n]->length;
	all = room > PACKED_NAMES_BYTES ? NULL : malloc(room + 1);
	if (all == NULL)
		return NULL;
	packed = pack_all(copy, head, tail, all);
	free(all);
	return packed;
}

size_t packed_names_size(const struct packed_names *packed)
{
	return sizeof(*packed) + packed->packed_length + packed->own_length;
}

void packed_names_json(const struct packed_names *packed, char json[static PACKED_NAMES_BYTES])
{
	const char *at = packed->text, *end = at + packed->packed_length;

	while (at < end) {
		uint8_t fragment = (uint8_t)at[0], run = (uint8_t)at[1];

		if (fragment < FRAGMENTS) {
			memcpy(json, fragments[fragment].data, fragments[fragment].length);
			json += fragments[fragment].length;
		}
		memcpy(json, at + 2, run);
		json += run;
		at += 2 + run;
	}
}

struct named_holder packed_names_holder(const struct packed_names *packed, const char *json)
{
	size_t json_length = (size_t)packed->head_length + packed->tail_length;
	const char *own = packed->text + packed->packed_length;
	struct named_holder holder = {
		.kind = packed->kind,
		.workload_member = packed->workload_member,
		.start = packed->start,
		.end = packed->end,
		.start_from = packed->start_from,
		.end_from = packed->end_from,
	};
	struct span *names[PACKED_NAMES];

	list_names(&holder, names);
	for (size_t n = 0; n < PACKED_NAMES; n++) {
		struct packed_name name = packed->names[n];

		names[n]->length = name.length;
		names[n]->data =
			name.at < json_length ? json + name.at : own + (name.at - json_length);
	}
	return holder;
}
