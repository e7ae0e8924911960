#include "producers/kube/kube_event_add.h"

static void add_envelope(struct text *out, enum kube_event_type type, const char *cluster,
			 enum kube_resource resource, struct when received)
{
	text_add_string(out, "{\"type\":");
	text_add_json_string(out, kube_event_type_name(type));
	text_add_string(out, ",\"cluster\":");
	text_add_json_string(out, cluster);
	if (resource < KUBE_RESOURCES) {
		text_add_string(out, ",\"resource\":");
		text_add_json_string(out, kube_resource_name(resource));
	}
	text_add_string(out, ",\"received\":");
	text_add_when(out, received);
}

void kube_event_add_object(struct text *out, enum kube_event_type type, const char *cluster,
			   enum kube_resource resource, struct when received, const char *object,
			   size_t length)
{
	add_envelope(out, type, cluster, resource, received);
	text_add_string(out, ",\"object\":");
	text_add(out, object, length);
	text_add_string(out, "}");
}

static void add_revision(struct text *out, uint64_t resource_version)
{
	text_add_string(out, ",\"resourceVersion\":\"");
	text_add_u64(out, resource_version);
	text_add_string(out, "\"");
}

void kube_event_add_sync_begin(struct text *out, const char *cluster, enum kube_resource resource,
			       struct when received, uint64_t resource_version)
{
	add_envelope(out, KUBE_SYNC_BEGIN, cluster, resource, received);
	add_revision(out, resource_version);
	text_add_string(out, ",\"scope\":{}}");
}

void kube_event_add_sync_end(struct text *out, const char *cluster, enum kube_resource resource,
			     struct when received, uint64_t resource_version)
{
	add_envelope(out, KUBE_SYNC_END, cluster, resource, received);
	add_revision(out, resource_version);
	text_add_string(out, "}");
}

void kube_event_add_gap(struct text *out, const char *cluster, enum kube_resource resource,
			struct when received, struct when from, struct when to, const char *reason)
{
	add_envelope(out, KUBE_GAP, cluster, resource, received);
	text_add_string(out, ",\"from\":");
	text_add_when(out, from);
	text_add_string(out, ",\"to\":");
	text_add_when(out, to);
	text_add_string(out, ",\"reason\":");
	text_add_json_string(out, reason);
	text_add_string(out, "}");
}

void kube_event_add_progress(struct text *out, const char *cluster, struct when received,
			     struct when known, const uint64_t revisions[static KUBE_RESOURCES])
{
	const char *between = "";

	add_envelope(out, KUBE_PROGRESS, cluster, KUBE_RESOURCES, received);
	text_add_string(out, ",\"known\":");
	text_add_when(out, known);
	text_add_string(out, ",\"revisions\":{");
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (revisions[r] == 0)
			continue;
		text_add_string(out, between);
		text_add_json_string(out, kube_resource_name((enum kube_resource)r));
		text_add_string(out, ":\"");
		text_add_u64(out, revisions[r]);
		text_add_string(out, "\"");
		between = ",";
	}
	text_add_string(out, "}}");
}
