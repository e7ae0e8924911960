/* kubeconfig_user.h - takes users[NAME].user of a kubeconfig into a struct access.
 *
 * Source: kubernetes/client-go tools/clientcmd/client_config.go and validation.go. A token or a
 * client certificate beats an exec plug-in (plugin/pkg/client/auth/exec/exec.go
 * UpdateTransportConfig). What is not supported is refused by name.
 */
#ifndef TENURE_KUBE_KUBECONFIG_USER_H
#define TENURE_KUBE_KUBECONFIG_USER_H

#include "producers/kube/kubeconfig_entry.h"

/* CLUSTER was taken into ACCESS before. -1 after logging. */
int kubeconfig_user_take(const struct kubeconfig_entry *user,
			 const struct kubeconfig_entry *cluster, struct access *access);

#endif
