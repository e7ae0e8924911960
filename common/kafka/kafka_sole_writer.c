#include "common/kafka/kafka_sole_writer.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "common/kafka/kafka_election.h"
#include "common/kafka/kafka_fenced_writer.h"
#include "common/kafka/kafka_offset.h"
#include "common/kafka/kafka_wait.h"
#include "common/program/log.h"
#include "common/program/stop.h"

#define AGAIN_MIN_MS \
	1000 /* to wait after a turn was lost; twice as long after each that wrote nothing */
#define AGAIN_MAX_MS 16000
#define QUERY_MS 1000
#define SILENT_S 5 /* of a wait that should be short */
#define REPEAT_S 3600

struct kafka_sole_writer {
	const char *topic;
	const char *id;
	const struct bus_options *options;
	int partitions;
	struct kafka_election *election;    /* NULL after a turn was lost */
	struct kafka_fenced_writer *fenced; /* NULL while standing by */
	int64_t *ends; /* of the partitions, when the turn began; NULL before that */
	int again_ms;
	bool wrote;         /* and has not flushed */
	bool standing_by;   /* logged */
	time_t quiet_until; /* then log what it waits for; 0 while it waits for nothing */
};

struct kafka_sole_writer *kafka_sole_writer_open(const char *topic, const char *id,
						 const struct bus_options *options)
{
	struct kafka_sole_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL) {
		log_error("kafka:%s: out of memory for its writer", topic);
		return NULL;
	}
	writer->topic = topic;
	writer->id = id;
	writer->options = options;
	writer->again_ms = AGAIN_MIN_MS;
	writer->election = kafka_election_open(topic, id, options);
	if (writer->election == NULL)
		goto out;
	writer->partitions = kafka_client_partitions(kafka_election_client(writer->election),
						     options, topic, "Read");
	if (writer->partitions > 0)
		return writer;
out:
	kafka_sole_writer_close(writer);
	return NULL;
}

static void end_turn(struct kafka_sole_writer *writer)
{
	kafka_fenced_writer_close(writer->fenced);
	writer->fenced = NULL;
	free(writer->ends);
	writer->ends = NULL;
}

void kafka_sole_writer_close(struct kafka_sole_writer *writer)
{
	if (writer == NULL)
		return;
	end_turn(writer);
	kafka_election_close(writer->election);
	free(writer);
}

/* Writes the offset after the last record that CLIENT may see in PARTITION. False if the broker
 * does not answer. */
static bool find_end(const struct kafka_sole_writer *writer, rd_kafka_t *client, int partition,
		     int64_t *end)
{
	return kafka_offset_find(client, writer->options, writer->topic, partition,
				 KAFKA_OFFSET_END, QUERY_MS, end) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* Returns 1 once readers see everything that was in the topic when the turn began, 0 before that,
 * -1 if out of memory. */
static int settle(struct kafka_sole_writer *writer)
{
	rd_kafka_t *all = kafka_election_client(writer->election);
	rd_kafka_t *committed = kafka_fenced_writer_client(writer->fenced);
	int64_t *ends = writer->ends, end;

	if (ends == NULL) {
		ends = calloc((size_t)writer->partitions, sizeof(*ends));
		if (ends == NULL) {
			log_error("kafka:%s: out of memory for its writer", writer->topic);
			return -1;
		}
		for (int p = 0; p < writer->partitions; p++) {
			if (find_end(writer, all, p, &ends[p]))
				continue;
			free(ends);
			return 0;
		}
		writer->ends = ends;
	}
	for (int p = 0; p < writer->partitions; p++)
		if (!find_end(writer, committed, p, &end) || end < ends[p])
			return 0;
	return 1;
}

/* Joins again, as the last in line. */
static int join(struct kafka_sole_writer *writer)
{
	struct kafka_wait wait = kafka_wait_begin(writer->options, writer->again_ms);

	do
		kafka_wait_step_ms(&wait);
	while (!stop_requested() && kafka_wait_goes_on(&wait));
	writer->again_ms =
		2 * writer->again_ms < AGAIN_MAX_MS ? 2 * writer->again_ms : AGAIN_MAX_MS;
	writer->election = kafka_election_open(writer->topic, writer->id, writer->options);
	return writer->election == NULL ? -1 : 0;
}

static void stand_by(struct kafka_sole_writer *writer)
{
	char leader[KAFKA_ELECTION_NAME_SIZE + 128];

	end_turn(writer);
	writer->quiet_until = 0;
	if (writer->standing_by)
		return;
	writer->standing_by = true;
	kafka_election_leader(writer->election, leader, sizeof(leader));
	log_info("kafka:%s: standing by as %s; the writer is %s", writer->topic, writer->id,
		 leader);
}

static time_t monotonic_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Returns 0. Logs WHAT it waits for if that takes long. */
static int keep_waiting(struct kafka_sole_writer *writer, const char *what)
{
	if (writer->quiet_until == 0)
		writer->quiet_until = monotonic_s() + SILENT_S;
	if (monotonic_s() < writer->quiet_until)
		return 0;
	writer->standing_by = false;
	writer->quiet_until = monotonic_s() + REPEAT_S;
	log_info("kafka:%s: cannot write as %s yet; waiting for %s", writer->topic, writer->id,
		 what);
	return 0;
}

int kafka_sole_writer_wait(struct kafka_sole_writer *writer, int timeout_ms)
{
	int ready;

	if (writer->election == NULL && join(writer) < 0)
		return -1;
	if (kafka_election_poll(writer->election, writer->fenced == NULL ? timeout_ms : 0) < 0)
		return -1;
	if (!kafka_election_decided(writer->election))
		return keep_waiting(
			writer, "the group to elect a writer, which may wait for one that died");
	if (!kafka_election_leads(writer->election)) {
		stand_by(writer);
		return 0;
	}
	if (writer->fenced == NULL)
		writer->fenced =
			kafka_fenced_writer_open(writer->topic, writer->id, writer->options);
	if (writer->fenced == NULL)
		return -1;
	ready = kafka_fenced_writer_start(writer->fenced, timeout_ms);
	if (ready == 0)
		return keep_waiting(writer, "the transaction coordinator");
	if (ready > 0)
		ready = settle(writer);
	if (ready == 0) {
		poll(NULL, 0, timeout_ms);
		return keep_waiting(writer, "the end of the open transactions of other writers");
	}
	writer->standing_by = false;
	writer->quiet_until = 0;
	return ready;
}

/* Leaves unless OUTCOME is good. */
static enum bus_written check(struct kafka_sole_writer *writer, enum bus_written outcome)
{
	if (outcome == BUS_WRITTEN)
		return outcome;
	end_turn(writer);
	kafka_election_close(writer->election);
	writer->election = NULL;
	return outcome;
}

enum bus_written kafka_sole_writer_write(struct kafka_sole_writer *writer,
					 const struct bus_record *record)
{
	writer->wrote = true;
	return check(writer, kafka_fenced_writer_write(writer->fenced, record));
}

enum bus_written kafka_sole_writer_flush(struct kafka_sole_writer *writer)
{
	enum bus_written outcome = check(writer, kafka_fenced_writer_commit(writer->fenced));

	if (outcome != BUS_WRITTEN)
		return outcome;
	if (writer->wrote)
		writer->again_ms = AGAIN_MIN_MS;
	writer->wrote = false;
	if (kafka_election_poll(writer->election, 0) < 0)
		return check(writer, BUS_REFUSED);
	if (kafka_election_leads(writer->election))
		return BUS_WRITTEN;
	end_turn(writer);
	return BUS_LOST;
}

bool kafka_sole_writer_stands_by(const struct kafka_sole_writer *writer)
{
	return writer->election != NULL && kafka_election_decided(writer->election) &&
	       !kafka_election_leads(writer->election);
}
