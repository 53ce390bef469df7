package io.remuda.deploy.task;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a part that is to die when whoever started it is killed. */
class OrphanedPartTest {

  private static final String CHILD = "child ";
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir Path folder;

  /** The process that starts the part. Arguments: broker, result store, folder. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) {
      Orders orders = Orders.open();
      DoomedProcess part =
          new DoomedProcess(
              List.of(),
              FaultPoint.WORKER_CLAIMED,
              arguments[0],
              arguments[1],
              "fingerprint",
              Path.of(arguments[2]));
      System.out.println(CHILD + part.pid());
      orders.await();
    }
  }

  @Test
  void endsWithItsParentThoughItNeverCameToItsPoint() {
    int[] nobody = FreePort.next(2);
    try (ChildJvm parent =
        new ChildJvm(
            Parent.class,
            folder,
            List.of("-Xmx64m"),
            List.of(
                "amqp://guest:guest@127.0.0.1:" + nobody[0],
                "redis://127.0.0.1:" + nobody[1],
                folder.toString()))) {
      // given a part that waits for servers which will not come
      ProcessHandle part =
          ProcessHandle.of(
                  Eventually.find("the part is started", LIMIT, () -> parent.last(CHILD))
                      .transform(Long::valueOf))
              .orElseThrow();
      try {
        parent.kill();

        Eventually.isTrue("the part has ended", LIMIT, () -> !part.isAlive());
      } finally {
        part.destroyForcibly();
      }
    }
  }
}
