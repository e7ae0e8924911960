/* exec_credential.h - what goes into an exec plug-in and what comes out of it: an ExecCredential.
 * Pure.
 *
 * Source: kubernetes/client-go pkg/apis/clientauthentication/v1/types.go (v1beta1 is the same) and
 * plugin/pkg/client/auth/exec/exec.go.
 */
#ifndef TENURE_KUBE_EXEC_CREDENTIAL_H
#define TENURE_KUBE_EXEC_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/text.h"
#include "common/base/when.h"

struct exec_credential {
	char *token;       /* a header's value, or NULL */
	char *certificate; /* PEM, not checked; or NULL */
	char *key;         /* PEM, present if CERTIFICATE is */
	struct when end;   /* of all three; WHEN_MAX if the plug-in names none */
};

enum exec_credential_outcome {
	EXEC_CREDENTIAL_READ,
	EXEC_CREDENTIAL_BAD,
	EXEC_CREDENTIAL_NO_MEMORY,
};

bool exec_credential_is_version(const char *api_version);

/* Adds the value of KUBERNETES_EXEC_INFO. CLUSTER is the JSON of spec.cluster, or NULL. No terminal
 * is offered. */
void exec_credential_add_info(struct text *info, const char *api_version, const char *cluster);

/* Reads what a plug-in printed as JSON. With EXEC_CREDENTIAL_BAD, PROBLEM completes the sentence
 * "the plug-in ...". */
enum exec_credential_outcome exec_credential_read(const char *bytes, size_t length,
						  const char *api_version,
						  struct exec_credential *credential,
						  const char **problem);
void exec_credential_clear(struct exec_credential *credential);

#endif
