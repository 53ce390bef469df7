package io.remuda.gateway.tasks;

import com.typesafe.config.Config;
import io.remuda.protocol.config.StartRefused;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whom the ends of tasks may be told, from {@code remuda.gateway.tasks.webhooks}.
 *
 * @param hosts names that may be called, in lower case; a leading {@code *.} stands for any name
 *     below. Empty: no webhook is taken
 * @param privateHosts of these, the ones that may lie at private addresses
 * @param secret what deliveries are signed with
 * @param timeout of one delivery
 * @param tries deliveries before a webhook is dropped
 * @param firstPause after the first failed delivery; it doubles
 * @param longestPause that pause at most
 * @param lookPause between two looks for tasks that have ended
 * @param longestLook between two looks at one task, however long it runs
 * @param lease for which a gateway keeps webhooks that it has taken to itself
 * @param atOnce deliveries under way
 */
public record WebhookSettings(
    Set<String> hosts,
    Set<String> privateHosts,
    String secret,
    Duration timeout,
    int tries,
    Duration firstPause,
    Duration longestPause,
    Duration lookPause,
    Duration longestLook,
    Duration lease,
    int atOnce) {

  private static final int SHORTEST_SECRET = 24;

  public WebhookSettings {
    hosts = Set.copyOf(hosts);
    privateHosts = Set.copyOf(privateHosts);
    if (!hosts.isEmpty() && secret.length() < SHORTEST_SECRET) {
      throw new StartRefused(
          "remuda.gateway.tasks.webhooks.hosts names hosts, but deliveries could not be told from"
              + " forged ones: set remuda.gateway.tasks.webhooks.secret to at least "
              + SHORTEST_SECRET
              + " characters, the same on all gateways (openssl rand -base64 32).");
    }
  }

  public static WebhookSettings from(Config config) {
    Config webhooks = config.getConfig("remuda.gateway.tasks.webhooks");
    return new WebhookSettings(
        names(webhooks, "hosts"),
        names(webhooks, "private-hosts"),
        webhooks.getString("secret"),
        webhooks.getDuration("timeout"),
        webhooks.getInt("tries"),
        webhooks.getDuration("first-pause"),
        webhooks.getDuration("longest-pause"),
        webhooks.getDuration("look-pause"),
        webhooks.getDuration("longest-look"),
        webhooks.getDuration("lease"),
        webhooks.getInt("at-once"));
  }

  private static Set<String> names(Config config, String key) {
    return config.getStringList(key).stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Leaves the secret out. */
  @Override
  public String toString() {
    return "WebhookSettings[hosts=" + hosts + "]";
  }
}
