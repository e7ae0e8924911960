/* timeline.h - who held an address, from when, until when, and how we know.
 *
 * A timeline applies the records of one kube topic in order. It answers questions about
 * an address, as of a moment and as of a position in that topic. docs/answers.md defines
 * every answer. The timeline is stored in RocksDB, as a cache of the topic.
 *
 * (1) The answer for an address, a moment and a position never changes, unless the topic
 *     loses its first records, or a retention forgets what made it unclear.
 * (2) What a record changes and the next offset are one atomic write. A killed process
 *     continues at its last save (store.h), and reads what followed from the topic again.
 * (3) Applying a record again, or an older revision of an object after a newer one,
 *     changes no answer.
 * (4) The store holds evidence, not conclusions: hold, skew and clock belong to the
 *     question, and one store serves any of them.
 */
#ifndef TENURE_TIMELINE_H
#define TENURE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/base/text.h"
#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "common/timeline/answer_tally.h"
#include "common/timeline/feed/outcome.h"
#include "common/timeline/rules/asof.h"
#include "common/timeline/rules/clock.h"
#include "common/timeline/rules/contradictions.h"
#include "common/timeline/rules/kept_keys.h"
#include "common/timeline/rules/named_holder.h"
#include "common/timeline/rules/services.h"

#define TIMELINE_RULES 2       /* version of docs/answers.md, "rules" in a tag */
#define TIMELINE_RANGES_MAX 16 /* values of --cluster-cidr */

struct timeline_options {
	const char *cluster; /* whose bindings answer; NULL: the topic's only cluster */
	int64_t hold_ns;
	int64_t skew_ns;
	enum timeline_clock clock;
	struct ip_range ranges[TIMELINE_RANGES_MAX];
	size_t range_count;
	/* Of a topic that does not say so itself: between these it is complete. WHEN_MIN if they
	 * are not given. */
	struct when kube_from, kube_until;
	int64_t retention_ns; /* what ended so long ago is forgotten; 0: nothing is */
	struct kept_keys labels, annotations; /* of pods, that answers show */
	bool by_name;                         /* timeline_addresses_of() can be asked */
};

/* How much of the kube topic an answer is based on: every record up to OFFSET inclusive. */
struct timeline_position {
	int32_t partition;
	int64_t offset; /* -1 before the first record */
	/* Of the last PROGRESS accepted up to OFFSET; WHEN_MIN if there is none. */
	struct when known;
};

struct timeline_stats {
	uint64_t applied, ignored, unreadable;
	uint64_t addresses_refused; /* texts that should be an address or a range and are not */
	uint64_t values_refused;    /* of labels and annotations, too long (kept_keys.h) */
	uint64_t progress_refused;  /* PROGRESS whose known went back or is after its received */
	uint64_t contradictions
		[CONTRADICTIONS]; /* interfaces, as of timeline_flush() (rules/contradictions.h) */
	/* Records of interfaces whose cluster no other record had named: kept for it, and not. */
	uint64_t early_kept, early_refused;
	uint64_t cache_hits, cache_misses;
	uint64_t resets; /* timeline_reset() */
};

struct timeline;

/* Opens or creates the store in DIRECTORY; NULL: a temporary one that timeline_close() removes. A
 * store that is damaged, incomplete or of another format is renamed to DIRECTORY.damaged (logged),
 * and a new one is created. OPTIONS is copied; its strings are borrowed. Returns NULL after logging. */
struct timeline *timeline_open(const char *directory, const struct timeline_options *options);
void timeline_close(struct timeline *timeline);

/* ---- Feeding ---- */

/* The offset of the first record that is not applied yet; 0 for an empty store. */
int64_t timeline_next_offset(const struct timeline *timeline);
/* timeline_hash() of the record before timeline_next_offset(), and of record 0. */
uint64_t timeline_last_hash(const struct timeline *timeline);
uint64_t timeline_first_hash(const struct timeline *timeline);
uint64_t timeline_hash(const char *value, size_t length);
/* The hash of all applied records in their order: it starts at 0, and for each record
 * becomes timeline_chain_on() of itself and the record's hash. */
uint64_t timeline_chain(const struct timeline *timeline);
uint64_t timeline_chain_on(uint64_t chain, uint64_t hash);
/* Empties the store, because the topic is another one or was trimmed. -1 after logging. */
int timeline_reset(struct timeline *timeline);

/* Applies the record at OFFSET. TIMESTAMP_MS is the record's timestamp (BUS_NO_TIMESTAMP, -1, for
 * none). Offsets increase but may have gaps; a record below timeline_next_offset() is ignored. If
 * the record is unreadable, *WHY is set to a text that is borrowed until the next call. */
enum timeline_outcome timeline_apply(struct timeline *timeline, int64_t offset, const char *value,
				     size_t length, int64_t timestamp_ms, const char **why);

/* Whether the next records are the items of a List, and of which: LIST is the offset of its first
 * item, or -1. */
void timeline_set_list(struct timeline *timeline, int64_t list);

/* Ends a group of records that are written together (store.h). timeline_close() writes all of them
 * to disk. -1 after logging. */
int timeline_flush(struct timeline *timeline);
/* Writes all records that were applied to disk. -1 after logging. */
int timeline_save(struct timeline *timeline);

/* Sets whether every record of the topic was applied and none follows; while it is set, no record
 * is applied. The end of the topic ends the listings of kubectl that are open, and its watches.
 * -1 after logging. */
int timeline_set_closed(struct timeline *timeline, bool closed);
bool timeline_is_closed(const struct timeline *timeline);
/* Whether the end of the topic has ended such a listing: if the topic has grown since, it must be
 * read again from its start. */
bool timeline_is_final(const struct timeline *timeline);

/* ---- Positions ---- */

/* Finds the position of a flow that ended at END: the first PROGRESS of the cluster with
 * known >= END + hold + skew that is not past the horizon. 1 found, 0 if there is none yet, -1
 * after logging. */
int timeline_position_for(struct timeline *timeline, struct when end,
			  struct timeline_position *position);
/* Whether the end of a complete topic is past END + hold + skew although no PROGRESS says so:
 * --kube-until or, in a cluster without a PROGRESS, the greatest received of the topic. */
bool timeline_ends_after(const struct timeline *timeline, struct when end);
/* Everything applied so far (for --hindsight and provisional answers). */
struct timeline_position timeline_position_last(const struct timeline *timeline);
/* The newest PROGRESS of the cluster; known is WHEN_MIN if there is none. */
struct timeline_position timeline_position_progress(const struct timeline *timeline);
/* To when the cluster is known: the last PROGRESS or, without one, the greatest received of the
 * topic; of a closed topic, --kube-until if that is later. WHEN_MIN before the first record. */
struct when timeline_known_to(const struct timeline *timeline);
/* Finds known of the last PROGRESS up to POSITION; WHEN_MIN if there is none, or if POSITION is
 * forgotten (options.retention_ns). -1 after logging. */
int timeline_known_at(struct timeline *timeline, int64_t position, struct when *known);
/* options.retention_ns */
int64_t timeline_retention(const struct timeline *timeline);
/* How many clusters the topic has, those aside that only records of interfaces have named. With more than one, answers need options.cluster. */
size_t timeline_cluster_count(const struct timeline *timeline);
/* The name of cluster NUMBER, borrowed until the next record. */
const char *timeline_cluster_name(const struct timeline *timeline, size_t number);

/* ---- Answers ---- */

enum timeline_status { TIMELINE_KNOWN, TIMELINE_UNKNOWN, TIMELINE_AMBIGUOUS };

struct timeline_question {
	struct ip ip;
	int32_t port;      /* -1 for none */
	int transport;     /* IANA protocol number, -1 for none */
	struct when start; /* of the flow; start <= end */
	struct when end;
	bool sent;          /* this end sent at least one packet in the flow */
	bool serves;        /* the other end began the flow (docs/answers.md section 7) */
	bool began;         /* this one did */
	uint64_t observer;  /* span_hash() of the flow's observer.hostname, 0 for none */
	uint64_t interface; /* the same of its observer.interface.uid */
	int64_t position;
};

/* A holder that is possible, and why (docs/answers.md section 8). */
struct timeline_candidate {
	const struct named_holder *holder; /* NULL: somebody whom no record shows there */
	const char *why;                   /* static text */
	struct span head_json, tail_json;  /* for timeline_answer_json() */
};

#define TIMELINE_CANDIDATES_MAX 4
#define TIMELINE_UNRECORDED_MAX 5

/* The answer about one end (docs/answers.md sections 6 to 8), as plain values. HOLDER, the
 * services and the JSON are borrowed until the next question or record. */
struct timeline_answer {
	enum timeline_status status;
	const char *reason; /* static text, NULL when known */
	const char *kind;   /* "pod", "node", "service", "outside", or NULL; static */
	bool certain;       /* known, and would be if this end had sent nothing */
	const struct named_holder *holder; /* NULL unless known and inside the cluster */
	struct services services;
	const char *services_reason; /* why services may be missing: static text, or NULL */
	struct timeline_candidate candidates[TIMELINE_CANDIDATES_MAX]; /* none when known */
	size_t candidate_count;
	/* For timeline_answer_json(), rendered once: all before the services, all after. */
	struct span head_json, tail_json;
	bool services_in_head;
};

/* Answers QUESTION. -1 after logging if the store failed. */
int timeline_answer(struct timeline *timeline, const struct timeline_question *question,
		    struct timeline_answer *answer);

/* What timeline_answer() has answered so far. */
const struct answer_tally *timeline_tally(const struct timeline *timeline);

/* Adds the JSON object of that end ({"status":...}). */
void timeline_answer_json(const struct timeline_answer *answer, struct text *out);

/* ---- History ---- */

struct timeline_membership {
	struct span service;    /* namespace/name */
	struct when start, end; /* WHEN_MAX while it lasts */
};

/* One tenure of an address. */
struct timeline_binding {
	const struct named_holder *holder;
	const struct tenure *tenure;             /* its evidence and its instants */
	struct timeline_membership *memberships; /* none for a service */
	size_t membership_count;
};

/* Every binding of an address that a position sees, oldest (by possible_from) first; none if the
 * position is forgotten (options.retention_ns). */
struct timeline_history {
	struct timeline_binding *bindings;
	size_t count;
	struct history *source; /* owns what the bindings point at */
};

/* Fills *HISTORY with the bindings of IP. The caller clears it before the timeline is
 * closed. -1 after logging, with nothing to clear. */
int timeline_history(struct timeline *timeline, const struct ip *ip, int64_t position,
		     struct timeline_history *history);
void timeline_history_clear(struct timeline_history *history);

/* Adds a binding as a JSON object: "kind", "k8s", "cloud", "service" and "services" (of a service
 * address), "binding" as in an answer, then "possible_from", "certain_from", "certain_to",
 * "possible_to" (skew is included; null for no bound), "evidence" and, if there are any,
 * "memberships" [{"service","start","end"}]. */
void timeline_binding_json(const struct timeline_binding *binding, struct text *out);

/* ---- By name ---- */

enum timeline_name_kind {
	TIMELINE_SERVICE,
	TIMELINE_POD,
	TIMELINE_NODE,
	TIMELINE_SERVICE_OWN, /* a service without its endpoints */
};

struct timeline_addresses {
	struct ip *list; /* in order, each once */
	size_t count, capacity;
};

/* Fills *OUT with every address that ever had the name: of a service its own and those of its
 * endpoints. FULL_NAME is "namespace/name", of a node its name. Who has an address at a moment is for
 * timeline_answer(). The timeline was opened BY_NAME. The caller clears *OUT. -1 after logging, with
 * nothing to clear. */
int timeline_addresses_of(struct timeline *timeline, enum timeline_name_kind kind,
			  struct span full_name, struct timeline_addresses *out);
/* Fills *OUT with the addresses that the slices of SERVICE list at the moment and position of QUESTION,
 * whatever its address. It reads nothing of an address that was asked about lately. As
 * timeline_addresses_of() otherwise. */
int timeline_endpoints_at(struct timeline *timeline, struct span service,
			  const struct timeline_question *question, struct timeline_addresses *out);
/* Whether no record of RESOURCE can be missing at that moment: it is in no GAP, not before the
 * coverage, and not forgotten. */
bool timeline_is_covered(const struct timeline *timeline, enum kube_resource resource,
			 const struct timeline_question *question);
void timeline_addresses_clear(struct timeline_addresses *addresses);

struct timeline_stats timeline_stats(const struct timeline *timeline);

#endif
