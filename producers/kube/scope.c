#include "producers/kube/scope.h"

#include <string.h>

static bool has_namespaces(enum kube_resource resource)
{
	return resource != KUBE_NODES && resource != KUBE_SERVICECIDRS;
}

/* RFC 1123: a DNS label. */
static bool is_label(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < KUBE_NAMESPACE_SIZE &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static bool is_selector(const char *text)
{
	return text == NULL || (*text && strlen(text) < KUBE_SELECTOR_SIZE);
}

const char *scope_fault(const struct scope *scope)
{
	if (scope->namespaces.count > KUBE_NAMESPACES_MAX)
		return "--namespace may be given up to 32 times";
	for (size_t i = 0; i < scope->namespaces.count; i++)
		if (!is_label(scope->namespaces.values[i]))
			return "--namespace must be the name of a namespace";
	if (!is_selector(scope->pod_labels) || !is_selector(scope->pod_fields))
		return "--pod-labels and --pod-fields must be selectors of up to 255 bytes";
	return NULL;
}

const char *scope_namespace(const struct scope *scope, enum kube_resource resource)
{
	if (scope == NULL || scope->namespaces.count != 1 || !has_namespaces(resource))
		return NULL;
	return scope->namespaces.values[0];
}

bool scope_has(const struct scope *scope, enum kube_resource resource, struct value object)
{
	struct value namespace;

	if (scope == NULL || scope->namespaces.count == 0 || !has_namespaces(resource))
		return true;
	namespace = value_at(object, "metadata.namespace");
	for (size_t i = 0; i < scope->namespaces.count; i++)
		if (value_is_text(namespace, scope->namespaces.values[i]))
			return true;
	return false;
}

void scope_add(struct text *out, const struct scope *scope, enum kube_resource resource)
{
	const char *between = "";

	text_add_string(out, "{");
	if (scope != NULL && scope->namespaces.count > 0 && has_namespaces(resource)) {
		text_add_string(out, "\"namespaces\":");
		for (size_t i = 0; i < scope->namespaces.count; i++) {
			text_add_string(out, i == 0 ? "[" : ",");
			text_add_json_string(out, scope->namespaces.values[i]);
		}
		text_add_string(out, "]");
		between = ",";
	}
	if (scope != NULL && resource == KUBE_PODS && scope->pod_labels != NULL) {
		text_add_format(out, "%s\"podLabels\":", between);
		text_add_json_string(out, scope->pod_labels);
		between = ",";
	}
	if (scope != NULL && resource == KUBE_PODS && scope->pod_fields != NULL) {
		text_add_format(out, "%s\"podFields\":", between);
		text_add_json_string(out, scope->pod_fields);
	}
	text_add_string(out, "}");
}

static bool same(const char *text, const char *written)
{
	return strcmp(text != NULL ? text : "", written) == 0;
}

bool scope_is(const struct scope *scope, const struct kube_scope *written)
{
	if (scope->namespaces.count != written->namespace_count ||
	    !same(scope->pod_labels, written->pod_labels) ||
	    !same(scope->pod_fields, written->pod_fields))
		return false;
	for (size_t i = 0; i < written->namespace_count; i++)
		if (strcmp(scope->namespaces.values[i], written->namespaces[i]) != 0)
			return false;
	return true;
}
