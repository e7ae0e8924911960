/* holding_state.h - the body of a node's or a service's state. */
#ifndef TENURE_HOLDING_STATE_H
#define TENURE_HOLDING_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/transport.h"
#include "common/base/when.h"
#include "common/timeline/store/codec.h"

struct held {
	struct ip ip;
	uint64_t epoch;
	struct when first_received;
};

struct open_port {
	struct transport_port port;
	uint64_t number; /* of its row */
};

struct holding_state {
	struct when created;
	struct when shown; /* received of the last record that showed the addresses */
	uint64_t names, places;
	struct held *held;
	size_t held_count;
	struct open_port *ports;
	size_t port_count;
};

/* Reads a body, empty when nothing is left of CODEC, with room for MORE addresses and ports
 * than it has. The caller frees it in any case. -1 when there is no memory. */
int holding_state_read(struct codec *codec, size_t more, struct holding_state *holding);
void holding_state_add(struct text *next, const struct holding_state *holding);
void holding_state_free(struct holding_state *holding);

#endif
