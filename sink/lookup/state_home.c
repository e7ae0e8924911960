#include "sink/lookup/state_home.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/span.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "sink/lookup/state_unused.h"

#define HASH_TEXT_MAX ((size_t)1024 * 1024)
#define TRY_EVERY_MS 100

/* The hash of what makes a store another one; 0 if it cannot be known. */
static uint64_t hash_of(const struct settings_list *kube, const struct bus_options *bus,
			const struct timeline_settings *settings)
{
	struct text text;
	uint64_t hash;

	text_init(&text, HASH_TEXT_MAX);
	for (size_t k = 0; k < kube->count; k++) {
		const char *address = kube->values[k];
		char *path = bus_is_kafka(address) ? NULL : realpath(address, NULL);

		text_add_string(&text, path != NULL ? path : address);
		text_add(&text, "\n", 1);
		free(path);
	}
	if (bus_is_kafka(kube->values[0]))
		text_add_string(&text, bus->brokers != NULL ? bus->brokers : "");
	text_add_format(&text, "\n%" PRId64 "\n%" PRIu64, settings->options.retention_ns,
			kept_keys_hash(&settings->options.labels, &settings->options.annotations));
	hash = text.failed ? 0 : span_hash(text_span(&text));
	text_free(&text);
	return hash;
}

/* Makes the directory PATH and those above it. */
static int make_folders(char *path)
{
	for (char *at = path + 1; (at = strchr(at, '/')) != NULL; at++) {
		int made;

		*at = '\0';
		made = mkdir(path, 0700);
		*at = '/';
		if (made < 0 && errno != EEXIST)
			return -1;
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
}

/* Opens and locks the state. Returns -1 with errno set: EWOULDBLOCK if another process has it. */
static int try_lock(struct state_home *home)
{
	char path[STATE_HOME_PATH_SIZE + sizeof("/lock")];
	struct stat status;

	if (make_folders(home->path) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/lock", home->path);
	home->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (home->lock < 0)
		return -1;
	if (flock(home->lock, LOCK_EX | LOCK_NB) == 0) {
		/* Another process may have removed it meanwhile (3). */
		if (fstat(home->lock, &status) == 0 && status.st_nlink > 0)
			return futimens(home->lock, NULL);
		errno = EWOULDBLOCK;
	}
	close(home->lock);
	home->lock = -1;
	return -1;
}

/* Waits for the lock (1). Returns -1 with errno set. */
static int lock(struct state_home *home)
{
	int tries = 0;

	while (try_lock(home) < 0) {
		if (errno != EWOULDBLOCK || stop_requested() ||
		    tries++ == STATE_HOME_WAIT_SECONDS * 1000 / TRY_EVERY_MS)
			return -1;
		if (tries == 1)
			log_info("%s: in use by another process; waits for it, up to %d s",
				 home->path, STATE_HOME_WAIT_SECONDS);
		usleep(TRY_EVERY_MS * 1000);
	}
	return 0;
}

/* Removes the states beside HOME that were not used for long (3). */
static void remove_unused(const struct state_home *home)
{
	char folder[STATE_HOME_PATH_SIZE];

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(home->path, '/') - home->path),
		 home->path);
	state_unused_remove(folder, when_now());
}

void state_home_choose(struct state_home *home, const char *name, const struct settings_list *kube,
		       const struct bus_options *bus, struct timeline_settings *settings)
{
	const char *state = getenv("XDG_STATE_HOME"), *below = "";
	uint64_t hash;

	home->lock = -1;
	if (settings->state != NULL) {
		if (strcmp(settings->state, "none") == 0)
			settings->state = NULL;
		return;
	}
	if (strcmp(kube->values[0], "-") == 0)
		return;
	if (state == NULL || state[0] != '/') {
		state = getenv("HOME");
		below = "/.local/state";
	}
	hash = hash_of(kube, bus, settings);
	if (state == NULL || state[0] != '/' || hash == 0 ||
	    (size_t)snprintf(home->path, sizeof(home->path), "%s%s/tenure/%s-%016" PRIx64, state,
			     below, name, hash) >= sizeof(home->path))
		return;
	if (lock(home) < 0) {
		log_warn("%s: %s; the topic is read from its start, for this run alone", home->path,
			 errno == EWOULDBLOCK ? "in use by another process" : strerror(errno));
		state_home_release(home);
		return;
	}
	settings->state = home->path;
	remove_unused(home);
}

void state_home_release(struct state_home *home)
{
	if (home->lock >= 0) {
		futimens(home->lock, NULL);
		close(home->lock);
	}
	home->lock = -1;
}
