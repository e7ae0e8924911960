/* A binding of an address's history as JSON. Pure. */
#include "common/timeline/timeline.h"

#include "common/timeline/render.h"

static void add_moment(struct text *out, const char *name, struct when moment)
{
	text_add_string(out, name);
	text_add_when(out, moment);
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
	struct binding_moment moments[BINDING_MOMENTS];
	size_t count = binding_moments(binding, moments);

	text_add_string(out, ",\"evidence\":{\"ended\":");
	text_add_json_string(out, binding_end_name(binding->evidence.how));
	for (size_t m = 0; m < count; m++) {
		text_add(out, ",", 1);
		text_add_json_string(out, moments[m].name);
		text_add(out, ":", 1);
		text_add_when(out, moments[m].at);
	}
	if (binding->evidence.terminating)
		text_add_string(out, ",\"terminating\":true");
	if (binding->evidence.all_terminated)
		text_add_string(out, ",\"all_terminated\":true");
	if (binding->evidence.sandbox_dead && binding->evidence.how == BINDING_OPEN)
		text_add_string(out, ",\"sandbox_dead\":true");
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
