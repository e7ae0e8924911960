/* timeline_model.h - docs/answers.md a third time: plain, in memory, from the first record
 * on for each question.
 *
 * Only what the random histories hold: no annotations, host networks, scopes, services of
 * an end or names. It says who, or why nobody; nothing of it is shared with the timeline.
 * Moments are nanoseconds, NONE and OPEN at the ends of the scale.
 */
#ifndef TENURE_TESTS_TIMELINE_MODEL_H
#define TENURE_TESTS_TIMELINE_MODEL_H

#include <json-c/json.h>

#include "common/base/json.h"
#include "tests/unit/common/timeline/timeline_model_pod.h"

#define MODEL_THINGS 2048
#define MODEL_SPANS 64
#define MODEL_OPENINGS 512

/* A node or service had an address. */
struct model_span {
	struct ip ip;
	int64_t created, first, shown, known, removed;
	bool over, deleted;
};

struct model_thing {
	char uid[64];
	int resource;
	int64_t revision, seen;
	bool deleted, absent;
	struct model_pod pod;
	struct model_span spans[MODEL_SPANS];
	int span_count;
	struct json_object *slice; /* as it is now */
};

struct model_opening {
	struct ip ip;
	const char *uid;
	int64_t at;
};

struct model {
	struct model_thing *things[MODEL_THINGS];
	int thing_count;
	int64_t known;
	int64_t sync_begin[KUBE_RESOURCES];
	int64_t first_object[KUBE_RESOURCES], first_begin[KUBE_RESOURCES];
	int64_t object_received[KUBE_RESOURCES], end_received[KUBE_RESOURCES];
	struct model_opening openings[MODEL_OPENINGS];
	int opening_count;
};

static inline struct model_thing *model_thing_of(struct model *model, int resource, const char *uid)
{
	struct model_thing *thing;

	for (int t = 0; t < model->thing_count; t++) {
		if (model->things[t]->resource == resource &&
		    strcmp(model->things[t]->uid, uid) == 0)
			return model->things[t];
	}
	thing = calloc(1, sizeof(*thing));
	if (thing == NULL || model->thing_count == MODEL_THINGS)
		abort();
	snprintf(thing->uid, sizeof(thing->uid), "%s", uid);
	thing->resource = resource;
	thing->seen = -1;
	model->things[model->thing_count++] = thing;
	return thing;
}

static inline void model_close_span(const struct model *model, struct model_span *span,
				    int64_t received, bool deleted)
{
	if (span->over)
		return;
	span->over = true;
	span->deleted = deleted;
	span->known = model->known;
	span->removed = received;
}

/* The addresses of a node or service are now IPS[COUNT]. */
static inline void model_hold(const struct model *model, struct model_thing *thing,
			      const struct told *told, const struct ip *ips, int count)
{
	for (int s = 0; s < thing->span_count; s++) {
		struct model_span *span = &thing->spans[s];
		bool still = false;

		for (int i = 0; i < count; i++)
			still = still || ip_compare(&ips[i], &span->ip) == 0;
		if (told->deleted || !still)
			model_close_span(model, span, told->received, told->deleted);
	}
	for (int i = 0; i < count && !told->deleted; i++) {
		struct model_span *open = NULL;

		for (int s = 0; s < thing->span_count; s++) {
			if (!thing->spans[s].over && ip_compare(&thing->spans[s].ip, &ips[i]) == 0)
				open = &thing->spans[s];
		}
		if (open == NULL) {
			if (thing->span_count == MODEL_SPANS)
				abort();
			open = &thing->spans[thing->span_count++];
			*open = (struct model_span){.ip = ips[i], .first = told->received};
		}
		open->created = model_moment(told->object, "metadata.creationTimestamp");
		open->shown = told->received;
	}
}

static inline int model_addresses(const struct told *told, struct ip *ips)
{
	struct json_object *list, *one;
	const char *text;

	if (json_text(told->object, "spec.clusterIP", &text) == JSON_FOUND)
		return ip_parse(text, strlen(text), ips) == 0 ? 1 : 0;
	if (json_array(told->object, "status.addresses", &list) != JSON_FOUND)
		return 0;
	one = json_element(list, 0);
	if (json_text(one, "address", &text) != JSON_FOUND)
		return 0;
	return ip_parse(text, strlen(text), ips) == 0 ? 1 : 0;
}

/* Whether SLICE lists TEXT for UID, with the ports that OTHER has. */
static inline bool model_lists(struct json_object *slice, struct json_object *other,
			       const char *text, const char *uid)
{
	struct json_object *list;
	int64_t port = 0, wanted = 0;

	if (slice == NULL || json_array(slice, "endpoints", &list) != JSON_FOUND)
		return false;
	json_i64(json_element(json_object_object_get(slice, "ports"), 0), "port", &port);
	json_i64(json_element(json_object_object_get(other, "ports"), 0), "port", &wanted);
	for (size_t e = 0; e < json_length(list) && port == wanted; e++) {
		const char *ip = "", *target = "";

		json_text(
			json_element(json_object_object_get(json_element(list, e), "addresses"), 0),
			"", &ip);
		json_text(json_element(list, e), "targetRef.uid", &target);
		if (strcmp(ip, text) == 0 && strcmp(target, uid) == 0)
			return true;
	}
	return false;
}

static inline void model_slice(struct model *model, struct model_thing *thing,
			       const struct told *told)
{
	int64_t trigger = NONE;
	struct json_object *list, *notes, *note;

	if (json_object_at(told->object, "metadata.annotations", &notes) == JSON_FOUND &&
	    json_member(notes, "endpoints.kubernetes.io/last-change-trigger-time", &note) ==
		    JSON_FOUND)
		trigger = model_moment(note, "");
	if (trigger == NONE || trigger > told->received)
		trigger = told->received;
	if (!told->deleted && json_array(told->object, "endpoints", &list) == JSON_FOUND) {
		for (size_t e = 0; e < json_length(list); e++) {
			struct model_opening *opening = &model->openings[model->opening_count];
			const char *text, *uid;

			if (json_text(json_element(list, e), "targetRef.uid", &uid) != JSON_FOUND)
				continue;
			json_text(json_element(json_object_object_get(json_element(list, e),
								      "addresses"),
					       0),
				  "", &text);
			if (model_lists(thing->slice, told->object, text, uid) ||
			    ip_parse(text, strlen(text), &opening->ip) < 0)
				continue;
			opening->uid = uid;
			opening->at = trigger;
			if (++model->opening_count == MODEL_OPENINGS)
				abort();
		}
	}
	thing->slice = told->deleted ? NULL : told->object;
}

static inline void model_object(struct model *model, const struct told *told)
{
	struct model_thing *thing = model_thing_of(model, told->resource, told->uid);
	struct ip ips[2];

	if (model->first_object[told->resource] < 0) {
		model->first_object[told->resource] = told->offset;
		model->object_received[told->resource] = told->received;
	}
	thing->seen = told->offset;
	if (thing->deleted || told->revision <= thing->revision)
		return;
	thing->revision = told->revision;
	thing->deleted = told->deleted;
	thing->absent = false;
	if (told->resource == KUBE_PODS)
		model_pod_record(&thing->pod, told);
	else if (told->resource == KUBE_ENDPOINTSLICES)
		model_slice(model, thing, told);
	else if (told->resource == KUBE_NODES || told->resource == KUBE_SERVICES)
		model_hold(model, thing, told, ips, model_addresses(told, ips));
}

static inline void model_sync_end(struct model *model, const struct told *told)
{
	int64_t begin = model->sync_begin[told->resource];

	model->sync_begin[told->resource] = -1;
	if (begin < 0)
		return;
	if (model->end_received[told->resource] == NONE)
		model->end_received[told->resource] = told->received;
	for (int t = 0; t < model->thing_count; t++) {
		struct model_thing *thing = model->things[t];

		if (thing->resource != told->resource || thing->deleted || thing->absent ||
		    thing->seen > begin || thing->revision > told->revision)
			continue;
		thing->absent = true;
		thing->slice = NULL;
		model_pod_absent(&thing->pod, told->received);
		for (int s = 0; s < thing->span_count; s++)
			model_close_span(model, &thing->spans[s], told->received, true);
	}
}

static inline struct model *model_replay(const struct told *told, size_t count, int64_t position)
{
	struct model *model = calloc(1, sizeof(*model));

	if (model == NULL)
		abort();
	model->known = NONE;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		model->sync_begin[r] = model->first_object[r] = model->first_begin[r] = -1;
		model->end_received[r] = NONE;
	}
	for (size_t i = 0; i < count && told[i].offset <= position; i++) {
		if (told[i].type == TOLD_PROGRESS && told[i].known >= model->known)
			model->known = told[i].known;
		if (told[i].type == TOLD_SYNC_BEGIN) {
			model->sync_begin[told[i].resource] = told[i].offset;
			if (model->first_begin[told[i].resource] < 0)
				model->first_begin[told[i].resource] = told[i].offset;
		}
		if (told[i].type == TOLD_SYNC_END)
			model_sync_end(model, &told[i]);
		if (told[i].type == TOLD_OBJECT)
			model_object(model, &told[i]);
	}
	return model;
}

static inline void model_free(struct model *model)
{
	for (int t = 0; t < model->thing_count; t++)
		free(model->things[t]);
	free(model);
}

#endif
