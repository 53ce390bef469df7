package io.remuda.gateway.tasks;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Which addresses a webhook may name, and when a delivery is tried again. */
public final class WebhookPolicy {

  private static final int LONGEST = 2_000;

  private final WebhookSettings settings;

  public WebhookPolicy(WebhookSettings settings) {
    this.settings = settings;
  }

  /** What came of a wish: exactly one of the two. */
  public record Verdict(Optional<URI> url, Optional<Refused> refused) {

    static Verdict refused(String sentence) {
      return new Verdict(
          Optional.empty(), Optional.of(Refused.of(ErrorCode.INVALID_REQUEST, sentence)));
    }
  }

  /** Whether {@code raw} may be called, by its name alone. */
  public Verdict check(String raw) {
    if (settings.hosts().isEmpty()) {
      return Verdict.refused(
          "this gateway calls no webhooks; an administrator allows hosts with"
              + " remuda.gateway.tasks.webhooks.hosts");
    }
    URI url;
    try {
      url = new URI(raw);
    } catch (URISyntaxException e) {
      return Verdict.refused("the webhook is no URL: " + e.getReason());
    }
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    String host = url.getHost() == null ? "" : url.getHost().toLowerCase(Locale.ROOT);
    if (raw.length() > LONGEST
        || !(scheme.equals("http") || scheme.equals("https"))
        || host.isEmpty()
        || url.getUserInfo() != null
        || url.getFragment() != null) {
      return Verdict.refused(
          "the webhook is an http or https URL of at most "
              + LONGEST
              + " characters with a host, without user and fragment");
    }
    if (!isNamed(host, settings.hosts())) {
      return Verdict.refused(
          "the webhook's host '"
              + host
              + "' is not allowed; an administrator adds it to"
              + " remuda.gateway.tasks.webhooks.hosts");
    }
    return new Verdict(Optional.of(url), Optional.empty());
  }

  /** Whether {@code host} may lie at an address that is not public. */
  boolean mayBePrivate(String host) {
    return isNamed(host.toLowerCase(Locale.ROOT), settings.privateHosts());
  }

  /** The pause after so many failed deliveries, with a share of chance; empty: give up. */
  Optional<Duration> pause(int failed, RandomGenerator random) {
    if (failed >= settings.tries()) {
      return Optional.empty();
    }
    long longest = settings.longestPause().toMillis();
    long pause = settings.firstPause().toMillis();
    for (int i = 1; i < failed && pause < longest; i++) {
      pause *= 2;
    }
    pause = Math.min(pause, longest);
    return Optional.of(Duration.ofMillis(pause / 2 + random.nextLong(pause / 2 + 1)));
  }

  /** When a task that has not ended is looked at again: the older it is, the later. */
  Duration nextLook(Duration age) {
    Duration shortest = settings.lookPause();
    Duration wanted = age.dividedBy(10);
    if (wanted.compareTo(shortest) < 0) {
      return shortest;
    }
    return wanted.compareTo(settings.longestLook()) < 0 ? wanted : settings.longestLook();
  }

  private static boolean isNamed(String host, Set<String> names) {
    if (names.contains(host)) {
      return true;
    }
    for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      if (names.contains("*" + host.substring(dot))) {
        return true;
      }
    }
    return false;
  }
}
