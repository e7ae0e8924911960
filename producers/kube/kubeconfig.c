#include "producers/kube/kubeconfig.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/text.h"
#include "common/program/log.h"
#include "producers/kube/kubeconfig_entry.h"
#include "producers/kube/kubeconfig_user.h"
#include "producers/kube/yaml_tree.h"

/* Takes clusters[NAME].cluster.server, without a slash at its end. -1 after logging. */
static int take_server(const struct kubeconfig_entry *cluster, struct access *access)
{
	const char *server = yaml_tree_text_at(cluster->body, "server"), *host = "";

	if (server == NULL) {
		log_error("kubeconfig %s: clusters[%s] has no server (https://HOST:PORT)",
			  cluster->path, cluster->name);
		return -1;
	}
	/* Before anything that would print it. */
	if (strchr(server, '@') != NULL) {
		log_error("kubeconfig %s: server of clusters[%s] has a user name or a password in "
			  "it, which is not supported",
			  cluster->path, cluster->name);
		return -1;
	}
	if (strncmp(server, "https://", 8) == 0)
		host = server + 8;
	else if (strncmp(server, "http://", 7) == 0)
		host = server + 7;
	if (*host == '\0' || *host == '/') {
		log_error("kubeconfig %s: server of clusters[%s] must be https://HOST:PORT, not %s",
			  cluster->path, cluster->name, server);
		return -1;
	}
	if (kubeconfig_entry_copy(&access->server, server) < 0)
		return -1;
	for (size_t n = strlen(access->server); n > 0 && access->server[n - 1] == '/';)
		access->server[--n] = '\0';
	return 0;
}

/* Takes proxy-url. Its password is never printed. -1 after logging. */
static int take_proxy(const struct kubeconfig_entry *cluster, struct access *access)
{
	const char *proxy = yaml_tree_text_at(cluster->body, "proxy-url");
	struct text changed;

	if (proxy == NULL)
		return 0;
	if (strncmp(proxy, "http://", 7) == 0 || strncmp(proxy, "https://", 8) == 0)
		return kubeconfig_entry_copy(&access->proxy, proxy);
	if (strncmp(proxy, "socks5://", 9) != 0) {
		log_error("kubeconfig %s: proxy-url of clusters[%s] must begin with http://, "
			  "https:// or socks5:// (clientcmd/helpers.go)",
			  cluster->path, cluster->name);
		return -1;
	}
	/* Go lets the proxy look the name up, which libcurl does only with this scheme. */
	text_init(&changed, 65536);
	text_add_format(&changed, "socks5h://%s", proxy + 9);
	text_terminate(&changed);
	if (!changed.failed)
		access->proxy = changed.data;
	else
		log_error("out of memory");
	return changed.failed ? -1 : 0;
}

static int take_cluster(const struct kubeconfig_entry *cluster, struct access *access)
{
	access->insecure = yaml_tree_true_at(cluster->body, "insecure-skip-tls-verify");
	access->uncompressed = yaml_tree_true_at(cluster->body, "disable-compression");
	if (take_server(cluster, access) < 0 || take_proxy(cluster, access) < 0 ||
	    kubeconfig_entry_copy(&access->tls_server_name,
				  yaml_tree_text_at(cluster->body, "tls-server-name")) < 0 ||
	    kubeconfig_entry_take(cluster, "certificate-authority", &access->authority) < 0)
		return -1;
	if (!access->insecure || access->authority.data == NULL)
		return 0;
	log_error("kubeconfig %s: clusters[%s] has both a certificate-authority and "
		  "insecure-skip-tls-verify; keep one",
		  cluster->path, cluster->name);
	return -1;
}

static const char *current_context(const struct kubeconfig_files *files)
{
	const char *name = NULL;

	for (size_t i = 0; i < files->count && name == NULL; i++)
		name = yaml_tree_text_at(yaml_tree_root(files->list[i].tree), "current-context");
	return name;
}

static int take_context(const struct kubeconfig_files *files, const char *context,
			struct access *access)
{
	const char *chosen = context != NULL ? context : current_context(files);
	struct kubeconfig_entry in = {.list = "contexts", .member = "context", .name = chosen},
				cluster = {.list = "clusters", .member = "cluster"},
				user = {.list = "users", .member = "user"};

	if (chosen == NULL) {
		log_error("kubeconfig %s has no current-context; give --context NAME",
			  files->source);
		return -1;
	}
	if (kubeconfig_entry_find(files, &in, context != NULL ? "--context" : "current-context") <
	    0)
		return -1;
	cluster.name = yaml_tree_text_at(in.body, "cluster");
	user.name = yaml_tree_text_at(in.body, "user");
	if (cluster.name == NULL || user.name == NULL) {
		log_error("kubeconfig %s: contexts[%s] names no %s", in.path, chosen,
			  cluster.name != NULL ? "user" : "cluster");
		return -1;
	}
	if (kubeconfig_entry_find(files, &cluster, "its context") < 0 ||
	    kubeconfig_entry_find(files, &user, "its context") < 0 ||
	    take_cluster(&cluster, access) < 0)
		return -1;
	return kubeconfig_user_take(&user, &cluster, access);
}

/* Adds the file PATH[LENGTH] unless it does not exist. -1 after logging. */
static int add_file(struct kubeconfig_files *files, const char *path, size_t length)
{
	struct kubeconfig_file file = {.path = strndup(path, length)};

	if (file.path == NULL || array_grow(&files->list, &files->capacity, files->count + 1,
					    sizeof(files->list[0])) < 0) {
		log_error("out of memory");
		goto out;
	}
	switch (yaml_tree_read(file.path, "kubeconfig", &file.tree)) {
	case YAML_TREE_READ:
		files->list[files->count++] = file;
		return 0;
	case YAML_TREE_MISSING:
		free(file.path);
		return 0;
	case YAML_TREE_BAD:
		break;
	}
out:
	free(file.path);
	return -1;
}

/* -1 after logging. */
static int add_files(struct kubeconfig_files *files, const char *path, bool is_list)
{
	if (kubeconfig_entry_copy(&files->source, path) < 0)
		return -1;
	if (!is_list)
		return add_file(files, path, strlen(path));
	while (*path) {
		size_t length = strcspn(path, ":");

		if (length > 0 && add_file(files, path, length) < 0)
			return -1;
		path += length + (path[length] == ':');
	}
	return 0;
}

static bool all_empty(const struct kubeconfig_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (yaml_tree_present(yaml_tree_root(files->list[i].tree)))
			return false;
	return true;
}

enum kubeconfig_outcome kubeconfig_read(const char *path, bool is_list, const char *context,
					struct access *access)
{
	struct kubeconfig_files files = {0};
	struct access read = {0};
	enum kubeconfig_outcome outcome = KUBECONFIG_BAD;

	if (add_files(&files, path, is_list) < 0)
		goto out;
	if (files.count == 0) {
		outcome = KUBECONFIG_MISSING;
		goto out;
	}
	if (all_empty(&files)) {
		log_error("kubeconfig %s is empty", path);
		goto out;
	}
	if (take_context(&files, context, &read) < 0 ||
	    kubeconfig_entry_copy(&read.source, path) < 0)
		goto out;
	*access = read;
	read = (struct access){0};
	outcome = KUBECONFIG_READ;
out:
	for (size_t i = 0; i < files.count; i++) {
		free(files.list[i].path);
		yaml_tree_free(files.list[i].tree);
	}
	free(files.list);
	free(files.source);
	access_clear(&read);
	return outcome;
}
