/* outcome_source.h - says from an outcome which flow it is of, so that the outputs can tell how far they go. Pure. */
#ifndef TENURE_OUTCOME_SOURCE_H
#define TENURE_OUTCOME_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "enricher/exchange_outcome.h"

#define OUTCOME_SOURCE_NONE INT64_C(-1)

/* Returns the offset of the record that the outcome BYTES of TOPIC was made from; OUTCOME_SOURCE_NONE if BYTES is not of
 * that topic, or was made from a record of another topic than FLOWS (NULL: any). REVISE: the tagged records are
 * corrections. */
int64_t outcome_source(enum exchange_topic topic, const char *bytes, size_t length, bool revise,
		       const char *flows);

#endif
