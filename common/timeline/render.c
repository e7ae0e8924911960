#include "common/timeline/render.h"

#include "common/timeline/rules/services.h"

static void add_member(struct text *out, const char *before, struct span value)
{
	text_add_string(out, before);
	text_add_json(out, value.data, value.length);
}

const char *render_workload_member(struct span kind)
{
	static const struct {
		const char *kind, *member;
	} kinds[] = {
		{"Deployment", "deployment"},
		{"ReplicaSet", "replicaset"},
		{"StatefulSet", "statefulset"},
		{"DaemonSet", "daemonset"},
		{"Job", "job"},
		{"CronJob", "cronjob"},
		{"ReplicationController", "replicationcontroller"},
	};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		if (span_equal(kind, span_of(kinds[k].kind)))
			return kinds[k].member;
	}
	return NULL;
}

static void add_workload(struct text *out, const struct named_holder *holder)
{
	if (holder->workload_kind.length == 0)
		return;
	if (holder->workload_member != NULL) {
		text_add_format(out, ",\"%s\":", holder->workload_member);
		add_member(out, "{\"name\":", holder->workload_name);
	} else {
		add_member(out, ",\"workload\":{\"kind\":", holder->workload_kind);
		add_member(out, ",\"name\":", holder->workload_name);
	}
	text_add(out, "}", 1);
}

/* Adds JSON, unless it is empty. */
static void add_kept(struct text *out, const char *before, struct span json)
{
	if (json.length == 0)
		return;
	text_add_string(out, before);
	text_add(out, json.data, json.length);
}

static void add_pod(struct text *out, const struct named_holder *holder)
{
	add_member(out, "\"namespace\":{\"name\":", holder->namespace);
	add_member(out, "},\"pod\":{\"name\":", holder->name);
	add_member(out, ",\"uid\":", holder->uid);
	add_kept(out, ",\"labels\":", holder->labels);
	add_kept(out, ",\"annotations\":", holder->annotations);
	text_add(out, "}", 1);
	add_workload(out, holder);
	if (holder->node.length > 0) {
		add_member(out, ",\"node\":{\"name\":", holder->node);
		text_add(out, "}", 1);
	}
}

static void add_cloud(struct text *out, const struct named_holder *holder)
{
	const char *comma = holder->zone.length > 0 ? "," : "";

	if (holder->zone.length == 0 && holder->region.length == 0)
		return;
	text_add_string(out, ",\"cloud\":{");
	if (holder->zone.length > 0)
		add_member(out, "\"availability_zone\":", holder->zone);
	if (holder->region.length > 0) {
		text_add_string(out, comma);
		add_member(out, "\"region\":", holder->region);
	}
	text_add(out, "}", 1);
}

/* The only service of a service's address is that service. */
static void add_itself(struct text *out, struct span full_name)
{
	struct services services = {.count = 1};

	services.list[0] = (struct service_use){.name = full_name, .port = true};
	services_add_json(&services, out);
}

void render_names(struct text *out, const struct named_holder *holder)
{
	add_member(out, "\"kind\":", span_of(holder_kind_name(holder->kind)));
	text_add_string(out, ",\"k8s\":{");
	if (holder->cluster.length > 0) {
		add_member(out, "\"cluster\":{\"name\":", holder->cluster);
		text_add_string(out, "},");
	}
	switch (holder->kind) {
	case HOLDER_POD:
		add_pod(out, holder);
		break;
	case HOLDER_NODE:
		add_member(out, "\"node\":{\"name\":", holder->name);
		add_member(out, ",\"uid\":", holder->uid);
		text_add(out, "}", 1);
		break;
	case HOLDER_SERVICE:
		add_member(out, "\"namespace\":{\"name\":", holder->namespace);
		text_add(out, "}", 1);
		break;
	}
	text_add(out, "}", 1);
	add_cloud(out, holder);
	if (holder->kind == HOLDER_SERVICE)
		add_itself(out, holder->full_name);
}

void render_binding(struct text *out, const struct named_holder *holder)
{
	text_add_string(out, "\"binding\":{\"start\":");
	text_add_when(out, holder->start);
	text_add_string(out, ",\"end\":");
	text_add_when(out, holder->end);
	add_member(out, ",\"start_from\":", span_of(holder->start_from));
	if (holder->end_from != NULL)
		add_member(out, ",\"end_from\":", span_of(holder->end_from));
	text_add(out, "}", 1);
}
