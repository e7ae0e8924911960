/* interfaces.h - numbers for the interfaces that packets were seen on.
 *
 * A flow stores the number of its interface. Even after the interface is gone, the
 * number leads to its observer.
 *
 * (1) A number is reused for another interface only when all are taken, and not before REST_NS
 *     after it was retired: by then no flow has it.
 */
#ifndef TENURE_FLOWS_INTERFACES_H
#define TENURE_FLOWS_INTERFACES_H

#include <stdbool.h>
#include <stdint.h>

#include "producers/flows/flow.h"

#define INTERFACES_MAX 8192 /* known at once, including the retired ones: 3 MiB */
#define INTERFACES_NONE UINT16_MAX

struct interfaces;

/* REST_NS is the longest that a flow can outlive its last packet. Copies HOSTNAME;
 * NULL: the name of this host. Returns NULL if out of memory (logged). */
struct interfaces *interfaces_new(const char *hostname, int64_t rest_ns);
void interfaces_free(struct interfaces *interfaces);

/* Returns a number for the interface NAME, which has the number ID in the system, or
 * INTERFACES_NONE if all are taken. NOW is from any steady clock. Bytes of NAME that are not
 * printable ASCII become "?". */
uint16_t interfaces_add(struct interfaces *interfaces, const char *name, uint32_t id,
			struct when now);
/* For packets that carry the system's number of their interface: what interfaces_learn()
 * last returned for ID, or INTERFACES_NONE. */
uint16_t interfaces_find(const struct interfaces *interfaces, uint32_t id);
/* As interfaces_add(); interfaces_find() returns the number from now on. */
uint16_t interfaces_learn(struct interfaces *interfaces, const char *name, uint32_t id,
			  struct when now);
/* For files: the number of the interface NAME with ID, which may be one that is there, or
 * INTERFACES_NONE if all are taken. It is never retired. */
uint16_t interfaces_named(struct interfaces *interfaces, const char *name, uint32_t id);
/* All numbers are taken, so packets of further interfaces may have none. */
bool interfaces_full(const struct interfaces *interfaces);
/* A number for a file or a section of one, not 0 and another each time (65,535 of them): the interfaces that it names may
 * be others than those of the same name in another one. */
uint16_t interfaces_next_section(struct interfaces *interfaces);
void interfaces_retire(struct interfaces *interfaces, uint16_t number, struct when now);

/* The numbers that were used again, in the order in which they were, from 0: number NTH, or
 * INTERFACES_NONE if there were no more. The last INTERFACES_MAX of them are known. */
uint16_t interfaces_reused(const struct interfaces *interfaces, uint64_t nth);

/* What HOSTNAME became. */
const char *interfaces_hostname(const struct interfaces *interfaces);

/* Flows that are captured on NUMBER name UID from now on, printable ASCII of less than FLOW_INTERFACE_UID_SIZE bytes. */
void interfaces_set_uid(struct interfaces *interfaces, uint16_t number, const char *uid);
const struct flow_observer *interfaces_observer(const struct interfaces *interfaces,
						uint16_t number);

#endif
