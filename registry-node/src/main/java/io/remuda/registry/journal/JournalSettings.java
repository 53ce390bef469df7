package io.remuda.registry.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.EmbeddedDatabase;
import io.remuda.protocol.task.ServerTrust;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Where the journal lies and how it is reached: {@code remuda.journal} of the configuration.
 *
 * @param embedded whether it is a file of H2, which serves one registry node only
 * @param answerTimeout how long the database may take for one answer to a registry node
 * @param answerLimit how long the database may take for one answer to a backup
 */
public record JournalSettings(
    String url,
    String user,
    String password,
    boolean embedded,
    int poolSize,
    Duration connectionTimeout,
    Duration answerTimeout,
    Duration retryInterval,
    int pageLimit,
    Duration pollInterval,
    Duration gapPatience,
    Duration answerLimit) {

  private static final String POSTGRESQL = "jdbc:postgresql:";
  private static final String H2 = "jdbc:h2:";

  /** The settings, where {@code dataDir} is for a journal whose address is left empty. */
  public static JournalSettings from(Config root, Path dataDir) {
    Config config = root.getConfig("remuda.journal");
    String url = config.getString("url").trim();
    if (url.isEmpty()) {
      url = EmbeddedDatabase.url(dataDir);
    }
    if (!url.startsWith(POSTGRESQL) && !url.startsWith(H2)) {
      throw new IllegalArgumentException(
          "remuda.journal.url must start with %s or %s, or be empty; it is '%s'"
              .formatted(POSTGRESQL, H2, withoutSecrets(url)));
    }
    return new JournalSettings(
        ServerTrust.postgres(url, config.getString("ca-file").trim()),
        config.getString("user"),
        config.getString("password"),
        url.startsWith(H2),
        config.getInt("pool-size"),
        config.getDuration("connection-timeout"),
        config.getDuration("answer-timeout"),
        config.getDuration("retry-interval"),
        config.getInt("page-limit"),
        config.getDuration("poll-interval"),
        config.getDuration("gap-patience"),
        config.getDuration("answer-limit"));
  }

  /** The configuration of the plug-in that writes and replays, over {@code root}. */
  public Config over(Config root) {
    Map<String, Object> db = new LinkedHashMap<>();
    db.put("url", url);
    db.put("user", user);
    db.put("password", password);
    db.put("driver", embedded ? "org.h2.Driver" : "org.postgresql.Driver");
    db.put("numThreads", poolSize);
    db.put("maxConnections", poolSize);
    db.put("minConnections", 1);
    db.put("connectionTimeout", connectionTimeout.toMillis());
    db.put("keepAliveConnection", embedded);
    limits(answerTimeout).forEach((key, value) -> db.put("properties." + key, value));
    Map<String, Object> all = new LinkedHashMap<>();
    for (String plugin : new String[] {"jdbc-journal", "jdbc-snapshot-store"}) {
      all.put(plugin + ".circuit-breaker.call-timeout", answerTimeout.toMillis() + "ms");
    }
    all.put(
        "akka-persistence-jdbc.shared-databases.remuda.profile",
        embedded ? "slick.jdbc.H2Profile$" : "slick.jdbc.PostgresProfile$");
    db.forEach(
        (key, value) -> all.put("akka-persistence-jdbc.shared-databases.remuda.db." + key, value));
    return ConfigFactory.parseMap(all, "remuda.journal")
        .withFallback(ConfigFactory.parseResources("remuda-registry-akka.conf"))
        .withFallback(root);
  }

  /**
   * What the driver has to be told so that a server which vanished without a word, or does not
   * answer, holds nobody for longer than {@code answer}.
   */
  Map<String, String> limits(Duration answer) {
    return embedded
        ? Map.of()
        : Map.of(
            "tcpKeepAlive",
            "true",
            "connectTimeout",
            seconds(connectionTimeout),
            "socketTimeout",
            seconds(answer));
  }

  /** User, password and {@link #limits}, for a connection of one's own. */
  Properties properties(Duration answer) {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    limits(answer).forEach(properties::setProperty);
    return properties;
  }

  /** The driver counts in whole seconds, and 0 is for ever. */
  private static String seconds(Duration limit) {
    return Long.toString(Math.max(1, limit.toSeconds()));
  }

  /** The address without what may be a password. */
  public String shown() {
    return withoutSecrets(url);
  }

  private static String withoutSecrets(String url) {
    return url.replaceAll("(?i)(password=)[^&;]*", "$1***").replaceAll("//[^/@]*@", "//***@");
  }

  @Override
  public String toString() {
    return "JournalSettings[" + shown() + "]";
  }
}
