#include "common/timeline/render.h"

#include <string.h>

static void add_member(struct text *out, const char *before, struct span value)
{
	text_add_string(out, before);
	text_add_json(out, value.data, value.length);
}

/* The kinds that have a member of their own. */
static const char *workload_member(struct span kind)
{
	static const struct {
		const char *kind, *member;
	} kinds[] = {
		{"Deployment", ",\"deployment\":{\"name\":"},
		{"ReplicaSet", ",\"replicaset\":{\"name\":"},
		{"StatefulSet", ",\"statefulset\":{\"name\":"},
		{"DaemonSet", ",\"daemonset\":{\"name\":"},
		{"Job", ",\"job\":{\"name\":"},
		{"CronJob", ",\"cronjob\":{\"name\":"},
		{"ReplicationController", ",\"replicationcontroller\":{\"name\":"},
	};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		if (span_equal(kind, span_of(kinds[k].kind)))
			return kinds[k].member;
	}
	return NULL;
}

/* NAME without "-HASH", or empty when it does not end so. */
static struct span without_hash(struct span name, struct span hash)
{
	size_t rest;

	if (hash.length == 0 || name.length <= hash.length + 1)
		return (struct span){"", 0};
	rest = name.length - hash.length;
	if (name.data[rest - 1] != '-' || memcmp(name.data + rest, hash.data, hash.length) != 0)
		return (struct span){"", 0};
	return (struct span){name.data, rest - 1};
}

/* The top of the controller chain. */
static void find_workload(const struct render_names *names, struct span *kind, struct span *name)
{
	bool set = span_equal(names->holder.owner_kind, span_of("ReplicaSet"));

	*kind = names->holder.owner_kind;
	*name = names->holder.owner_name;
	if (!set && !span_equal(*kind, span_of("Job")))
		return;
	if (names->owner_there) {
		if (names->owner_kind.length > 0) {
			*kind = names->owner_kind;
			*name = names->owner_name;
		}
	} else if (set && without_hash(*name, names->holder.hash).length > 0) {
		*kind = span_of("Deployment");
		*name = without_hash(*name, names->holder.hash);
	}
}

static void add_workload(struct text *out, const struct render_names *names)
{
	struct span kind, name;
	const char *member;

	find_workload(names, &kind, &name);
	if (kind.length == 0 || span_equal(kind, span_of("Node")))
		return;
	member = workload_member(kind);
	if (member != NULL) {
		add_member(out, member, name);
	} else {
		add_member(out, ",\"workload\":{\"kind\":", kind);
		add_member(out, ",\"name\":", name);
	}
	text_add(out, "}", 1);
}

static void add_pod(struct text *out, const struct render_names *names)
{
	const struct holder_names *holder = &names->holder;

	add_member(out, "\"namespace\":{\"name\":", holder->namespace);
	add_member(out, "},\"pod\":{\"name\":", holder->name);
	add_member(out, ",\"uid\":", names->uid);
	text_add(out, "}", 1);
	add_workload(out, names);
	if (holder->node.length > 0) {
		add_member(out, ",\"node\":{\"name\":", holder->node);
		text_add(out, "}", 1);
	}
}

static void add_cloud(struct text *out, const struct render_names *names)
{
	if (names->zone.length == 0 && names->region.length == 0)
		return;
	text_add_string(out, ",\"cloud\":{");
	if (names->zone.length > 0)
		add_member(out, "\"availability_zone\":", names->zone);
	if (names->region.length > 0)
		add_member(out,
			   names->zone.length > 0 ? ",\"region\":" : "\"region\":", names->region);
	text_add(out, "}", 1);
}

void render_names(struct text *out, const struct render_names *names)
{
	add_member(out, "\"kind\":", span_of(holder_kind_name(names->kind)));
	text_add_string(out, ",\"k8s\":{");
	if (names->cluster[0] != '\0') {
		add_member(out, "\"cluster\":{\"name\":", span_of(names->cluster));
		text_add_string(out, "},");
	}
	switch (names->kind) {
	case HOLDER_POD:
		add_pod(out, names);
		break;
	case HOLDER_NODE:
		add_member(out, "\"node\":{\"name\":", names->holder.name);
		add_member(out, ",\"uid\":", names->uid);
		text_add(out, "}", 1);
		break;
	case HOLDER_SERVICE:
		add_member(out, "\"namespace\":{\"name\":", names->holder.namespace);
		text_add(out, "}", 1);
		break;
	}
	text_add(out, "}", 1);
	add_cloud(out, names);
}

void render_binding(struct text *out, const struct binding *binding, enum timeline_clock clock)
{
	struct binding_start start = binding_start(binding, clock);
	const char *end_from;
	struct when end = binding_shown_end(binding, &end_from);

	text_add_string(out, "\"binding\":{\"start\":");
	text_add_when(out, start.shown);
	text_add_string(out, ",\"end\":");
	text_add_when(out, end);
	add_member(out, ",\"start_from\":", span_of(start.from));
	if (end_from != NULL)
		add_member(out, ",\"end_from\":", span_of(end_from));
	text_add(out, "}", 1);
}
