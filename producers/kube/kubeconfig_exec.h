/* kubeconfig_exec.h - takes users[NAME].user.exec of a kubeconfig as an exec plug-in.
 *
 * Source: kubernetes/client-go tools/clientcmd/api/v1/types.go (ExecConfig, with the defaults of
 * defaults.go) and rest/exec.go.
 */
#ifndef TENURE_KUBE_KUBECONFIG_EXEC_H
#define TENURE_KUBE_KUBECONFIG_EXEC_H

#include "producers/kube/kubeconfig_entry.h"

/* Returns the plug-in, which has not run; the caller frees it. CLUSTER was taken into ACCESS
 * before. NULL after logging. */
struct exec_plugin *kubeconfig_exec_take(const struct kubeconfig_entry *user,
					 const struct kubeconfig_entry *cluster,
					 const struct access *access);

#endif
