package io.remuda.gateway.auth;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of an issuer's keys: the last ones that could be read, for as long as they are
 * good. Any thread asks for them and never waits. A reading that fails changes nothing but their
 * age.
 */
final class IssuerKeys {

  private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);

  /**
   * @param text that they were read from
   * @param heard when, by {@link #nanos}
   */
  private record Known(SigningKeys keys, String text, long heard) {}

  private final JwksSource source;
  private final OidcSettings.Jwks settings;
  private final Set<String> algorithms;
  private final LongSupplier nanos;
  private final DoubleConsumer secondsLeft;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile Optional<Known> known = Optional.empty();
  private volatile Optional<Long> asked = Optional.empty();
  private volatile String trouble = "";
  private volatile Consumer<String> heard = text -> {};

  /**
   * @param algorithms for which keys are wanted
   * @param nanos passes by, as {@link System#nanoTime} does
   * @param secondsLeft told at each reading how long the keys are still good
   */
  IssuerKeys(
      JwksSource source,
      OidcSettings.Jwks settings,
      Set<String> algorithms,
      LongSupplier nanos,
      DoubleConsumer secondsLeft) {
    this.source = source;
    this.settings = settings;
    this.algorithms = algorithms;
    this.nanos = nanos;
    this.secondsLeft = secondsLeft;
  }

  /** Told of the text of each reading that could be used, on the thread that read it. */
  void onHeard(Consumer<String> told) {
    heard = told;
  }

  /**
   * What was read before this start, so long ago; it is good for what is left of its time. Throws
   * IllegalArgumentException for a text without a key that can be used.
   */
  void restore(String text, Duration age) {
    SigningKeys keys = SigningKeys.parse(text, algorithms);
    Known held = new Known(keys, text, nanos.getAsLong() - age.toNanos());
    known = Optional.of(held);
    LOG.info(
        "event=oidc-keys-restored address={} keys={} good-for={}s",
        settings.address(),
        keys.ids(),
        Math.max(0, left(held).toSeconds()));
    secondsLeft.accept(Math.max(0, left(held).toSeconds()));
  }

  /** The keys by which tokens are checked now; empty while none are known that are still good. */
  Optional<SigningKeys> current() {
    return known.filter(held -> !left(held).isNegative()).map(Known::keys);
  }

  /**
   * For a token by a key that is not among {@code seen}: has the issuer asked again, unless that
   * was done a moment ago.
   *
   * @return whether other keys are known already, or may be soon
   */
  boolean lookAgain(Optional<SigningKeys> seen) {
    boolean due =
        asked
            .map(last -> nanos.getAsLong() - last >= settings.unknownKeyPause().toNanos())
            .orElse(true);
    if (due) {
      var unused = refresh();
    }
    return asking.get() || !current().equals(seen);
  }

  /** Reads the keys; of several calls at one time one does. Never fails. */
  CompletionStage<Void> refresh() {
    if (!asking.compareAndSet(false, true)) {
      return CompletableFuture.completedStage(null);
    }
    asked = Optional.of(nanos.getAsLong());
    return reading()
        .thenAccept(
            text -> {
              learn(text);
              heard.accept(text);
            })
        .handle(
            (learnt, failure) -> {
              if (failure != null) {
                tell(
                    Optional.ofNullable(failure.getCause())
                        .filter(cause -> failure instanceof CompletionException)
                        .orElse(failure));
              }
              known.ifPresent(held -> secondsLeft.accept(Math.max(0, left(held).toSeconds())));
              asking.set(false);
              return null;
            });
  }

  private CompletionStage<String> reading() {
    try {
      return source.read();
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /** Throws IllegalArgumentException for a text without a key that can be used. */
  void learn(String text) {
    Optional<Known> before = known;
    long now = nanos.getAsLong();
    if (before.filter(held -> held.text().equals(text)).isPresent()) {
      // The same object: what was checked by it needs no new check.
      known = before.map(held -> new Known(held.keys(), text, now));
      trouble = "";
      return;
    }
    SigningKeys keys = SigningKeys.parse(text, algorithms);
    trouble = "";
    known = Optional.of(new Known(keys, text, now));
    LOG.info("event=oidc-keys address={} keys={}", settings.address(), keys.ids());
  }

  /** Once for each sort of trouble: an issuer that is away is asked often. */
  private void tell(Throwable failure) {
    String why = String.valueOf(failure);
    if (!why.equals(trouble)) {
      trouble = why;
      LOG.warn(
          "event=oidc-keys-not-read address={} keys-good-for={} why={}",
          settings.address(),
          known.map(held -> Math.max(0, left(held).toSeconds()) + "s").orElse("none"),
          why);
    }
  }

  private Duration left(Known held) {
    return settings.keepFor().minusNanos(nanos.getAsLong() - held.heard());
  }
}
