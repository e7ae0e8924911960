/* The clusters of a topic, and which of them answers. One that only records of interfaces have named is there
 * for nothing else: it keeps them until another record names it (docs/answers.md section 1). */
#include "common/timeline/timeline_internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"

void timeline_clear_caches(struct timeline *timeline)
{
	address_cache_clear(timeline->cache);
	sole_tenures_clear(timeline->sole_tenures);
	name_versions_clear(timeline->name_versions);
}

/* Chooses the cluster that answers. It stays: one that is named later may have a lower number. The caches hold only
 * its addresses. */
void timeline_choose_cluster(struct timeline *timeline)
{
	const char *wanted = timeline->options.cluster;

	for (size_t c = 0; c < timeline->cluster_count && timeline->answering == NULL; c++) {
		struct cluster *cluster = timeline->clusters[c];

		if (cluster->named && (wanted == NULL || strcmp(cluster->name, wanted) == 0)) {
			timeline->answering = cluster;
			cluster->ranges.given = timeline->options.ranges;
			cluster->ranges.given_count = timeline->options.range_count;
			timeline->look_count = 0;
			timeline_clear_caches(timeline);
		}
	}
}

void timeline_set_options(const struct timeline *timeline, struct cluster *cluster)
{
	cluster->retention_ns = timeline->made_for.retention_ns;
	cluster->by_name = timeline->made_for.by_name;
	for (int r = 0; r < KUBE_RESOURCES; r++)
		cluster->coverage[r].kube_from = timeline->options.kube_from;
}

int timeline_add_cluster(struct timeline *timeline, struct cluster *cluster)
{
	struct cluster **clusters;

	if (cluster == NULL)
		return -1;
	clusters = realloc(timeline->clusters,
			   (timeline->cluster_count + 1) * sizeof(struct cluster *));
	if (clusters == NULL) {
		log_error("timeline: out of memory for cluster \"%s\"", cluster->name);
		cluster_free(cluster);
		return -1;
	}
	timeline->clusters = clusters;
	timeline->clusters[timeline->cluster_count++] = cluster;
	return 0;
}

static struct cluster *find(const struct timeline *timeline, const char *name)
{
	for (size_t c = 0; c < timeline->cluster_count; c++) {
		if (strcmp(timeline->clusters[c]->name, name) == 0)
			return timeline->clusters[c];
	}
	return NULL;
}

/* NULL after logging. */
static struct cluster *begin(struct timeline *timeline, const char *name)
{
	struct cluster *cluster = cluster_new((uint32_t)timeline->cluster_count, name);

	if (timeline_add_cluster(timeline, cluster) < 0)
		return NULL;
	timeline_set_options(timeline, cluster);
	if (timeline->topic.unread_offset != OFFSET_NEVER &&
	    cluster_add_unread(cluster, timeline->store, KUBE_RESOURCES,
			       timeline->topic.unread_offset) < 0)
		return NULL;
	return cluster;
}

struct cluster *timeline_cluster_of(struct timeline *timeline, const char *name)
{
	struct cluster *cluster = find(timeline, name);

	if (cluster != NULL && cluster->named)
		return cluster;
	if (timeline_cluster_count(timeline) == CLUSTERS_MAX) {
		log_error("timeline: more than %d clusters in one topic", CLUSTERS_MAX);
		return NULL;
	}
	if (cluster == NULL)
		cluster = begin(timeline, name);
	if (cluster == NULL)
		return NULL;
	cluster->named = true;
	timeline_choose_cluster(timeline);
	return cluster;
}

int timeline_cluster_of_interface(struct timeline *timeline, const char *name,
				  struct cluster **cluster)
{
	size_t unnamed;

	*cluster = find(timeline, name);
	if (*cluster != NULL && (*cluster)->named)
		return 0;
	unnamed = timeline->cluster_count - timeline_cluster_count(timeline);
	if (timeline->topic.early == EARLY_RECORDS_MAX ||
	    (*cluster == NULL && unnamed == UNNAMED_CLUSTERS_MAX)) {
		*cluster = NULL;
		timeline->stats.early_refused++;
		return 0;
	}
	if (*cluster == NULL) {
		*cluster = begin(timeline, name);
		if (*cluster == NULL)
			return -1;
		log_debug("timeline: only records of interfaces name cluster \"%s\" so far", name);
	}
	timeline->topic.early++;
	timeline->stats.early_kept++;
	return 0;
}

size_t timeline_cluster_count(const struct timeline *timeline)
{
	size_t count = 0;

	for (size_t c = 0; c < timeline->cluster_count; c++)
		count += timeline->clusters[c]->named;
	return count;
}

const char *timeline_cluster_name(const struct timeline *timeline, size_t number)
{
	size_t c = 0;

	for (;; c++) {
		if (timeline->clusters[c]->named && number-- == 0)
			return timeline->clusters[c]->name;
	}
}
