/* http.h - GET requests to one API server, many at a time, over libcurl.
 *
 * With https all requests share one HTTP/2 connection, as long as the server has not
 * asked for another. Requests progress only inside http_turn(). What arrives is added to the
 * caller's text, and the caller removes it.
 *
 * (1) A request's BODY is borrowed from http_get() to http_release(). Between turns the caller may
 *     set another one.
 * (2) Two requests with the same CONNECTION that are MULTIPLEXED arrive in the order the
 *     server sent them: an answer on one of them means the other has not stalled.
 */
#ifndef TENURE_KUBE_HTTP_H
#define TENURE_KUBE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "producers/kube/access.h"

enum http_failure {
	HTTP_FINE,
	HTTP_UNREACHABLE, /* no such host, refused, no route */
	HTTP_UNTRUSTED,   /* TLS failed, or our own certificate cannot be used */
	HTTP_TIMED_OUT,
	HTTP_TOO_LARGE, /* the answer did not fit into BODY */
	HTTP_BROKEN,    /* it broke off, or any other failure */
};

enum http_form {
	HTTP_WHOLE,  /* compressed if the server likes */
	HTTP_STREAM, /* uncompressed */
};

struct curl_slist;
struct gunzip;
struct http;

struct http_request {
	long status; /* 0 until the answer's headers have arrived */
	bool ended;
	enum http_failure failure;
	char message[256];     /* with FAILURE */
	int64_t retry_after_s; /* what the server asked for, 0 for nothing */
	int64_t date;    /* of its clock when it answered, in seconds since 1970; 0: unknown */
	long connection; /* our port, 0 while there is none */
	bool multiplexed;
	struct text *body;
	/* The rest is private to http.c. */
	struct http *http;
	void *easy; /* libcurl's handle */
	struct curl_slist *headers;
	struct gunzip *gunzip; /* of a compressed answer, else NULL */
	bool begun;            /* a byte of the answer has come */
	bool unpacking;        /* GUNZIP may have more */
	bool finished;         /* libcurl has */
	struct http_request *next;
};

/* ACCESS is borrowed until http_close(). NULL after logging. */
struct http *http_open(struct access *access);
void http_close(struct http *http);

/* Starts GET PATH, which begins with a slash; all of it may take TIMEOUT_S. NULL after
 * logging. */
struct http_request *http_get(struct http *http, const char *path, const char *accept,
			      enum http_form form, long timeout_s, struct text *body);
/* Aborts the request unless it has ended, and frees it. NULL is allowed. */
void http_release(struct http_request *request);

/* Lets every request progress, waiting up to TIMEOUT_MS for something to do, or until FD (-1: none) can
 * be read. -1 after logging. */
int http_turn(struct http *http, int fd, int timeout_ms);
/* True when the last turn read everything that had arrived. */
bool http_drained(const struct http *http);
/* Drops every connection, so that the next request makes a new one. Every request must have
 * been released. -1 after logging. */
int http_reconnect(struct http *http);

#endif
