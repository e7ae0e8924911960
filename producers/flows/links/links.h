/* links.h - what is known of each interface of a pod: since when and until when it is there, and the
 * addresses that its packets came from. Pure.
 *
 * docs/answers.md, section 3, says what a record of an interface proves. An interface has the number that
 * interfaces.h gave it.
 *
 * (1) Each report says all that is known, so a lost one is made good by the next.
 * (2) An interface with two addresses of one family counts for nothing by these rules. Both are reported, and
 *     its packets are no longer followed. Addresses that are nobody's (ip_is_local_scope()) never are.
 * (3) links_packet() takes the same short time whatever is known, and nothing is allocated after links_new().
 * (4) Of interfaces that are gone the last ALONE_PAST_MAX to end are known one by one. What earlier ones carried stays
 *     known of the addresses that were there when they were forgotten; others are alone only after them.
 */
#ifndef TENURE_FLOWS_LINKS_H
#define TENURE_FLOWS_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/ip.h"
#include "common/base/when.h"

#define LINKS_NAME_SIZE 80
#define LINKS_MAC_SIZE 6
#define LINKS_ADDRESSES_MAX 3 /* one of a family, and two of the other */

/* After the record of a new address come others, at ever longer intervals, while packets come from it. */
#define LINKS_FIRST_NS (5 * NS_PER_SECOND)
#define LINKS_LONGEST_NS (640 * NS_PER_SECOND)

/* A packet of a file is passed to links_packet() before others that are so much later. */
#define LINKS_LATE_NS NS_PER_SECOND

/* So long after the report that an interface is gone comes another one, of a live capture, and so long after that the
 * last, unless its addresses are others' by then: flows end later than the interface, as what was sent to it is sent again,
 * and while an address is alone they are of this one. */
#define LINKS_ENDING_NS (1500 * NS_PER_MS)
#define LINKS_FINAL_NS (4500 * NS_PER_MS)
#define LINKS_ENDINGS 3 /* reports */

/* So often does a report of a live capture confirm what is open (open.h), of at most so many interfaces. */
#define LINKS_CONFIRM_NS (5 * NS_PER_SECOND)
#define LINKS_OPEN_MAX 1024

struct links;

struct link_address {
	struct ip ip;
	struct when first; /* the earliest and the latest packet with this source */
	struct when last;
	/* In a report: in between no packet with it came from another interface; WHEN_MAX and WHEN_MIN if that is not
	 * known. */
	struct when alone_since;
	struct when alone_until;
	bool open; /* nothing has ended it so far: later reports may confirm it */
};

struct link_report {
	uint64_t
		record; /* the number of this report of all, from 1; one that could not be made has a number too */
	/* Each address that is open in the latest report of its interface was alone up to then; WHEN_MIN: nothing is said of others. */
	struct when confirmed;
	uint16_t number;
	uint64_t order; /* how many interfaces appeared before this one */
	char name[LINKS_NAME_SIZE];
	uint32_t index; /* the system's number; 0: not known */
	bool has_mac;
	uint8_t mac[LINKS_MAC_SIZE]; /* of the pod's end */
	struct when since;           /* it was not there before; WHEN_MIN: it may have been */
	struct when appeared;        /* it was there by then; WHEN_MAX: not known */
	bool gone;                   /* one of the last reports of this interface */
	struct when until;           /* if it is GONE: it was not there from then on */
	bool again;                  /* not the first report of this interface */
	size_t address_count;
	struct link_address addresses[LINKS_ADDRESSES_MAX];
};

/* All that changes with a packet that has the same source as the one before it on its interface, and is not earlier, as nearly all. */
struct link_quick {
	struct ip source;
	struct when *last;
	bool moved; /* since the last report packets came, and nothing else is new */
};

struct links_stats {
	uint64_t followed; /* interfaces that appeared */
	uint64_t several;  /* those of them with two addresses of one family */
	uint64_t unsaid; /* those whose number was used again before their last report was taken */
	uint64_t not_open;  /* reports without what is open, as that of LINKS_OPEN_MAX others is */
	uint64_t missed;    /* times at which packets of pods' interfaces may have been missed */
	uint64_t forgotten; /* of (4) */
};

/* For the numbers below MAX. Returns NULL if out of memory. */
struct links *links_new(size_t max);
void links_free(struct links *links);

/* The interface NAME, which has INDEX in the system (0: not known), is followed under NUMBER from now on. SINCE: it
 * was not there before; WHEN_MIN: it may have been. APPEARED: it was there by then; WHEN_MAX: that is not known. What
 * NUMBER stood for is forgotten. */
void links_appear(struct links *links, uint16_t number, const char *name, uint32_t index,
		  struct when since, struct when appeared);
bool links_has(const struct links *links, uint16_t number);
/* The pod's end has MAC. This and the next two do nothing for a number that is not followed. */
void links_mac(struct links *links, uint16_t number, const uint8_t mac[static LINKS_MAC_SIZE]);
/* The interface was gone at UNTIL. Packets that come for it later are not followed, so call this after those that were
 * in its ring. */
void links_end(struct links *links, uint16_t number, struct when until);
/* A packet from SOURCE came into the interface from the pod's side. */
void links_packet(struct links *links, uint16_t number, const struct ip *source, struct when time);
/* That of a number for which links_appear() was called. It is LINKS'. */
struct link_quick *links_quick(struct links *links, uint16_t number);
/* As links_packet() of the interface of QUICK. False, and nothing is done, if that is to be called. */
static inline bool links_quick_packet(struct link_quick *quick, const struct ip *source,
				      struct when time)
{
	if (memcmp(&quick->source, source, sizeof(*source)) != 0 || when_before(time, *quick->last))
		return false;
	*quick->last = time;
	quick->moved = true;
	return true;
}

/* ---- Which packets are not passed, without which nothing is said to be alone (alone.h) ---- */

/* From SINCE on each packet of each pod's interface of the node is passed, but for what links_miss() and links_gap()
 * say. WHEN_MAX: some may not be, as before the first call. */
void links_whole(struct links *links, struct when since);
/* A live capture: all packets up to SEEN have been passed, and what was missed up to then was said. */
void links_see(struct links *links, struct when seen);
/* From SINCE to UNTIL packets of NUMBER may have been missed. */
void links_miss(struct links *links, uint16_t number, struct when since, struct when until);
/* From SINCE to UNTIL packets of a pod's interface that is not followed may have been missed. */
void links_gap(struct links *links, struct when since, struct when until);

/* Takes the next report that is due at NOW, which is of the clock of the packets: at the first packet of an address,
 * from time to time while packets come, and when the interface is gone; while an address is open, when it no longer is,
 * and from time to time one that confirms all that is. False if there is none. An interface without an address has
 * none. */
bool links_next(struct links *links, struct when now, struct link_report *report);
/* Whether links_next() may have one. */
bool links_is_due(const struct links *links, struct when now);
/* The input is at its end: takes the next report that says more than the last of its interface. Nothing in it is open, as none
 * comes that could confirm it. */
bool links_rest(struct links *links, struct link_report *report);
/* The same for one interface. */
bool links_rest_of(struct links *links, uint16_t number, struct link_report *report);

struct links_stats links_get_stats(const struct links *links);

#endif
