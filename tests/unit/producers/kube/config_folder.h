/* config_folder.h - a folder with kubeconfig files in it, and what reading them logs. */
#ifndef TENURE_TESTS_CONFIG_FOLDER_H
#define TENURE_TESTS_CONFIG_FOLDER_H

#include <stdbool.h>

#include "producers/kube/access.h"
#include "producers/kube/kubeconfig.h"

#define CLUSTER "clusters: [{name: c, cluster: {server: 'https://host:6443/'}}]\n"
#define USER "users: [{name: u, user: {token: secret}}]\n"
#define CONTEXT "contexts: [{name: x, context: {cluster: c, user: u}}]\n"
#define CURRENT "current-context: x\n"

/* Set up and tear down a group of tests. */
int config_folder_make(void **state);
int config_folder_remove(void **state);

/* The path of NAME in the folder; four of them can be held at a time. */
const char *config_folder_path(const char *name);
void config_folder_put(const char *name, const char *text);
/* Writes TEXT to the file "config" and reads that. */
enum kubeconfig_outcome config_folder_read(const char *text, const char *context,
					   struct access *access);
/* Reads PATH, or the list of files PATH. */
enum kubeconfig_outcome config_folder_read_files(const char *path, bool is_list,
						 const char *context, struct access *access);
/* What the last read logged. */
const char *config_folder_said(void);
/* Fails unless reading TEXT is refused with a line that contains SAYS and the file's name. */
void config_folder_refuses(const char *text, const char *context, const char *says);

#endif
