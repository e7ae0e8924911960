/* credentials.h - keeps the credentials of a struct access current while the program runs.
 *
 * (1) Files are read again every minute and after a 401, as client-go does for tokens
 *     (transport/token_source.go). What cannot be used is logged, and the old bytes stay. A
 *     certificate and its key are taken together, and only if they belong together.
 * (2) An exec plug-in runs at the start, 30 s before its credentials end, and after a 401. While it
 *     runs the streams that are open continue and the old credentials serve as long as they last;
 *     after that no request is started until there are new ones.
 * (3) libcurl opens a new connection for a request with another certificate or authority; streams
 *     on the old connection last until the server ends them.
 */
#ifndef TENURE_KUBE_CREDENTIALS_H
#define TENURE_KUBE_CREDENTIALS_H

#include <stdbool.h>

#include "producers/kube/access.h"
#include "producers/kube/clocks.h"
#include "producers/kube/exec_credential.h"

struct credentials {
	struct access *access; /* borrowed */
	struct when read_at;   /* this and RUN_AT by clocks.h (1) */
	struct when run_at;    /* the plug-in does not start earlier */
	unsigned failures;     /* of the plug-in in a row */
	struct when end; /* of what the plug-in gave, by the wall clock; WHEN_MIN for nothing */
	struct when certificate_end; /* WHEN_MAX if there is no certificate */
	bool end_logged;             /* that the certificate has expired */
};

/* Starts with the credentials of ACCESS, which is borrowed. Runs its plug-in, if there is one, and
 * waits for it, unless the program is asked to stop. -1 after logging, if nothing is usable: then
 * too when a client certificate has expired and there is no token. */
int credentials_start(struct credentials *credentials, struct access *access);
/* Once in each turn of the loop. Never waits. */
void credentials_tend(struct credentials *credentials, const struct clocks *now);
/* True if a request may be started. */
bool credentials_usable(const struct credentials *credentials, const struct clocks *now);

#endif
