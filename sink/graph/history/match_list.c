#define _GNU_SOURCE /* qsort_r */
#include "sink/graph/history/match_list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/hash.h"

#define SLOTS (4u * 8192u) /* three times as many as matches */
#define NAMES_MAX (64u << 20)

void match_list_init(struct match_list *list, struct span wanted)
{
	*list = (struct match_list){.wanted = wanted};
	text_init(&list->names, NAMES_MAX);
}

void match_list_free(struct match_list *list)
{
	free(list->matches);
	free(list->slots);
	text_free(&list->names);
	match_list_init(list, list->wanted);
}

/* Where WANTED is in LABEL; NULL if it is not. */
static const char *find(struct span wanted, const char *label)
{
	for (size_t left = strlen(label); left >= wanted.length; left--, label++) {
		if (strncasecmp(label, wanted.data, wanted.length) == 0)
			return label;
	}
	return NULL;
}

static size_t slot_of(const struct match_list *list, const char *type, const char *id)
{
	const char *names = list->names.data;
	size_t slot = hash_text(hash_text(HASH_START, type), id) % SLOTS;

	while (list->slots[slot] != 0) {
		const struct match *match = &list->matches[list->slots[slot] - 1];

		if (strcmp(names + match->type, type) == 0 && strcmp(names + match->id, id) == 0)
			break;
		slot = (slot + 1) % SLOTS;
	}
	return slot;
}

static size_t add_name(struct text *names, const char *name)
{
	size_t start = names->length;

	text_add(names, name, strlen(name) + 1);
	return start;
}

int match_list_add(struct match_list *list, const char *type, const char *id, const char *label)
{
	const char *place = find(list->wanted, label);
	struct match *match;
	size_t slot;

	if (place == NULL || list->count == MATCH_LIST_MAX)
		return 0;
	if (list->slots == NULL)
		list->slots = calloc(SLOTS, sizeof(*list->slots));
	if (list->slots == NULL ||
	    array_grow(&list->matches, &list->capacity, list->count + 1, sizeof(*match)) < 0)
		return -1;
	slot = slot_of(list, type, id);
	if (list->slots[slot] != 0)
		return 0;
	match = &list->matches[list->count++];
	match->begins = place == label;
	match->type = add_name(&list->names, type);
	match->id = add_name(&list->names, id);
	match->label = add_name(&list->names, label);
	list->slots[slot] = (uint32_t)list->count;
	return list->names.failed ? -1 : 0;
}

static int compare(const void *left, const void *right, void *names)
{
	const struct match *a = left, *b = right;
	int order = (int)b->begins - (int)a->begins;

	if (order == 0)
		order = strcmp((const char *)names + a->label, (const char *)names + b->label);
	if (order == 0)
		order = strcmp((const char *)names + a->id, (const char *)names + b->id);
	return order;
}

void match_list_sort(struct match_list *list)
{
	if (list->count > 0)
		qsort_r(list->matches, list->count, sizeof(*list->matches), compare,
			list->names.data);
}
