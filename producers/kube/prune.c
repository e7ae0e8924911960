#include "producers/kube/prune.h"

#include <stdbool.h>
#include <stddef.h>

/* One name that is kept. Without INSIDE all of its value is kept; with it, what INSIDE
 * names of an object, or of each object of an array. INSIDE ends with a row without a
 * name. */
struct rule {
	const char *name;
	const struct rule *inside;
	const char *needs;      /* of an array only the objects that have this member ... */
	const char *needs_text; /* ... with this text, unless NULL */
	bool drop_empty;        /* leave the member out when nothing of it is kept */
};

static const struct rule owners[] = {
	{.name = "apiVersion"}, {.name = "kind"},       {.name = "name"},
	{.name = "uid"},        {.name = "controller"}, {.name = NULL},
};

/* Where networks write a pod's or a node's addresses, and when an endpoint changed. */
static const struct rule annotations[] = {
	{.name = "cni.projectcalico.org/containerID"},
	{.name = "cni.projectcalico.org/podIP"},
	{.name = "cni.projectcalico.org/podIPs"},
	{.name = "vpc.amazonaws.com/pod-ips"},
	{.name = "projectcalico.org/IPv4Address"},
	{.name = "projectcalico.org/IPv6Address"},
	{.name = "projectcalico.org/IPv4IPIPTunnelAddr"},
	{.name = "projectcalico.org/IPv4VXLANTunnelAddr"},
	{.name = "projectcalico.org/IPv6VXLANTunnelAddr"},
	{.name = "io.cilium.network.ipv4-cilium-host"},
	{.name = "network.cilium.io/ipv4-cilium-host"},
	{.name = "network.cilium.io/ipv6-cilium-host"},
	{.name = "endpoints.kubernetes.io/last-change-trigger-time"},
	{.name = "kubernetes.io/config.mirror"},
	{.name = NULL},
};

static const struct rule managed_fields[] = {
	{.name = "manager"},     {.name = "operation"}, {.name = "time"},
	{.name = "subresource"}, {.name = NULL},
};

static const struct rule metadata[] = {
	{.name = "name"},
	{.name = "namespace"},
	{.name = "uid"},
	{.name = "resourceVersion"},
	{.name = "generation"},
	{.name = "creationTimestamp"},
	{.name = "deletionTimestamp"},
	{.name = "deletionGracePeriodSeconds"},
	{.name = "labels"},
	{.name = "annotations", .inside = annotations, .drop_empty = true},
	{.name = "ownerReferences", .inside = owners},
	/* The only time of the API server's clock that tells when a kubelet wrote last. */
	{.name = "managedFields",
	 .inside = managed_fields,
	 .needs = "manager",
	 .needs_text = "kubelet",
	 .drop_empty = true},
	{.name = NULL},
};

static const struct rule host_ports[] = {
	{.name = "hostPort"}, {.name = "hostIP"}, {.name = "containerPort"},
	{.name = "protocol"}, {.name = NULL},
};

static const struct rule containers[] = {
	{.name = "ports", .inside = host_ports, .needs = "hostPort", .drop_empty = true},
	{.name = NULL},
};

static const struct rule running[] = {{.name = "startedAt"}, {.name = NULL}};
static const struct rule waiting[] = {{.name = "reason"}, {.name = NULL}};
static const struct rule terminated[] = {
	{.name = "startedAt"}, {.name = "finishedAt"}, {.name = "exitCode"},
	{.name = "reason"},    {.name = NULL},
};

static const struct rule container_state[] = {
	{.name = "running", .inside = running},
	{.name = "waiting", .inside = waiting},
	{.name = "terminated", .inside = terminated},
	{.name = NULL},
};

static const struct rule container_statuses[] = {
	{.name = "name"},
	{.name = "containerID"},
	{.name = "restartCount"},
	{.name = "state", .inside = container_state},
	{.name = "lastState", .inside = container_state, .drop_empty = true},
	{.name = NULL},
};

static const struct rule conditions[] = {
	{.name = "type"},   {.name = "status"}, {.name = "lastTransitionTime"},
	{.name = "reason"}, {.name = NULL},
};

static const struct rule pod_spec[] = {
	{.name = "nodeName"},
	{.name = "hostNetwork"},
	{.name = "initContainers", .inside = containers, .drop_empty = true},
	{.name = "containers", .inside = containers, .drop_empty = true},
	{.name = NULL},
};

static const struct rule pod_status[] = {
	{.name = "phase"},
	{.name = "reason"},
	{.name = "podIP"},
	{.name = "podIPs"},
	{.name = "hostIP"},
	{.name = "hostIPs"},
	{.name = "startTime"},
	{.name = "conditions", .inside = conditions},
	{.name = "initContainerStatuses", .inside = container_statuses},
	{.name = "containerStatuses", .inside = container_statuses},
	{.name = "ephemeralContainerStatuses", .inside = container_statuses},
	{.name = NULL},
};

static const struct rule service_spec[] = {
	{.name = "type"},  {.name = "clusterIP"}, {.name = "clusterIPs"}, {.name = "externalIPs"},
	{.name = "ports"}, {.name = "selector"},  {.name = NULL},
};

static const struct rule service_status[] = {{.name = "loadBalancer"}, {.name = NULL}};

static const struct rule endpoints[] = {
	{.name = "addresses"}, {.name = "conditions"}, {.name = "targetRef"},
	{.name = "nodeName"},  {.name = "zone"},       {.name = NULL},
};

static const struct rule node_spec[] = {{.name = "podCIDR"}, {.name = "podCIDRs"}, {.name = NULL}};
static const struct rule node_status[] = {{.name = "addresses"}, {.name = NULL}};
static const struct rule cidr_spec[] = {{.name = "cidrs"}, {.name = NULL}};

#define METADATA                                       \
	{                                              \
		.name = "metadata", .inside = metadata \
	}

static const struct rule pods[] = {METADATA,
				   {.name = "spec", .inside = pod_spec},
				   {.name = "status", .inside = pod_status},
				   {.name = NULL}};
static const struct rule services[] = {METADATA,
				       {.name = "spec", .inside = service_spec},
				       {.name = "status", .inside = service_status},
				       {.name = NULL}};
static const struct rule slices[] = {METADATA,
				     {.name = "addressType"},
				     {.name = "endpoints", .inside = endpoints},
				     {.name = "ports"},
				     {.name = NULL}};
static const struct rule nodes[] = {METADATA,
				    {.name = "spec", .inside = node_spec},
				    {.name = "status", .inside = node_status},
				    {.name = NULL}};
static const struct rule cidrs[] = {
	METADATA, {.name = "spec", .inside = cidr_spec}, {.name = NULL}};
static const struct rule owner_objects[] = {METADATA, {.name = NULL}};

static const struct rule *const rules_of[KUBE_RESOURCES] = {
	[KUBE_PODS] = pods,
	[KUBE_SERVICES] = services,
	[KUBE_ENDPOINTSLICES] = slices,
	[KUBE_NODES] = nodes,
	[KUBE_SERVICECIDRS] = cidrs,
	[KUBE_REPLICASETS] = owner_objects,
	[KUBE_JOBS] = owner_objects,
};

static const struct rule *rule_for(const struct rule *rules, struct value name)
{
	while (rules->name && !value_is_text(name, rules->name))
		rules++;
	return rules->name ? rules : NULL;
}

static bool wanted(const struct rule *rule, struct value item)
{
	struct value member;

	if (rule->needs == NULL)
		return true;
	member = value_member(item, rule->needs);
	return value_present(member) &&
	       (rule->needs_text == NULL || value_is_text(member, rule->needs_text));
}

/* True when what was added from FROM on holds nothing. */
static bool nothing_since(const struct text *out, size_t from)
{
	return out->length - from == 2 && (out->data[from] == '{' || out->data[from] == '[');
}

/* Recursion is as deep as the rules are. */
static void add_kept(struct text *out, const struct rule *rule, struct value value);

static void add_members(struct text *out, const struct rule *rules, struct value object,
			const char *between)
{
	struct value_cursor cursor = value_walk(object);
	struct value name, member;

	while (value_next(&cursor, &name, &member)) {
		const struct rule *rule = rule_for(rules, name);
		size_t before = out->length, from;

		if (rule == NULL)
			continue;
		text_add_string(out, between);
		value_add(out, name);
		text_add_string(out, ":");
		from = out->length;
		add_kept(out, rule, member);
		if (rule->drop_empty && nothing_since(out, from))
			out->length = before;
		else
			between = ",";
	}
}

static void add_items(struct text *out, const struct rule *rule, struct value array)
{
	struct value_cursor cursor = value_walk(array);
	struct value name, item;
	const char *between = "";

	while (value_next(&cursor, &name, &item)) {
		size_t before = out->length, from;

		if (!wanted(rule, item))
			continue;
		text_add_string(out, between);
		from = out->length;
		add_kept(out, rule, item);
		if (rule->drop_empty && nothing_since(out, from))
			out->length = before;
		else
			between = ",";
	}
}

static void add_kept(struct text *out, const struct rule *rule, struct value value)
{
	if (rule->inside != NULL && value_is_object(value)) {
		text_add_string(out, "{");
		add_members(out, rule->inside, value, "");
		text_add_string(out, "}");
	} else if (rule->inside != NULL && value_is_array(value)) {
		text_add_string(out, "[");
		add_items(out, rule, value);
		text_add_string(out, "]");
	} else {
		value_add(out, value);
	}
}

void prune_add(struct text *out, enum kube_resource resource, struct value object)
{
	text_add_string(out, "{\"kind\":");
	text_add_json_string(out, kube_resource_kind(resource));
	add_members(out, rules_of[resource], object, ",");
	text_add_string(out, "}");
}
