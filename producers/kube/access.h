/* access.h - where the API server is, and how to be let in.
 *
 * It is filled from a kubeconfig (kubeconfig.h) or from what a pod is given. Every
 * pointer is owned by the struct; absent ones are NULL.
 *
 * (1) Nothing of it but SERVER and SOURCE is ever logged.
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
	char *token_file; /* read again every minute and after a refusal; beats TOKEN */
	char *proxy;
	char *tls_server_name; /* the name that the server's certificate must have */
	bool insecure;         /* do not check the server's certificate */
};

void access_clear(struct access *access);

/* Reads what Kubernetes gives a pod: the environment's KUBERNETES_SERVICE_HOST and
 * _PORT, and the service account's files. -1 after logging. */
int access_in_cluster(struct access *access);
/* True inside a pod, by the environment. */
bool access_in_cluster_present(void);

/* Reads the whole file; the caller frees BYTES->data, which has a NUL behind it. PURPOSE
 * names the member that named the file, for the message. -1 after logging. */
int access_read_file(const char *path, const char *purpose, struct access_bytes *bytes);

/* Reads TOKEN_FILE again, if there is one. What cannot be read is logged and leaves the
 * old token. */
void access_refresh_token(struct access *access);

#endif
