#include "producers/kube/credentials.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"
#include "common/program/stop.h"
#include "producers/kube/certificate.h"
#include "producers/kube/exec_plugin.h"

#define FILE_AGE_NS (60 * NS_PER_SECOND)
#define FILE_PAUSE_NS NS_PER_SECOND /* after a 401, however many there are */
#define RUN_AHEAD_NS (30 * NS_PER_SECOND)
#define RUN_PAUSE_NS (5 * NS_PER_SECOND) /* between two runs; doubled by each failure */
#define RUN_DOUBLINGS_MAX 4u
#define START_POLL_MS 20

static const char *certificate_name(const struct access *access)
{
	return access->certificate.path != NULL ? access->certificate.path : access->source;
}

static bool expired(const struct credentials *credentials, const struct clocks *now)
{
	return when_before(credentials->certificate_end, now->wall);
}

/* Says once for each certificate that it has expired. */
static void log_expiry(struct credentials *credentials, const struct clocks *now)
{
	char text[WHEN_TEXT_SIZE];

	if (credentials->end_logged || !expired(credentials, now))
		return;
	when_format(credentials->certificate_end, text);
	log_error("the client certificate of %s expired at %s",
		  certificate_name(credentials->access), text);
	credentials->end_logged = true;
}

/* Checks CERTIFICATE and KEY, and reads when they end. -1 after logging. */
static int check_pair(const struct access *access, const struct access_bytes *certificate,
		      const struct access_bytes *key, struct when *end)
{
	if (certificate_read_end(certificate->data, certificate->length, end) < 0) {
		log_error("the client certificate of %s is not a PEM certificate",
			  certificate_name(access));
		return -1;
	}
	if (certificate_has_key(certificate->data, certificate->length, key->data, key->length))
		return 0;
	log_error("the client key of %s does not belong to its certificate, or cannot be read",
		  certificate_name(access));
	return -1;
}

static void take_pair(struct credentials *credentials, struct access_bytes *certificate,
		      struct access_bytes *key, struct when end)
{
	struct access *access = credentials->access;

	access_set_bytes(&access->certificate, certificate->data, certificate->length);
	access_set_bytes(&access->key, key->data, key->length);
	*certificate = *key = (struct access_bytes){0};
	credentials->certificate_end = end;
	credentials->end_logged = false;
}

static bool same(const struct access_bytes *a, const struct access_bytes *b)
{
	return a->length == b->length && a->data != NULL && b->data != NULL &&
	       memcmp(a->data, b->data, a->length) == 0;
}

/* Reads into NEW the file of OLD, or copies OLD if it has none. -1 after logging. */
static int read_or_copy(const struct access_bytes *old, const char *purpose,
			struct access_bytes *new)
{
	if (old->path != NULL)
		return access_read_file(old->path, purpose, new);
	new->data = malloc(old->length + 1);
	if (new->data == NULL) {
		log_error("out of memory");
		return -1;
	}
	memcpy(new->data, old->data, old->length + 1);
	new->length = old->length;
	return 0;
}

static void read_pair(struct credentials *credentials)
{
	struct access *access = credentials->access;
	struct access_bytes certificate = {0}, key = {0};
	char text[WHEN_TEXT_SIZE] = "the end of time";
	struct when end;

	if (access->certificate.path == NULL && access->key.path == NULL)
		return;
	if (read_or_copy(&access->certificate, "client certificate", &certificate) < 0 ||
	    read_or_copy(&access->key, "client key", &key) < 0 ||
	    (same(&certificate, &access->certificate) && same(&key, &access->key)) ||
	    check_pair(access, &certificate, &key, &end) < 0)
		goto out;
	take_pair(credentials, &certificate, &key, end);
	if (!when_is_max(end))
		when_format(end, text);
	log_info("the client certificate of %s has changed; it is valid until %s",
		 certificate_name(access), text);
out:
	free(certificate.data);
	free(key.data);
}

static void read_authority(struct access *access)
{
	struct access_bytes read = {0};
	struct when end;

	if (access->authority.path == NULL ||
	    access_read_file(access->authority.path, "certificate authority", &read) < 0)
		return;
	if (same(&read, &access->authority)) {
		free(read.data);
	} else if (certificate_read_end(read.data, read.length, &end) < 0) {
		log_error("%s, the certificate authority, is not a PEM certificate",
			  access->authority.path);
		free(read.data);
	} else {
		access_set_bytes(&access->authority, read.data, read.length);
		log_info("the certificate authority %s has changed", access->authority.path);
	}
}

static void read_token(struct access *access)
{
	struct access_bytes read = {0};

	if (access->token.path != NULL && access_read_token(access->token.path, &read) == 0)
		access_set_bytes(&access->token, read.data, read.length);
}

static void read_files(struct credentials *credentials, const struct clocks *now)
{
	read_authority(credentials->access);
	read_pair(credentials);
	read_token(credentials->access);
	credentials->read_at = now->tick;
}

/* Takes what the plug-in printed, and frees what is left of it. -1 after logging. */
static int take_printed(struct credentials *credentials, struct exec_credential *printed)
{
	struct access *access = credentials->access;
	struct access_bytes certificate = {.data = printed->certificate},
			    key = {.data = printed->key};
	struct when end = WHEN_MAX;
	int rc = -1;

	printed->certificate = printed->key = NULL;
	if (certificate.data != NULL) {
		certificate.length = strlen(certificate.data);
		key.length = strlen(key.data);
		if (check_pair(access, &certificate, &key, &end) < 0)
			goto out;
	}
	access_set_bytes(&access->token, printed->token,
			 printed->token != NULL ? strlen(printed->token) : 0);
	printed->token = NULL;
	take_pair(credentials, &certificate, &key, end);
	credentials->end = when_earlier(printed->end, end);
	rc = 0;
out:
	free(certificate.data);
	free(key.data);
	exec_credential_clear(printed);
	return rc;
}

/* Starts the plug-in. The next run comes later with every failure in a row. */
static void run_plugin(struct credentials *credentials, const struct clocks *now)
{
	unsigned doublings = credentials->failures < RUN_DOUBLINGS_MAX ? credentials->failures
								       : RUN_DOUBLINGS_MAX;

	credentials->run_at = when_add(now->tick, RUN_PAUSE_NS << doublings);
	if (exec_plugin_start(credentials->access->plugin, now->tick) < 0)
		credentials->failures++;
}

/* Looks after the running plug-in. */
static void tend_plugin(struct credentials *credentials, const struct clocks *now)
{
	struct exec_credential printed = {.end = WHEN_MAX};

	switch (exec_plugin_tend(credentials->access->plugin, now->tick, &printed)) {
	case EXEC_PLUGIN_RUNNING:
		return;
	case EXEC_PLUGIN_DONE:
		if (take_printed(credentials, &printed) == 0) {
			credentials->failures = 0;
			return;
		}
		break;
	case EXEC_PLUGIN_FAILED:
		break;
	}
	credentials->failures++;
}

static bool wants_run(const struct credentials *credentials, const struct clocks *now)
{
	return credentials->access->refused ||
	       when_not_after(when_add(credentials->end, -RUN_AHEAD_NS), now->wall);
}

void credentials_tend(struct credentials *credentials, const struct clocks *now)
{
	struct access *access = credentials->access;
	int64_t age = when_since(now->tick, credentials->read_at);

	if (age >= (access->refused ? FILE_PAUSE_NS : FILE_AGE_NS))
		read_files(credentials, now);
	if (access->plugin != NULL) {
		if (access->plugin->pid > 0)
			tend_plugin(credentials, now);
		else if (wants_run(credentials, now) &&
			 when_not_after(credentials->run_at, now->tick))
			run_plugin(credentials, now);
	}
	/* A 401 to a request that was started with the old credentials says nothing of the new. */
	access->refused = false;
	log_expiry(credentials, now);
}

bool credentials_usable(const struct credentials *credentials, const struct clocks *now)
{
	return credentials->access->plugin == NULL || when_before(now->wall, credentials->end);
}

/* Runs the plug-in and waits for it. -1 after logging. */
static int wait_for_plugin(struct credentials *credentials, struct clocks *now)
{
	struct exec_plugin *plugin = credentials->access->plugin;

	run_plugin(credentials, now);
	while (plugin->pid > 0 && !stop_requested()) {
		poll(NULL, 0, START_POLL_MS);
		clocks_read(now);
		tend_plugin(credentials, now);
	}
	if (stop_requested() || credentials->failures > 0)
		return stop_requested() ? 0 : -1;
	if (credentials_usable(credentials, now))
		return 0;
	log_error("the exec plug-in %s of %s printed credentials that have expired",
		  plugin->command, plugin->owner);
	return -1;
}

int credentials_start(struct credentials *credentials, struct access *access)
{
	struct clocks now;

	clocks_init(&now, WHEN_MIN);
	*credentials = (struct credentials){
		.access = access,
		.read_at = now.tick,
		.run_at = now.tick,
		.end = WHEN_MIN,
		.certificate_end = WHEN_MAX,
	};
	if (access->plugin != NULL)
		return wait_for_plugin(credentials, &now);
	if (access->certificate.data == NULL)
		return 0;
	if (check_pair(access, &access->certificate, &access->key, &credentials->certificate_end) <
	    0)
		return -1;
	log_expiry(credentials, &now);
	return expired(credentials, &now) && access->token.data == NULL ? -1 : 0;
}
