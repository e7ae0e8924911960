#include "common/timeline/rules/binding.h"

#include <string.h>

/* A kubelet truncates its times to whole seconds: T means an instant in [T, T + 1 s). */
#define KUBELET_SECOND NS_PER_SECOND

static struct when else_when(struct when first, struct when second)
{
	return when_is_min(first) ? second : first;
}

struct evidence evidence_none(void)
{
	struct evidence evidence = {.how = BINDING_OPEN};

	for (size_t i = 0; i < EVIDENCE_INSTANTS; i++)
		evidence.instants[i] = WHEN_MIN;
	return evidence;
}

bool evidence_equal(const struct evidence *a, const struct evidence *b)
{
	return a->how == b->how && a->all_terminated == b->all_terminated &&
	       a->sandbox_dead == b->sandbox_dead && a->terminating == b->terminating &&
	       a->shared == b->shared && a->gateway == b->gateway && a->node == b->node &&
	       a->identity == b->identity &&
	       memcmp(a->instants, b->instants, sizeof(a->instants)) == 0;
}

struct when evidence_possible_from(const struct evidence *evidence, int64_t hold_ns)
{
	return when_later(when_later(evidence->start_time, evidence->previous_to),
			  when_add(evidence->previous_known, -hold_ns));
}

struct when evidence_of_end(const struct evidence *evidence)
{
	if (evidence->how == BINDING_LOST || evidence->how == BINDING_REMOVED)
		return evidence->last_running;
	return else_when(evidence->last_finished, evidence->last_running);
}

bool evidence_is_over(const struct evidence *evidence)
{
	return evidence->how != BINDING_OPEN || evidence->all_terminated || evidence->sandbox_dead;
}

/* What was known when it ended counts NOT_NODE_NS earlier, as all that is not the node's. */
static struct when certain_to(const struct evidence *evidence, int64_t hold_ns, int64_t not_node_ns)
{
	struct when to;

	if (!evidence_is_over(evidence))
		return WHEN_MAX;
	to = when_later(evidence_of_end(evidence),
			when_add(evidence->ended_known, -hold_ns - not_node_ns));
	/* Without any evidence it was held at some time after that, so nothing is certain. */
	return else_when(to, evidence_possible_from(evidence, hold_ns));
}

struct when evidence_certain_to(const struct evidence *evidence, int64_t hold_ns)
{
	return certain_to(evidence, hold_ns, 0);
}

/* A sandbox that died is reported gone before its containers have ended. */
static struct when released(const struct evidence *evidence)
{
	struct when gone = when_add(evidence->sandbox_gone, KUBELET_SECOND);

	if (when_is_min(evidence->sandbox_gone) ||
	    when_before(evidence->sandbox_gone, evidence->last_finished))
		return evidence->ended_received;
	return when_earlier(gone, evidence->ended_received);
}

struct when evidence_possible_to(const struct evidence *evidence)
{
	switch (evidence->how) {
	case BINDING_OPEN:
	case BINDING_LOST:
		return WHEN_MAX;
	case BINDING_FINISHED:
	case BINDING_NEXT_EPOCH:
		return released(evidence);
	default:
		return evidence->ended_received;
	}
}

bool evidence_is_past(const struct evidence *evidence, struct when horizon)
{
	return evidence->how != BINDING_OPEN && when_before(evidence->ended_received, horizon);
}

/* By the evidence of CLOCK; FROM is NULL if that is missing. */
static struct binding_start start_by(const struct binding *binding, enum timeline_clock clock)
{
	struct when ready = binding->evidence.sandbox_ready;
	struct when started = binding->evidence.first_started;
	bool sandbox =
		!when_is_min(ready) && (when_is_min(started) || when_not_after(ready, started));

	switch (clock) {
	case TIMELINE_SANDBOX:
		if (sandbox)
			return (struct binding_start){when_add(ready, KUBELET_SECOND), ready,
						      "sandbox"};
		/* fall through */
	case TIMELINE_STARTED:
		if (!when_is_min(started))
			return (struct binding_start){
				when_add(started, KUBELET_SECOND),
				else_when(binding->evidence.shown_started, started), "started"};
		break;
	case TIMELINE_ENDPOINT:
		if (!when_is_min(binding->endpoint))
			return (struct binding_start){binding->endpoint, binding->endpoint,
						      "endpoint"};
		break;
	case TIMELINE_RECEIVED:
		break;
	}
	return (struct binding_start){WHEN_MIN, WHEN_MIN, NULL};
}

/* By the first evidence that is there; received NOT_NODE_NS later, as all that is not the node's. */
static struct binding_start start_of_pod(const struct binding *binding,
					 const struct assumptions *assumptions, int64_t not_node_ns)
{
	const struct evidence *evidence = &binding->evidence;
	struct when received = when_add(evidence->first_received, not_node_ns);
	struct binding_start start = {received, evidence->first_received, "received"};

	for (int c = (int)assumptions->clock; c < TIMELINE_RECEIVED; c++) {
		struct binding_start by = start_by(binding, (enum timeline_clock)c);

		if (by.from == NULL)
			continue;
		if (c >= TIMELINE_ENDPOINT)
			by.certain_from = when_add(by.certain_from, not_node_ns);
		start = by;
		break;
	}
	start.certain_from = when_later(when_earlier(start.certain_from, received),
					evidence_possible_from(evidence, assumptions->hold_ns));
	return start;
}

struct when binding_held_to(const struct binding *binding, const struct assumptions *assumptions)
{
	const struct evidence *evidence = &binding->evidence;

	return when_earlier(certain_to(evidence, assumptions->hold_ns, assumptions->skew_ns),
			    evidence_possible_to(evidence));
}

struct when binding_held_from(const struct binding *binding, const struct assumptions *assumptions)
{
	return start_of_pod(binding, assumptions, assumptions->skew_ns).certain_from;
}

struct binding_start binding_start_reported(const struct binding *binding,
					    const struct assumptions *assumptions)
{
	const struct evidence *evidence = &binding->evidence;

	if (binding->kind != HOLDER_POD)
		return (struct binding_start){evidence->first_received, evidence->start_time,
					      "created"};
	return start_of_pod(binding, assumptions, 0);
}

struct binding_start binding_start(const struct binding *binding,
				   const struct assumptions *assumptions)
{
	struct binding_start start = binding_start_reported(binding, assumptions);
	struct when first = binding->seen.from;

	if (!binding->seen.there || when_not_after(start.certain_from, first))
		return start;
	return (struct binding_start){
		when_later(first, evidence_possible_from(&binding->evidence, assumptions->hold_ns)),
		first, "interface"};
}

struct when binding_possible_from(const struct binding *binding,
				  const struct assumptions *assumptions)
{
	struct when from = evidence_possible_from(&binding->evidence, assumptions->hold_ns);
	struct when since = binding->seen.since;

	/* An open epoch may have ended, unseen so far, before its interface's first packet. */
	if (!binding->seen.there || when_not_after(since, from) ||
	    when_is_max(evidence_certain_to(&binding->evidence, assumptions->hold_ns)) ||
	    when_before(binding_start(binding, assumptions).certain_from, since))
		return from;
	return since;
}

struct when binding_interface_gone(const struct binding *binding)
{
	const struct evidence *evidence = &binding->evidence;
	const struct seen *seen = &binding->seen;

	if (!seen->there || when_before(seen->until, seen->last) ||
	    (evidence_is_over(evidence) && when_before(seen->until, evidence_of_end(evidence))))
		return WHEN_MAX;
	return seen->until;
}

struct when binding_certain_to(const struct binding *binding, const struct assumptions *assumptions)
{
	struct when to = evidence_certain_to(&binding->evidence, assumptions->hold_ns);

	if (!binding->seen.there || when_is_max(to))
		return to;
	/* The report of the end was late. */
	if (when_before(binding_interface_gone(binding), to))
		to = evidence_of_end(&binding->evidence);
	return when_later(to, when_earlier(binding->seen.to, binding_possible_to(binding)));
}

struct when binding_possible_to(const struct binding *binding)
{
	struct when to = evidence_possible_to(&binding->evidence);

	/* An open one may go on in another sandbox, of which no record tells yet. */
	if (binding->evidence.how == BINDING_OPEN)
		return to;
	return when_earlier(to, binding_interface_gone(binding));
}

bool binding_is_witnessed(const struct binding *binding, uint64_t host, struct when start,
			  struct when end)
{
	const struct seen *seen = &binding->seen;

	return seen->there && seen->host != 0 && seen->host == host &&
	       when_not_after(seen->first, start) && when_not_after(end, seen->last);
}

size_t binding_on_count(const struct binding *binding)
{
	const struct seen *seen = &binding->seen;

	if (!seen->there)
		return 0;
	return seen->on_count < SEEN_ONS ? seen->on_count : SEEN_ONS;
}

bool binding_is_on(const struct binding *binding, uint64_t uid, struct when start, struct when end)
{
	size_t count = uid != 0 ? binding_on_count(binding) : 0;

	for (size_t i = 0; i < count; i++) {
		const struct interface_span *on = binding->seen.ons[i];

		if (on->uid == uid && when_not_after(on->first, end) &&
		    (when_is_max(on->until) || when_not_after(start, on->last)))
			return true;
	}
	return false;
}

/* Of its last interfaces, the one that was alone the longest by its own records; NULL if none was. */
static const struct interface_span *longest_alone(const struct binding *binding)
{
	const struct interface_span *longest = NULL;
	size_t count = binding_on_count(binding);

	for (size_t i = 0; i < count; i++) {
		const struct interface_span *on = binding->seen.ons[i];

		if (!when_is_min(on->alone_until) &&
		    (longest == NULL || when_before(longest->alone_until, on->alone_until)))
			longest = on;
	}
	return longest;
}

struct when binding_shown_end(const struct binding *binding, const char **from)
{
	const struct evidence *evidence = &binding->evidence;

	*from = NULL;
	if (evidence->how == BINDING_OPEN)
		return WHEN_MIN;
	if (binding->kind == HOLDER_POD) {
		if (evidence->how != BINDING_LOST && !when_is_min(evidence->sandbox_gone)) {
			*from = "sandbox";
			return evidence->sandbox_gone;
		}
		if (evidence->how != BINDING_LOST && !when_is_min(evidence->last_finished)) {
			*from = "finished";
			return evidence->last_finished;
		}
		if (!when_is_min(evidence->last_running)) {
			*from = "last_status";
			return evidence->last_running;
		}
	}
	*from = "received";
	return evidence->ended_received;
}

size_t binding_moments(const struct binding *binding,
		       struct binding_moment list[static BINDING_MOMENTS])
{
	const struct evidence *evidence = &binding->evidence;
	bool pod = binding->kind == HOLDER_POD;
	const struct seen *seen = &binding->seen;
	bool gone = seen->there && !when_is_max(seen->until);
	const struct interface_span *alone = longest_alone(binding);
	const struct binding_moment all[BINDING_MOMENTS] = {
		{pod ? "start_time" : "created", evidence->start_time},
		{"sandbox_ready", evidence->sandbox_ready},
		{"first_started", evidence->first_started},
		{"endpoint", binding->endpoint},
		{"first_received", evidence->first_received},
		{"first_known", evidence->first_known},
		{"last_finished", evidence->last_finished},
		{pod ? "last_running" : "last_shown", evidence->last_running},
		{"sandbox_gone", evidence->sandbox_gone},
		{"ended_received", evidence->ended_received},
		{"ended_known", evidence->ended_known},
		{"interface_since", seen->there ? seen->since : WHEN_MIN},
		{"interface_first", seen->there ? seen->first : WHEN_MIN},
		{"interface_last", seen->there ? seen->last : WHEN_MIN},
		{"interface_until", gone ? seen->until : WHEN_MIN},
		{"interface_alone_since", alone != NULL ? alone->alone_since : WHEN_MIN},
		{"interface_alone_until", alone != NULL ? alone->alone_until : WHEN_MIN},
		{"interface_confirmed", alone != NULL ? seen->confirmed : WHEN_MIN},
	};
	size_t count = 0;

	for (size_t m = 0; m < BINDING_MOMENTS; m++) {
		if (!when_is_min(all[m].at))
			list[count++] = all[m];
	}
	return count;
}

const char *holder_kind_name(enum holder_kind kind)
{
	switch (kind) {
	case HOLDER_POD:
		return "pod";
	case HOLDER_NODE:
		return "node";
	default:
		return "service";
	}
}

const char *binding_end_name(enum binding_end how)
{
	static const char *const names[BINDING_ENDS] = {
		[BINDING_OPEN] = "open",
		[BINDING_FINISHED] = "finished",
		[BINDING_LOST] = "lost",
		[BINDING_ADDRESS_GONE] = "address_gone",
		[BINDING_NEXT_EPOCH] = "next_epoch",
		[BINDING_REMOVED] = "removed",
	};

	return names[how];
}
