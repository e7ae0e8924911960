#include "common/timeline/timeline_settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/program/log.h"

#define PATH_SIZE 4096

const char *const timeline_settings_clocks[] = {"sandbox", "started", "endpoint", "received", NULL};

static int check_ranges(struct timeline_settings *settings)
{
	const struct settings_list *list = &settings->ranges;

	if (list->count > TIMELINE_RANGES_MAX) {
		log_error("--cluster-cidr: given %zu times, the limit is %d", list->count,
			  TIMELINE_RANGES_MAX);
		return -1;
	}
	for (size_t i = 0; i < list->count; i++) {
		const char *range = list->values[i];

		if (ip_range_parse(range, strlen(range), &settings->options.ranges[i]) == 0)
			continue;
		log_error("--cluster-cidr: %s is not a range such as 10.244.0.0/16 or fd00::/8",
			  range);
		return -1;
	}
	settings->options.range_count = list->count;
	return 0;
}

static int check_keys(const char *option, const struct settings_list *list, struct kept_keys *keys)
{
	for (size_t i = 0; i < list->count; i++) {
		if (kept_keys_add(keys, list->values[i]) == 0)
			continue;
		if (keys->count == KEPT_KEYS_MAX)
			log_error("--%s: more than %d keys are given", option, KEPT_KEYS_MAX);
		else
			log_error("--%s: a key has 1 to %d bytes", option, KEPT_KEY_BYTES);
		return -1;
	}
	return 0;
}

int timeline_settings_check(struct timeline_settings *settings)
{
	settings->options.clock = (enum timeline_clock)settings->clock;
	if (check_keys("label", &settings->labels, &settings->options.labels) < 0 ||
	    check_keys("annotation", &settings->annotations, &settings->options.annotations) < 0)
		return -1;
	return check_ranges(settings);
}

struct timeline *timeline_settings_open(const struct timeline_settings *settings)
{
	char path[PATH_SIZE];

	if (settings->state == NULL)
		return timeline_open(NULL, &settings->options);
	if (mkdir(settings->state, 0777) < 0 && errno != EEXIST) {
		log_error("--state: %s: %s", settings->state, strerror(errno));
		return NULL;
	}
	if ((size_t)snprintf(path, sizeof(path), "%s/timeline", settings->state) >= sizeof(path)) {
		log_error("--state: the name is too long");
		return NULL;
	}
	return timeline_open(path, &settings->options);
}

static bool holds(const struct timeline *timeline, const char *cluster)
{
	for (size_t i = 0; i < timeline_cluster_count(timeline); i++) {
		if (strcmp(timeline_cluster_name(timeline, i), cluster) == 0)
			return true;
	}
	return false;
}

int timeline_settings_check_cluster(const struct timeline_settings *settings,
				    const struct timeline *timeline, const char *address)
{
	const char *cluster = settings->options.cluster;
	size_t count = timeline_cluster_count(timeline);

	if (cluster == NULL) {
		if (count <= 1)
			return 0;
		log_error("%s: contains %zu clusters, \"%s\" and %s\"%s\"; name one with "
			  "--cluster",
			  address, count, timeline_cluster_name(timeline, 0),
			  count > 2 ? "others such as " : "", timeline_cluster_name(timeline, 1));
		return -1;
	}
	if (count == 0 || holds(timeline, cluster))
		return 0;
	if (!timeline_is_closed(timeline)) {
		log_warn("--cluster: %s contains no record of \"%s\" yet", address, cluster);
		return 0;
	}
	log_error("--cluster: %s contains no cluster \"%s\", but \"%s\"%s", address, cluster,
		  timeline_cluster_name(timeline, 0), count > 1 ? " and others" : "");
	return -1;
}
