/* flow_observer.h - where a flow was captured, as hashes: observer of docs/schemas/tenure.flows.json. Pure. */
#ifndef TENURE_FLOW_OBSERVER_H
#define TENURE_FLOW_OBSERVER_H

#include <stdint.h>

#include "common/base/scan_value.h"
#include "common/base/span.h"

/* span_hash() of observer.hostname; 0 if that is no text. */
uint64_t flow_observer_host(const struct scan_value *hostname);
/* The hash of observer.interface, by its name and id; 0 if one of them is not there. */
uint64_t flow_observer_interface(const struct scan_value *name, const struct scan_value *id);
/* The same hash of an interface NAME with the system's INDEX; 0 if NAME is empty or INDEX not from 1 to 4294967295. */
uint64_t flow_observer_hash(struct span name, uint64_t index);

#endif
