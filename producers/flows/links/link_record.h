/* link_record.h - the record of an interface, as tenure.kube has it (docs/schemas/tenure.kube.json). Pure. */
#ifndef TENURE_FLOWS_LINK_RECORD_H
#define TENURE_FLOWS_LINK_RECORD_H

#include "common/base/text.h"
#include "common/base/when.h"
#include "producers/flows/links/links.h"

#define LINK_RECORD_MAX \
	8192 /* bytes; three names of up to 253, which JSON may make six times as long */

/* Who saw the interfaces. */
struct link_meter {
	const char *cluster; /* printable ASCII, as the next two */
	const char *node;    /* the name of the Node, as in spec.nodeName of its pods */
	const char *host;    /* observer.hostname of its flows */
	uint64_t id;         /* with START no other has it */
	struct when start;
};

/* metadata.uid of the record of REPORT: another interface, another start and another meter have another one. */
#define LINK_UID_SIZE 72
void link_uid(const struct link_meter *meter, const struct link_report *report,
	      char uid[static LINK_UID_SIZE]);

/* Adds the record of REPORT, without a newline. RECEIVED is when it was made. */
void link_record_add(struct text *out, const struct link_meter *meter, struct when received,
		     const struct link_report *report);

#endif
