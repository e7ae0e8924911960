/* icmp.h - which ICMP messages come in pairs, and which of them are replies.
 *
 * PROTOCOL is TRANSPORT_ICMP or TRANSPORT_ICMPV6. The pairs are those of Community ID.
 */
#ifndef TENURE_FLOWS_ICMP_H
#define TENURE_FLOWS_ICMP_H

#include <stdbool.h>
#include <stdint.h>

/* The type that answers TYPE or that TYPE answers; -1 if there is none: such messages are one-way. */
int icmp_counterpart(uint8_t protocol, uint8_t type);

/* True if TYPE answers another type, even if it is also sent unsolicited. */
bool icmp_may_be_reply(uint8_t protocol, uint8_t type);

/* True if TYPE is only ever sent in reply. */
bool icmp_is_reply(uint8_t protocol, uint8_t type);

#endif
