package io.remuda.node.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RehearsalTest {

  @Test
  void goesTheWholeWayAndLeavesNothingBehind() throws Exception {
    Set<Thread> before = loops();

    boolean answered =
        Rehearsal.play(Instances.settings(), Duration.ofSeconds(60))
            .toCompletableFuture()
            .get(90, TimeUnit.SECONDS);

    assertThat(answered).isTrue();
    Eventually.passes(
        "its loops and its client's end",
        Duration.ofSeconds(60),
        () -> assertThat(before).containsAll(loops()));
  }

  @Test
  void isNoReasonNotToStartWhenItFails() throws Exception {
    boolean answered =
        Rehearsal.play(Instances.settings(), Duration.ofNanos(1))
            .toCompletableFuture()
            .get(90, TimeUnit.SECONDS);

    assertThat(answered).isFalse();
  }

  @Test
  void isNoReasonNotToStartWhenItCannotBegin() throws Exception {
    FrontSettings good = Instances.settings();
    FrontSettings withoutLoops =
        new FrontSettings(
            0,
            good.maxBodyBytes(),
            good.maxConnections(),
            good.connectTimeout(),
            good.keepAlive(),
            good.queueTimeout(),
            good.silenceTimeout(),
            good.drainTimeout(),
            good.workerBodyTimeout(),
            good.workerBodies());

    boolean answered =
        Rehearsal.play(withoutLoops, Duration.ofSeconds(60))
            .toCompletableFuture()
            .get(90, TimeUnit.SECONDS);

    assertThat(answered).isFalse();
  }

  private static Set<Thread> loops() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("vert\\.x-eventloop.*|HttpClient-.*"))
        .collect(Collectors.toSet());
  }
}
