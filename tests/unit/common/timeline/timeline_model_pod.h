/* timeline_model_pod.h - the model's pods (docs/answers.md section 3), and its records. */
#ifndef TENURE_TESTS_TIMELINE_MODEL_POD_H
#define TENURE_TESTS_TIMELINE_MODEL_POD_H

#include "common/base/json.h"
#include "tests/unit/common/timeline/timeline_topic.h"

#define NONE INT64_MIN
#define OPEN INT64_MAX
#define MODEL_EPOCHS 12

enum told_type { TOLD_OBJECT, TOLD_SYNC_BEGIN, TOLD_SYNC_END, TOLD_GAP, TOLD_PROGRESS };

/* A record, read once. */
struct told {
	enum told_type type;
	int resource; /* KUBE_RESOURCES: all */
	int64_t offset, revision, received, known, from, to;
	bool deleted;
	const char *uid;
	struct json_object *tree, *object;
};

enum model_end { STILL, FINISHED, LOST, GONE, NEXT };

struct model_epoch {
	struct ip ips[4];
	int ip_count;
	enum model_end how;
	int64_t ready, started, start, received, finished, running, gone, ended;
	int64_t shown;
	bool terminating, over; /* OVER: all terminated in the last record */
	char node[32];
};

struct model_pod {
	struct model_epoch epochs[MODEL_EPOCHS];
	int count;
	int64_t kubelet;
	bool away; /* deleted, absent or terminal */
	bool waiting;
	int64_t waits_from, waits_until;
};

static inline int64_t model_moment(const struct json_object *value, const char *path)
{
	struct when moment;

	return json_when(value, path, &moment) == JSON_FOUND ? moment.ns : NONE;
}

static inline int64_t more(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static inline int64_t less(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A + NS; the ends of the scale stay. */
static inline int64_t later(int64_t a, int64_t ns)
{
	return a == NONE || a == OPEN ? a : a + ns;
}

/* What one record says. */
struct model_status {
	struct ip ips[4];
	int ip_count;
	int sandbox; /* -1 untold */
	int64_t changed, kubelet, created, running, started, finished, last_finished, newest;
	bool terminal, finish, over, deleted, terminating;
	char node[32];
};

static inline struct model_status model_status_of(const struct told *told)
{
	const struct json_object *object = told->object;
	struct model_status is = {.sandbox = -1, .deleted = told->deleted};
	struct json_object *list, *one = NULL;
	const char *text = "";

	is.kubelet = model_moment(object, "status.startTime");
	is.created = model_moment(object, "metadata.creationTimestamp");
	is.terminating = model_moment(object, "metadata.deletionTimestamp") != NONE;
	if (json_text(object, "spec.nodeName", &text) == JSON_FOUND)
		snprintf(is.node, sizeof(is.node), "%s", text);
	if (json_text(object, "status.phase", &text) == JSON_FOUND)
		is.terminal = strcmp(text, "Succeeded") == 0 || strcmp(text, "Failed") == 0;
	if (json_array(object, "status.podIPs", &list) == JSON_FOUND) {
		for (size_t i = 0; i < json_length(list) && i < 4; i++) {
			if (json_text(json_element(list, i), "ip", &text) == JSON_FOUND &&
			    ip_parse(text, strlen(text), &is.ips[is.ip_count]) == 0)
				is.ip_count++;
		}
	}
	is.changed = NONE;
	if (json_array(object, "status.conditions", &list) == JSON_FOUND) {
		one = json_element(list, 0);
		is.changed = model_moment(one, "lastTransitionTime");
		if (json_text(one, "status", &text) == JSON_FOUND)
			is.sandbox = strcmp(text, "True") == 0;
	}
	if (json_array(object, "status.containerStatuses", &list) != JSON_FOUND)
		abort();
	one = json_element(list, 0);
	is.running = model_moment(one, "state.running.startedAt");
	is.started = more(is.running, model_moment(one, "state.terminated.startedAt"));
	is.finished = model_moment(one, "state.terminated.finishedAt");
	is.last_finished = model_moment(one, "lastState.terminated.finishedAt");
	is.over = is.finished != NONE;
	is.finish = is.sandbox == 0 || (is.terminal && is.running == NONE);
	is.newest = more(more(more(is.kubelet, is.started), more(is.finished, is.last_finished)),
			 more(is.changed, model_moment(one, "lastState.terminated.startedAt")));
	return is;
}

static inline int64_t model_possible_from(const struct model_pod *pod, int e);

static inline int64_t model_certain_to(const struct model_pod *pod, int e)
{
	const struct model_epoch *epoch = &pod->epochs[e];
	int64_t to =
		epoch->how == LOST || epoch->finished == NONE ? epoch->running : epoch->finished;

	if (epoch->how == STILL && !epoch->over)
		return OPEN;
	return to == NONE ? model_possible_from(pod, e) : to;
}

static inline int64_t model_possible_from(const struct model_pod *pod, int e)
{
	int64_t from = pod->epochs[e].start;

	return e > 0 ? more(from, model_certain_to(pod, e - 1)) : from;
}

static inline int64_t model_possible_to(const struct model_epoch *epoch)
{
	if (epoch->how == STILL || epoch->how == LOST)
		return OPEN;
	if (epoch->how != GONE && epoch->gone != NONE)
		return epoch->gone + NS_PER_SECOND;
	return epoch->ended;
}

static inline bool model_moved(const struct model_epoch *epoch, const struct model_status *is)
{
	for (int i = 0; i < is->ip_count; i++) {
		bool family = false, there = false;

		for (int j = 0; j < epoch->ip_count; j++) {
			family = family || ip_is_v4(&epoch->ips[j]) == ip_is_v4(&is->ips[i]);
			there = there || ip_compare(&epoch->ips[j], &is->ips[i]) == 0;
		}
		if (family && !there)
			return true;
	}
	return false;
}

/* The greatest finish of record and epoch that is the epoch's. */
static inline int64_t model_finish(const struct model_epoch *epoch, const struct model_status *is)
{
	int64_t finish = epoch->finished;

	if (epoch->started != NONE && is->finished >= epoch->started)
		finish = more(finish, is->finished);
	if (epoch->started != NONE && is->last_finished >= epoch->started)
		finish = more(finish, is->last_finished);
	return finish;
}

static inline bool model_restarted(const struct model_epoch *epoch, const struct model_status *is)
{
	int64_t finish = model_finish(epoch, is);

	return !is->finish && !is->terminal && !is->deleted && is->sandbox < 0 &&
	       epoch->ready == NONE && epoch->gone == NONE && is->running != NONE &&
	       finish != NONE && is->running >= finish;
}

static inline bool model_begins(const struct model_pod *pod, const struct model_status *is)
{
	const struct model_epoch *epoch = pod->count > 0 ? &pod->epochs[pod->count - 1] : NULL;

	if (is->ip_count == 0)
		return false;
	if (epoch == NULL || model_moved(epoch, is))
		return true;
	if (epoch->how != STILL && !is->finish && !is->terminal && !is->deleted)
		return true;
	return model_restarted(epoch, is) ||
	       (is->sandbox == 1 && epoch->ready != NONE && is->changed > epoch->ready);
}

static inline void model_begin(struct model_pod *pod, const struct model_status *is,
			       int64_t received)
{
	struct model_epoch *before = pod->count > 0 ? &pod->epochs[pod->count - 1] : NULL;

	if (pod->count == MODEL_EPOCHS)
		abort();
	if (before != NULL && before->how == STILL) {
		if (!model_moved(before, is) && model_restarted(before, is))
			before->finished = model_finish(before, is);
		before->how = NEXT;
		before->ended = received;
	}
	pod->epochs[pod->count++] = (struct model_epoch){.ready = NONE,
							 .started = NONE,
							 .start = NONE,
							 .received = received,
							 .finished = NONE,
							 .running = NONE,
							 .gone = NONE,
							 .ended = NONE};
}

static inline void model_learn(struct model_pod *pod, const struct model_status *is,
			       int64_t received)
{
	int last = pod->count - 1;
	struct model_epoch *epoch = &pod->epochs[last];
	struct model_epoch *before = last > 0 ? &pod->epochs[last - 1] : NULL;
	enum model_end told = STILL;

	for (int i = 0; i < is->ip_count; i++) {
		bool there = false;

		for (int j = 0; j < epoch->ip_count; j++)
			there = there || ip_compare(&epoch->ips[j], &is->ips[i]) == 0;
		if (!there)
			epoch->ips[epoch->ip_count++] = is->ips[i];
	}
	if (is->sandbox == 1 &&
	    (before == NULL || (is->changed >= before->gone && is->changed > before->ready)))
		epoch->ready = is->changed;
	if (is->sandbox == 0)
		epoch->gone = is->changed;
	if (is->started != NONE && is->started >= is->kubelet &&
	    (before == NULL ||
	     (is->started > model_certain_to(pod, last - 1) && is->started >= before->gone)))
		epoch->started =
			epoch->started == NONE ? is->started : less(epoch->started, is->started);
	epoch->finished = model_finish(epoch, is);
	epoch->start = is->kubelet != NONE ? is->kubelet : is->created;
	epoch->over = is->over;
	epoch->terminating = epoch->terminating || is->terminating;
	snprintf(epoch->node, sizeof(epoch->node), "%s", is->node);
	if (is->finish || (is->deleted && is->over))
		told = FINISHED;
	else if (is->deleted || (is->terminal && is->running != NONE))
		told = LOST;
	else if (is->ip_count == 0)
		told = GONE;
	if ((epoch->how == STILL && told != STILL) || (epoch->how == LOST && told == FINISHED)) {
		epoch->how = told;
		epoch->ended = received;
	}
	if (epoch->how == STILL)
		epoch->running = is->newest;
}

/* Whether and since when the pod waits for an address. */
static inline void model_wait(struct model_pod *pod, int64_t received)
{
	bool placed = pod->count > 0 && pod->epochs[pod->count - 1].how == STILL;

	if (placed || pod->kubelet == NONE) {
		pod->waiting = pod->waiting && !placed;
		return;
	}
	if (pod->waiting && pod->waits_until != OPEN && pod->away)
		return;
	if (!pod->waiting && pod->away && pod->count > 0)
		return; /* it went with its address */
	pod->waiting = true;
	pod->waits_from = pod->kubelet;
	if (pod->count > 0)
		pod->waits_from = more(pod->kubelet, model_certain_to(pod, pod->count - 1));
	pod->waits_until = pod->away ? received : OPEN;
}

static inline void model_pod_record(struct model_pod *pod, const struct told *told)
{
	struct model_status is = model_status_of(told);

	if (pod->count == 0 && pod->kubelet == 0)
		pod->kubelet = NONE;
	if (model_begins(pod, &is)) {
		model_begin(pod, &is, told->received);
		pod->waiting = false;
	}
	if (is.kubelet != NONE)
		pod->kubelet = is.kubelet;
	if (pod->count > 0 && (pod->epochs[pod->count - 1].how == STILL || is.finish))
		model_learn(pod, &is, told->received);
	pod->away = is.deleted || is.terminal;
	model_wait(pod, told->received);
}

static inline void model_pod_absent(struct model_pod *pod, int64_t received)
{
	struct model_epoch *epoch = pod->count > 0 ? &pod->epochs[pod->count - 1] : NULL;

	if (epoch != NULL && epoch->how == STILL) {
		epoch->how = epoch->over ? FINISHED : LOST;
		epoch->ended = received;
	}
	pod->away = true;
	model_wait(pod, received);
}

#endif
