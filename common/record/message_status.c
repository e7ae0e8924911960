#include "common/record/message_status.h"

#include <stdbool.h>
#include <stddef.h>

static const char *const failed[][8] = {
	[MESSAGE_STATUS] = {"5xx", "error"},
	[MESSAGE_GRPC_STATUS] = {"unknown", "deadline_exceeded", "unimplemented", "internal",
				 "unavailable", "data_loss", "other"},
	[MESSAGE_RCODE] = {"servfail", "notimp"},
};

static const char *const client_failed[][16] = {
	[MESSAGE_STATUS] = {"4xx"},
	[MESSAGE_GRPC_STATUS] = {"cancelled", "invalid_argument", "not_found", "already_exists",
				 "permission_denied", "resource_exhausted", "failed_precondition",
				 "aborted", "out_of_range", "unauthenticated"},
	[MESSAGE_RCODE] = {"formerr", "nxdomain", "refused", "yxdomain", "yxrrset", "nxrrset",
			   "notauth", "notzone", "dsotypeni", "12", "13", "14", "15"},
};

/* NAMES ends with NULL. */
static bool has(const char *const *names, struct span name)
{
	for (; *names != NULL; names++) {
		if (span_equal(name, span_of(*names)))
			return true;
	}
	return false;
}

enum message_outcome message_status_means(enum message_status_of of, struct span name)
{
	if (has(failed[of], name))
		return MESSAGE_FAILED;
	return has(client_failed[of], name) ? MESSAGE_CLIENT_FAILED : MESSAGE_DID_NOT_FAIL;
}
