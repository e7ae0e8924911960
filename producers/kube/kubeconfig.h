/* kubeconfig.h - reads a kubeconfig file into a struct access.
 *
 * One file, one context. Relative file names in it are relative to its own folder. What is
 * not supported (exec plugins, auth providers, passwords, impersonation) is refused by name,
 * never ignored.
 */
#ifndef TENURE_KUBE_KUBECONFIG_H
#define TENURE_KUBE_KUBECONFIG_H

#include "producers/kube/access.h"

/* Reads PATH. If CONTEXT is NULL, its current-context is used. -1 after logging one line that
 * names the file, the member and what is expected. */
int kubeconfig_read(const char *path, const char *context, struct access *access);

#endif
