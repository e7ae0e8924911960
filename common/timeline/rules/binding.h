/* binding.h - one address, one holder, and the evidence of when it was held. Pure.
 *
 * Evidence is what the records of the kube topic say, unchanged; the raw instants of
 * docs/answers.md sections 3 and 4 are functions of the evidence and of what the question
 * assumes.
 *
 * (1) In evidence WHEN_MIN means missing; as a raw possible_from it means no lower bound.
 * (2) WHEN_MAX as a raw certain_to or possible_to means open.
 */
#ifndef TENURE_BINDING_H
#define TENURE_BINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/timeline/rules/clock.h"
#include "common/timeline/rules/interface_span.h"

enum holder_kind { HOLDER_POD = 'p', HOLDER_NODE = 'n', HOLDER_SERVICE = 's' };

/* How a binding ended. The first five are a pod's; BINDING_LOST is also a node that was
 * deleted, BINDING_REMOVED any other end of a node's or service's address. */
enum binding_end {
	BINDING_OPEN,
	BINDING_FINISHED,
	BINDING_LOST,
	BINDING_ADDRESS_GONE,
	BINDING_NEXT_EPOCH,
	BINDING_REMOVED,
	BINDING_ENDS,
};

#define EVIDENCE_INSTANTS 13

struct evidence {
	enum binding_end how;
	bool all_terminated; /* in the last record */
	bool sandbox_dead;   /* the same, whatever it says to run */
	bool terminating;
	/* Others may have it too: a service's, told apart by port, or a pod's secondary address. */
	bool shared;
	bool gateway;  /* a node's address that counts only while podCIDRs are in use */
	uint64_t node; /* a hash of the node's name, 0 for none (and for nodes and services) */
	/* A hash. Of a mirror pod: equal for all mirrors of one static pod. Of a node's
	 * InternalIP: of the node's name. 0 for any other. */
	uint64_t identity;
	union {
		struct {
			struct when sandbox_ready;
			struct when first_started;
			struct when shown_started; /* of the epoch that this one may continue */
			struct when start_time;    /* of nodes and services: the creation */
			struct when first_received;
			struct when last_finished;
			struct when
				last_running; /* of nodes and services that ended: raw certain_to */
			struct when sandbox_gone;
			struct when ended_received;
			/* A pod's previous epoch: the evidence of its end, and its ended_known. Of
			 * services PREVIOUS_TO is a bound of possible_from, of nodes
			 * PREVIOUS_KNOWN - hold. */
			struct when previous_to, previous_known;
			/* `known` of the last PROGRESS before the first and the ending record. */
			struct when first_known, ended_known;
		};
		struct when instants[EVIDENCE_INSTANTS]; /* the same, in this order */
	};
};

/* A meter that is started again gives the same interface another uid. */
#define SEEN_ONS 8

/* What a pod's interfaces say of one epoch and its address (interfaces.h). */
struct seen {
	bool there;
	struct when first, last;  /* packets */
	struct when from, to;     /* the same, without what another epoch of the pod has */
	struct when since, until; /* WHEN_MIN and WHEN_MAX if they say nothing */
	uint64_t host;            /* a hash of their meters' host, 0 for none or several */
	/* Borrowed: the last ones to begin, in a ring, and how many there were. */
	const struct interface_span *ons[SEEN_ONS];
	size_t on_count;
	struct when
		confirmed; /* up to when one of these was, where a history is listed; else WHEN_MIN */
};

struct binding {
	enum holder_kind kind;
	size_t holder;  /* which of the address's holders: equal for equal uids */
	size_t who;     /* the same, but equal for all mirrors of one static pod */
	uint64_t epoch; /* the offset that began it; rises within a holder */
	struct evidence evidence;
	struct when endpoint; /* the earliest membership of this uid and address that is
			      * later than previous_to, or WHEN_MIN */
	struct seen seen;
};

/* Nothing is known. */
struct evidence evidence_none(void);
bool evidence_equal(const struct evidence *a, const struct evidence *b);

struct when evidence_possible_from(const struct evidence *evidence, int64_t hold_ns);
struct when evidence_certain_to(const struct evidence *evidence, int64_t hold_ns);
struct when evidence_possible_to(const struct evidence *evidence);
/* It has ended, or its last record says that it is about to. */
bool evidence_is_over(const struct evidence *evidence);
/* It ended before HORIZON, for all that is known. */
bool evidence_is_past(const struct evidence *evidence, struct when horizon);
/* What a pod's records say of the end of its epoch; WHEN_MIN if they say nothing. */
struct when evidence_of_end(const struct evidence *evidence);

/* The raw instants with what interfaces say. */
struct when binding_possible_from(const struct binding *binding,
				  const struct assumptions *assumptions);
struct when binding_certain_to(const struct binding *binding,
			       const struct assumptions *assumptions);
struct when binding_possible_to(const struct binding *binding);
/* When its interface was gone, and the sandbox with it; WHEN_MAX if that is not known. */
struct when binding_interface_gone(const struct binding *binding);
/* Its interfaces carried the address over all of [START, END], by the clock of HOST. */
bool binding_is_witnessed(const struct binding *binding, uint64_t host, struct when start,
			  struct when end);
/* A flow over [START, END] that was captured on the interface UID, a hash, was captured on one of them, and did not end before its
 * first packet or, once it is gone, begin after its last one: a bridge passes what others send to all of its interfaces. */
bool binding_is_on(const struct binding *binding, uint64_t uid, struct when start, struct when end);
/* How many of `seen.ons` there are. */
size_t binding_on_count(const struct binding *binding);
/* Raw certain_from and certain_to of a pod by its node's clock, without interfaces. */
struct when binding_held_from(const struct binding *binding, const struct assumptions *assumptions);
struct when binding_held_to(const struct binding *binding, const struct assumptions *assumptions);

/* A binding's start and the evidence for it. */
struct binding_start {
	struct when certain_from; /* raw */
	struct when shown;        /* the evidence itself */
	/* Static: "sandbox", "started", "endpoint", "received", "interface", "created". */
	const char *from;
};
struct binding_start binding_start(const struct binding *binding,
				   const struct assumptions *assumptions);
/* The same without interfaces, by which bindings are put in order. */
struct binding_start binding_start_reported(const struct binding *binding,
					    const struct assumptions *assumptions);

/* The end that is shown, and in *FROM the evidence for it: WHEN_MIN and NULL if it has not
 * ended. */
struct when binding_shown_end(const struct binding *binding, const char **from);

/* A piece of evidence that is there. */
struct binding_moment {
	const char *name; /* static: as in docs/answers.md */
	struct when at;
};
#define BINDING_MOMENTS 18
/* Lists the evidence of BINDING that has a time. Returns how many. */
size_t binding_moments(const struct binding *binding,
		       struct binding_moment list[static BINDING_MOMENTS]);

const char *holder_kind_name(enum holder_kind kind);
const char *binding_end_name(enum binding_end how);

#endif
