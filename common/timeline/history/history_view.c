#include "common/timeline/history/history_view.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/program/log.h"
#include "common/timeline/rules/interfaces.h"

void history_view_clear(struct address_view *view)
{
	for (size_t t = 0; t < view->count && view->names != NULL; t++) {
		free(view->names[t].holder);
		free(view->names[t].members);
	}
	free(view->names);
	free(view->tenures);
	*view = (struct address_view){0};
}

const struct evidence *history_evidence(const struct history *history, size_t binding,
					uint64_t position)
{
	const struct binding_history *versions = &history->bindings[binding];
	const struct binding_version *version = &history->versions[versions->first_version];
	const struct evidence *evidence = NULL;

	for (size_t v = 0; v < versions->version_count && version[v].offset <= position; v++)
		evidence = &version[v].evidence;
	return evidence;
}

/* The earliest opening of a membership of this uid that is later than AFTER. */
static struct when endpoint_at(const struct history *history, struct span uid, struct when after,
			       uint64_t position)
{
	size_t low = 0, high = history->opening_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_compare(history->openings[middle].uid, uid) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t o = low; o < history->opening_count; o++) {
		const struct opening *opening = &history->openings[o];

		if (!span_equal(opening->uid, uid))
			break;
		if (opening->offset <= position && when_before(after, opening->at))
			return opening->at;
	}
	return WHEN_MIN;
}

/* The first of BINDINGS[COUNT] that is of the same pod as the last one. */
static size_t same_pod(const struct binding *bindings, size_t count)
{
	const struct binding *last = &bindings[count - 1];

	for (size_t b = 0; last->kind == HOLDER_POD && last->evidence.identity != 0 && b < count;
	     b++) {
		if (bindings[b].kind == HOLDER_POD &&
		    bindings[b].evidence.identity == last->evidence.identity)
			return bindings[b].holder;
	}
	return last->holder;
}

/* Adds binding number B to LIST[*COUNT] if POSITION sees it. */
static void add_visible(const struct history *history, size_t b, uint64_t position, bool gateways,
			struct binding *list, size_t *count)
{
	const struct binding_history *binding = &history->bindings[b];
	const struct holder *holder = &history->holders[binding->holder];
	const struct evidence *evidence = history_evidence(history, b, position);

	if (evidence == NULL || (evidence->gateway && !gateways))
		return;
	list[*count] = (struct binding){
		.kind = holder->kind,
		.holder = binding->holder,
		.epoch = binding->epoch,
		.evidence = *evidence,
		.endpoint =
			holder->kind == HOLDER_POD
				? endpoint_at(history, holder->uid, evidence->previous_to, position)
				: WHEN_MIN,
	};
	++*count;
	list[*count - 1].who = same_pod(list, *count);
}

bool history_interface(const struct history *history, size_t number, uint64_t position)
{
	const struct interface_version *version = &history->interfaces[number];

	return version->offset <= position &&
	       (number + 1 == history->interface_count ||
		version[1].interface != version->interface || version[1].offset > position);
}

/* Adds to BINDINGS what the interfaces say that POSITION sees, and computes their INSTANTS again. -1
 * if out of memory. */
static int add_interfaces(const struct history *history, uint64_t position,
			  struct binding *bindings, size_t count,
			  const struct assumptions *assumptions, struct instants *instants)
{
	const struct interface_span **spans;
	size_t seen = 0;
	int rc;

	if (history->interface_count == 0)
		return 0;
	spans = calloc(history->interface_count, sizeof(*spans));
	if (spans == NULL)
		return -1;
	for (size_t i = 0; i < history->interface_count; i++) {
		if (history_interface(history, i, position))
			spans[seen++] = &history->interfaces[i].span;
	}
	rc = interfaces_fit(bindings, instants, count, spans, seen, assumptions);
	if (rc == 0)
		rc = asof_instants(bindings, count, assumptions, instants);
	free((void *)spans);
	return rc;
}

/* Sets the positions that see what POSITION sees. */
static void set_positions(const struct history *history, struct address_view *view,
			  uint64_t position)
{
	size_t count = array_up_to(history->changes, history->change_count,
				   sizeof(*history->changes), 0, position);

	view->from_offset = count > 0 ? history->changes[count - 1] : 0;
	view->until_offset = count < history->change_count ? history->changes[count] : OFFSET_NEVER;
}

int history_view_fill(struct history *history, struct address_view *view,
		      const struct binding_choice *choice, uint64_t position, bool gateways,
		      const struct assumptions *assumptions)
{
	struct binding *bindings = calloc(choice->count + 1, sizeof(*bindings));
	struct instants *instants = calloc(choice->count + 1, sizeof(*instants));
	int rc = -1;

	history_view_clear(view);
	if (bindings == NULL || instants == NULL)
		goto out;
	for (size_t c = 0; c < choice->count; c++)
		add_visible(history, choice->list == NULL ? c : choice->list[c], position, gateways,
			    bindings, &view->count);
	view->tenures = calloc(view->count + 1, sizeof(*view->tenures));
	view->names = calloc(view->count + 1, sizeof(*view->names));
	if (view->tenures == NULL || view->names == NULL)
		goto out;
	if (asof_instants(bindings, view->count, assumptions, instants) < 0 ||
	    add_interfaces(history, position, bindings, view->count, assumptions, instants) < 0)
		goto out;
	for (size_t t = 0; t < view->count; t++)
		view->tenures[t] = (struct tenure){bindings[t], instants[t], WHEN_MIN, t};
	asof_sort(view->tenures, view->count);
	view->there = true;
	view->gateways = gateways;
	view->since = WHEN_MIN;
	view->until = WHEN_MAX;
	set_positions(history, view, position);
	rc = 0;
out:
	free(instants);
	free(bindings);
	if (rc < 0) {
		log_error("timeline: out of memory for the history of an address");
		history_view_clear(view);
	}
	return rc;
}

struct address_view *history_view(struct history *history, uint64_t position, bool gateways,
				  const struct assumptions *assumptions)
{
	const struct binding_choice all = {NULL, history->binding_count};
	struct address_view *view = &history->view;

	if (view->there && view->gateways == gateways && view->from_offset <= position &&
	    position < view->until_offset)
		return view;
	return history_view_fill(history, view, &all, position, gateways, assumptions) == 0 ? view
											    : NULL;
}
