/* timeline_internal.h - the internals of a timeline, shared by applying records and answering
 * questions. Only common/timeline/ includes it.
 */
#ifndef TENURE_TIMELINE_INTERNAL_H
#define TENURE_TIMELINE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/record/fault.h"
#include "common/timeline/answer_tally.h"
#include "common/timeline/history/address_cache.h"
#include "common/timeline/history/generations.h"
#include "common/timeline/history/name_versions.h"
#include "common/timeline/history/sole_tenures.h"
#include "common/timeline/rules/holder_names.h"
#include "common/timeline/rules/interfaces.h"
#include "common/timeline/rules/possible.h"
#include "common/timeline/store/cluster.h"
#include "common/timeline/store/store.h"
#include "common/timeline/store/topic_state.h"
#include "common/timeline/timeline.h"

/* An interface to look at for contradictions, as of a record of it. A look reads the history of an address, for
 * which all that was put must be written: so many are looked at together. */
#define LOOKS_MAX 64
struct look {
	struct assumptions assumptions; /* then */
	uint64_t interface, offset;
	struct ip ip;
	struct interface_span span;
	char name[NAME_MAX_BYTES + 1], node[NAME_MAX_BYTES + 1];
};

struct timeline {
	struct timeline_options options;
	struct store_options made_for; /* the options that rows are made for */
	struct store *store;
	struct topic_state topic;
	struct cluster **clusters;
	size_t cluster_count;
	struct cluster *answering; /* the cluster that answers; NULL until the topic has it */
	bool closed;
	int64_t list; /* timeline_set_list() */
	struct timeline_stats stats;
	struct look looks[LOOKS_MAX];
	size_t look_count;
	uint64_t said; /* contradictions in the log */
	struct answer_tally answers;
	struct text key, value, state;   /* scratch, reused for every record */
	struct text labels, annotations; /* the same, of a pod */
	char why[FAULT_WORDS_SIZE];      /* of the last record that could not be parsed */
	struct generations generations;
	struct address_cache *cache;
	struct sole_tenures *sole_tenures;
	struct name_versions *name_versions;
	struct named_holder sole_holder; /* this and the next: of the last answer from there */
	char sole_json[PACKED_NAMES_BYTES];
	struct possible *possible; /* scratch of a question */
	size_t possible_capacity;
};

/* Adds CLUSTER to those of the topic, and frees it if it cannot. -1 after logging, also if it is NULL. */
int timeline_add_cluster(struct timeline *timeline, struct cluster *cluster);
void timeline_set_options(const struct timeline *timeline, struct cluster *cluster);
void timeline_choose_cluster(struct timeline *timeline);
void timeline_clear_caches(struct timeline *timeline);
/* The cluster of a record that is not of an interface: from now on it is named. NULL after logging. */
struct cluster *timeline_cluster_of(struct timeline *timeline, const char *name);
/* Sets *CLUSTER to that of an interface's record, and counts one that is not named; NULL if no more of
 * these are kept. -1 after logging. */
int timeline_cluster_of_interface(struct timeline *timeline, const char *name,
				  struct cluster **cluster);

/* Looks at what is to be looked at. -1 after logging. */
int timeline_look(struct timeline *timeline);
/* One record of an interface. *WHY as in timeline_apply(). */
struct feed;
enum timeline_outcome timeline_apply_interface(struct timeline *timeline, struct feed *feed,
					       const char **why);

/* Before a record is applied: ends what the first List alone says. */
void timeline_note_list(struct timeline *timeline);
/* Up to when the records say what there is, without a PROGRESS: the greatest received, but of a List
 * that is not the last one nothing shows how long it stayed so. */
struct when timeline_greatest(const struct timeline *timeline);

/* Whether the topic has no cluster that answers, or POSITION is before the first record or the first
 * one that is not forgotten. */
bool timeline_position_is_forgotten(const struct timeline *timeline, int64_t position);

/* Sets made_for. A store that was made for other options is emptied. -1 after logging. */
int timeline_check_options(struct timeline *timeline);

#endif
