#include "common/record/kube_event_watch.h"

#include "common/base/members.h"

bool kube_scope_is_everything(const struct kube_scope *scope)
{
	return scope->namespace_count == 0 && !scope->selective;
}

static bool take_namespaces(struct kube_reading *reading, struct value list,
			    struct kube_scope *scope)
{
	static const char member[] = "scope.namespaces";
	struct value_cursor items = value_walk(list);
	struct value name, item;
	size_t count = 0;

	if (!value_is_array(list))
		return kube_reading_refuse(reading, FAULT_WRONG_TYPE, member);
	for (; value_next(&items, &name, &item); count++) {
		struct span text = plain_text(reading->plain, item);

		if (count == KUBE_NAMESPACES_MAX || text.data == NULL ||
		    text.length >= KUBE_NAMESPACE_SIZE)
			return kube_reading_refuse(reading, FAULT_WRONG_TYPE, member);
		kube_reading_cut(text, scope->namespaces[count], KUBE_NAMESPACE_SIZE);
	}
	scope->namespace_count = count;
	return true;
}

static bool take_scope(struct kube_reading *reading, struct value whole, struct kube_scope *scope)
{
	enum { LABELS, FIELDS, NAMESPACES, WANTED };
	static const struct member wanted[] = {{"podLabels", LABELS, NULL},
					       {"podFields", FIELDS, NULL},
					       {"namespaces", NAMESPACES, NULL},
					       {NULL, 0, NULL}};
	struct value found[WANTED], name, value;
	struct value_cursor all = value_walk(whole);
	struct span labels, fields;
	size_t count = 0;

	if (!value_is_object(whole))
		return kube_reading_is_absent(whole) ||
		       kube_reading_refuse(reading, FAULT_WRONG_TYPE, "scope");
	members_find(whole, wanted, found);
	if (!kube_reading_text(reading, found[LABELS], "scope.podLabels", &labels) ||
	    !kube_reading_text(reading, found[FIELDS], "scope.podFields", &fields))
		return false;
	kube_reading_cut(labels, scope->pod_labels, sizeof(scope->pod_labels));
	kube_reading_cut(fields, scope->pod_fields, sizeof(scope->pod_fields));
	while (value_next(&all, &name, &value))
		count++;
	/* With anything else in the scope, absence from the list proves nothing. */
	scope->selective = count > (value_present(found[NAMESPACES]) ? 1 : 0);
	return !value_present(found[NAMESPACES]) ||
	       take_namespaces(reading, found[NAMESPACES], scope);
}

static bool take_sync(struct kube_reading *reading, const struct value *found,
		      struct kube_event *event)
{
	struct span revision;

	if (!kube_reading_text(reading, found[WATCH_REVISION], "resourceVersion", &revision))
		return false;
	event->resource_version = kube_reading_revision(revision);
	if (event->type == KUBE_SYNC_END && event->resource_version == 0)
		return kube_reading_refuse(
			reading, revision.data != NULL ? FAULT_WRONG_TYPE : FAULT_MISSING_MEMBER,
			"resourceVersion");
	event->new_epoch = value_present(found[WATCH_EPOCH]);
	return take_scope(reading, found[WATCH_SCOPE], &event->scope);
}

static bool take_revisions(struct kube_reading *reading, struct value value, const char *name,
			   uint64_t revisions[static KUBE_RESOURCES])
{
	struct member wanted[KUBE_RESOURCES + 1] = {0};
	struct value found[KUBE_RESOURCES];

	if (!value_is_object(value))
		return kube_reading_is_absent(value) ||
		       kube_reading_refuse(reading, FAULT_WRONG_TYPE, name);
	for (size_t r = 0; r < KUBE_RESOURCES; r++) {
		wanted[r].name = kube_resource_name((enum kube_resource)r);
		wanted[r].slot = r;
	}
	members_find(value, wanted, found);
	for (size_t r = 0; r < KUBE_RESOURCES; r++) {
		struct span text;

		if (!kube_reading_text(reading, found[r], name, &text))
			return false;
		revisions[r] = kube_reading_revision(text);
	}
	return true;
}

bool kube_event_watch_take(struct kube_reading *reading, const struct value *found,
			   struct kube_event *event)
{
	switch (event->type) {
	case KUBE_SYNC_BEGIN:
	case KUBE_SYNC_END:
		return take_sync(reading, found, event);
	case KUBE_GAP:
		return kube_reading_when(reading, found[WATCH_FROM], "from", true, &event->from) &&
		       kube_reading_when(reading, found[WATCH_TO], "to", true, &event->to) &&
		       kube_reading_copy(reading, found[WATCH_REASON], "reason", event->reason,
					 sizeof(event->reason));
	case KUBE_PROGRESS:
		return kube_reading_when(reading, found[WATCH_KNOWN], "known", true,
					 &event->known) &&
		       take_revisions(reading, found[WATCH_REVISIONS], "revisions",
				      event->revisions) &&
		       take_revisions(reading, found[WATCH_PROVED], "proved", event->proved) &&
		       take_scope(reading, found[WATCH_SCOPE], &event->scope);
	default:
		return true;
	}
}
