/* told.h - what meters tell of the interfaces of two pods that have one address, one after the other. */
#ifndef TENURE_TESTS_TOLD_H
#define TENURE_TESTS_TOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/timeline/timeline.h"

#define TOLD_SECOND_0 INT64_C(1795420800) /* 2026-11-23T08:00:00Z */
#define TOLD_NOW INT64_MAX                /* the last position */

/* A record of an interface that carried 10.244.1.7 from second 100 on. */
struct told {
	int number;       /* 0: none */
	const char *uid;  /* of the interface; NULL: "i" */
	const char *more; /* instead of its address */
	int last;         /* 0: 199 */
	int until;        /* alone; 0: 205 */
	bool closed;
	int confirmed; /* 0: nothing */
	int meter;
};

/* Applies such a record. */
void tell(struct timeline *timeline, struct told told);
/* Returns one of another pod's interface, which carried another address. */
struct told told_other(int number, int confirmed);

/* Lists, and a node n1. Pod a of it has the address from second 100 on, and is lost at second 200. Pod b of it, scheduled
 * at second 210, shows it at second 501. */
void told_pods(struct timeline *timeline);

/* Who sent a flow that ended at SECOND, a second long, which HOST observed; "" if that is not known. */
const char *told_sender_of(struct timeline *timeline, int64_t position, int second,
			   const char *host);
/* The same for a flow of second 300 that the meter itself observed, as of now. */
const char *told_sender(struct timeline *timeline);

#endif
