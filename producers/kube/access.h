/* access.h - where the API server is, and the credentials for it.
 *
 * It is filled from a kubeconfig (kubeconfig.h) or from what Kubernetes gives a pod, and kept
 * current by credentials.h. Every pointer is owned by the struct; absent ones are NULL.
 *
 * (1) Only SERVER, SOURCE and paths are ever logged.
 * (2) SERVER holds no user name and no password.
 */
#ifndef TENURE_KUBE_ACCESS_H
#define TENURE_KUBE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "producers/kube/words.h"

#define ACCESS_FILE_MAX (1024 * 1024) /* bytes; certificates and tokens are a few thousand */

struct exec_plugin;

struct access_bytes {
	char *data; /* with a NUL after LENGTH bytes */
	size_t length;
	char *path; /* where it is read again while the program runs, or NULL */
};

struct access {
	char *source; /* the files or "the pod's service account", for messages */
	char *server; /* "https://host:port/prefix", without a slash at the end */
	char *proxy;
	char *tls_server_name;           /* the name that the server's certificate must have */
	bool insecure;                   /* do not check the server's certificate */
	bool uncompressed;               /* ask for no compressed answers */
	struct access_bytes authority;   /* certificates, PEM */
	struct access_bytes certificate; /* the user's, PEM */
	struct access_bytes key;         /* of the certificate, PEM */
	struct access_bytes token;
	struct words headers;       /* whole lines, which impersonate another user */
	struct exec_plugin *plugin; /* what makes TOKEN, CERTIFICATE and KEY, or NULL */
	bool refused;               /* the server answered 401; credentials.h clears it */
};

void access_clear(struct access *access);

/* True if the environment is that of a pod. */
bool access_in_cluster_present(void);
/* Reads what Kubernetes gives a pod: the service account's files and, from the environment,
 * KUBERNETES_SERVICE_HOST and _PORT, which must be present. -1 after logging. */
int access_in_cluster(struct access *access);

/* Replaces the bytes by DATA, which BYTES owns from now on, and keeps the path. */
void access_set_bytes(struct access_bytes *bytes, char *data, size_t length);
/* Reads the whole file PATH; only the data and the length of BYTES are set. PURPOSE says in messages
 * what the file is for. -1 after logging. */
int access_read_file(const char *path, const char *purpose, struct access_bytes *bytes);
/* The same for a token: white space at its end is dropped, and the rest must be a header's value. */
int access_read_token(const char *path, struct access_bytes *token);

/* True if TEXT may be the value of a header: it is not empty and has no control characters (RFC
 * 9110 section 5.5). */
bool access_is_header_value(const char *text);

#endif
