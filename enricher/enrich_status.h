/* enrich_status.h - what tenure-enrich says of itself: metrics, readiness, and counters in the log. */
#ifndef TENURE_ENRICH_STATUS_H
#define TENURE_ENRICH_STATUS_H

#include <stdbool.h>

#include "common/http/status.h"
#include "enricher/alignment.h"

struct enrich_status {
	const struct alignment *alignment; /* these two are borrowed */
	const struct exchange_settings *settings;
	bool caught_up; /* with what the kube topic had at the start */
	struct status_source source;
};

void enrich_status_init(struct enrich_status *status, const struct alignment *alignment,
			const struct exchange_settings *settings);

/* Logs every counter; those of the flows once they can be read. */
void enrich_status_log(const struct alignment *alignment);

#endif
