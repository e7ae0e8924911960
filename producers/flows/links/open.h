/* open.h - which interfaces' latest records say that an address is alone still, and when a record confirms it of all
 * of them. Pure.
 *
 * docs/answers.md, section 3: a record with a time of "confirmed" says that each address that is open in the latest record of its
 * interface was alone up to then. So whatever of this is no longer so is told before.
 *
 * (1) At most LINKS_OPEN_MAX interfaces have an open address. Those beyond are counted, and told without.
 * (2) Nothing is open while all is read only up to a time before what was confirmed, as of a clock that was set back: what was confirmed
 *     counts for later records, too.
 */
#ifndef TENURE_FLOWS_OPEN_H
#define TENURE_FLOWS_OPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/links/links.h"

struct open_link {
	struct link_report told; /* its latest, in which an address is open */
};

struct open_links {
	size_t count;
	struct when confirm_at; /* of the clock of the records */
	struct when confirmed;  /* WHEN_MIN: nothing yet */
	uint64_t refused;       /* of (1) */
	struct open_link list[LINKS_OPEN_MAX];
};

void open_init(struct open_links *all);

/* REPORT is made at NOW, when all packets up to SEEN have been passed: sets which of its addresses are open. */
void open_tell(struct open_links *all, struct link_report *report, struct when now,
	       struct when seen);
/* No other record of NUMBER comes, or the latest had nothing open. Returns whether one had. */
bool open_leave(struct open_links *all, uint16_t number);

/* Whether a record that confirms is due at NOW, but for what it needs. */
bool open_is_due(const struct open_links *all, struct when now);
/* Whether what the latest record of LINK says is so as well by what REPORT says now. */
bool open_holds(const struct open_links *all, const struct open_link *link,
		const struct link_report *report, struct when seen);
/* At NOW what is open was found to hold up to SEEN. Sets REPORT, the record RECORD that confirms it: it says again what was told last of
 * the interface that was told least recently, so it is news of nothing else. False if SEEN is no later than what was confirmed before. */
bool open_confirm(struct open_links *all, struct when now, struct when seen, uint64_t record,
		  struct link_report *report);

#endif
