#include "common/kafka/kafka_election.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/when.h"
#include "common/kafka/kafka_trouble.h"
#include "common/program/log.h"

#define SESSION_MS "8000" /* brokers allow 6000 and more */
#define HEARTBEAT_MS "1000"
#define LEADER_MS 2000 /* to ask who leads */

struct kafka_election {
	const char *topic;
	const char *id;
	rd_kafka_t *client;
	bool decided, leads;
	bool closing;
};

void kafka_election_name(struct when moment, const char *host, int64_t process,
			 char name[static KAFKA_ELECTION_NAME_SIZE])
{
	/* The milliseconds have the same number of digits until the year 2286. */
	snprintf(name, KAFKA_ELECTION_NAME_SIZE, "tenure-%013" PRId64 "-%.64s-%" PRId64,
		 moment.ns / NS_PER_MS, host, process);
}

/* A leader keeps its role while the group assigns again: it ends with the next assignment, or
 * when another process fences it. Who stands by does not know: the leader may be the one that was lost, or
 * the broker has not answered for SESSION_MS. */
static void rebalanced(rd_kafka_t *client, rd_kafka_resp_err_t error,
		       rd_kafka_topic_partition_list_t *list, void *opaque)
{
	struct kafka_election *election = opaque;
	rd_kafka_topic_partition_list_t *nothing;

	if (election->closing || error != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		election->decided = false;
		rd_kafka_assign(client, NULL);
		return;
	}
	election->decided = true;
	election->leads = rd_kafka_topic_partition_list_find(list, election->topic, 0) != NULL;
	nothing = rd_kafka_topic_partition_list_new(0);
	rd_kafka_assign(client, nothing);
	rd_kafka_topic_partition_list_destroy(nothing);
}

static rd_kafka_t *connect_member(struct kafka_election *election,
				  const struct bus_options *options)
{
	char name[KAFKA_ELECTION_NAME_SIZE], host[65] = "";
	const struct kafka_property properties[] = {
		{"client.id", name},
		{"group.id", election->id},
		{"partition.assignment.strategy", "range"},
		{"session.timeout.ms", SESSION_MS},
		{"heartbeat.interval.ms", HEARTBEAT_MS},
		{"enable.auto.commit", "false"},
		{"isolation.level", "read_uncommitted"},
		{NULL, NULL},
	};
	rd_kafka_conf_t *conf;

	gethostname(host, sizeof(host) - 1);
	kafka_election_name(when_now(), host, getpid(), name);
	conf = kafka_client_conf(options, properties);
	if (conf == NULL)
		return NULL;
	rd_kafka_conf_set_opaque(conf, election);
	rd_kafka_conf_set_rebalance_cb(conf, rebalanced);
	return kafka_client_new(RD_KAFKA_CONSUMER, conf);
}

struct kafka_election *kafka_election_open(const char *topic, const char *id,
					   const struct bus_options *options)
{
	struct kafka_election *election = calloc(1, sizeof(*election));
	rd_kafka_topic_partition_list_t *topics;
	rd_kafka_resp_err_t error;

	if (election == NULL) {
		log_error("kafka:%s: out of memory for the group %s", topic, id);
		return NULL;
	}
	election->topic = topic;
	election->id = id;
	election->client = connect_member(election, options);
	if (election->client == NULL)
		goto out;
	rd_kafka_poll_set_consumer(election->client);
	topics = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
	error = rd_kafka_subscribe(election->client, topics);
	rd_kafka_topic_partition_list_destroy(topics);
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		return election;
	log_error("kafka:%s: cannot join the group %s: %s", topic, id, rd_kafka_err2str(error));
out:
	kafka_election_close(election);
	return NULL;
}

void kafka_election_close(struct kafka_election *election)
{
	if (election == NULL)
		return;
	if (election->client != NULL) {
		election->closing = true;
		rd_kafka_consumer_close(election->client);
		rd_kafka_destroy(election->client);
	}
	free(election);
}

/* Returns true for errors that only the user can fix. */
static bool is_final(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
	       error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
	       error == RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT ||
	       error == RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL ||
	       error == RD_KAFKA_RESP_ERR__FATAL;
}

int kafka_election_poll(struct kafka_election *election, int timeout_ms)
{
	rd_kafka_message_t *message = rd_kafka_consumer_poll(election->client, timeout_ms);
	struct kafka_use use = {
		.operation = "Read", .topic = election->topic, .group = election->id};
	char why[KAFKA_ADVICE_SIZE];
	int rc = 0;

	if (message == NULL)
		return 0;
	if (is_final(message->err)) {
		log_error(
			"kafka:%s: cannot be a member of the group %s: %s", election->topic,
			election->id,
			kafka_advice_is_right(message->err)
				? kafka_trouble_on_error(election->client, message->err, &use, why)
				: rd_kafka_message_errstr(message));
		rc = -1;
	} else {
		log_debug("kafka:%s: group %s: %s", election->topic, election->id,
			  rd_kafka_message_errstr(message));
	}
	rd_kafka_message_destroy(message);
	return rc;
}

bool kafka_election_leads(const struct kafka_election *election)
{
	return election->leads;
}

bool kafka_election_decided(const struct kafka_election *election)
{
	return election->decided;
}

void kafka_election_leader(struct kafka_election *election, char *text, size_t size)
{
	const struct rd_kafka_group_list *groups = NULL;
	const struct rd_kafka_group_member_info *first = NULL;

	snprintf(text, size, "a process that is not known yet");
	if (rd_kafka_list_groups(election->client, election->id, &groups, LEADER_MS) !=
	    RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	for (int g = 0; g < groups->group_cnt; g++) {
		const struct rd_kafka_group_info *group = &groups->groups[g];

		for (int m = 0; m < group->member_cnt; m++)
			if (first == NULL ||
			    strcmp(group->members[m].member_id, first->member_id) < 0)
				first = &group->members[m];
	}
	if (first != NULL)
		snprintf(text, size, "%s at %s", first->client_id, first->client_host);
	rd_kafka_group_list_destroy(groups);
}

rd_kafka_t *kafka_election_client(const struct kafka_election *election)
{
	return election->client;
}
