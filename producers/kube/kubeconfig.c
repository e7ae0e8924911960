#include "producers/kube/kubeconfig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "producers/kube/base64.h"

/* The file while it is read. */
struct config {
	const char *path; /* for messages and relative names */
	yaml_document_t document;
	bool loaded;
};

/* An entry of one of its lists: clusters[NAME].cluster and so on. */
struct kubeconfig_entry {
	const char *list;
	const char *name;
	yaml_node_t *body;
};

static const char *text_of(const yaml_node_t *node)
{
	return node != NULL && node->type == YAML_SCALAR_NODE
		       ? (const char *)node->data.scalar.value
		       : NULL;
}

static yaml_node_t *member(struct config *config, const yaml_node_t *node, const char *name)
{
	if (node == NULL || node->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		const char *key = text_of(yaml_document_get_node(&config->document, pair->key));

		if (key != NULL && strcmp(key, name) == 0)
			return yaml_document_get_node(&config->document, pair->value);
	}
	return NULL;
}

/* The text NAME of NODE; NULL when it is absent or empty. */
static const char *text_at(struct config *config, const yaml_node_t *node, const char *name)
{
	const char *value = text_of(member(config, node, name));

	return value != NULL && *value ? value : NULL;
}

static int load(struct config *config)
{
	FILE *file = fopen(config->path, "rb");
	yaml_parser_t parser;
	bool parsing = false;
	int rc = -1;

	if (file == NULL) {
		log_error("cannot read kubeconfig %s: %s", config->path, strerror(errno));
		goto out;
	}
	parsing = yaml_parser_initialize(&parser);
	if (!parsing) {
		log_error("out of memory");
		goto out;
	}
	yaml_parser_set_input_file(&parser, file);
	config->loaded = yaml_parser_load(&parser, &config->document);
	if (!config->loaded) {
		log_error("kubeconfig %s is not YAML: %s at line %zu", config->path,
			  parser.problem != NULL ? parser.problem : "unreadable",
			  parser.problem_mark.line + 1);
		goto out;
	}
	rc = 0;
out:
	if (parsing)
		yaml_parser_delete(&parser);
	if (file != NULL)
		fclose(file);
	return rc;
}

/* The entry NAME of LIST, or NULL. NAMES gets the names of all entries, for a message. */
static yaml_node_t *find_named(struct config *config, const yaml_node_t *list, const char *name,
			       struct text *names)
{
	yaml_node_t *found = NULL;

	if (list == NULL || list->type != YAML_SEQUENCE_NODE)
		return NULL;
	for (yaml_node_item_t *item = list->data.sequence.items.start;
	     item < list->data.sequence.items.top; item++) {
		yaml_node_t *node = yaml_document_get_node(&config->document, *item);
		const char *own = text_at(config, node, "name");

		text_add_format(names, "%s%s", names->length > 0 ? ", " : "",
				own != NULL ? own : "?");
		if (found == NULL && own != NULL && strcmp(own, name) == 0)
			found = node;
	}
	return found;
}

/* Finds the entry ENTRY->NAME of ENTRY->LIST, and its member INSIDE. A message says that WHO
 * named it. */
static int find_entry(struct config *config, struct kubeconfig_entry *entry, const char *inside,
		      const char *who)
{
	yaml_node_t *root = yaml_document_get_root_node(&config->document);
	struct text names;
	yaml_node_t *node;
	int rc = -1;

	text_init(&names, 1024);
	node = find_named(config, member(config, root, entry->list), entry->name, &names);
	entry->body = member(config, node, inside);
	if (entry->body != NULL && entry->body->type == YAML_MAPPING_NODE)
		rc = 0;
	else if (node == NULL)
		log_error("kubeconfig %s: %s names \"%s\", which is not among its %s (%s)",
			  config->path, who, entry->name, entry->list,
			  names.length ? text_terminate(&names) : "there are none");
	else
		log_error("kubeconfig %s: %s[%s] has no %s", config->path, entry->list, entry->name,
			  inside);
	text_free(&names);
	return rc;
}

static int copy(char **to, const char *from)
{
	if (from == NULL)
		return 0;
	*to = strdup(from);
	if (*to != NULL)
		return 0;
	log_error("out of memory");
	return -1;
}

/* A new copy of PATH, which is relative to the kubeconfig's folder. NULL after logging. */
static char *resolved(const struct config *config, const char *path)
{
	const char *slash = strrchr(config->path, '/');
	int folder = *path == '/' || slash == NULL ? 0 : (int)(slash + 1 - config->path);
	struct text joined;

	text_init(&joined, 8192);
	text_add_format(&joined, "%.*s%s", folder, config->path, path);
	text_terminate(&joined);
	if (joined.failed)
		log_error("kubeconfig %s: the file name %s is too long", config->path, path);
	return joined.data;
}

/* Takes the base64 in the member NAME-data or, without it, the file that NAME names. */
static int take_bytes(struct config *config, const struct kubeconfig_entry *entry, const char *name,
		      struct access_bytes *bytes)
{
	char data_name[64], purpose[512];
	const char *path = text_at(config, entry->body, name), *data;
	char *file;
	int rc;

	snprintf(data_name, sizeof(data_name), "%s-data", name);
	data = text_at(config, entry->body, data_name);
	if (data != NULL) {
		bytes->data = base64_decode(data, &bytes->length);
		if (bytes->data != NULL)
			return 0;
		log_error("kubeconfig %s: %s of %s[%s] is not base64", config->path, data_name,
			  entry->list, entry->name);
		return -1;
	}
	if (path == NULL)
		return 0;
	snprintf(purpose, sizeof(purpose), "%s of %s[%s] in %s", name, entry->list, entry->name,
		 config->path);
	file = resolved(config, path);
	rc = file != NULL ? access_read_file(file, purpose, bytes) : -1;
	free(file);
	return rc;
}

static int take_cluster(struct config *config, const struct kubeconfig_entry *entry,
			struct access *access)
{
	const char *server = text_at(config, entry->body, "server");
	const char *insecure = text_at(config, entry->body, "insecure-skip-tls-verify");
	const char *host = "";

	if (server == NULL) {
		log_error("kubeconfig %s: clusters[%s] has no server (https://HOST:PORT)",
			  config->path, entry->name);
		return -1;
	}
	if (strncmp(server, "https://", 8) == 0)
		host = server + 8;
	else if (strncmp(server, "http://", 7) == 0)
		host = server + 7;
	if (*host == '\0' || *host == '/') {
		log_error("kubeconfig %s: server of clusters[%s] must be https://HOST:PORT, not %s",
			  config->path, entry->name, server);
		return -1;
	}
	access->insecure = insecure != NULL && strcmp(insecure, "true") == 0;
	if (copy(&access->server, server) < 0 ||
	    copy(&access->proxy, text_at(config, entry->body, "proxy-url")) < 0 ||
	    copy(&access->tls_server_name, text_at(config, entry->body, "tls-server-name")) < 0 ||
	    take_bytes(config, entry, "certificate-authority", &access->authority) < 0)
		return -1;
	for (size_t n = strlen(access->server); n > 0 && access->server[n - 1] == '/';)
		access->server[--n] = '\0';
	if (access->insecure && access->authority.data != NULL) {
		log_error("kubeconfig %s: clusters[%s] has both a certificate-authority and "
			  "insecure-skip-tls-verify; keep one",
			  config->path, entry->name);
		return -1;
	}
	return 0;
}

static int take_user(struct config *config, const struct kubeconfig_entry *entry,
		     struct access *access)
{
	static const char *const unsupported[] = {"exec", "auth-provider", "username", "password",
						  "as",   "as-groups"};
	const char *token_file = text_at(config, entry->body, "tokenFile");

	for (size_t i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++) {
		if (member(config, entry->body, unsupported[i]) == NULL)
			continue;
		log_error("kubeconfig %s: %s of users[%s] is not supported yet; give a token, a "
			  "tokenFile or a client-certificate (kubectl create token makes a token)",
			  config->path, unsupported[i], entry->name);
		return -1;
	}
	if (take_bytes(config, entry, "client-certificate", &access->certificate) < 0 ||
	    take_bytes(config, entry, "client-key", &access->key) < 0)
		return -1;
	if ((access->certificate.data == NULL) != (access->key.data == NULL)) {
		log_error("kubeconfig %s: users[%s] has a client-certificate without a client-key, "
			  "or the key without the certificate",
			  config->path, entry->name);
		return -1;
	}
	if (token_file == NULL)
		return copy(&access->token, text_at(config, entry->body, "token"));
	access->token_file = resolved(config, token_file);
	access_refresh_token(access);
	return access->token != NULL ? 0 : -1;
}

static int take_context(struct config *config, const char *context, struct access *access)
{
	const yaml_node_t *root = yaml_document_get_root_node(&config->document);
	const char *chosen = context != NULL ? context : text_at(config, root, "current-context");
	struct kubeconfig_entry in = {"contexts", chosen, NULL}, cluster, user;

	if (chosen == NULL) {
		log_error("kubeconfig %s has no current-context; give --context NAME",
			  config->path);
		return -1;
	}
	if (find_entry(config, &in, "context", context != NULL ? "--context" : "current-context") <
	    0)
		return -1;
	cluster = (struct kubeconfig_entry){"clusters", text_at(config, in.body, "cluster"), NULL};
	user = (struct kubeconfig_entry){"users", text_at(config, in.body, "user"), NULL};
	if (cluster.name == NULL || user.name == NULL) {
		log_error("kubeconfig %s: contexts[%s] names no %s", config->path, chosen,
			  cluster.name != NULL ? "user" : "cluster");
		return -1;
	}
	if (find_entry(config, &cluster, "cluster", "its context") < 0 ||
	    find_entry(config, &user, "user", "its context") < 0 ||
	    take_cluster(config, &cluster, access) < 0)
		return -1;
	return take_user(config, &user, access);
}

int kubeconfig_read(const char *path, const char *context, struct access *access)
{
	struct config config = {.path = path};
	struct access read = {0};
	int rc = -1;

	if (copy(&read.source, path) < 0 || load(&config) < 0)
		goto out;
	if (yaml_document_get_root_node(&config.document) == NULL) {
		log_error("kubeconfig %s is empty", path);
		goto out;
	}
	if (take_context(&config, context, &read) < 0)
		goto out;
	*access = read;
	read = (struct access){0};
	rc = 0;
out:
	if (config.loaded)
		yaml_document_delete(&config.document);
	access_clear(&read);
	return rc;
}
