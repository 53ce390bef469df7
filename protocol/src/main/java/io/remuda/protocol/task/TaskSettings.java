package io.remuda.protocol.task;

import com.typesafe.config.Config;
import io.remuda.protocol.config.EmbeddedDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * {@code remuda.tasks} of the configuration: where tasks wait, where their results are kept, and
 * how patient both sides are.
 *
 * @param timeout within which every call of a store is answered
 * @param confirmPatience how long the broker may confirm nothing before its connection is made anew
 * @param queueSettle how old a broker's queue must be before tasks are published to it
 * @param recordSlack for which how a task ended is known beyond its deadline, whenever it did
 * @param caFile certificates that servers are checked against; empty: those that Java trusts
 */
public record TaskSettings(
    Place queue,
    Place results,
    Optional<Path> caFile,
    Duration timeout,
    Duration resultTtl,
    Duration recordSlack,
    Duration reconnectMin,
    Duration reconnectMax,
    Duration watchInterval,
    Duration confirmPatience,
    Duration queueSettle,
    Duration lease,
    Duration pollInterval,
    Duration sweepInterval,
    int databaseThreads) {

  /** Where a queue or a store is. */
  public sealed interface Place {}

  /** In RabbitMQ. */
  public record Broker(String uri) implements Place {
    @Override
    public String toString() {
      return "Broker[" + withoutSecrets(uri) + "]";
    }
  }

  /** In Redis. */
  public record Redis(String uri) implements Place {
    @Override
    public String toString() {
      return "Redis[" + withoutSecrets(uri) + "]";
    }
  }

  /**
   * In tables of a database.
   *
   * @param embedded whether it is a file of this JVM
   */
  public record Database(String url, String user, String password, boolean embedded)
      implements Place {

    /** A change of a table may take longer than any call of it. */
    private static final int CHANGES = 12;

    /**
     * The address for whoever makes the tables over a connection of its own, which a server that
     * says nothing must not hold for ever either.
     *
     * @param timeout of a call
     */
    public String boundedUrl(Duration timeout) {
      long seconds = Math.max(1, timeout.toSeconds());
      return embedded
          ? url
          : "%s%sconnectTimeout=%d&loginTimeout=%d&socketTimeout=%d"
              .formatted(url, url.contains("?") ? "&" : "?", seconds, seconds, CHANGES * seconds);
    }

    @Override
    public String toString() {
      return "Database[" + withoutSecrets(url) + "]";
    }
  }

  /** Nowhere, for a reason that tells what to configure. */
  public record Nowhere(String reason) implements Place {}

  private static final String POSTGRESQL = "jdbc:postgresql:";
  private static final String H2 = "jdbc:h2:";

  /**
   * The settings of a node whose data directory is {@code dataDir}. Throws IllegalArgumentException
   * for an address of another kind than those that the key allows.
   */
  public static TaskSettings from(Config root, Path dataDir) {
    Config config = root.getConfig("remuda.tasks");
    String ca = config.getString("ca-file").trim();
    return new TaskSettings(
        place(root, dataDir, "queue", List.of("amqp:", "amqps:")),
        place(root, dataDir, "results", List.of("redis:", "rediss:")),
        ca.isEmpty() ? Optional.empty() : Optional.of(Path.of(ca)),
        config.getDuration("timeout"),
        config.getDuration("result-ttl"),
        config.getDuration("record-slack"),
        config.getDuration("reconnect.first-pause"),
        config.getDuration("reconnect.longest-pause"),
        config.getDuration("watch-interval"),
        config.getDuration("confirm-patience"),
        config.getDuration("queue-settle"),
        config.getDuration("database.lease"),
        config.getDuration("database.poll-interval"),
        config.getDuration("database.sweep-interval"),
        config.getInt("database.threads"));
  }

  public TaskTimes times() {
    return new TaskTimes(resultTtl.toMillis(), recordSlack.toMillis());
  }

  private static Place place(Config root, Path dataDir, String key, List<String> schemes) {
    String address = root.getString("remuda.tasks." + key).trim();
    if (address.isEmpty() || address.equals("embedded")) {
      return besideTheJournal(root, dataDir, key);
    }
    if (address.startsWith(POSTGRESQL)) {
      Config config = root.getConfig("remuda.tasks.database");
      return new Database(
          ServerTrust.postgres(address, text(root, ServerTrust.TASKS_CA).trim()),
          config.getString("user"),
          config.getString("password"),
          false);
    }
    if (schemes.stream().anyMatch(address::startsWith)) {
      return address.startsWith("amqp") ? new Broker(address) : new Redis(address);
    }
    throw new IllegalArgumentException(
        "remuda.tasks."
            + key
            + " is '"
            + withoutSecrets(address)
            + "', which is no address of a kind known here; use "
            + String.join("//... or ", schemes)
            + "//..., jdbc:postgresql://..., or embedded for the journal's database");
  }

  private static Place besideTheJournal(Config root, Path dataDir, String key) {
    String url =
        root.hasPath("remuda.journal.url") ? root.getString("remuda.journal.url").trim() : "";
    List<String> roles = root.getStringList("remuda.node.roles");
    boolean ofThisJvm = roles.isEmpty() || roles.contains("registry");
    String journalCa = text(root, "remuda.journal.ca-file").trim();
    String ca = journalCa.isEmpty() ? text(root, ServerTrust.TASKS_CA).trim() : journalCa;
    if (url.startsWith(POSTGRESQL) || (ofThisJvm && (url.isEmpty() || url.startsWith(H2)))) {
      boolean embedded = !url.startsWith(POSTGRESQL);
      return new Database(
          url.isEmpty() ? EmbeddedDatabase.url(dataDir) : ServerTrust.postgres(url, ca),
          text(root, "remuda.journal.user"),
          text(root, "remuda.journal.password"),
          embedded);
    }
    return new Nowhere(
        "this node has no place for "
            + (key.equals("queue") ? "tasks that wait" : "results of tasks")
            + ": the embedded journal belongs to the registry's process alone. Set remuda.tasks."
            + key
            + " to "
            + (key.equals("queue") ? "amqp://..." : "redis://...")
            + " or jdbc:postgresql://..., the same on every gateway and machine");
  }

  private static String text(Config root, String key) {
    return root.hasPath(key) ? root.getString(key) : "";
  }

  /** The address without what may be a password. */
  public static String withoutSecrets(String address) {
    return address.replaceAll("(?i)(password=)[^&;]*", "$1***").replaceAll("//[^/@]*@", "//***@");
  }
}
