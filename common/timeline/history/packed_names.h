/* packed_names.h - the names of a holder and their JSON in one small block. Pure.
 *
 * Fragments that the JSON of every holder has are kept as their numbers, and names that are in the
 * JSON as they are take no space of their own.
 */
#ifndef TENURE_PACKED_NAMES_H
#define TENURE_PACKED_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/timeline/rules/named_holder.h"

#define PACKED_NAMES 12          /* the spans of struct named_holder */
#define PACKED_NAMES_BYTES 32768 /* the most of JSON and names together */

struct packed_name {
	uint16_t at, length; /* in the JSON, or after its end in the names of their own */
};

struct packed_names {
	enum holder_kind kind;
	uint16_t head_length, tail_length; /* of the JSON */
	uint16_t packed_length; /* of the JSON when packed; the names of their own follow */
	uint16_t own_length;
	struct packed_name names[PACKED_NAMES];
	struct when start, end;
	const char *start_from, *end_from, *workload_member; /* static */
	char text[];
};

/* HOLDER and its JSON, in two parts, as a block that the caller frees. NULL if it is longer than
 * PACKED_NAMES_BYTES, or out of memory. */
struct packed_names *packed_names_new(const struct named_holder *holder, struct span head,
				      struct span tail);
/* The bytes of the block. */
size_t packed_names_size(const struct packed_names *packed);
/* Writes the JSON of PACKED, head and tail, to JSON. */
void packed_names_json(const struct packed_names *packed, char json[static PACKED_NAMES_BYTES]);
/* The holder, with spans in PACKED and in the JSON that packed_names_json() wrote. */
struct named_holder packed_names_holder(const struct packed_names *packed, const char *json);

#endif
