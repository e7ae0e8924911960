#define _GNU_SOURCE /* environ */
#include "producers/kube/kubeconfig_exec.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "producers/kube/base64.h"
#include "producers/kube/exec_credential.h"
#include "producers/kube/exec_plugin.h"

#define INFO_MAX (128 * 1024) /* bytes; Linux takes no longer word (execve(2), MAX_ARG_STRLEN) */
#define CLUSTER_CONFIG "client.authentication.k8s.io/exec" /* the extension that is for plug-ins */

static int refuse(const struct kubeconfig_entry *user, const char *what)
{
	log_error("kubeconfig %s: exec of users[%s] %s", user->path, user->name, what);
	return -1;
}

/* Checks what a plug-in needs before it can run. -1 after logging. */
static int check(const struct kubeconfig_entry *user, struct yaml_value exec)
{
	const char *version = yaml_tree_text_at(exec, "apiVersion");
	const char *mode = yaml_tree_text_at(exec, "interactiveMode");

	if (yaml_tree_text_at(exec, "command") == NULL)
		return refuse(user, "has no command");
	if (version == NULL || !exec_credential_is_version(version))
		return refuse(user, "must have the apiVersion client.authentication.k8s.io/v1 or "
				    "client.authentication.k8s.io/v1beta1");
	if (mode == NULL && strcmp(version, "client.authentication.k8s.io/v1") == 0)
		return refuse(user, "has no interactiveMode (Never or IfAvailable)");
	if (mode != NULL && strcmp(mode, "Always") == 0)
		return refuse(user, "has the interactiveMode Always, but there is no terminal for "
				    "it here; use Never or IfAvailable");
	if (mode != NULL && strcmp(mode, "Never") != 0 && strcmp(mode, "IfAvailable") != 0)
		return refuse(user, "has an unknown interactiveMode; use Never or IfAvailable");
	return 0;
}

/* Adds NAME and the value, unless that is NULL. */
static void add_member(struct text *json, const char *name, const char *value)
{
	if (value == NULL)
		return;
	text_add_format(json, ",\"%s\":", name);
	text_add_json_string(json, value);
}

/* Adds the extension that the cluster has for plug-ins, as spec.cluster.config. */
static void add_config(struct text *json, struct yaml_value cluster)
{
	struct yaml_value list = yaml_tree_member(cluster, "extensions");
	size_t count = yaml_tree_items(list);

	for (size_t i = 0; i < count; i++) {
		struct yaml_value item = yaml_tree_item(list, i);
		struct yaml_value extension = yaml_tree_member(item, "extension");
		const char *name = yaml_tree_text_at(item, "name");

		if (name == NULL || strcmp(name, CLUSTER_CONFIG) != 0 ||
		    !yaml_tree_present(extension))
			continue;
		text_add_string(json, ",\"config\":");
		yaml_tree_add_json(extension, json);
		return;
	}
}

/* Adds spec.cluster: what is in the kubeconfig, and always the authority's bytes. */
static void add_cluster(struct text *json, const struct kubeconfig_entry *cluster,
			const struct access *access)
{
	text_add_string(json, "{\"server\":");
	text_add_json_string(json, access->server);
	add_member(json, "tls-server-name", access->tls_server_name);
	if (access->insecure)
		text_add_string(json, ",\"insecure-skip-tls-verify\":true");
	if (access->authority.data != NULL) {
		text_add_string(json, ",\"certificate-authority-data\":\"");
		base64_encode(json, access->authority.data, access->authority.length);
		text_add_string(json, "\"");
	}
	add_member(json, "proxy-url", yaml_tree_text_at(cluster->body, "proxy-url"));
	if (access->uncompressed)
		text_add_string(json, ",\"disable-compression\":true");
	add_config(json, cluster->body);
	text_add_string(json, "}");
}

/* Sets KUBERNETES_EXEC_INFO. -1 after logging. */
static int set_info(struct exec_plugin *plugin, const struct kubeconfig_entry *user,
		    const struct kubeconfig_entry *cluster, const struct access *access)
{
	struct text info, about;
	int rc = -1;

	text_init(&info, INFO_MAX);
	text_init(&about, INFO_MAX);
	if (cluster != NULL)
		add_cluster(&about, cluster, access);
	exec_credential_add_info(&info, plugin->api_version,
				 cluster != NULL ? text_terminate(&about) : NULL);
	text_terminate(&info);
	if (info.failed || about.failed)
		refuse(user, "has provideClusterInfo, but its cluster is too large for an "
			     "environment variable or nested too deeply");
	else if (words_set_variable(&plugin->environment, "KUBERNETES_EXEC_INFO", info.data) < 0)
		log_error("out of memory");
	else
		rc = 0;
	text_free(&info);
	text_free(&about);
	return rc;
}

/* Ours, then exec.env. -1 after logging. */
static int set_environment(struct exec_plugin *plugin, const struct kubeconfig_entry *user,
			   struct yaml_value list)
{
	size_t count = yaml_tree_items(list);

	for (char **ours = environ; *ours != NULL; ours++)
		if (words_add(&plugin->environment, *ours) < 0)
			goto out;
	for (size_t i = 0; i < count; i++) {
		struct yaml_value item = yaml_tree_item(list, i);
		const char *name = yaml_tree_text_at(item, "name");
		const char *value = yaml_tree_text_at(item, "value");

		if (name == NULL)
			return refuse(user, "has an env without a name");
		if (words_set_variable(&plugin->environment, name, value != NULL ? value : "") < 0)
			goto out;
	}
	return 0;
out:
	log_error("out of memory");
	return -1;
}

/* -1 after logging. */
static int set_arguments(struct exec_plugin *plugin, const struct kubeconfig_entry *user,
			 struct yaml_value list)
{
	size_t count = yaml_tree_items(list);
	int rc = words_add(&plugin->arguments, plugin->command);

	for (size_t i = 0; i < count && rc == 0; i++) {
		struct yaml_value item = yaml_tree_item(list, i);
		const char *text = yaml_tree_text(item);

		if (text == NULL && (yaml_tree_items(item) > 0 || yaml_tree_pairs(item) > 0))
			return refuse(user, "has args that are not all strings");
		rc = words_add(&plugin->arguments, text != NULL ? text : "");
	}
	if (rc < 0)
		log_error("out of memory");
	return rc;
}

/* A command with a slash is relative to the kubeconfig, another is looked for in PATH. */
static int set_command(struct exec_plugin *plugin, const struct kubeconfig_entry *user,
		       const char *command)
{
	if (strchr(command, '/') == NULL)
		return kubeconfig_entry_copy(&plugin->command, command);
	plugin->command = kubeconfig_entry_resolve(user, command);
	return plugin->command != NULL ? 0 : -1;
}

struct exec_plugin *kubeconfig_exec_take(const struct kubeconfig_entry *user,
					 const struct kubeconfig_entry *cluster,
					 const struct access *access)
{
	struct yaml_value exec = yaml_tree_member(user->body, "exec");
	bool about = yaml_tree_true_at(exec, "provideClusterInfo");
	struct exec_plugin *plugin;
	char owner[512];

	if (check(user, exec) < 0)
		return NULL;
	plugin = exec_plugin_new();
	if (plugin == NULL) {
		log_error("out of memory");
		return NULL;
	}
	snprintf(owner, sizeof(owner), "users[%s] in %s", user->name, user->path);
	if (kubeconfig_entry_copy(&plugin->owner, owner) == 0 &&
	    kubeconfig_entry_copy(&plugin->api_version, yaml_tree_text_at(exec, "apiVersion")) ==
		    0 &&
	    kubeconfig_entry_copy(&plugin->install_hint, yaml_tree_text_at(exec, "installHint")) ==
		    0 &&
	    set_command(plugin, user, yaml_tree_text_at(exec, "command")) == 0 &&
	    set_arguments(plugin, user, yaml_tree_member(exec, "args")) == 0 &&
	    set_environment(plugin, user, yaml_tree_member(exec, "env")) == 0 &&
	    set_info(plugin, user, about ? cluster : NULL, access) == 0)
		return plugin;
	exec_plugin_free(plugin);
	return NULL;
}
