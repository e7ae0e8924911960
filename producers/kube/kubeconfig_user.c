#include "producers/kube/kubeconfig_user.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "producers/kube/kubeconfig_exec.h"

#define HEADER_MAX 65536 /* bytes */

/* Adds KEY as part of a header's name, as headerKeyEscape() in kubernetes/client-go
 * transport/round_trippers.go does; RFC 9110 section 5.6.2 names the characters that stay. */
static void add_escaped(struct text *line, const char *key)
{
	for (const char *c = key; *c; c++) {
		if (isalnum((unsigned char)*c) || strchr("!#$&'*+-.^_`|~", *c) != NULL)
			text_add(line, c, 1);
		else
			text_add_format(line, "%%%02X", (unsigned char)*c);
	}
}

/* Adds the line of one value: NAME, the escaped KEY, VALUE. -1 after logging. */
static int add_header(const struct kubeconfig_entry *user, struct words *headers, const char *name,
		      const char *key, struct yaml_value value)
{
	const char *text = yaml_tree_text(value);
	struct text line;
	int rc = -1;

	if (text == NULL || !access_is_header_value(text)) {
		log_error(
			"kubeconfig %s: an as, as-uid, as-groups or as-user-extra of users[%s] is "
			"empty, not a string or has control characters",
			user->path, user->name);
		return -1;
	}
	text_init(&line, HEADER_MAX);
	text_add_string(&line, name);
	add_escaped(&line, key);
	text_add_format(&line, ": %s", text);
	text_terminate(&line);
	if (line.failed || words_add(headers, line.data) < 0)
		log_error("out of memory");
	else
		rc = 0;
	text_free(&line);
	return rc;
}

/* Adds a line for each item of VALUES. -1 after logging. */
static int add_headers(const struct kubeconfig_entry *user, struct words *headers, const char *name,
		       const char *key, struct yaml_value values)
{
	for (size_t i = 0; i < yaml_tree_items(values); i++)
		if (add_header(user, headers, name, key, yaml_tree_item(values, i)) < 0)
			return -1;
	if (!yaml_tree_present(values) || yaml_tree_is_sequence(values))
		return 0;
	log_error("kubeconfig %s: as-groups and each member of as-user-extra of users[%s] must be "
		  "lists",
		  user->path, user->name);
	return -1;
}

/* Takes whom we act as: the headers Impersonate-*. -1 after logging. */
static int take_impersonation(const struct kubeconfig_entry *user, struct words *headers)
{
	struct yaml_value as = yaml_tree_member(user->body, "as");
	struct yaml_value uid = yaml_tree_member(user->body, "as-uid");
	struct yaml_value groups = yaml_tree_member(user->body, "as-groups");
	struct yaml_value extra = yaml_tree_member(user->body, "as-user-extra");

	if (!yaml_tree_present(as)) {
		if (!yaml_tree_present(uid) && !yaml_tree_present(groups) &&
		    !yaml_tree_present(extra))
			return 0;
		log_error(
			"kubeconfig %s: users[%s] has as-uid, as-groups or as-user-extra, but not "
			"as",
			user->path, user->name);
		return -1;
	}
	if (add_header(user, headers, "Impersonate-User", "", as) < 0 ||
	    (yaml_tree_present(uid) && add_header(user, headers, "Impersonate-Uid", "", uid) < 0) ||
	    add_headers(user, headers, "Impersonate-Group", "", groups) < 0)
		return -1;
	if (yaml_tree_present(extra) && !yaml_tree_is_mapping(extra)) {
		log_error("kubeconfig %s: as-user-extra of users[%s] must be a mapping", user->path,
			  user->name);
		return -1;
	}
	for (size_t i = 0; i < yaml_tree_pairs(extra); i++) {
		const char *key;
		struct yaml_value values = yaml_tree_pair(extra, i, &key);

		if (add_headers(user, headers, "Impersonate-Extra-", key != NULL ? key : "",
				values) < 0)
			return -1;
	}
	return 0;
}

/* Refuses by name what is not supported. -1 after logging. */
static int refuse_unsupported(const struct kubeconfig_entry *user)
{
	const char *name = NULL;

	if (yaml_tree_present(yaml_tree_member(user->body, "auth-provider")))
		name = "auth-provider";
	else if (yaml_tree_text_at(user->body, "username") != NULL)
		name = "username";
	else if (yaml_tree_text_at(user->body, "password") != NULL)
		name = "password";
	if (name == NULL)
		return 0;
	log_error("kubeconfig %s: %s of users[%s] is not supported; give a token, a tokenFile, a "
		  "client-certificate or an exec plug-in",
		  user->path, name, user->name);
	return -1;
}

static int take_certificate(const struct kubeconfig_entry *user, struct access *access)
{
	if (kubeconfig_entry_take(user, "client-certificate", &access->certificate) < 0 ||
	    kubeconfig_entry_take(user, "client-key", &access->key) < 0)
		return -1;
	if ((access->certificate.data == NULL) == (access->key.data == NULL))
		return 0;
	log_error("kubeconfig %s: users[%s] has a client-certificate without a client-key, or the "
		  "key without the certificate",
		  user->path, user->name);
	return -1;
}

/* The file beats the text, which is still good when there is no file (clientcmd/api/v1/types.go
 * AuthInfo.TokenFile). -1 after logging. */
static int take_token(const struct kubeconfig_entry *user, struct access *access)
{
	const char *text = yaml_tree_text_at(user->body, "token");
	const char *path = yaml_tree_text_at(user->body, "tokenFile");
	char *copy = NULL;

	if (text != NULL && !access_is_header_value(text)) {
		log_error("kubeconfig %s: the token of users[%s] has control characters",
			  user->path, user->name);
		return -1;
	}
	if (path != NULL) {
		access->token.path = kubeconfig_entry_resolve(user, path);
		if (access->token.path == NULL)
			return -1;
		if (access_read_token(access->token.path, &access->token) == 0)
			return 0;
		if (text == NULL)
			return -1;
	}
	if (kubeconfig_entry_copy(&copy, text) < 0)
		return -1;
	access_set_bytes(&access->token, copy, copy != NULL ? strlen(copy) : 0);
	return 0;
}

int kubeconfig_user_take(const struct kubeconfig_entry *user,
			 const struct kubeconfig_entry *cluster, struct access *access)
{
	if (refuse_unsupported(user) < 0 || take_impersonation(user, &access->headers) < 0)
		return -1;
	/* Without TLS no credentials are sent (client_config.go ClientConfig). */
	if (strncmp(access->server, "http://", 7) == 0)
		return 0;
	if (take_certificate(user, access) < 0 || take_token(user, access) < 0)
		return -1;
	if (!yaml_tree_present(yaml_tree_member(user->body, "exec")) ||
	    access->token.data != NULL || access->certificate.data != NULL)
		return 0;
	access->plugin = kubeconfig_exec_take(user, cluster, access);
	return access->plugin != NULL ? 0 : -1;
}
