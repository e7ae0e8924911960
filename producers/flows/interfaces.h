/* interfaces.h - numbers for the interfaces that packets were seen on.
 *
 * A flow remembers the number; here it becomes an observer again, also after the
 * interface is gone.
 *
 * (1) A number is given to another interface only when all are taken, and then not
 *     before REST_NS after it was retired: no flow refers to it then.
 */
#ifndef TENURE_FLOWS_INTERFACES_H
#define TENURE_FLOWS_INTERFACES_H

#include <stdint.h>

#include "producers/flows/flow.h"

#define INTERFACES_MAX 8192 /* known at once, the retired ones included: 3 MiB */
#define INTERFACES_NONE UINT16_MAX

struct interfaces;

/* REST_NS: the longest time that a flow can outlive its last packet. HOSTNAME is
 * copied. NULL when there is no memory. */
struct interfaces *interfaces_new(const char *hostname, int64_t rest_ns);
void interfaces_free(struct interfaces *interfaces);

/* Gives a number to the interface NAME with the system's number ID; NOW is any
 * steady clock. INTERFACES_NONE when all are taken. What is not
 * ASCII in NAME becomes "?". */
uint16_t interfaces_add(struct interfaces *interfaces, const char *name, uint32_t id,
			struct when now);
/* Where packets tell the system's number of their interface: what interfaces_learn()
 * last gave for ID, INTERFACES_NONE before that. */
uint16_t interfaces_find(const struct interfaces *interfaces, uint32_t id);
/* As interfaces_add(), and interfaces_find() gives the number from now on. */
uint16_t interfaces_learn(struct interfaces *interfaces, const char *name, uint32_t id,
			  struct when now);
void interfaces_retire(struct interfaces *interfaces, uint16_t number, struct when now);

const struct flow_observer *interfaces_observer(const struct interfaces *interfaces,
						uint16_t number);

#endif
