package io.remuda.deploy.task;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** One process that is going to die, started before it is needed. It ends when its pipe does. */
final class DoomedProcess implements AutoCloseable {

  static final List<String> OPTIONS = List.of("-Xmx128m", "-XX:TieredStopAtLevel=1");

  /** A machine that stalls for minutes must not be taken for a part that does not die. */
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final ChildJvm jvm;

  /** With JVM options beside its own, and the arguments of {@link DoomedPart}. */
  DoomedProcess(
      List<String> options,
      FaultPoint point,
      String broker,
      String results,
      String fingerprint,
      Path parent) {
    try {
      Path folder = Files.createTempDirectory(parent, "doomed-");
      this.jvm =
          new ChildJvm(
              DoomedPart.class,
              folder,
              Stream.concat(OPTIONS.stream(), options.stream()).toList(),
              List.of(point.name(), broker, results, fingerprint, folder.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets it begin. */
  void begin(String order) {
    jvm.tell(order);
  }

  /** Waits until it has died where it was meant to; fails when it ends in another way. */
  void awaitDeath() {
    int ended = jvm.awaitEnd(LIMIT);
    if (ended != DoomedPart.DIED) {
      throw new IllegalStateException("it ended with " + ended + ":\n" + jvm.log());
    }
  }

  long pid() {
    return jvm.pid();
  }

  @Override
  public void close() {
    jvm.close();
  }
}
