#include "sink/graph/compare.h"

#include <stdlib.h>

#include "sink/graph/interval.h"

#define NOWHERE SIZE_MAX

static const char *const names[] = {"new",          "gone",   "more_errors", "slower",
				    "fewer_errors", "faster", "unknown",     "same"};

const char *compare_change_name(enum compare_change change)
{
	return names[change];
}

static int compare_nodes(const void *key, const void *element)
{
	const struct snapshot_node *a = key, *b = element;

	return node_compare(a->node, b->node);
}

/* Where the nodes of FROM are in TO; NULL if out of memory. */
static size_t *places_of(const struct snapshot *from, const struct snapshot *to)
{
	size_t *places = calloc(from->node_count + 1, sizeof(*places));

	for (size_t i = 0; places != NULL && i < from->node_count; i++) {
		const struct snapshot_node *found =
			bsearch(&from->nodes[i], to->nodes, to->node_count, sizeof(*to->nodes),
				compare_nodes);

		places[i] = found == NULL ? NOWHERE : (size_t)(found - to->nodes);
	}
	return places;
}

/* Finds the edge between the nodes CLIENT and SERVER of SNAPSHOT that is like LIKE; NULL if there is
 * none. */
static const struct snapshot_edge *find(const struct snapshot *snapshot, size_t client,
					size_t server, bool directed)
{
	const struct graph_edge like = {.directed = directed, .transport = -1, .port = -1};
	const struct snapshot_edge key = {&like, client, server};

	return bsearch(&key, snapshot->edges, snapshot->edge_count, sizeof(key),
		       snapshot_compare_edges);
}

/* Whether the other window may have had flows of an edge that it does not show, which are between its
 * nodes CLIENT and SERVER. */
static bool may_hide(const struct compare_window *window, size_t client, size_t server,
		     bool directed)
{
	const struct snapshot *snapshot = window->snapshot;

	if (!window->complete || snapshot->rest.measures.flows > 0)
		return true;
	if (client == NOWHERE || server == NOWHERE)
		return false;
	return find(snapshot, client, server, !directed) != NULL ||
	       find(snapshot, server, client, !directed) != NULL;
}

/* FAILED of ALL; more may have failed, where a response is counted in a record behind its request's. */
static struct interval_share share(uint64_t failed, uint64_t all)
{
	return (struct interval_share){failed < all ? failed : all, all};
}

static int compare_flows(const struct measures *before, const struct measures *after)
{
	return interval_compare_shares(share(measures_errors(before), before->flows),
				       share(measures_errors(after), after->flows));
}

static int compare_messages(const struct messages_counts *before,
			    const struct messages_counts *after)
{
	return interval_compare_shares(share(before->errors + before->unanswered, before->requests),
				       share(after->errors + after->unanswered, after->requests));
}

static int compare_times(const struct histogram *before, const struct histogram *after)
{
	int time = interval_compare(before, after, 950);

	return time != 0 ? time : interval_compare(before, after, 500);
}

/* 1 if one of two rose, else -1 if one of them fell. */
static int joined(int a, int b)
{
	return a > 0 || b > 0 ? 1 : a < 0 || b < 0 ? -1 : 0;
}

/* Each family is compared with itself alone. */
static enum compare_change judge(const struct graph_edge *before, const struct messages_kind *read,
				 const struct graph_edge *after,
				 const struct messages_kind *read_after)
{
	int errors = joined(compare_flows(&before->measures, &after->measures),
			    compare_messages(&read->counts, &read_after->counts));
	int time = joined(compare_times(before->histogram, after->histogram),
			  compare_times(read->first_bytes, read_after->first_bytes));

	if (errors > 0)
		return COMPARE_MORE_ERRORS;
	if (time > 0)
		return COMPARE_SLOWER;
	if (errors < 0)
		return COMPARE_FEWER_ERRORS;
	return time < 0 ? COMPARE_FASTER : COMPARE_SAME;
}

/* -1 if out of memory. */
static int find_change(const struct graph_edge *before, const struct graph_edge *after,
		       enum compare_change *change)
{
	struct messages_kind read = {0}, read_after = {0};
	int rc = messages_sum(before->messages, &read);

	if (rc == 0)
		rc = messages_sum(after->messages, &read_after);
	if (rc == 0)
		*change = judge(before, &read, after, &read_after);
	messages_kind_clear(&read);
	messages_kind_clear(&read_after);
	return rc;
}

static int compare_edges(const void *left, const void *right)
{
	const struct compare_edge *a = left, *b = right;

	if (a->change != b->change)
		return (int)a->change - (int)b->change;
	if ((a->after == NULL) != (b->after == NULL))
		return a->after == NULL ? 1 : -1;
	return snapshot_compare_edges(compare_shown(a), compare_shown(b));
}

static void add(struct comparison *comparison, enum compare_change change,
		const struct snapshot_edge *before, const struct snapshot_edge *after)
{
	comparison->edges[comparison->count++] = (struct compare_edge){change, before, after};
	comparison->changes[change]++;
}

/* Adds the edges of FROM that TO does not show, and those of both if FROM is the later window. -1 if out of
 * memory. */
static int add_edges(struct comparison *comparison, const struct compare_window *from,
		     const size_t *places, const struct compare_window *to)
{
	bool later = from == &comparison->after;

	for (size_t i = 0; i < from->snapshot->edge_count; i++) {
		const struct snapshot_edge *edge = &from->snapshot->edges[i], *other = NULL;
		size_t client = places[edge->client], server = places[edge->server];
		bool directed = edge->edge->directed;
		enum compare_change change = later ? COMPARE_NEW : COMPARE_GONE;

		if (client != NOWHERE && server != NOWHERE)
			other = find(to->snapshot, client, server, directed);
		if (other == NULL) {
			if (may_hide(to, client, server, directed))
				change = COMPARE_UNKNOWN;
			add(comparison, change, later ? NULL : edge, later ? edge : NULL);
		} else if (later) {
			if (find_change(other->edge, edge->edge, &change) < 0)
				return -1;
			add(comparison, change, other, edge);
		}
	}
	return 0;
}

int compare_make(struct comparison *comparison, struct compare_window before,
		 struct compare_window after)
{
	size_t *forth = places_of(after.snapshot, before.snapshot);
	size_t *back = places_of(before.snapshot, after.snapshot);
	int rc = -1;

	*comparison = (struct comparison){.before = before, .after = after};
	comparison->edges = calloc(before.snapshot->edge_count + after.snapshot->edge_count + 1,
				   sizeof(*comparison->edges));
	if (forth == NULL || back == NULL || comparison->edges == NULL)
		goto out;
	if (add_edges(comparison, &comparison->after, forth, &before) < 0 ||
	    add_edges(comparison, &comparison->before, back, &after) < 0)
		goto out;
	qsort(comparison->edges, comparison->count, sizeof(*comparison->edges), compare_edges);
	rc = 0;
out:
	free(forth);
	free(back);
	if (rc < 0)
		compare_free(comparison);
	return rc;
}

void compare_free(struct comparison *comparison)
{
	free(comparison->edges);
	*comparison = (struct comparison){0};
}

const struct snapshot_edge *compare_shown(const struct compare_edge *edge)
{
	return edge->after != NULL ? edge->after : edge->before;
}

const struct snapshot *compare_snapshot(const struct comparison *comparison,
					const struct compare_edge *edge)
{
	return edge->after != NULL ? comparison->after.snapshot : comparison->before.snapshot;
}
