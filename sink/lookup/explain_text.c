#include "sink/lookup/explain_text.h"

#include <inttypes.h>

#include "sink/lookup/holder_text.h"
#include "sink/lookup/reason_text.h"

#define LISTED_MAX 10 /* later bindings, and unpublished pods, that are listed one by one */

static void add_when(struct text *out, struct when moment)
{
	char text[WHEN_TEXT_SIZE];

	if (when_is_min(moment)) {
		text_add_string(out, "since ever");
	} else if (when_is_max(moment)) {
		text_add_string(out, "open");
	} else {
		when_format(moment, text);
		text_add_string(out, text);
	}
}

static void add_row(struct text *out, const char *name, struct when moment)
{
	text_add_format(out, "  %-15s ", name);
	add_when(out, moment);
	text_add(out, "\n", 1);
}

/* ---- A binding ---- */

static void add_evidence(struct text *out, const struct binding *binding)
{
	struct binding_moment moments[BINDING_MOMENTS];
	size_t count = binding_moments(binding, moments);

	for (size_t m = 0; m < count; m++)
		add_row(out, moments[m].name, moments[m].at);
	if (binding->evidence.terminating)
		text_add_string(out, "  terminating     yes\n");
	if (binding->evidence.all_terminated)
		text_add_string(out, "  all terminated  yes\n");
	if (binding->evidence.sandbox_dead && binding->evidence.how == BINDING_OPEN)
		text_add_string(out, "  sandbox dead    yes\n");
	text_add_format(out, "  ended           %s\n", binding_end_name(binding->evidence.how));
}

static void add_instants(struct text *out, const struct instants *at)
{
	add_row(out, "possible_from", at->possible_from);
	add_row(out, "certain_from", at->certain_from);
	add_row(out, "certain_to", at->certain_to);
	add_row(out, "possible_to", at->possible_to);
}

static const char *order_reason(const struct binding *one, const struct binding *other)
{
	if (one->holder == other->holder)
		return "a later epoch of the same holder";
	if (one->evidence.node != 0 && one->evidence.node == other->evidence.node)
		return "same node";
	return "clocks compared with --skew";
}

static void add_order(struct text *out, const struct explain *explain, size_t one)
{
	const struct timeline_binding *bindings = explain->history.bindings;
	size_t later = 0;

	for (size_t other = 0; other < explain->history.count; other++) {
		if (other == one || !explain_is_before(explain, one, other))
			continue;
		if (++later <= LISTED_MAX)
			text_add_format(out, "  before binding %zu: %s\n", other + 1,
					order_reason(&bindings[one].tenure->binding,
						     &bindings[other].tenure->binding));
	}
	if (later > LISTED_MAX)
		text_add_format(out, "  before %zu other bindings\n", later - LISTED_MAX);
}

/* Why [FROM, TO] does not include the question; false if it does. */
static bool add_miss(struct text *out, const struct explain *explain, const char *what,
		     struct when from, struct when to)
{
	bool late = when_before(explain->end, from);

	if (!late && when_not_after(explain->start, to))
		return false;
	text_add_format(out, "%s_%s ", what, late ? "from" : "to");
	add_when(out, late ? from : to);
	text_add_format(out, " is %s the question\n", late ? "after" : "before");
	return true;
}

static void add_claim(struct text *out, const struct explain *explain, size_t binding)
{
	const struct instants *at = &explain->history.bindings[binding].tenure->at;

	if (explain_is_possible(explain, binding)) {
		text_add_string(out, "  possible: possible_from and possible_to include the "
				     "question\n");
	} else {
		text_add_string(out, "  not possible: ");
		add_miss(out, explain, "possible", at->possible_from, at->possible_to);
	}
	if (explain_is_certain(explain, binding)) {
		text_add_string(out, "  certain: certain_from and certain_to include the "
				     "question\n");
	} else {
		text_add_string(out, "  not certain: ");
		add_miss(out, explain, "certain", at->certain_from, at->certain_to);
	}
}

static void add_binding(struct text *out, const struct explain *explain, size_t number)
{
	const struct timeline_binding *binding = &explain->history.bindings[number];

	text_add_format(out, "\nbinding %zu: ", number + 1);
	holder_text_add(out, binding->holder);
	if (binding->holder->kind == HOLDER_POD && binding->holder->node.length > 0) {
		text_add_string(out, " on ");
		holder_text_name(out, binding->holder->node);
	}
	text_add_string(out, "\n  uid             ");
	holder_text_name(out, binding->holder->uid);
	text_add_string(out, "\n  epoch           ");
	text_add_u64(out, binding->tenure->binding.epoch);
	text_add(out, "\n", 1);
	add_evidence(out, &binding->tenure->binding);
	add_instants(out, &binding->tenure->at);
	add_order(out, explain, number);
	add_claim(out, explain, number);
}

/* ---- What else counts ---- */

static void add_settled(struct text *out, struct when settled)
{
	if (when_is_min(settled)) {
		text_add_string(out, "\nnothing is accounted for: no binding was certain before\n");
		return;
	}
	text_add_string(out, "\nall is accounted for until ");
	add_when(out, settled);
	text_add(out, "\n", 1);
}

static void add_unrecorded(struct text *out, const struct explain *explain,
			   const struct lookup_answer *placed)
{
	const struct timeline_answer *answer = &explain->answer;
	bool outside = answer->status == TIMELINE_KNOWN && answer->holder == NULL;

	add_settled(out, when_earlier(explain->settled, placed->known));
	text_add_string(out, "a holder that no record shows there: ");
	if (outside)
		text_add_string(out, "does not count outside the cluster");
	else if (explain->unrecorded_count == 0)
		text_add_string(out, "not possible");
	for (size_t w = 0; w < explain->unrecorded_count && !outside; w++)
		text_add_format(out, "%s%s", w == 0 ? "possible, by " : ", ",
				explain->unrecorded[w]);
	holder_text_as_of(out, placed);
	text_add(out, "\n", 1);
}

static void add_unpublished(struct text *out, const struct explain *explain)
{
	text_add_string(out, "unpublished pods around that moment: ");
	if (explain->unpublished_count == 0)
		text_add_string(out, "none\n");
	else
		text_add_format(out, "%zu\n", explain->unpublished_count);
	for (size_t p = 0; p < explain->unpublished_count && p < LISTED_MAX; p++) {
		const struct explain_pod *pod = &explain->unpublished[p];

		text_add_string(out, "  pod ");
		holder_text_name(out, span_of(pod->full_name));
		text_add_string(out, ", unpublished from ");
		add_when(out, pod->from);
		if (!when_is_max(pod->until)) {
			text_add_string(out, " until ");
			add_when(out, pod->until);
		}
		text_add(out, "\n", 1);
	}
}

static void add_resources(struct text *out, unsigned resources)
{
	const char *before = "";

	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (!(resources & 1u << r))
			continue;
		text_add_format(out, "%s%s", before, kube_resource_name((enum kube_resource)r));
		before = ", ";
	}
}

static void add_gaps(struct text *out, const struct explain *explain)
{
	text_add_string(out, "GAPs that count: ");
	if (explain->gap_count == 0)
		text_add_string(out, "none\n");
	else
		text_add_format(out, "%zu\n", explain->gap_count);
	for (size_t g = 0; g < explain->gap_count; g++) {
		text_add_string(out, "  from ");
		add_when(out, explain->gaps[g].from);
		text_add_string(out, " (and --hold before) to ");
		add_when(out, explain->gaps[g].to);
		text_add_string(out, ": ");
		add_resources(out, explain->gaps[g].resources);
		text_add(out, "\n", 1);
	}
}

static void add_coverage(struct text *out, const struct explain *explain)
{
	static const enum kube_resource counted[] = {KUBE_PODS, KUBE_NODES, KUBE_SERVICES};

	text_add_string(out, "coverage:\n");
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		struct when since = explain->coverage[counted[i]];

		text_add_format(out, "  %-15s ", kube_resource_name(counted[i]));
		if (when_is_max(since)) {
			text_add_string(out, "not covered yet\n");
		} else if (when_is_min(since)) {
			text_add_string(out, "none needed: there are no such objects\n");
		} else {
			text_add_string(out, "since ");
			add_when(out, since);
			text_add_string(out, when_before(explain->start, since)
						     ? ", after the question\n"
						     : "\n");
		}
	}
}

/* ---- The verdict ---- */

/* The row of the tables in docs/answers.md section 6. */
static const char *verdict_reason(const struct timeline_answer *answer, bool sent)
{
	if (answer->reason != NULL)
		return reason_text(answer, sent);
	if (answer->holder == NULL)
		return "the address never had a binding and is in no range of the cluster";
	return answer->certain ? "one holder is possible, and one of its bindings is certain"
			       : "one holder is possible, the address sent a packet, and "
				 "nobody else may hold it";
}

static void add_verdict(struct text *out, const struct timeline_answer *answer,
			const struct lookup_answer *placed, bool sent)
{
	text_add_string(out, "\nverdict: ");
	holder_text_answer(out, answer);
	holder_text_as_of(out, placed);
	text_add_format(out, "\n  %s (docs/answers.md section 6)\n", verdict_reason(answer, sent));
}

void explain_text_add(struct text *out, const char *address, const struct lookup_question *question,
		      const struct lookup_answer *placed, const struct explain *explain)
{
	text_add_format(out, "%s at ", address);
	add_when(out, placed->at);
	text_add_format(out, ", as of position %" PRId64 ", known to ", placed->position);
	if (when_is_min(placed->known))
		text_add_string(out, "no time");
	else
		add_when(out, placed->known);
	text_add_string(out, placed->provisional ? "; later records may change this\n" : "\n");
	if (explain->history.count == 0)
		text_add_string(out, "\nbindings: none\n");
	for (size_t b = 0; b < explain->history.count; b++)
		add_binding(out, explain, b);
	add_unrecorded(out, explain, placed);
	add_unpublished(out, explain);
	add_gaps(out, explain);
	add_coverage(out, explain);
	text_add_format(out, "ranges of the cluster: the address is in %s\n",
			explain->in_range ? "one" : "none");
	add_verdict(out, &explain->answer, placed, !question->received);
}
