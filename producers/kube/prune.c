#include "producers/kube/prune.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/record/kube_annotations.h"

struct shape;

/* A member that is kept, named in the shape around it. */
struct part {
	const char *name;
	const struct shape *shape; /* of the object, or of each object of an array; NULL: all */
	const char *needs;         /* of an array, only the objects that have this member ... */
	const char *needs_text;    /* ... with this text, unless NULL */
	bool drop_empty;           /* leave the member out when nothing of it is kept */
};

/* The members of an object that are kept. */
struct shape {
	const char *whole;    /* names of those kept whole, separated by blanks */
	struct part parts[6]; /* those kept in part, up to one without a name */
};

static const struct part whole = {.shape = NULL};

static const struct shape owner = {.whole = "apiVersion kind name uid controller"};

/* Where networks write a pod's or a node's addresses, and when an endpoint changed. */
static const struct shape annotations = {
	.whole = KUBE_POD_ADDRESS_ANNOTATIONS
	" " KUBE_NETWORK_STATUS_ANNOTATION " " KUBE_NODE_ADDRESS_ANNOTATIONS
	" " KUBE_SUBNETS_ANNOTATION " " KUBE_FLANNEL_ANNOTATION " " KUBE_SPELLING_ANNOTATIONS
	" cni.projectcalico.org/containerID "
	"endpoints.kubernetes.io/last-change-trigger-time "
	"kubernetes.io/config.mirror",
};

static const struct shape managed_field = {.whole = "manager operation time subresource"};

static const struct shape metadata = {
	.whole = "name namespace uid resourceVersion generation creationTimestamp "
		 "deletionTimestamp deletionGracePeriodSeconds labels",
	.parts =
		{
			{.name = "annotations", .shape = &annotations, .drop_empty = true},
			{.name = "ownerReferences", .shape = &owner},
			/* Only its times, by the API server's clock, say when a kubelet wrote. */
			{.name = "managedFields",
			 .shape = &managed_field,
			 .needs = "manager",
			 .needs_text = "kubelet",
			 .drop_empty = true},
		},
};

#define METADATA                                       \
	{                                              \
		.name = "metadata", .shape = &metadata \
	}

static const struct shape host_port = {.whole = "hostPort hostIP containerPort protocol"};

static const struct shape container = {
	.parts = {{.name = "ports", .shape = &host_port, .needs = "hostPort", .drop_empty = true}},
};

static const struct shape pod_spec = {
	.whole = "nodeName hostNetwork",
	.parts = {{.name = "initContainers", .shape = &container, .drop_empty = true},
		  {.name = "containers", .shape = &container, .drop_empty = true}},
};

static const struct shape running = {.whole = "startedAt"};
static const struct shape waiting = {.whole = "reason"};
static const struct shape terminated = {.whole = "startedAt finishedAt exitCode reason"};

static const struct shape container_state = {
	.parts = {{.name = "running", .shape = &running},
		  {.name = "waiting", .shape = &waiting},
		  {.name = "terminated", .shape = &terminated}},
};

static const struct shape container_status = {
	.whole = "name containerID restartCount",
	.parts = {{.name = "state", .shape = &container_state},
		  {.name = "lastState", .shape = &container_state, .drop_empty = true}},
};

static const struct shape condition = {.whole = "type status lastTransitionTime reason"};

static const struct shape pod_status = {
	.whole = "phase reason podIP podIPs hostIP hostIPs startTime",
	.parts = {{.name = "conditions", .shape = &condition},
		  {.name = "initContainerStatuses", .shape = &container_status},
		  {.name = "containerStatuses", .shape = &container_status},
		  {.name = "ephemeralContainerStatuses", .shape = &container_status}},
};

static const struct shape pod = {
	.parts = {METADATA,
		  {.name = "spec", .shape = &pod_spec},
		  {.name = "status", .shape = &pod_status}},
};

static const struct shape service_spec = {
	.whole = "type clusterIP clusterIPs externalIPs ports selector",
};
static const struct shape service_status = {.whole = "loadBalancer"};
static const struct shape service = {
	.parts = {METADATA,
		  {.name = "spec", .shape = &service_spec},
		  {.name = "status", .shape = &service_status}},
};

static const struct shape endpoint = {
	.whole = "addresses conditions hostname targetRef nodeName zone"};
static const struct shape slice = {
	.whole = "addressType ports",
	.parts = {METADATA, {.name = "endpoints", .shape = &endpoint}},
};

static const struct shape node_spec = {.whole = "podCIDR podCIDRs"};
static const struct shape node_status = {.whole = "addresses"};
static const struct shape node = {
	.parts = {METADATA,
		  {.name = "spec", .shape = &node_spec},
		  {.name = "status", .shape = &node_status}},
};

static const struct shape cidr_spec = {.whole = "cidrs"};
static const struct shape cidr = {.parts = {METADATA, {.name = "spec", .shape = &cidr_spec}}};

static const struct shape metadata_only = {.parts = {METADATA}};

static const struct part objects[KUBE_RESOURCES] = {
	[KUBE_PODS] = {.shape = &pod},
	[KUBE_SERVICES] = {.shape = &service},
	[KUBE_ENDPOINTSLICES] = {.shape = &slice},
	[KUBE_NODES] = {.shape = &node},
	[KUBE_SERVICECIDRS] = {.shape = &cidr},
	[KUBE_REPLICASETS] = {.shape = &metadata_only},
	[KUBE_JOBS] = {.shape = &metadata_only},
};

/* True when NAME is one of NAMES, which blanks separate. */
static bool is_one_of(struct value name, const char *names)
{
	const char *text = name.bytes + 1;
	size_t length = name.length - 2;

	for (const char *word = names; word != NULL; word = strchr(word, ' ')) {
		size_t same = 0;

		word += *word == ' ';
		while (same < length && word[same] == text[same])
			same++;
		if (same == length && (word[same] == ' ' || word[same] == '\0'))
			return true;
	}
	return false;
}

/* How the member NAME is kept, NULL when it is not. */
static const struct part *part_named(const struct shape *shape, struct value name)
{
	for (const struct part *part = shape->parts; part->name != NULL; part++)
		if (value_is_text(name, part->name))
			return part;
	return shape->whole != NULL && is_one_of(name, shape->whole) ? &whole : NULL;
}

/* False when the item that ITEMS has reached lacks what PART needs. */
static bool wanted(const struct part *part, struct value_cursor items)
{
	struct value member;

	if (part->needs == NULL)
		return true;
	member = value_at(value_pass(&items), part->needs);
	return value_present(member) &&
	       (part->needs_text == NULL || value_is_text(member, part->needs_text));
}

/* True when what was added from FROM on holds nothing. */
static bool nothing_since(const struct text *out, size_t from)
{
	return out->length - from == 2 && (out->data[from] == '{' || out->data[from] == '[');
}

/* Recursion is as deep as the shapes are. */
static void add_kept(struct text *out, const struct part *part, struct value_cursor *cursor);

/* Adds what PART keeps of the members or the items in INSIDE. */
static void add_inside(struct text *out, const struct part *part, struct value_cursor *inside,
		       const char *between)
{
	struct value name;

	while (value_reach(inside, &name)) {
		const struct part *inner = inside->object ? part_named(part->shape, name) : part;
		size_t before = out->length, from;

		if (inner == NULL || (!inside->object && !wanted(part, *inside))) {
			value_pass(inside);
			continue;
		}
		text_add_string(out, between);
		if (inside->object) {
			value_add(out, name);
			text_add(out, ":", 1);
		}
		from = out->length;
		add_kept(out, inner, inside);
		if (inner->drop_empty && nothing_since(out, from))
			out->length = before;
		else
			between = ",";
	}
}

static void add_kept(struct text *out, const struct part *part, struct value_cursor *cursor)
{
	bool object = *cursor->at == '{';
	struct value_cursor inside;

	if (part->shape == NULL || (!object && *cursor->at != '[')) {
		value_add(out, value_pass(cursor));
		return;
	}
	inside = value_enter(cursor);
	text_add(out, object ? "{" : "[", 1);
	add_inside(out, part, &inside, "");
	text_add(out, object ? "}" : "]", 1);
	value_leave(cursor, &inside);
}

void prune_add(struct text *out, enum kube_resource resource, struct value object)
{
	struct value_cursor inside = value_walk(object);

	text_add_format(out, "{\"kind\":\"%s\"", kube_resource_kind(resource));
	if (value_is_object(object))
		add_inside(out, &objects[resource], &inside, ",");
	text_add(out, "}", 1);
}
