/* When a pod's sandbox and containers were started and ended (docs/answers.md section 3). */
#include "common/timeline/feed/object.h"

/* Adds MOMENT; if there is no room, in place of the oldest of TIMES, which is counted. */
static void take_time(struct when moment, struct when *times, size_t *count, size_t *cut)
{
	size_t oldest = 0;

	if (when_is_min(moment))
		return;
	if (*count < POD_TIMES_MAX) {
		times[(*count)++] = moment;
		return;
	}
	++*cut;
	for (size_t t = 1; t < *count; t++) {
		if (when_before(times[t], times[oldest]))
			oldest = t;
	}
	if (when_before(times[oldest], moment))
		times[oldest] = moment;
}

struct when object_node_time(struct kube_object *object, struct value value,
			     const struct pod_object *pod)
{
	struct when moment = when_earlier(object_when(object, value), pod->received);

	return when_before(moment, pod->created) && pod->record.identity == 0 ? WHEN_MIN : moment;
}

enum {
	CONTAINER_STATE,
	CONTAINER_RUNNING,
	CONTAINER_RUNNING_STARTED,
	CONTAINER_TERMINATED,
	CONTAINER_STARTED,
	CONTAINER_FINISHED,
	CONTAINER_LAST,
	CONTAINER_LAST_TERMINATED,
	CONTAINER_LAST_STARTED,
	CONTAINER_LAST_FINISHED,
	CONTAINER_PARTS,
};
static const struct member running_parts[] = {{"startedAt", CONTAINER_RUNNING_STARTED, NULL},
					      {NULL, 0, NULL}};
static const struct member terminated_parts[] = {{"startedAt", CONTAINER_STARTED, NULL},
						 {"finishedAt", CONTAINER_FINISHED, NULL},
						 {NULL, 0, NULL}};
static const struct member state_parts[] = {{"running", CONTAINER_RUNNING, running_parts},
					    {"terminated", CONTAINER_TERMINATED, terminated_parts},
					    {NULL, 0, NULL}};
static const struct member last_terminated_parts[] = {{"startedAt", CONTAINER_LAST_STARTED, NULL},
						      {"finishedAt", CONTAINER_LAST_FINISHED, NULL},
						      {NULL, 0, NULL}};
static const struct member last_parts[] = {
	{"terminated", CONTAINER_LAST_TERMINATED, last_terminated_parts}, {NULL, 0, NULL}};
static const struct member container_parts[] = {{"state", CONTAINER_STATE, state_parts},
						{"lastState", CONTAINER_LAST, last_parts},
						{NULL, 0, NULL}};

static void read_container(struct kube_object *object,
			   const struct value found[static CONTAINER_PARTS], struct pod_object *pod,
			   bool *terminated)
{
	struct pod_record *record = &pod->record;
	struct when running, started, finished, last_started, last_finished, newest;

	running = object_node_time(object, found[CONTAINER_RUNNING_STARTED], pod);
	started = object_node_time(object, found[CONTAINER_STARTED], pod);
	finished = object_node_time(object, found[CONTAINER_FINISHED], pod);
	last_started = object_node_time(object, found[CONTAINER_LAST_STARTED], pod);
	last_finished = object_node_time(object, found[CONTAINER_LAST_FINISHED], pod);
	newest = when_later(when_later(running, started), finished);
	newest = when_later(newest, when_later(last_started, last_finished));
	record->newest_running = when_later(record->newest_running, newest);
	if (value_is_object(found[CONTAINER_RUNNING]))
		record->running = true;
	if (!when_is_min(running))
		record->first_running = when_earlier(record->first_running, running);
	*terminated = value_is_object(found[CONTAINER_TERMINATED]);
	/* What ended before this sandbox was ready ran in another one. */
	if (record->sandbox == POD_SANDBOX_TRUE && !when_is_min(finished) &&
	    when_before(finished, record->sandbox_changed))
		started = WHEN_MIN;
	take_time(running, record->started, &record->started_count, &pod->refused);
	take_time(started, record->started, &record->started_count, &pod->refused);
	record->newest_started = when_later(record->newest_started, when_later(running, started));
	record->newest_started = when_later(record->newest_started, last_started);
	take_time(finished, record->finished, &record->finished_count, &pod->refused);
	take_time(last_finished, record->finished, &record->finished_count, &pod->refused);
}

bool object_containers(struct kube_object *object, struct value list, struct pod_object *pod)
{
	struct value_cursor items = object_items(list);
	struct value found[CONTAINER_PARTS];
	bool terminated, all_terminated = true, any = false;

	for (; members_next(&items, container_parts, found); any = true) {
		read_container(object, found, pod, &terminated);
		all_terminated = all_terminated && terminated;
	}
	return any && all_terminated;
}

void object_conditions(struct kube_object *object, struct value list, struct pod_object *pod)
{
	enum { TYPE, STATUS, CHANGED, WANTED };
	static const struct member wanted[] = {{"type", TYPE, NULL},
					       {"status", STATUS, NULL},
					       {"lastTransitionTime", CHANGED, NULL},
					       {NULL, 0, NULL}};
	struct pod_record *record = &pod->record;
	struct value_cursor items = object_items(list);
	struct value found[WANTED];

	record->sandbox_changed = WHEN_MIN;
	while (members_next(&items, wanted, found)) {
		struct span type, status;
		struct when changed;
		bool sandbox;

		type = object_text(object, found[TYPE]);
		sandbox = span_equal(type, span_of("PodReadyToStartContainers")) ||
			  span_equal(type, span_of("PodHasNetwork"));
		if (!sandbox && !span_equal(type, span_of("Initialized")) &&
		    !span_equal(type, span_of("ContainersReady")))
			continue;
		changed = object_node_time(object, found[CHANGED], pod);
		if (!sandbox) {
			record->newest_running = when_later(record->newest_running, changed);
			continue;
		}
		status = object_text(object, found[STATUS]);
		if (span_equal(status, span_of("True")))
			record->sandbox = POD_SANDBOX_TRUE;
		else if (span_equal(status, span_of("False")))
			record->sandbox = POD_SANDBOX_FALSE;
		record->sandbox_changed = changed;
	}
}
