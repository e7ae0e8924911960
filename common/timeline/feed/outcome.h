/* outcome.h - the outcome of one record of the kube topic. */
#ifndef TENURE_OUTCOME_H
#define TENURE_OUTCOME_H

enum timeline_outcome {
	TIMELINE_APPLIED,
	TIMELINE_IGNORED, /* a duplicate, an older revision, a BOOKMARK, another kind of object */
	TIMELINE_UNREADABLE, /* *why says why; counted, and skipped */
	TIMELINE_BROKEN,     /* the store failed; logged */
};

#endif
