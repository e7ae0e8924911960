/* holding_state.h - the body of a node's or a service's state. */
#ifndef TENURE_HOLDING_STATE_H
#define TENURE_HOLDING_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/transport.h"
#include "common/base/when.h"
#include "common/timeline/store/codec.h"
#include "common/timeline/store/store.h"

struct held {
	struct ip ip;
	bool shared, gateway, internal; /* in the newest record */
	uint64_t epoch;
	struct when first_received, first_known;
	struct when lacked; /* known before that record, if an earlier one lacked the address */
};

struct open_port {
	struct transport_port port;
	uint64_t number; /* of its row */
};

struct holding_state {
	struct when created;
	struct when shown; /* received of the last record that showed the addresses */
	uint64_t identity; /* of a node: a hash of its name; else 0 */
	uint64_t names;
	uint64_t places;             /* of a node, its zone and region; else 0 */
	uint64_t unaddressed_number; /* of the statement that it has no InternalIP; OFFSET_NEVER */
	bool seen;                   /* there was a record */
	struct ip *always;           /* the addresses that every record has shown */
	size_t always_count;
	struct held *held;
	size_t held_count;
	struct open_port *ports;
	size_t port_count;
};

/* Reads a body, which is empty for a new object, with room for MORE addresses and as many
 * more ports. The caller frees it in any case. -1 after logging. */
int holding_state_read(struct store *store, struct codec *body, size_t more,
		       struct holding_state *holding);
void holding_state_add(struct text *next, const struct holding_state *holding);
void holding_state_free(struct holding_state *holding);

#endif
