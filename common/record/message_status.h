/* message_status.h - which statuses of responses are errors, and whose. Pure.
 *
 * After OpenTelemetry's semantic conventions, where they say what a server's span reports as an
 * error:
 *
 *   status       HTTP: 5xx. 4xx is the client's. Where the status is that of a database's reply, "error"
 *                is the operation's, and the conventions for databases do not ask whose fault it was.
 *   grpc_status  unknown, deadline_exceeded, unimplemented, internal, unavailable and data_loss, and a
 *                number that has no name. The others, but ok, are the client's.
 *   rcode        The conventions do not say. servfail and notimp speak of the server (RFC 1035 4.1.1).
 *                The others, but noerror, are about the question or who asks, as nxdomain is.
 *
 * (1) A name that is not known here is no error: nothing proves that it is one.
 */
#ifndef TENURE_MESSAGE_STATUS_H
#define TENURE_MESSAGE_STATUS_H

#include "common/base/span.h"

/* The member of l7 that counts by status. */
enum message_status_of { MESSAGE_STATUS, MESSAGE_GRPC_STATUS, MESSAGE_RCODE };

enum message_outcome { MESSAGE_DID_NOT_FAIL, MESSAGE_CLIENT_FAILED, MESSAGE_FAILED };

enum message_outcome message_status_means(enum message_status_of of, struct span name);

#endif
