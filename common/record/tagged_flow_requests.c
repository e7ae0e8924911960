#include "common/record/tagged_flow_requests.h"

#include "common/record/message_status.h"
#include "common/record/tagged_flow_rows.h"

/* Sums of such counts stay in 64 bits. */
static const struct scan_range counts = {0, INT64_C(1) << 56, "an integer from 0 to 2^56"};
/* As OpenTelemetry allows, and the bucket indexes of 64-bit values at the highest scale. */
static const struct scan_range scales = {-10, 20, "an integer from -10 to 20"};
static const struct scan_range indexes = {-(64 << 20), 64 << 20, "an integer from -2^26 to 2^26"};

bool tagged_flow_read_count(struct scan_reading *r, size_t row, enum scan_presence presence,
			    uint64_t *out)
{
	int64_t number;
	bool present = scan_reading_integer(r, row, presence, &counts, &number);

	if (present)
		*out = (uint64_t)number;
	return present;
}

static void read_histogram(struct scan_reading *r, size_t rows, struct tagged_flow_times *times)
{
	struct value_cursor items;
	struct value item, key;
	int64_t scale = 0, offset = 0;
	size_t count = 0;
	bool good = true;

	if (!scan_reading_array(r, rows + TIMES_HISTOGRAM_COUNTS, SCAN_REQUIRED,
				"an array of integers", &items) ||
	    !scan_reading_integer(r, rows + TIMES_HISTOGRAM_SCALE, SCAN_REQUIRED, &scales,
				  &scale) ||
	    !scan_reading_integer(r, rows + TIMES_HISTOGRAM_OFFSET, SCAN_REQUIRED, &indexes,
				  &offset))
		return;
	for (; value_next(&items, &key, &item); count++) {
		int64_t number = -1;

		if (count == TAGGED_FLOW_BUCKETS_MAX) {
			scan_reading_refuse(r, FAULT_TOO_LARGE, rows + TIMES_HISTOGRAM_COUNTS,
					    "at most 512 buckets");
			return;
		}
		good = good && value_i64(item, &number) && number >= counts.min &&
		       number <= counts.max;
		times->buckets[count] = (uint64_t)number;
	}
	if (!good)
		scan_reading_refuse(r, FAULT_WRONG_VALUE, rows + TIMES_HISTOGRAM_COUNTS,
				    "an array of integers from 0");
	times->scale = (int)scale;
	times->offset = (int32_t)offset;
	times->bucket_count = count;
}

/* The object at ROW, if it is there, whose members' rows begin with ROWS. */
static void read_times(struct scan_reading *r, size_t row, size_t rows,
		       struct tagged_flow_times *times)
{
	if (!scan_reading_object(r, row, SCAN_OPTIONAL))
		return;
	tagged_flow_read_count(r, rows + TIMES_COUNT, SCAN_REQUIRED, &times->count);
	tagged_flow_read_count(r, rows + TIMES_SUM, SCAN_REQUIRED, &times->sum_ns);
	tagged_flow_read_count(r, rows + TIMES_MIN, SCAN_REQUIRED, &times->min_ns);
	tagged_flow_read_count(r, rows + TIMES_MAX, SCAN_REQUIRED, &times->max_ns);
	if (scan_reading_object(r, rows + TIMES_HISTOGRAM, SCAN_OPTIONAL))
		read_histogram(r, rows, times);
}

/* Adds the counts of the object at ROW, whose names are statuses of the kind OF, to those of errors. */
static void read_statuses(struct scan_reading *r, size_t row, enum message_status_of of,
			  struct tagged_flow_messages *messages)
{
	struct value_cursor members;
	struct value name, item;

	if (!scan_reading_members(r, row, SCAN_OPTIONAL, &members))
		return;
	while (value_next(&members, &name, &item)) {
		int64_t number = -1;

		if (!value_i64(item, &number) || number < counts.min || number > counts.max) {
			scan_reading_refuse(r, FAULT_WRONG_VALUE, row,
					    "an object of integers from 0");
			return;
		}
		switch (message_status_means(of, plain_text(&r->kept, name))) {
		case MESSAGE_FAILED:
			messages->errors += (uint64_t)number;
			break;
		case MESSAGE_CLIENT_FAILED:
			messages->client_errors += (uint64_t)number;
			break;
		case MESSAGE_DID_NOT_FAIL:
			break;
		}
	}
}

static void read_client(struct scan_reading *r, struct tagged_flow_messages *messages)
{
	struct span client;

	if (!scan_reading_text(r, ROW_L7_CLIENT, SCAN_REQUIRED, "source or destination", &client))
		return;
	messages->from_destination = span_equal(client, span_of("destination"));
	if (!messages->from_destination && !span_equal(client, span_of("source")))
		scan_reading_refuse(r, FAULT_WRONG_VALUE, ROW_L7_CLIENT, "source or destination");
}

static uint64_t count_all(const struct tagged_flow_messages *messages)
{
	return messages->requests + messages->responses + messages->retries + messages->unanswered;
}

static void read_messages(struct scan_reading *r, struct tagged_flow_messages *messages)
{
	bool present = scan_reading_object(r, ROW_L7, SCAN_OPTIONAL);

	if (!present || !scan_reading_copy(r, ROW_L7_PROTOCOL, SCAN_REQUIRED, messages->protocol,
					   sizeof(messages->protocol)))
		return;
	tagged_flow_read_count(r, ROW_L7_REQUESTS, SCAN_OPTIONAL, &messages->requests);
	tagged_flow_read_count(r, ROW_L7_RESPONSES, SCAN_OPTIONAL, &messages->responses);
	tagged_flow_read_count(r, ROW_L7_RETRIES, SCAN_OPTIONAL, &messages->retries);
	tagged_flow_read_count(r, ROW_L7_UNANSWERED, SCAN_OPTIONAL, &messages->unanswered);
	read_statuses(r, ROW_L7_STATUS, MESSAGE_STATUS, messages);
	read_statuses(r, ROW_L7_GRPC_STATUS, MESSAGE_GRPC_STATUS, messages);
	read_statuses(r, ROW_L7_RCODE, MESSAGE_RCODE, messages);
	scan_reading_boolean(r, ROW_L7_INCOMPLETE, SCAN_OPTIONAL, &messages->incomplete);
	read_times(r, ROW_FIRST_BYTE, ROW_FIRST_BYTE_TIMES, &messages->first_byte);
	read_times(r, ROW_LAST_BYTE, ROW_LAST_BYTE_TIMES, &messages->last_byte);
	/* Nobody sends the requests of a protocol that is encrypted. */
	if (count_all(messages) > 0)
		read_client(r, messages);
}

void tagged_flow_read_requests(struct scan_reading *r, struct tagged_flow *flow)
{
	tagged_flow_read_count(r, ROW_REQUESTS_COUNT, SCAN_OPTIONAL, &flow->requests);
	read_messages(r, &flow->messages);
	if (!tagged_flow_counts_messages(flow))
		read_times(r, ROW_RESPONSE, ROW_RESPONSE_TIMES, &flow->response);
}

static void clear_times(struct tagged_flow_times *times)
{
	times->count = times->sum_ns = times->min_ns = times->max_ns = 0;
	times->scale = times->offset = 0;
	times->bucket_count = 0;
}

static void clear_messages(struct tagged_flow_messages *messages)
{
	messages->protocol[0] = '\0';
	messages->from_destination = messages->incomplete = false;
	messages->requests = messages->responses = messages->retries = messages->unanswered = 0;
	messages->errors = messages->client_errors = 0;
	clear_times(&messages->first_byte);
	clear_times(&messages->last_byte);
}

void tagged_flow_clear_requests(struct tagged_flow *flow)
{
	flow->requests = 0;
	clear_times(&flow->response);
	clear_messages(&flow->messages);
}

bool tagged_flow_has_messages(const struct tagged_flow *flow)
{
	return count_all(&flow->messages) > 0;
}

bool tagged_flow_counts_messages(const struct tagged_flow *flow)
{
	const struct tagged_flow_messages *messages = &flow->messages;

	if (!tagged_flow_has_messages(flow))
		return false;
	return !messages->incomplete ||
	       (messages->responses + messages->unanswered > 0 &&
		messages->responses + messages->unanswered >= flow->requests);
}
