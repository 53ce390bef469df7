package io.remuda.node.instance;

import io.remuda.node.engine.FilesRead;
import io.remuda.protocol.model.Loading;
import java.time.Duration;
import java.util.Optional;

/**
 * What is said of a start that is under way. The last start of the same model on this machine
 * measures it, for it went all the way; without one, or when it takes longer, the bytes that were
 * read do.
 */
final class LoadingPolicy {

  /** It is not ready before it has shown that it is, however long it takes. */
  private static final long MOST_PERCENT = 99;

  /** A rate of fewer bytes than this share says nothing. */
  private static final long LEAST_PERCENT_READ = 1;

  /**
   * What is said.
   *
   * @param percent -1 where nobody knows
   */
  record Said(int percent, Optional<Loading> loading) {}

  private LoadingPolicy() {}

  /**
   * After {@code elapsed} of a start.
   *
   * @param last how long the last one took
   * @param read of the model's files, where that can be seen
   */
  static Said say(Duration elapsed, Optional<Duration> last, Optional<FilesRead> read) {
    Optional<Duration> left =
        last.map(whole -> whole.minus(elapsed))
            .filter(rest -> !rest.isNegative() && !rest.isZero())
            .or(() -> read.flatMap(files -> byRate(elapsed, files)))
            .map(LoadingPolicy::wholeSeconds);
    int percent =
        last.map(whole -> percent(elapsed.toMillis(), whole.toMillis()))
            .or(() -> read.map(files -> percent(files.read(), files.all())))
            .orElse(-1);
    Optional<Loading> loading =
        read.map(files -> new Loading(files.read(), files.all(), left))
            .or(() -> left.map(rest -> new Loading(0, 0, Optional.of(rest))));
    return new Said(percent, loading);
  }

  /** Of what is read by now nothing says how long the rest of the start takes. */
  private static Optional<Duration> byRate(Duration elapsed, FilesRead files) {
    long rest = files.all() - files.read();
    boolean enough = 100 * files.read() >= LEAST_PERCENT_READ * files.all();
    return enough && files.read() > 0 && rest > 0
        ? Optional.of(Duration.ofMillis((long) ((double) elapsed.toMillis() * rest / files.read())))
        : Optional.empty();
  }

  static int percent(long done, long all) {
    return (int) Math.min(MOST_PERCENT, 100 * done / Math.max(1, all));
  }

  /** Each change is a report and a route more. */
  private static Duration wholeSeconds(Duration time) {
    return Duration.ofSeconds(Math.max(1, (time.toMillis() + 999) / 1000));
  }
}
