package io.remuda.protocol.task;

import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How queues and keys are called, and with which arguments queues are declared by both sides. */
public final class TaskNames {

  /**
   * Where tasks are published, with their queue's name as the routing key. A queue is bound to it
   * once it has settled ({@code remuda.tasks.queue-settle}): a broker that is killed within seconds
   * of a quorum queue's making comes back with an empty one that never elects a leader (seen on
   * RabbitMQ 3.10.8), and what was confirmed into it is gone. Until then a task is unroutable, and
   * so not accepted.
   */
  public static final String TASK_EXCHANGE = "remuda.tasks";

  /**
   * Where messages go that left their queue without an acknowledgement. Of type headers, since it
   * keeps only what was given up: see {@link #DEATHS}.
   */
  public static final String DEAD_LETTER_EXCHANGE = "remuda.dead";

  /**
   * Why the broker gives a message up, in its words. One whose time is over ("expired") is none of
   * them: its task has ended long before, and nobody need look at it.
   */
  public static final List<String> DEATHS = List.of("rejected", "delivery_limit", "maxlen");

  /** Where they wait for an operator. */
  public static final String DEAD_LETTER_QUEUE = "remuda.dead";

  /** Where a second one of each waits until a gateway has written down its task's end. */
  public static final String UNBURIED_QUEUE = "remuda.dead.unburied";

  /**
   * How often a queue delivers one task before it is dead-lettered: the last resort for what no
   * worker lives long enough to claim. Stated, since the defaults of broker releases differ; large,
   * since each lost connection counts as a delivery of all that was prefetched. What a model cannot
   * stand is found by counting claims ({@code remuda.tasks.attempts}).
   */
  public static final int DELIVERY_LIMIT = 200;

  /**
   * For so long after its deadline a task may lie in its queue, in milliseconds; then the queue
   * drops it, whether or not its model has an instance. Much longer than its end takes to be
   * written down, which is 60 s at most: it is the broker's or database's clock that drops it, and
   * one that is some hours ahead must not drop what can still run.
   */
  public static final long OVERDUE_MILLIS = 86_400_000;

  /**
   * What is kept for operators: so many given-up tasks, of so many bytes together, for so long;
   * then the oldest go. Stated, since a broker refuses whoever declares its queue with others.
   */
  public static final int DEAD_MOST = 10_000;

  /** See {@link #DEAD_MOST}. */
  public static final long DEAD_BYTES = 1L << 30;

  /** See {@link #DEAD_MOST}, in milliseconds: 30 days. */
  public static final long DEAD_MILLIS = 30 * 86_400_000L;

  /** Error code of a task that was claimed once too often. */
  public static final String POISON = "poison";

  /** Error code of a task that its queue gave up. */
  public static final String DEAD_LETTERED = "dead_lettered";

  /** Prefix of the result store's keys of tasks. */
  public static final String RECORD_PREFIX = "remuda:task:";

  /** The result store's sorted set of tasks that have not ended, by deadline. */
  public static final String DEADLINES = "remuda:deadlines";

  /** The result store's list of what tasks used that have ended. */
  public static final String USES = "remuda:uses";

  /** Its sorted set of parts of that which gateways of earlier versions were handing in. */
  public static final String USE_PARTS = "remuda:uses:parts";

  /** Its sorted set of lanes whose part a gateway is handing in. */
  public static final String USE_LANES = "remuda:uses:lanes";

  /** Its hash of the last number of each lane. */
  public static final String USE_NUMBERS = "remuda:uses:numbers";

  /**
   * The most parts that gateways hand in at one time: the registry keeps a row for each lane, and
   * one gateway uses one. A database's migration makes as many.
   */
  public static final int MOST_LANES = 16;

  /**
   * How long what a task used waits for a registry that takes it in, in milliseconds: 6 days. A
   * registry knows for 7 days which parts it took, so that none is counted twice.
   */
  public static final long USE_MILLIS = 6 * 86_400_000L;

  /**
   * How long a record without an end is kept beyond its deadline, in milliseconds: a fleet that was
   * off for days still ends it first.
   */
  public static final long OPEN_MILLIS = 7 * 86_400_000L;

  /** What tasks of models without a schema may ask. */
  public static final Set<String> UNTYPED_PATHS =
      Set.of("/v1/chat/completions", "/v1/completions", "/v1/embeddings");

  /** Where the broker writes why it gave a message up for the first time. */
  public static final String DEATH_HEADER = "x-first-death-reason";

  private static final int MANY = 1_000_000_000;

  private TaskNames() {}

  /**
   * The queue of a model and a schema: two schemas under one name never share one.
   *
   * @param fingerprint of the schema; empty for models without one
   */
  public static String queue(ModelName model, String fingerprint) {
    String version =
        fingerprint.isEmpty() ? "untyped" : fingerprint.substring(0, prefix(fingerprint));
    return "remuda.tasks." + model + "." + version;
  }

  private static int prefix(String fingerprint) {
    return Math.min(12, fingerprint.length());
  }

  /** Arguments of a model's queue; the broker refuses a declaration with others. */
  public static Map<String, Object> queueArguments() {
    return Map.of(
        "x-queue-type", "quorum",
        "x-delivery-limit", DELIVERY_LIMIT,
        "x-dead-letter-exchange", DEAD_LETTER_EXCHANGE);
  }

  /** Arguments of {@link #DEAD_LETTER_QUEUE}. To list it is to take all and put them back. */
  public static Map<String, Object> deadQueueArguments() {
    return Map.of(
        "x-queue-type", "quorum",
        "x-delivery-limit", MANY,
        "x-max-length", DEAD_MOST,
        "x-max-length-bytes", DEAD_BYTES,
        "x-message-ttl", DEAD_MILLIS);
  }

  /** Arguments of {@link #UNBURIED_QUEUE}, which gateways empty: nothing leaves it unseen. */
  public static Map<String, Object> unburiedQueueArguments() {
    return Map.of("x-queue-type", "quorum", "x-delivery-limit", MANY);
  }

  /** Arguments of a queue's binding to {@link #DEAD_LETTER_EXCHANGE}, one for each of DEATHS. */
  public static Map<String, Object> deathArguments(String death) {
    return Map.of("x-match", "any-with-x", DEATH_HEADER, death);
  }

  /** The result store's key of a task. */
  public static String recordKey(TaskId id) {
    return RECORD_PREFIX + id;
  }

  /** The result store's key of a task's result, which is forgotten before its record is. */
  public static String resultKey(TaskId id) {
    return recordKey(id) + ":result";
  }

  /** The result store's list of a tenant's tasks. */
  public static String tenantKey(String tenant) {
    return "remuda:tasks:" + tenant;
  }

  /** Where a tenant's idempotency key is kept; of fixed length, whatever the client sent. */
  public static String idempotencyKey(String tenant, String key) {
    return "remuda:once:" + idempotency(tenant, key);
  }

  /** A tenant's idempotency key in 64 characters. */
  public static String idempotency(String tenant, String key) {
    return digest(tenant.getBytes(StandardCharsets.UTF_8), key.getBytes(StandardCharsets.UTF_8));
  }

  /** What must be the same under one idempotency key: model, schema and payload. */
  public static String requestDigest(TaskEnvelope task) {
    return digest(
        task.getModel().getBytes(StandardCharsets.UTF_8),
        task.getSchemaFingerprint().getBytes(StandardCharsets.UTF_8),
        task.getPayload().toByteArray());
  }

  private static String digest(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update((part.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
