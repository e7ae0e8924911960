/* match_list.h - what a search found. Pure.
 *
 * (1) Of things of one type and id, the first counts.
 * (2) At most MATCH_LIST_MAX are there; further ones are left out.
 */
#ifndef TENURE_GRAPH_HISTORY_MATCH_LIST_H
#define TENURE_GRAPH_HISTORY_MATCH_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/text.h"

#define MATCH_LIST_MAX 10000

struct match {
	size_t type, id, label; /* where they begin in NAMES */
	bool begins;            /* the label begins with what is searched */
};

struct match_list {
	struct span wanted;
	struct match *matches;
	size_t count, capacity;
	uint32_t *slots; /* by type and id, index + 1; 0 is free */
	struct text names;
};

/* Borrows WANTED, which is not empty. */
void match_list_init(struct match_list *list, struct span wanted);
void match_list_free(struct match_list *list);
/* Adds the thing if its LABEL contains what is wanted, in any case of ASCII letters. -1 if out of
 * memory. */
int match_list_add(struct match_list *list, const char *type, const char *id, const char *label);
/* Puts those that begin with what is wanted first, then in the order of their labels. */
void match_list_sort(struct match_list *list);

#endif
