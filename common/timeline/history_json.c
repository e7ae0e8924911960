/* A binding of an address's history as JSON. Pure. */
#include "common/timeline/timeline.h"

#include "common/timeline/render.h"

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

static void add_memberships(struct text *out, const struct timeline_binding *binding)
{
	if (binding->membership_count == 0)
		return;
	text_add_string(out, ",\"memberships\":[");
	for (size_t m = 0; m < binding->membership_count; m++) {
		const struct timeline_membership *membership = &binding->memberships[m];

		text_add_string(out, m > 0 ? ",{\"service\":" : "{\"service\":");
		text_add_json(out, membership->service.data, membership->service.length);
		add_moment(out, ",\"start\":", membership->start);
		add_moment(out, ",\"end\":", membership->end);
		text_add(out, "}", 1);
	}
	text_add(out, "]", 1);
}

void timeline_binding_json(const struct timeline_binding *binding, struct text *out)
{
	text_add(out, "{", 1);
	render_names(out, binding->holder);
	text_add(out, ",", 1);
	render_binding(out, binding->holder);
	add_instants(out, &binding->tenure->at);
	add_evidence(out, &binding->tenure->binding);
	add_memberships(out, binding);
	text_add(out, "}", 1);
}
