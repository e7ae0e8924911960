/* timeline_lives.h - random kube histories and questions, for the tests of the timeline.
 *
 * A few nodes give a few addresses to many pods, one soon after the other, with
 * everything that a watch shows of it: late writes, restarts, force deletes, pods that
 * only a list shows to be gone, slices, services, owners, GAPs and new lists. The same
 * seed gives the same history.
 */
#ifndef TENURE_TESTS_TIMELINE_LIVES_H
#define TENURE_TESTS_TIMELINE_LIVES_H

#include "tests/unit/common/timeline/timeline_topic.h"

#define LIFE_ADDRESSES 4
#define LIFE_SERVICES 2

/* What a kubelet would write about a pod. */
struct life {
	int number, node, address, other_address; /* OTHER: -1 for none */
	int created, ready, started, finished;    /* milliseconds; FINISHED -1 while it runs */
	int restarted;                            /* the container, -1 */
	bool placed, sandbox_told, gone, terminal, terminating;
};

static inline void add_condition(struct text *out, const struct life *life)
{
	if (!life->sandbox_told)
		return;
	text_add_format(
		out,
		",\"conditions\":[{\"type\":\"PodReadyToStartContainers\",\"status\":\"%s\","
		"\"lastTransitionTime\":",
		life->gone ? "False" : "True");
	add_time(out, life->gone ? life->finished : life->ready, true);
	text_add_string(out, "}]");
}

static inline void add_container(struct text *out, const struct life *life)
{
	int started = life->restarted >= 0 ? life->restarted : life->started;

	text_add_string(out, ",\"containerStatuses\":[{\"name\":\"main\"");
	if (life->restarted >= 0) {
		text_add_string(out, ",\"lastState\":{\"terminated\":{\"startedAt\":");
		add_time(out, life->started, true);
		text_add_string(out, ",\"finishedAt\":");
		add_time(out, life->restarted, true);
		text_add_string(out, "}}");
	}
	if (!life->placed) {
		text_add_string(out, ",\"state\":{\"waiting\":{}}}]");
	} else if (life->finished < 0) {
		text_add_string(out, ",\"state\":{\"running\":{\"startedAt\":");
		add_time(out, started, true);
		text_add_string(out, "}}}]");
	} else {
		text_add_string(out, ",\"state\":{\"terminated\":{\"startedAt\":");
		add_time(out, started, true);
		text_add_string(out, ",\"finishedAt\":");
		add_time(out, life->finished, true);
		text_add_string(out, "}}}]");
	}
}

static inline void add_life(struct text *out, const struct life *life)
{
	add_metadata(out, "Pod", life->number, life->created);
	if (life->terminating) {
		text_add_string(out, ",\"deletionTimestamp\":");
		add_time(out, life->created + 60000, true);
	}
	if (life->number % 3 == 0)
		text_add_format(out,
				",\"labels\":{\"pod-template-hash\":\"h1\"},\"ownerReferences\":[{"
				"\"controller\":true,\"kind\":\"ReplicaSet\",\"name\":\"web-h1\","
				"\"uid\":\"uid-set-%d\"}]",
				life->number % 2);
	text_add_format(out, "},\"spec\":{\"nodeName\":\"n%d\"},\"status\":{\"phase\":\"%s\"",
			life->node,
			life->terminal ? "Succeeded" : (life->placed ? "Running" : "Pending"));
	text_add_string(out, ",\"startTime\":");
	add_time(out, life->created, true);
	if (life->placed) {
		text_add_format(out, ",\"podIP\":\"10.1.0.%d\",\"podIPs\":[{\"ip\":\"10.1.0.%d\"}",
				life->address, life->address);
		if (life->other_address >= 0)
			text_add_format(out, ",{\"ip\":\"fd00::%d\"}", life->other_address);
		text_add_string(out, "]");
	}
	add_condition(out, life);
	add_container(out, life);
	text_add_string(out, "}}");
}

static inline void draft_life(struct topic *topic, struct text *text, int at, const char *type,
			      const struct life *life)
{
	if (type != NULL)
		add_life(text, life);
	draft(topic, at, KUBE_PODS, type, life->number, text);
}

static inline void end_life(struct topic *topic, struct text *text, struct chance *chance,
			    struct life *life, int end)
{
	int late = one_in(chance, 10) ? 4000 : (int)pick(chance, 900);

	if (one_in(chance, 6)) { /* force delete, or nobody says so */
		draft_life(topic, text, end - (int)pick(chance, 2000),
			   one_in(chance, 2) ? "DELETED" : NULL, life);
		return;
	}
	if (one_in(chance, 2)) {
		life->terminating = true;
		draft_life(topic, text, end - 700, "MODIFIED", life);
	}
	life->finished = end - 100;
	if (one_in(chance, 3))
		draft_life(topic, text, end + late, "MODIFIED", life);
	life->gone = life->sandbox_told;
	life->terminal = !one_in(chance, 4);
	draft_life(topic, text, end + late + 50, "MODIFIED", life);
	draft_life(topic, text, end + late + (int)pick(chance, 9000) + 60, "DELETED", life);
}

/* One pod that has ADDRESS from BEGIN to END. */
static inline void draft_pod(struct topic *topic, struct text *text, struct chance *chance,
			     int address, int begin, int end)
{
	int pull = (int)pick(chance, one_in(chance, 5) ? 6000 : 600);
	struct life life = {
		.number = topic->objects++,
		.node = (int)pick(chance, 3),
		.address = address,
		.other_address = one_in(chance, 4) ? (int)pick(chance, 3) : -1,
		.created = begin - 300,
		.ready = begin + 20,
		.started = begin + 50 + pull,
		.finished = -1,
		.restarted = -1,
		.sandbox_told = !one_in(chance, 3),
	};

	if (life.started > end - 50)
		life.started = end - 50;
	draft_life(topic, text, begin - 200, "ADDED", &life);
	life.placed = true;
	draft_life(topic, text, life.started + (int)pick(chance, 900), "MODIFIED", &life);
	if (end - life.started > 3000 && one_in(chance, 3)) {
		life.restarted = life.started + 1500;
		draft_life(topic, text, life.restarted + 200, "MODIFIED", &life);
	}
	if (end - life.started > 6000 && one_in(chance, 4)) { /* another sandbox */
		life.address = (int)pick(chance, LIFE_ADDRESSES);
		life.ready = life.started + 4000;
		life.started = life.restarted = life.ready + 100;
		draft_life(topic, text, life.started + 300, "MODIFIED", &life);
		life.restarted = -1;
	}
	end_life(topic, text, chance, &life, end);
}

static inline void draft_slice(struct topic *topic, struct text *text, struct chance *chance,
			       int number, int service, int at)
{
	add_metadata(text, "EndpointSlice", number, 0);
	text_add_format(text, ",\"labels\":{\"kubernetes.io/service-name\":\"Service-%d\"}",
			service);
	if (one_in(chance, 2)) {
		text_add_string(text, ",\"annotations\":{"
				      "\"endpoints.kubernetes.io/last-change-trigger-time\":");
		add_time(text, at - 300, false);
		text_add_string(text, "}");
	}
	text_add_string(text, "},\"endpoints\":[");
	for (int address = 0, before = 0; address < LIFE_ADDRESSES; address++) {
		if (one_in(chance, 3))
			continue;
		text_add_format(text, "%s{\"addresses\":[\"10.1.0.%d\"]", before++ ? "," : "",
				address);
		if (!one_in(chance, 4))
			text_add_format(text, ",\"targetRef\":{\"uid\":\"uid-%d\"}",
					(int)pick(chance, (unsigned)topic->objects));
		text_add_string(text, "}");
	}
	text_add_format(text, "],\"ports\":[{\"port\":%d}]}", one_in(chance, 5) ? 81 : 80);
	draft(topic, at, KUBE_ENDPOINTSLICES, one_in(chance, 20) ? "DELETED" : "MODIFIED", number,
	      text);
}

static inline void draft_service(struct topic *topic, struct text *text, struct chance *chance,
				 int number, int at)
{
	add_metadata(text, "Service", number, 0);
	text_add_format(text,
			"},\"spec\":{\"clusterIP\":\"10.2.0.%d\",\"ports\":[{\"port\":80%s}]}}",
			(int)pick(chance, 2), one_in(chance, 2) ? ",\"nodePort\":30080" : "");
	draft(topic, at, KUBE_SERVICES, "MODIFIED", number, text);
}

static inline void draft_node(struct topic *topic, struct text *text, struct chance *chance,
			      int node, int number, int at)
{
	text_add_format(text,
			"{\"kind\":\"Node\",\"metadata\":{\"name\":\"n%d\",\"uid\":\"uid-%d\","
			"\"resourceVersion\":\"@\",\"creationTimestamp\":",
			node, number);
	add_time(text, 0, true);
	text_add_format(
		text,
		",\"labels\":{\"topology.kubernetes.io/zone\":\"z%d\"}},\"spec\":{\"podCIDR\":"
		"\"10.1.%d.0/24\"},\"status\":{\"addresses\":[{\"type\":\"InternalIP\","
		"\"address\":\"10.3.0.%d\"}]}}",
		(int)pick(chance, 2), node, one_in(chance, 8) ? 9 : node);
	draft(topic, at, KUBE_NODES, "MODIFIED", number, text);
}

static inline void draft_set(struct topic *topic, struct text *text, int number, int at)
{
	text_add_format(text,
			"{\"metadata\":{\"name\":\"web-h1\",\"namespace\":\"shop\",\"uid\":"
			"\"uid-set-%d\",\"resourceVersion\":\"@\",\"ownerReferences\":[{\"kind\":"
			"\"%s\",\"controller\":true,\"name\":\"top-%d\",\"uid\":\"x\"}]}}",
			number, number ? "Deployment" : "Rollout", at % 3);
	draft(topic, at, KUBE_REPLICASETS, "MODIFIED", 1000 + number, text);
}

static inline int draft_order(const void *a, const void *b)
{
	const struct draft *one = a, *other = b;

	if (one->at != other->at)
		return one->at < other->at ? -1 : 1;
	return (one->number > other->number) - (one->number < other->number);
}

static inline void draft_all(struct topic *topic, struct text *text, struct chance *chance)
{
	int services[LIFE_SERVICES], slices[2 * LIFE_SERVICES], nodes[3];

	for (int address = 0; address < LIFE_ADDRESSES; address++) {
		int at = (int)pick(chance, 6000) - 2000;

		while (at < HISTORY_SECONDS * 1000) {
			int length = 300 + (int)pick(chance, one_in(chance, 3) ? 1500 : 25000);

			draft_pod(topic, text, chance, address, at, at + length);
			at += length + (int)pick(chance, one_in(chance, 2) ? 800 : 5000);
		}
	}
	for (int s = 0; s < LIFE_SERVICES; s++)
		services[s] = topic->objects++;
	for (int s = 0; s < 2 * LIFE_SERVICES; s++)
		slices[s] = topic->objects++;
	for (int n = 0; n < 3; n++)
		nodes[n] = topic->objects++;
	for (int at = 0; at < HISTORY_SECONDS * 1000; at += 500 + (int)pick(chance, 3000)) {
		int s = (int)pick(chance, 2 * LIFE_SERVICES);

		draft_slice(topic, text, chance, slices[s], services[s % LIFE_SERVICES], at);
		if (one_in(chance, 6))
			draft_service(topic, text, chance, services[s % LIFE_SERVICES], at);
		if (at < 1000 || one_in(chance, 6))
			draft_node(topic, text, chance, at < 1000 ? 0 : s % 3,
				   nodes[at < 1000 ? 0 : s % 3], at);
		if (one_in(chance, 10))
			draft_set(topic, text, s % 2, at);
	}
	qsort(topic->drafts, topic->draft_count, sizeof(*topic->drafts), draft_order);
}

#endif
