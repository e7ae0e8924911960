#include "producers/kube/exec_credential.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "producers/kube/access.h"

bool exec_credential_is_version(const char *api_version)
{
	return strcmp(api_version, "client.authentication.k8s.io/v1") == 0 ||
	       strcmp(api_version, "client.authentication.k8s.io/v1beta1") == 0;
}

void exec_credential_add_info(struct text *info, const char *api_version, const char *cluster)
{
	text_add_string(info, "{\"kind\":\"ExecCredential\",\"apiVersion\":");
	text_add_json_string(info, api_version);
	text_add_string(info, ",\"spec\":{");
	if (cluster != NULL)
		text_add_format(info, "\"cluster\":%s,", cluster);
	text_add_string(info, "\"interactive\":false}}");
}

void exec_credential_clear(struct exec_credential *credential)
{
	free(credential->token);
	free(credential->certificate);
	free(credential->key);
	*credential = (struct exec_credential){.end = WHEN_MAX};
}

/* Plug-ins whose credentials never end may name a year that an instant cannot hold. */
static bool is_far_future(const char *text)
{
	struct when near;
	char moved[WHEN_TEXT_SIZE] = "2000";
	size_t length = strlen(text);

	if (length <= 4 || length >= sizeof(moved) || strncmp(text, "2261", 4) <= 0 ||
	    strncmp(text, "9999", 4) > 0)
		return false;
	memcpy(moved + 4, text + 4, length - 4);
	return when_parse(moved, length, &near) == 0;
}

/* The text NAME of STATUS. NULL if it is absent or empty, which are the same to client-go. */
static const char *text_of(const struct json_object *status, const char *name, const char **problem)
{
	const char *text = NULL;

	if (json_text(status, name, &text) == JSON_WRONG_TYPE)
		*problem = "printed a status whose token, clientCertificateData or clientKeyData "
			   "is not a string";
	return text != NULL && *text ? text : NULL;
}

static struct when end_of(const struct json_object *status, const char **problem)
{
	struct when end = WHEN_MAX;
	const char *text = NULL;
	enum json_found found = json_when(status, "expirationTimestamp", &end);

	if (found == JSON_WRONG_TYPE &&
	    json_text(status, "expirationTimestamp", &text) == JSON_FOUND && is_far_future(text))
		return WHEN_MAX;
	if (found == JSON_WRONG_TYPE)
		*problem = "printed an expirationTimestamp that is not a time in RFC 3339";
	return end;
}

static bool is_text(const struct json_object *tree, const char *path, const char *wanted)
{
	const char *text;

	return json_text(tree, path, &text) == JSON_FOUND && strcmp(text, wanted) == 0;
}

/* Borrows the texts from TREE. Returns what is wrong, or NULL. */
static const char *read_tree(const struct json_object *tree, const char *api_version,
			     const char **token, const char **certificate, const char **key,
			     struct when *end)
{
	struct json_object *status;
	const char *problem = NULL;

	if (!is_text(tree, "kind", "ExecCredential"))
		return "printed something that is not an ExecCredential";
	if (!is_text(tree, "apiVersion", api_version))
		return "printed another apiVersion than the kubeconfig names";
	if (json_object_at(tree, "status", &status) != JSON_FOUND)
		return "printed no status";
	*token = text_of(status, "token", &problem);
	*certificate = text_of(status, "clientCertificateData", &problem);
	*key = text_of(status, "clientKeyData", &problem);
	*end = end_of(status, &problem);
	if (problem != NULL)
		return problem;
	if ((*certificate == NULL) != (*key == NULL))
		return "printed a certificate without its key, or a key without its certificate";
	if (*token == NULL && *certificate == NULL)
		return "printed neither a token nor a certificate";
	if (*token != NULL && !access_is_header_value(*token))
		return "printed a token with control characters";
	return NULL;
}

static char *copy(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

enum exec_credential_outcome exec_credential_read(const char *bytes, size_t length,
						  const char *api_version,
						  struct exec_credential *credential,
						  const char **problem)
{
	const char *token = NULL, *certificate = NULL, *key = NULL, *fault;
	struct exec_credential read = {.end = WHEN_MAX};
	enum scan_outcome scanned;
	struct json_object *tree = json_parse(bytes, length, &scanned);
	enum exec_credential_outcome outcome = EXEC_CREDENTIAL_BAD;

	fault = tree != NULL ? read_tree(tree, api_version, &token, &certificate, &key, &read.end)
			     : "printed something that cannot be read as JSON";
	if (fault != NULL) {
		*problem = fault;
		goto out;
	}
	read.token = copy(token);
	read.certificate = copy(certificate);
	read.key = copy(key);
	outcome = EXEC_CREDENTIAL_NO_MEMORY;
	if ((token != NULL && read.token == NULL) ||
	    (certificate != NULL && (read.certificate == NULL || read.key == NULL)))
		goto out;
	*credential = read;
	read = (struct exec_credential){.end = WHEN_MAX};
	outcome = EXEC_CREDENTIAL_READ;
out:
	exec_credential_clear(&read);
	json_free(tree);
	return outcome;
}
