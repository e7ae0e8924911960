/* community_id.h - Community ID version 1 with seed 0.
 *
 * One text for both directions of a conversation, the same that Zeek, Suricata,
 * Arkime and packetbeat print: github.com/corelight/community-id-spec.
 */
#ifndef TENURE_FLOWS_COMMUNITY_ID_H
#define TENURE_FLOWS_COMMUNITY_ID_H

#include "producers/flows/flow.h"
#include "producers/flows/flow_key.h"

/* Writes the ID of the conversation with KEY, and a NUL. */
void community_id(const struct flow_key *key, char text[static FLOW_COMMUNITY_ID_SIZE]);

#endif
