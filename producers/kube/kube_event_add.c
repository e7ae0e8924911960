#include "producers/kube/kube_event_add.h"

#include <inttypes.h>

#include "producers/kube/prune.h"

/* The members that every record has, without the closing brace. */
static void begin(struct text *out, enum kube_event_type type, const char *cluster,
		  enum kube_resource resource, struct when received)
{
	text_add_format(out, "{\"type\":\"%s\",\"cluster\":", kube_event_type_name(type));
	text_add_json_string(out, cluster);
	if (resource < KUBE_RESOURCES)
		text_add_format(out, ",\"resource\":\"%s\"", kube_resource_name(resource));
	text_add_string(out, ",\"received\":");
	text_add_when(out, received);
}

void kube_event_add_object(struct text *out, enum kube_event_type type, const char *cluster,
			   enum kube_resource resource, struct when received, struct value object)
{
	begin(out, type, cluster, resource, received);
	text_add_string(out, ",\"object\":");
	prune_add(out, resource, object);
	text_add_string(out, "}");
}

void kube_event_add_sync(struct text *out, enum kube_event_type type, const char *cluster,
			 enum kube_resource resource, struct when received,
			 uint64_t resource_version, const struct scope *scope, bool new_epoch)
{
	begin(out, type, cluster, resource, received);
	text_add_format(out, ",\"resourceVersion\":\"%" PRIu64 "\"", resource_version);
	if (type == KUBE_SYNC_BEGIN) {
		text_add_string(out, ",\"scope\":");
		scope_add(out, scope, resource);
	}
	if (type == KUBE_SYNC_BEGIN && new_epoch) {
		text_add_string(out, ",\"epoch\":");
		text_add_when(out, received);
	}
	text_add_string(out, "}");
}

void kube_event_add_gap(struct text *out, const char *cluster, enum kube_resource resource,
			struct when received, struct when from, struct when to, const char *reason)
{
	begin(out, KUBE_GAP, cluster, resource, received);
	text_add_string(out, ",\"from\":");
	text_add_when(out, from);
	text_add_string(out, ",\"to\":");
	text_add_when(out, to);
	text_add_string(out, ",\"reason\":");
	text_add_json_string(out, reason);
	text_add_string(out, "}");
}

/* Adds an object of the revisions that are greater than in LEAST (NULL: than 0). */
static void add_revisions(struct text *out, const uint64_t *revisions, const uint64_t *least)
{
	const char *between = "{";

	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (revisions[r] <= (least != NULL ? least[r] : 0))
			continue;
		text_add_format(out, "%s\"%s\":\"%" PRIu64 "\"", between,
				kube_resource_name((enum kube_resource)r), revisions[r]);
		between = ",";
	}
	text_add_string(out, *between == '{' ? "{}" : "}");
}

void kube_event_add_progress(struct text *out, const char *cluster, struct when received,
			     const struct kube_progress *progress)
{
	begin(out, KUBE_PROGRESS, cluster, KUBE_RESOURCES, received);
	text_add_string(out, ",\"known\":");
	text_add_when(out, progress->known);
	text_add_string(out, ",\"scope\":");
	scope_add(out, progress->scope, KUBE_PODS);
	text_add_string(out, ",\"revisions\":");
	add_revisions(out, progress->revisions, NULL);
	text_add_string(out, ",\"proved\":");
	add_revisions(out, progress->proved, progress->revisions);
	text_add_string(out, "}");
}
