/* access.h - where the API server is, and the credentials for it.
 *
 * It is filled from a kubeconfig (kubeconfig.h) or from what Kubernetes gives a pod. Every
 * pointer is owned by the struct; absent ones are NULL.
 *
 * (1) Only SERVER and SOURCE are ever logged.
 */
#ifndef TENURE_KUBE_ACCESS_H
#define TENURE_KUBE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#define ACCESS_FILE_MAX (1024 * 1024) /* bytes; certificates and tokens are a few thousand */

struct access_bytes {
	char *data;
	size_t length;
};

struct access {
	char *source;                  /* the file or "the pod's service account", for messages */
	char *server;                  /* "https://host:port/prefix", without a slash at the end */
	struct access_bytes authority; /* certificates, PEM */
	struct access_bytes certificate; /* the user's, PEM */
	struct access_bytes key;
	char *token;
	char *token_file; /* where TOKEN comes from; read again every minute and after a refusal */
	char *proxy;
	char *tls_server_name; /* the name that the server's certificate must have */
	bool insecure;         /* do not check the server's certificate */
};

void access_clear(struct access *access);

/* True if the environment is that of a pod. */
bool access_in_cluster_present(void);
/* Reads what Kubernetes gives a pod: the service account's files and, from the environment,
 * KUBERNETES_SERVICE_HOST and _PORT, which must be present. -1 after logging. */
int access_in_cluster(struct access *access);

/* Reads the whole file. The caller frees BYTES->DATA, which has a NUL after it. PURPOSE says
 * in messages what the file is for. -1 after logging. */
int access_read_file(const char *path, const char *purpose, struct access_bytes *bytes);

/* Reads TOKEN_FILE again, if there is one. If it cannot be read, that is logged and the old
 * token stays. */
void access_refresh_token(struct access *access);

#endif
