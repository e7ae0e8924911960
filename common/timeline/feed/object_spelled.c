/* The addresses and ranges that an object spells without saying whose they are (docs/answers.md
 * section 6, "Spelled"). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/timeline/feed/object.h"

#define APPLIED "kubectl.kubernetes.io/last-applied-configuration"
#define PREFIX_MIN 8 /* a shorter one tells nothing */
#define PREFIX_BITS_V4 96

static const char *add(struct spelled *spelled, struct ip_range range)
{
	if (array_grow(&spelled->list, &spelled->capacity, spelled->count + 1,
		       sizeof(*spelled->list)) < 0)
		return object_no_memory;
	spelled->list[spelled->count++] = range;
	return NULL;
}

/* A range, or the address with which "10.0.0.5/24" begins. */
static const char *add_text(struct spelled *spelled, struct span text)
{
	struct ip_range range;
	struct ip ip;

	if (object_read_range(text, &range) < 0 || object_read_address(text, &ip) < 0)
		return NULL;
	if (ip_compare(&ip, &range.base) != 0)
		range = (struct ip_range){ip, 128};
	if (range.bits < PREFIX_MIN + (ip_is_v4(&ip) ? PREFIX_BITS_V4 : 0))
		return NULL;
	return add(spelled, range);
}

static bool is_part(char character)
{
	return isxdigit((unsigned char)character) || character == '.' || character == ':' ||
	       character == '/';
}

static const char *add_annotation(struct spelled *spelled, struct span text)
{
	const char *why = NULL;
	size_t at = 0;

	while (at < text.length && why == NULL) {
		size_t from = at;

		while (at < text.length && is_part(text.data[at]))
			at++;
		if (at > from)
			why = add_text(spelled, (struct span){text.data + from, at - from});
		else
			at++;
	}
	return why;
}

/* Of annotations with equal names each counts: more that is spelled claims less. */
static const char *add_annotations(struct kube_object *object, struct spelled *spelled)
{
	struct value annotations = object->parts[PART_ANNOTATIONS], name, value;
	struct value_cursor cursor = value_walk(annotations);
	const char *why = NULL;

	if (!value_is_object(annotations))
		return NULL;
	while (why == NULL && value_next(&cursor, &name, &value)) {
		if (!span_equal(plain_text(&object->plain, name), span_of(APPLIED)))
			why = add_annotation(spelled, object_text(object, value));
	}
	return why;
}

static const char *add_list(struct kube_object *object, struct value list, struct spelled *spelled)
{
	static const struct member wanted[] = {{"ip", 0, NULL}, {NULL, 0, NULL}};
	struct value_cursor items = object_items(list);
	struct value ip;
	const char *why = NULL;

	while (why == NULL && members_next(&items, wanted, &ip))
		why = add_text(spelled, object_text(object, ip));
	return why;
}

/* Leaves out the addresses that OWN has. */
static void leave_out(struct spelled *spelled, const struct ip *own)
{
	size_t left = 0;

	for (size_t s = 0; s < spelled->count; s++) {
		const struct ip_range *range = &spelled->list[s];

		if (range->bits != 128 || ip_compare(&range->base, own) != 0)
			spelled->list[left++] = *range;
	}
	spelled->count = left;
}

const char *object_pod_spelled(struct kube_object *object, const struct pod_object *pod,
			       struct spelled *out)
{
	enum { HOST, HOSTS, PODS, WANTED };
	static const struct member wanted[] = {{"hostIP", HOST, NULL},
					       {"hostIPs", HOSTS, NULL},
					       {"podIPs", PODS, NULL},
					       {NULL, 0, NULL}};
	const char *why = add_annotations(object, out);
	struct value found[WANTED];

	members_find(object->parts[PART_STATUS], wanted, found);
	if (why == NULL)
		why = add_text(out, object_text(object, found[HOST]));
	if (why == NULL)
		why = add_list(object, found[HOSTS], out);
	if (why == NULL)
		why = add_list(object, found[PODS], out);
	/* An annotation may be a copy of another pod's. */
	if (why != NULL || pod->host_network || pod->annotated)
		return why;
	for (size_t a = 0; a < pod->record.address_count; a++)
		leave_out(out, &pod->record.addresses[a]);
	for (size_t a = 0; a < pod->record.secondary_count; a++)
		leave_out(out, &pod->record.secondary[a]);
	return NULL;
}

const char *object_node_spelled(struct kube_object *object, const struct node_object *node,
				struct spelled *out)
{
	const char *why = add_annotations(object, out);

	for (size_t a = 0; why == NULL && a < node->addresses.count; a++)
		leave_out(out, &node->addresses.list[a].ip);
	return why;
}
