import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;

/**
 * A Kafka Streams application that tags flows with the present holders of their addresses: two joins with a GlobalKTable.
 *
 * <pre>Peer BROKER FLOWS TAGGED HOLDERS TAIL tree|splice NAME THREADS STATE</pre>
 *
 * HOLDERS is a topic: address to the JSON that a tag has for an end. TAIL is the JSON that follows the two ends in each tag.
 * NAME is also the group of the flows. Runs until it is killed.
 */
public final class Peer {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String UNKNOWN = "{\"status\":\"unknown\"}";

    private final String flows, tagged, holders, tail;

    private Peer(String flows, String tagged, String holders, String tail) {
        this.flows = flows;
        this.tagged = tagged;
        this.holders = holders;
        this.tail = tail;
    }

    /* The way to write it with a tree: each record is parsed whole, gets a member, and is written again. */

    private static byte[] write(String topic, JsonNode node) {
        try {
            return node == null ? null : MAPPER.writeValueAsBytes(node);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(String topic, byte[] bytes) {
        try {
            return bytes == null ? null : MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode put(JsonNode flow, String end, JsonNode holder, JsonNode unknown) {
        ((ObjectNode) flow).withObject("tenure").set(end, holder == null ? unknown : holder);
        return flow;
    }

    private void joinTrees(StreamsBuilder builder) {
        Serde<JsonNode> json = Serdes.serdeFrom(Peer::write, Peer::read);
        JsonNode unknown = read(null, bytes(UNKNOWN));
        ObjectNode rest = (ObjectNode) read(null, bytes("{" + tail + "}"));
        GlobalKTable<String, JsonNode> table = builder.globalTable(holders, Consumed.with(Serdes.String(), json),
            Materialized.as(Stores.inMemoryKeyValueStore("holders")));

        builder.stream(flows, Consumed.with(Serdes.ByteArray(), json))
            .leftJoin(table, (key, flow) -> flow.path("source").path("ip").textValue(),
                (flow, holder) -> put(flow, "source", holder, unknown))
            .leftJoin(table, (key, flow) -> flow.path("destination").path("ip").textValue(),
                (flow, holder) -> put(flow, "destination", holder, unknown))
            .peek((key, flow) -> ((ObjectNode) flow.get("tenure")).setAll(rest))
            .to(tagged, Produced.with(Serdes.ByteArray(), json));
    }

    /* The way to write it with bytes: the two addresses are searched for, and the tag replaces the last brace. */

    private static final byte[] SOURCE = bytes("\"source\":{"), DESTINATION = bytes("\"destination\":{"), IP = bytes("\"ip\":\"");
    private static final byte[] HEAD = bytes(",\"tenure\":{\"source\":"), MIDDLE = bytes(",\"destination\":");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Where WHAT ends in BYTES, searched for from FROM on. */
    private static int after(byte[] bytes, byte[] what, int from) {
        for (int at = from; at + what.length <= bytes.length; at++)
            if (bytes[at] == what[0] && bytes[at + 1] == what[1] && Arrays.equals(bytes, at, at + what.length, what, 0, what.length))
                return at + what.length;
        throw new IllegalArgumentException("no " + new String(what, StandardCharsets.UTF_8));
    }

    private static byte[] address(byte[] flow, byte[] end) {
        int from = after(flow, IP, after(flow, end, 0)), to = from;
        while (flow[to] != '"')
            to++;
        return Arrays.copyOfRange(flow, from, to);
    }

    private static byte[] concatenate(byte[] first, int length, byte[]... more) {
        int total = length;
        for (byte[] part : more)
            total += part.length;
        byte[] all = Arrays.copyOf(first, total);
        for (byte[] part : more) {
            System.arraycopy(part, 0, all, length, part.length);
            length += part.length;
        }
        return all;
    }

    private record Half(byte[] flow, byte[] source) {}

    private void joinBytes(StreamsBuilder builder) {
        byte[] unknown = bytes(UNKNOWN), rest = bytes("," + tail + "}}");
        GlobalKTable<byte[], byte[]> table = builder.globalTable(holders, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()),
            Materialized.as(Stores.inMemoryKeyValueStore("holders")));

        builder.stream(flows, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
            .leftJoin(table, (key, flow) -> address(flow, SOURCE),
                (flow, holder) -> new Half(flow, holder == null ? unknown : holder))
            .leftJoin(table, (key, half) -> address(half.flow, DESTINATION),
                (half, holder) -> concatenate(half.flow, half.flow.length - 1, HEAD, half.source, MIDDLE,
                    holder == null ? unknown : holder, rest))
            .to(tagged, Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    }

    private static Properties settings(String broker, String name, String threads, String state) {
        Properties p = new Properties();
        p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker);
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, name);
        p.put(StreamsConfig.STATE_DIR_CONFIG, state);
        p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
        p.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 20_000);
        p.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        p.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5000);
        p.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 4 << 20);
        p.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        p.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 50);
        p.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 1_000_000);
        p.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), 8 << 20);
        p.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 256L << 20);
        return p;
    }

    public static void main(String[] args) {
        Peer peer = new Peer(args[1], args[2], args[3], args[4]);
        StreamsBuilder builder = new StreamsBuilder();
        if (args[5].equals("tree"))
            peer.joinTrees(builder);
        else
            peer.joinBytes(builder);
        KafkaStreams streams = new KafkaStreams(builder.build(), settings(args[0], args[6], args[7], args[8]));
        streams.setUncaughtExceptionHandler(broken -> {
            broken.printStackTrace();
            Runtime.getRuntime().halt(1);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
    }
}
