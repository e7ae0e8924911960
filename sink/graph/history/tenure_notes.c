#include "sink/graph/history/tenure_notes.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/hash.h"
#include "sink/graph/end.h"
#include "sink/graph/history/varint.h"

#define SLOTS (2u * TENURE_NOTES_MAX)
#define NAMES_MAX ((size_t)TENURE_NOTES_MAX * 8192) /* 32 services of 127 bytes, and the rest */
#define TEXTS 4

void tenure_notes_init(struct tenure_notes *notes)
{
	*notes = (struct tenure_notes){0};
	text_init(&notes->names, NAMES_MAX);
}

void tenure_notes_free(struct tenure_notes *notes)
{
	free(notes->notes);
	free(notes->slots);
	text_free(&notes->names);
	tenure_notes_init(notes);
}

void tenure_notes_clear(struct tenure_notes *notes)
{
	if (notes->slots != NULL && notes->count > 0)
		memset(notes->slots, 0, SLOTS * sizeof(notes->slots[0]));
	notes->count = 0;
	text_clear(&notes->names);
}

bool tenure_notes_full(const struct tenure_notes *notes)
{
	return notes->count >= TENURE_NOTES_MAX - 2;
}

static struct node holder_of(const struct tagged_flow_end *end)
{
	struct node node = {.kind = NODE_POD};
	const char *name = end->pod, *slash;

	memcpy(node.namespace, end->namespace, sizeof(node.namespace));
	if (end->kind == TAGGED_FLOW_NODE) {
		node.kind = NODE_NODE;
		node.namespace[0] = '\0';
		name = end->node;
	} else if (end->kind == TAGGED_FLOW_SERVICE) {
		node.kind = NODE_SERVICE;
		name = end_service(end);
		slash = strchr(name, '/');
		name = slash != NULL ? slash + 1 : name;
	}
	memcpy(node.cluster, end->cluster, sizeof(node.cluster));
	memcpy(node.name, name, strlen(name) + 1);
	return node;
}

/* Appends the names of the holder, and NOTE says where they are. */
static void add_names(struct tenure_notes *notes, const struct tagged_flow_end *end,
		      struct tenure_note *note)
{
	struct node node = holder_of(end);
	struct text *names = &notes->names;

	note->name = names->length;
	text_add(names, node_kind_name(&node), strlen(node_kind_name(&node)) + 1);
	node_add_label(&node, false, names);
	text_add(names, "", 1);
	node_add_id(&node, names);
	text_add(names, "", 1);
	for (size_t i = 0; i < end->service_count; i++) {
		text_add_string(names, i > 0 ? "," : "");
		text_add_string(names, end->services[i]);
	}
	text_add(names, "", 1);
	note->name_length = names->length - note->name;
}

static uint64_t holder_hash(const struct tagged_flow_end *end)
{
	uint64_t hash = hash_bytes(HASH_START, &end->kind, sizeof(end->kind));

	hash = hash_text(hash, end->cluster);
	if (end->uid[0] != '\0')
		return hash_text(hash, end->uid);
	if (end->kind == TAGGED_FLOW_SERVICE)
		return hash_text(hash, end_service(end));
	return hash_text(hash_text(hash, end->namespace),
			 end->kind == TAGGED_FLOW_NODE ? end->node : end->pod);
}

static size_t slot_of(const struct tenure_notes *notes, const struct tenure_note *note)
{
	uint64_t hash =
		hash_quick(note->holder ^ (uint64_t)note->from.ns, &note->ip, sizeof(note->ip));
	size_t slot = hash & (SLOTS - 1);

	while (notes->slots[slot] != 0) {
		const struct tenure_note *other = &notes->notes[notes->slots[slot] - 1];

		if (other->holder == note->holder && other->from.ns == note->from.ns &&
		    ip_compare(&other->ip, &note->ip) == 0)
			break;
		slot = (slot + 1) & (SLOTS - 1);
	}
	return slot;
}

int tenure_notes_add(struct tenure_notes *notes, const struct tagged_flow_end *end,
		     struct when seen)
{
	struct tenure_note note = {.ip = end->ip,
				   .from = end->bound_from,
				   .to = end->bound_to,
				   .first_seen = seen,
				   .last_seen = seen};
	struct tenure_note *known;
	size_t slot;

	if (end->status != TAGGED_FLOW_KNOWN || end->kind == TAGGED_FLOW_OUTSIDE ||
	    notes->count == TENURE_NOTES_MAX)
		return 0;
	if (notes->slots == NULL)
		notes->slots = calloc(SLOTS, sizeof(*notes->slots));
	if (notes->slots == NULL ||
	    array_grow(&notes->notes, &notes->capacity, notes->count + 1, sizeof(note)) < 0)
		return -1;
	note.holder = holder_hash(end);
	slot = slot_of(notes, &note);
	if (notes->slots[slot] == 0) {
		add_names(notes, end, &note);
		notes->notes[notes->count++] = note;
		notes->slots[slot] = (uint32_t)notes->count;
		return notes->names.failed ? -1 : 0;
	}
	known = &notes->notes[notes->slots[slot] - 1];
	known->to = when_earlier(known->to, note.to);
	known->first_seen = when_earlier(known->first_seen, seen);
	known->last_seen = when_later(known->last_seen, seen);
	return 0;
}

void tenure_row_write(struct text *out, const struct tenure_row *row)
{
	varint_add_signed(out, row->to.ns);
	varint_add_signed(out, row->first_seen.ns);
	varint_add_signed(out, row->last_seen.ns);
	text_add(out, row->names.data, row->names.length);
}

int tenure_row_read(struct span value, struct tenure_row *row)
{
	struct varint_reader reader = varint_read(value);
	const char **const texts[TEXTS] = {&row->kind, &row->label, &row->id, &row->services};
	const char *at, *end = value.data + value.length;

	row->to.ns = varint_next_signed(&reader);
	row->first_seen.ns = varint_next_signed(&reader);
	row->last_seen.ns = varint_next_signed(&reader);
	at = (const char *)reader.at;
	row->names = (struct span){at, (size_t)(end - at)};
	for (size_t i = 0; i < TEXTS && !reader.failed; i++) {
		const char *nul = at < end ? memchr(at, '\0', (size_t)(end - at)) : NULL;

		if (nul == NULL)
			return -1;
		*texts[i] = at;
		at = nul + 1;
	}
	return reader.failed || at != end ? -1 : 0;
}
