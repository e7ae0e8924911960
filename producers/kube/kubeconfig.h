/* kubeconfig.h - reads one kubeconfig file or several into a struct access.
 *
 * Several are merged as in kubernetes/client-go tools/clientcmd/loader.go: the first file that has
 * an entry or a current-context gives it, files that do not exist are skipped, and each relative
 * path is relative to the file that it is in. What is not supported is refused by name, never
 * ignored.
 */
#ifndef TENURE_KUBE_KUBECONFIG_H
#define TENURE_KUBE_KUBECONFIG_H

#include "producers/kube/access.h"

enum kubeconfig_outcome {
	KUBECONFIG_READ,
	KUBECONFIG_MISSING, /* no file exists; not logged */
	KUBECONFIG_BAD,     /* logged in one line that names the file and what is expected */
};

/* Reads PATH or, if IS_LIST, the files whose names are separated by colons in it, as in the
 * environment variable KUBECONFIG. If CONTEXT is NULL, their current-context is used. */
enum kubeconfig_outcome kubeconfig_read(const char *path, bool is_list, const char *context,
					struct access *access);

#endif
