/* dns_peer.h - the address in a socket's address. Pure. */
#ifndef TENURE_DNS_PEER_H
#define TENURE_DNS_PEER_H

#include <stdbool.h>
#include <sys/socket.h>

#include "common/base/ip.h"

struct ip dns_peer_ip(const struct sockaddr_storage *peer);
/* Whether IP is 0.0.0.0 or ::. */
bool dns_peer_is_any(const struct ip *ip);

#endif
