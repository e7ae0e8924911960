/* membership.h - an EndpointSlice lists an address (docs/answers.md section 7). */
#ifndef TENURE_MEMBERSHIP_H
#define TENURE_MEMBERSHIP_H

#include <stdint.h>

#include "common/base/span.h"
#include "common/base/when.h"

/* A service lists an address, from opening until closing. */
struct membership {
	struct span service;  /* namespace/name */
	struct span uid;      /* of the target, or empty */
	struct span hostname; /* of the endpoint, or empty */
	struct span ports;    /* three bytes each: protocol, port (0: every port) */
	struct when opening;
	struct when closing; /* WHEN_MAX while open */
	uint64_t opened_offset;
	uint64_t closed_offset; /* OFFSET_NEVER while open */
};

#endif
