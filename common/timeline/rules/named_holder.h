/* named_holder.h - who held an address, by name, and from when until when.
 *
 * What docs/answers.md section 8 shows of a known end, as plain values. The spans are
 * borrowed; a span is empty where there is no such name.
 */
#ifndef TENURE_NAMED_HOLDER_H
#define TENURE_NAMED_HOLDER_H

#include "common/base/span.h"
#include "common/base/when.h"
#include "common/timeline/rules/binding.h"

struct named_holder {
	enum holder_kind kind;
	struct span cluster, namespace, name, uid;
	struct span full_name; /* "namespace/name"; of a node its name */
	struct span node;      /* where a pod runs; a node's own name; empty for a service */
	struct span workload_kind, workload_name; /* "Deployment", "web"; pods only */
	const char *workload_member; /* "deployment", static; NULL where the kind has no member */
	struct span zone, region;
	struct span labels, annotations;   /* JSON objects of those that are kept; pods only */
	struct when start, end;            /* WHEN_MIN for a start that is unknown and for no end */
	const char *start_from, *end_from; /* static text; END_FROM is NULL for no end */
};

#endif
