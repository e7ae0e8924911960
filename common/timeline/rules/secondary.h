/* secondary.h - the addresses of a pod's further networks. Pure.
 *
 * docs/answers.md section 3. They come and go while the pod's epoch lasts, and others may have the
 * same address in a network of their own, so each is a binding of its own.
 */
#ifndef TENURE_SECONDARY_H
#define TENURE_SECONDARY_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/when.h"
#include "common/timeline/rules/epoch.h"

struct secondary {
	struct ip ip;
	uint64_t number; /* the offset of the record that first showed it */
	struct when first_received, first_known;
};

struct secondaries {
	struct secondary list[EPOCH_ADDRESSES_MAX];
	size_t count;
};

/* Of a record that came at ARRIVAL and shows SHOWN[COUNT]: adds to HELD what is new, as far as there
 * is room, and moves to GONE what it no longer shows. */
void secondary_update(struct secondaries *held, const struct ip *shown, size_t count,
		      const struct arrival *arrival, struct secondaries *gone);

/* The evidence of ONE while EPOCH is that of its pod. */
struct evidence secondary_evidence(const struct evidence *epoch, const struct secondary *one);

/* The same, of one that a record that came at ARRIVAL no longer shows. */
struct evidence secondary_gone(const struct evidence *epoch, const struct secondary *one,
			       const struct arrival *arrival);

#endif
