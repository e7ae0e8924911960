/* What a plug-in printed: whatever it is, a credential that is read is complete, its token is safe
 * in a header, and written as JSON again it reads the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "producers/kube/access.h"
#include "producers/kube/exec_credential.h"

#define V1 "client.authentication.k8s.io/v1"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void add_member(struct text *text, const char *name, const char *value)
{
	if (value == NULL)
		return;
	text_add_format(text, ",\"%s\":", name);
	text_add_json_string(text, value);
}

static void check_again(const struct exec_credential *first)
{
	struct exec_credential second;
	const char *problem;
	struct text text;

	text_init(&text, 1 << 24);
	text_add_string(&text, "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1
			       "\",\"status\":{\"expirationTimestamp\":");
	text_add_when(&text, first->end);
	add_member(&text, "token", first->token);
	add_member(&text, "clientCertificateData", first->certificate);
	add_member(&text, "clientKeyData", first->key);
	text_add_string(&text, "}}");
	check(exec_credential_read(text.data, text.length, V1, &second, &problem) ==
	      EXEC_CREDENTIAL_READ);
	check(same(first->token, second.token) && same(first->certificate, second.certificate) &&
	      same(first->key, second.key) && first->end.ns == second.end.ns);
	exec_credential_clear(&second);
	text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct exec_credential credential;
	const char *problem = NULL;

	if (exec_credential_read((const char *)data, size, V1, &credential, &problem) !=
	    EXEC_CREDENTIAL_READ) {
		check(problem != NULL);
		return 0;
	}
	check(credential.token != NULL || credential.certificate != NULL);
	check((credential.certificate == NULL) == (credential.key == NULL));
	check(credential.token == NULL || access_is_header_value(credential.token));
	check_again(&credential);
	exec_credential_clear(&credential);
	return 0;
}
