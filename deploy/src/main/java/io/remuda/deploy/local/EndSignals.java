package io.remuda.deploy.local;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * The signals that ask a process to end: the first ends it in good order, each further one has it
 * hasten. The JVM alone would not even notice the second.
 */
final class EndSignals {

  private static final Logger log = LoggerFactory.getLogger(EndSignals.class);

  /** Those on which the JVM ends by itself. */
  private static final List<String> NAMES = List.of("TERM", "INT", "HUP");

  private final Runnable asked;
  private final Runnable hasten;
  private final AtomicBoolean seen = new AtomicBoolean();

  private EndSignals(Runnable asked, Runnable hasten) {
    this.asked = asked;
    this.hasten = hasten;
  }

  /**
   * @param asked run at the first signal, before the JVM's shutdown begins
   */
  static void handle(Runnable asked, Runnable hasten) {
    EndSignals signals = new EndSignals(asked, hasten);
    for (String name : NAMES) {
      try {
        Signal.handle(new Signal(name), signals::received);
      } catch (IllegalArgumentException e) {
        // Where the JVM was told to leave signals alone (-Xrs), they end it at once.
        log.debug("event=signal-not-handled signal={}", name);
      }
    }
  }

  /** On a thread of the JVM for each signal. */
  private void received(Signal signal) {
    if (seen.compareAndSet(false, true)) {
      asked.run();
      // As the JVM itself would have ended; it waits for the shutdown hooks.
      System.exit(128 + signal.getNumber());
    } else {
      log.info("event=hastening signal={}", signal.getName());
      hasten.run();
    }
  }
}
