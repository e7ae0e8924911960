/* end.h - what an end of a flow is, as finely as any grouping of ends needs it. Pure.
 *
 * A packed end is a run of bytes: its kind, then the texts in the order of struct end, each with its
 * NUL. So equal ends are equal bytes.
 */
#ifndef TENURE_END_H
#define TENURE_END_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/span.h"
#include "common/record/tagged_flow.h"

#define END_TEXTS 7
#define END_SIZE 1300 /* of any packed end */

enum end_kind {
	END_POD,
	END_NODE,
	END_SERVICE, /* a service's own address */
	END_OUTSIDE,
	END_UNKNOWN,
	END_AMBIGUOUS,
	END_FURTHER, /* all that did not fit in a table */
};

/* Texts are empty where there is none, and borrowed. */
struct end {
	enum end_kind kind;
	const char *cluster;
	const char *namespace;
	const char *service; /* "namespace/name": the one service, or one of those of the address */
	const char *workload_kind;
	const char *workload;
	const char *zone;
	/* Of a pod without workload, or of a node; outside the address or nothing; unknown and
	 * ambiguous the reason. */
	const char *name;
};

/* The one service of END, or one of those of its address; "" if there is none. */
const char *end_service(const struct tagged_flow_end *end);
/* Packs END; OUTSIDE_ADDRESSES keeps addresses outside the clusters apart. Returns the length. */
size_t end_pack(const struct tagged_flow_end *end, bool outside_addresses,
		char packed[static END_SIZE]);
/* The packed END_FURTHER. */
struct span end_further(void);
/* Reads PACKED into *END, which borrows from it. -1 if it is not a packed end. */
int end_unpack(struct span packed, struct end *end);

#endif
