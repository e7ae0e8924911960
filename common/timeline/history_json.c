/* The whole history of one address, a line for each binding. */
#include "common/timeline/timeline.h"

#include <string.h>

#include "common/timeline/history/history.h"
#include "common/timeline/names.h"
#include "common/timeline/rules/services.h"
#include "common/timeline/timeline_internal.h"

static void add_moment(struct text *out, const char *name, struct when moment)
{
	text_add_string(out, name);
	text_add_when(out, moment);
}

static void add_present(struct text *out, const char *name, struct when moment)
{
	if (!when_is_min(moment))
		add_moment(out, name, moment);
}

static void add_instants(struct text *out, const struct instants *at)
{
	add_moment(out, ",\"possible_from\":", at->possible_from);
	add_moment(out, ",\"certain_from\":", at->certain_from);
	add_moment(out, ",\"certain_to\":", at->certain_to);
	add_moment(out, ",\"possible_to\":", at->possible_to);
}

static void add_evidence(struct text *out, const struct binding *binding)
{
	const struct evidence *evidence = &binding->evidence;
	bool pod = binding->kind == HOLDER_POD;

	text_add_string(out, ",\"evidence\":{\"ended\":");
	text_add_json_string(out, binding_end_name(evidence->how));
	add_present(out, pod ? ",\"start_time\":" : ",\"created\":", evidence->start_time);
	add_present(out, ",\"sandbox_ready\":", evidence->sandbox_ready);
	add_present(out, ",\"first_started\":", evidence->first_started);
	add_present(out, ",\"endpoint\":", binding->endpoint);
	add_present(out, ",\"first_received\":", evidence->first_received);
	add_present(out, ",\"last_finished\":", evidence->last_finished);
	add_present(out, pod ? ",\"last_running\":" : ",\"last_shown\":", evidence->last_running);
	add_present(out, ",\"sandbox_gone\":", evidence->sandbox_gone);
	add_present(out, ",\"ended_received\":", evidence->ended_received);
	if (evidence->terminating)
		text_add_string(out, ",\"terminating\":true");
	if (evidence->all_terminated)
		text_add_string(out, ",\"all_terminated\":true");
	text_add(out, "}", 1);
}

/* The services that listed the holder at this address, each with its interval. */
static void add_memberships(struct text *out, const struct history *history,
			    const struct holder *holder, uint64_t position)
{
	const char *before = ",\"memberships\":[";

	if (holder->kind == HOLDER_SERVICE)
		return;
	for (size_t m = 0; m < history->membership_count; m++) {
		const struct membership *row = &history->memberships[m];

		if (row->opened_offset > position ||
		    (row->uid.length > 0 && !span_equal(row->uid, holder->uid)))
			continue;
		text_add_string(out, before);
		text_add_string(out, "{\"service\":");
		text_add_json(out, row->service.data, row->service.length);
		add_moment(out, ",\"start\":", row->opening);
		add_moment(out, ",\"end\":",
			   membership_closing(history->memberships, history->membership_count, m,
					      position));
		text_add(out, "}", 1);
		before = ",";
	}
	if (before[1] == '\0')
		text_add(out, "]", 1);
}

static int add_line(struct timeline *timeline, struct history *history, const struct tenure *tenure,
		    uint64_t position, struct text *out)
{
	static const char status[] = "{\"status\":\"known\",";
	const struct holder *holder = &history->holders[tenure->binding.holder];
	const struct fragment *fragment = names_fragment(timeline, history, tenure, position);

	if (fragment == NULL)
		return -1;
	/* The head of an answer without its status, and its tail without the last brace. */
	text_add(out, "{", 1);
	text_add(out, fragment->bytes + strlen(status), fragment->head_length - strlen(status));
	text_add(out, fragment->bytes + fragment->head_length, fragment->tail_length - 1);
	add_instants(out, &tenure->at);
	add_evidence(out, &tenure->binding);
	add_memberships(out, history, holder, position);
	text_add(out, "}\n", 2);
	return 0;
}

int timeline_history(struct timeline *timeline, const struct ip *ip, int64_t position,
		     struct text *out)
{
	struct history *history;
	const struct address_view *view;
	int rc = -1;

	if (timeline->answering == NULL || position < 0)
		return 0;
	history = history_load(timeline->store, timeline->answering->id, ip);
	if (history == NULL)
		return -1;
	view = history_view(history, (uint64_t)position, timeline->options.clock,
			    timeline->options.skew_ns);
	if (view == NULL)
		goto out;
	for (size_t t = 0; t < view->count; t++) {
		if (add_line(timeline, history, &view->tenures[t], (uint64_t)position, out) < 0)
			goto out;
	}
	rc = 0;
out:
	history_free(history);
	return rc;
}
