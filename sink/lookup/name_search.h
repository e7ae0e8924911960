/* name_search.h - the addresses of a service, pod or node: at a moment, or ever.
 *
 *     {"service":"shop/web","at":T,"position":N,"provisional":true,"known":T,"addresses":[{...},...]}
 *     {"service":"shop/web","position":N,"known":T,"addresses":[{"ip":A,"bindings":[{...},...]},...]}
 *
 * Of a moment, each address is the answer of lookup_answer_json() about it, and has the name then; of
 * a history, it has the tenures in which it had the name (lookup_name_is_of_binding()). All are as of
 * one position. The search goes address by address, so that a server can answer others in between.
 */
#ifndef TENURE_LOOKUP_NAME_SEARCH_H
#define TENURE_LOOKUP_NAME_SEARCH_H

#include "sink/lookup/name.h"
#include "sink/lookup/question.h"
#include "sink/lookup/table.h"

struct name_search {
	struct lookup_name name;
	bool history, now;                   /* NOW: no moment was given */
	struct timeline_addresses addresses; /* that ever had the name; none: it is not known */
	size_t next;                         /* of them to ask about */
	size_t found;                        /* that had it then */
	struct lookup_question question;     /* about one position: records may come in between */
	struct lookup_answer placed;
};

/* Begins a search for NAME, which is borrowed, by QUESTION, whose address is not set, at the wall
 * clock NOW. -1 after logging; *SEARCH is to be cleared in any case. */
int name_search_begin(struct name_search *search, struct timeline *timeline,
		      const struct lookup_name *name, const struct lookup_question *question,
		      bool history, struct when now);
void name_search_clear(struct name_search *search);

bool name_search_is_over(const struct name_search *search);

/* The JSON: its head, then the next address as long as the search is not over, then its tail.
 * -1 after logging. */
void name_search_head(const struct name_search *search, struct text *out);
int name_search_json(struct name_search *search, struct timeline *timeline, struct when now,
		     struct text *out);
void name_search_tail(struct text *out);

/* Adds the rows of the next address; after the last, if there were none, a row that says so.
 * -1 after logging. */
int name_search_rows(struct name_search *search, struct timeline *timeline, struct when now,
		     struct table *table);

#endif
