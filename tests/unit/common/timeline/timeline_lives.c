#include "tests/unit/common/timeline/timeline_lives.h"

#include <stdlib.h>

#include "common/record/kube_resource.h"
#include "tests/unit/quoted.h"

#define ADDRESSES 4
#define SERVICES 2

/* What a kubelet would write about a pod. */
struct life {
	int number, node, address, other_address; /* OTHER: -1 for none */
	int created, ready, started, finished;    /* milliseconds; FINISHED -1 while it runs */
	int restarted;                            /* the container, -1 */
	bool placed, sandbox_told, gone, terminal, terminating;
};

static void add_condition(struct text *out, const struct life *life)
{
	if (!life->sandbox_told)
		return;
	text_add_format(out,
			quoted(",'conditions':[{'type':'PodReadyToStartContainers','status':'%s',"
			       "'lastTransitionTime':"),
			life->gone ? "False" : "True");
	topic_add_time(out, life->gone ? life->finished : life->ready, true);
	text_add_string(out, "}]");
}

static void add_container(struct text *out, const struct life *life)
{
	int started = life->restarted >= 0 ? life->restarted : life->started;

	text_add_string(out, quoted(",'containerStatuses':[{'name':'main'"));
	if (life->restarted >= 0) {
		text_add_string(out, quoted(",'lastState':{'terminated':{'startedAt':"));
		topic_add_time(out, life->started, true);
		text_add_string(out, quoted(",'finishedAt':"));
		topic_add_time(out, life->restarted, true);
		text_add_string(out, "}}");
	}
	if (!life->placed) {
		text_add_string(out, quoted(",'state':{'waiting':{}}}]"));
	} else if (life->finished < 0) {
		text_add_string(out, quoted(",'state':{'running':{'startedAt':"));
		topic_add_time(out, started, true);
		text_add_string(out, "}}}]");
	} else {
		text_add_string(out, quoted(",'state':{'terminated':{'startedAt':"));
		topic_add_time(out, started, true);
		text_add_string(out, quoted(",'finishedAt':"));
		topic_add_time(out, life->finished, true);
		text_add_string(out, "}}}]");
	}
}

static void add_life(struct text *out, const struct life *life)
{
	topic_add_metadata(out, "Pod", life->number, life->created);
	if (life->terminating) {
		text_add_string(out, quoted(",'deletionTimestamp':"));
		topic_add_time(out, life->created + 60000, true);
	}
	if (life->number % 3 == 0)
		text_add_format(out,
				quoted(",'labels':{'pod-template-hash':'h1'},"
				       "'ownerReferences':[{'controller':true,'kind':'ReplicaSet',"
				       "'name':'web-h1','uid':'uid-set-%d'}]"),
				life->number % 2);
	text_add_format(out, quoted("},'spec':{'nodeName':'n%d'},'status':{'phase':'%s'"),
			life->node,
			life->terminal ? "Succeeded" : (life->placed ? "Running" : "Pending"));
	text_add_string(out, quoted(",'startTime':"));
	topic_add_time(out, life->created, true);
	if (life->placed) {
		text_add_format(out, quoted(",'podIP':'10.1.0.%d','podIPs':[{'ip':'10.1.0.%d'}"),
				life->address, life->address);
		if (life->other_address >= 0)
			text_add_format(out, quoted(",{'ip':'fd00::%d'}"), life->other_address);
		text_add_string(out, "]");
	}
	add_condition(out, life);
	add_container(out, life);
	text_add_string(out, "}}");
}

static void draft_life(struct topic *topic, struct text *text, int at, const char *type,
		       const struct life *life)
{
	if (type != NULL)
		add_life(text, life);
	topic_draft(topic, at, KUBE_PODS, type, life->number, text);
}

/* What the meter of its node tells of the interface of LIFE: its first packets, which it leaves open, and, once it is gone,
 * all of them. Each record confirms the others of the node. */
static void draft_interface(struct topic *topic, struct text *text, struct chance *chance,
			    const struct life *life, int begin, int end)
{
	int number = topic->objects++, first = begin + (int)chance_pick(chance, 900);
	int last = first < end ? end - (int)chance_pick(chance, (unsigned)(end - first)) : first;

	for (int gone = 0; gone < 2; gone++) {
		int at = gone == 1 ? end + 60 : first + 3100;

		topic_add_metadata(text, "Interface", number, begin);
		text_add_format(text,
				quoted("},'spec':{'node':'n%d','host':'h%d','meter':{'id':'m',"
				       "'start':'s','record':#%d}},'status':{'confirmed':"),
				life->node, life->node, life->node);
		topic_add_time(text, at - 100, false);
		text_add_string(text, quoted(",'since':"));
		topic_add_time(text, begin, false);
		if (gone == 1) {
			text_add_string(text, quoted(",'until':"));
			topic_add_time(text, end + 40, false);
		}
		text_add_format(text, quoted(",'addresses':[{'ip':'10.1.0.%d','first':"),
				life->address);
		topic_add_time(text, first, false);
		text_add_string(text, quoted(",'last':"));
		topic_add_time(text, gone == 1 || last < first + 3000 ? last : first + 3000, false);
		text_add_string(text, quoted(",'alone':{'since':"));
		topic_add_time(text, begin, false);
		text_add_string(text, quoted(",'until':"));
		topic_add_time(text, gone == 1 || last < first + 3000 ? last : first + 3000, false);
		text_add_string(text, gone == 1 ? "}}]}}" : quoted(",'open':true}}]}}"));
		topic_draft(topic, at, KUBE_RESOURCES, "MODIFIED", number, text);
	}
}

static void end_life(struct topic *topic, struct text *text, struct chance *chance,
		     struct life *life, int end)
{
	int late = chance_one_in(chance, 10) ? 4000 : (int)chance_pick(chance, 900);

	if (chance_one_in(chance, 6)) { /* force-deleted, or no record shows it */
		draft_life(topic, text, end - (int)chance_pick(chance, 2000),
			   chance_one_in(chance, 2) ? "DELETED" : NULL, life);
		return;
	}
	if (chance_one_in(chance, 2)) {
		life->terminating = true;
		draft_life(topic, text, end - 700, "MODIFIED", life);
	}
	life->finished = end - 100;
	if (chance_one_in(chance, 3))
		draft_life(topic, text, end + late, "MODIFIED", life);
	life->gone = life->sandbox_told;
	life->terminal = !chance_one_in(chance, 4);
	draft_life(topic, text, end + late + 50, "MODIFIED", life);
	draft_life(topic, text, end + late + (int)chance_pick(chance, 9000) + 60, "DELETED", life);
}

/* One pod that has ADDRESS from BEGIN to END. */
static void draft_pod(struct topic *topic, struct text *text, struct chance *chance, int address,
		      int begin, int end)
{
	int pull = (int)chance_pick(chance, chance_one_in(chance, 5) ? 6000 : 600);
	struct life life = {
		.number = topic->objects++,
		.node = (int)chance_pick(chance, 3),
		.address = address,
		.other_address = chance_one_in(chance, 4) ? (int)chance_pick(chance, 3) : -1,
		.created = begin - 300,
		.ready = begin + 20,
		.started = begin + 50 + pull,
		.finished = -1,
		.restarted = -1,
		.sandbox_told = !chance_one_in(chance, 3),
	};

	if (life.started > end - 50)
		life.started = end - 50;
	if (chance_one_in(chance, 2))
		draft_interface(topic, text, chance, &life, begin, end);
	draft_life(topic, text, begin - 200, "ADDED", &life);
	life.placed = true;
	draft_life(topic, text, life.started + (int)chance_pick(chance, 900), "MODIFIED", &life);
	if (end - life.started > 3000 && chance_one_in(chance, 3)) {
		life.restarted = life.started + 1500;
		draft_life(topic, text, life.restarted + 200, "MODIFIED", &life);
	}
	if (end - life.started > 6000 && chance_one_in(chance, 4)) { /* another sandbox */
		life.address = (int)chance_pick(chance, ADDRESSES);
		life.ready = life.started + 4000;
		life.started = life.restarted = life.ready + 100;
		draft_life(topic, text, life.started + 300, "MODIFIED", &life);
		life.restarted = -1;
	}
	end_life(topic, text, chance, &life, end);
}

static void draft_slice(struct topic *topic, struct text *text, struct chance *chance, int number,
			int service, int at)
{
	topic_add_metadata(text, "EndpointSlice", number, 0);
	text_add_format(text, quoted(",'labels':{'kubernetes.io/service-name':'Service-%d'}"),
			service);
	if (chance_one_in(chance, 2)) {
		text_add_string(text,
				quoted(",'annotations':{"
				       "'endpoints.kubernetes.io/last-change-trigger-time':"));
		topic_add_time(text, at - 300, false);
		text_add_string(text, "}");
	}
	text_add_string(text, quoted("},'endpoints':["));
	for (int address = 0, before = 0; address < ADDRESSES; address++) {
		if (chance_one_in(chance, 3))
			continue;
		text_add_format(text, quoted("%s{'addresses':['10.1.0.%d']"), before++ ? "," : "",
				address);
		if (!chance_one_in(chance, 4))
			text_add_format(text, quoted(",'targetRef':{'uid':'uid-%d'}"),
					(int)chance_pick(chance, (unsigned)topic->objects));
		text_add_string(text, "}");
	}
	text_add_format(text, quoted("],'ports':[{'port':%d}]}"),
			chance_one_in(chance, 5) ? 81 : 80);
	topic_draft(topic, at, KUBE_ENDPOINTSLICES,
		    chance_one_in(chance, 20) ? "DELETED" : "MODIFIED", number, text);
}

static void draft_service(struct topic *topic, struct text *text, struct chance *chance, int number,
			  int at)
{
	topic_add_metadata(text, "Service", number, 0);
	text_add_format(text, quoted("},'spec':{'clusterIP':'10.2.0.%d','ports':[{'port':80%s}]}}"),
			(int)chance_pick(chance, 2),
			chance_one_in(chance, 2) ? quoted(",'nodePort':30080") : "");
	topic_draft(topic, at, KUBE_SERVICES, "MODIFIED", number, text);
}

static void draft_node(struct topic *topic, struct text *text, struct chance *chance, int node,
		       int number, int at)
{
	text_add_format(text,
			quoted("{'kind':'Node','metadata':{'name':'n%d','uid':'uid-%d',"
			       "'resourceVersion':'@','creationTimestamp':"),
			node, number);
	topic_add_time(text, 0, true);
	text_add_format(text,
			quoted(",'labels':{'topology.kubernetes.io/zone':'z%d'}},"
			       "'spec':{'podCIDR':'10.1.%d.0/24'},'status':{'addresses':[{"
			       "'type':'InternalIP','address':'10.3.0.%d'}]}}"),
			(int)chance_pick(chance, 2), node, chance_one_in(chance, 8) ? 9 : node);
	topic_draft(topic, at, KUBE_NODES, "MODIFIED", number, text);
}

static void draft_set(struct topic *topic, struct text *text, int number, int at)
{
	text_add_format(text,
			quoted("{'metadata':{'name':'web-h1','namespace':'shop',"
			       "'uid':'uid-set-%d','resourceVersion':'@',"
			       "'ownerReferences':[{'kind':'%s','controller':true,'name':'top-%d',"
			       "'uid':'x'}]}}"),
			number, number ? "Deployment" : "Rollout", at % 3);
	topic_draft(topic, at, KUBE_REPLICASETS, "MODIFIED", 1000 + number, text);
}

static int draft_order(const void *a, const void *b)
{
	const struct draft *one = a, *other = b;

	if (one->at != other->at)
		return one->at < other->at ? -1 : 1;
	return (one->number > other->number) - (one->number < other->number);
}

void lives_draft(struct topic *topic, struct text *text, struct chance *chance)
{
	int services[SERVICES], slices[2 * SERVICES], nodes[3];

	for (int address = 0; address < ADDRESSES; address++) {
		int at = (int)chance_pick(chance, 6000) - 2000;

		while (at < TOPIC_SECONDS * 1000) {
			int length = 300 + (int)chance_pick(
						   chance, chance_one_in(chance, 3) ? 1500 : 25000);

			draft_pod(topic, text, chance, address, at, at + length);
			at += length +
			      (int)chance_pick(chance, chance_one_in(chance, 2) ? 800 : 5000);
		}
	}
	for (int s = 0; s < SERVICES; s++)
		services[s] = topic->objects++;
	for (int s = 0; s < 2 * SERVICES; s++)
		slices[s] = topic->objects++;
	for (int n = 0; n < 3; n++)
		nodes[n] = topic->objects++;
	for (int at = 0; at < TOPIC_SECONDS * 1000; at += 500 + (int)chance_pick(chance, 3000)) {
		int s = (int)chance_pick(chance, 2 * SERVICES);

		draft_slice(topic, text, chance, slices[s], services[s % SERVICES], at);
		if (chance_one_in(chance, 6))
			draft_service(topic, text, chance, services[s % SERVICES], at);
		if (at < 1000 || chance_one_in(chance, 6))
			draft_node(topic, text, chance, at < 1000 ? 0 : s % 3,
				   nodes[at < 1000 ? 0 : s % 3], at);
		if (chance_one_in(chance, 10))
			draft_set(topic, text, s % 2, at);
	}
	qsort(topic->drafts, topic->draft_count, sizeof(*topic->drafts), draft_order);
}
