package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.metrics.MetricNames;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import kamon.Kamon;
import kamon.metric.Distribution;
import kamon.metric.Instrument;
import org.junit.jupiter.api.Test;

/** An engine that needs the GPU memory of one that has just ended. */
class MemoryBackTest extends AgentFixture {

  private static final Resources MOST = new Resources(6_000, 0, 0, 1);

  @Test
  void noEngineStartsBeforeTheMemoryOfTheOneThatEndedIsBack() throws IOException {
    // given: the last look was made before the first engine took its memory
    ActorRef<NodeAgent.Command> agent = settled();
    agent.tell(seen(1, 0));
    assertThat(start(agent, A, "fake", MOST).refused()).isEmpty();
    await(A, Phase.READY);

    // when
    stop(agent, A);

    // then: an old look does not let the next one in, nor one that shows the memory in use
    Refused early = start(agent, B, "fake", MOST).refused().orElseThrow();
    agent.tell(seen(nextLook(), 5_500));
    Refused later = start(agent, B, "fake", MOST).refused().orElseThrow();
    assertThat(early.code()).isEqualTo(ErrorCode.NODE_FULL);
    assertThat(early.message()).contains("2000 MiB free on GPU 0 (6000 MiB of a-1 not back yet)");
    assertThat(later.message()).contains("2500 MiB free on GPU 0 (5500 MiB of a-1 not back yet)");

    agent.tell(seen(nextLook(), 100));
    assertThat(start(agent, B, "fake", MOST).refused()).isEmpty();
    await(B, Phase.READY);
  }

  @Test
  void theReportSaysOfTheMemoryThatItIsTakenUntilItIsBack() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    agent.tell(seen(1, 0));
    start(agent, A, "fake", MOST);
    await(A, Phase.READY);

    assertThat(stop(agent, A).capacity().gpus().get(0).memoryFreeMiB()).isEqualTo(2_000);

    agent.tell(seen(nextLook(), 0));
    Eventually.isTrue(
        "all of it is free",
        LIMIT,
        () -> published().report().capacity().gpus().get(0).memoryFreeMiB() == 8_000);
  }

  @Test
  void howLongTheMemoryTookToComeBackIsMeasuredOnceItIs() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    agent.tell(seen(1, 0));
    start(agent, A, "fake", MOST);
    await(A, Phase.READY);
    long before = returns();
    stop(agent, A);
    agent.tell(seen(nextLook(), 5_500));
    assertThat(returns()).isEqualTo(before);

    agent.tell(seen(nextLook(), 0));

    Eventually.isTrue("it is measured", LIMIT, () -> returns() == before + 1);
  }

  private static long returns() {
    return ((Distribution)
            ((Instrument.Snapshotting<?>) Kamon.timer(MetricNames.MEMORY_RETURN).withoutTags())
                .snapshot(false))
        .count();
  }

  @Test
  void anEngineThatIsReadyIsLookedAtAgainAfterALookThatWasUnderWay() throws IOException {
    ActorRef<NodeAgent.Command> agent = settled();
    agent.tell(seen(1, 0));
    start(agent, A, "fake", MOST);
    await(A, Phase.READY);
    long asked = looks.expectMessageClass(GpuWatch.Look.class, LIMIT).number();

    // when: a look ends that was begun before it was ready
    agent.tell(seen(1, 0));

    // then: one for the first look, one that was dropped, one for the answer
    Eventually.isTrue(
        "a look for what the dropped one would have shown",
        LIMIT,
        () -> looks.expectMessageClass(GpuWatch.Look.class, LIMIT).number() == asked + 2);
  }

  /** Number of a look that was begun after the end: far sooner than at the ordinary interval. */
  private long nextLook() {
    return Eventually.find(
            "a look after the end",
            LIMIT,
            () ->
                Optional.of(looks.expectMessageClass(GpuWatch.Look.class, LIMIT))
                    .filter(look -> look.ended().contains(A)))
        .number();
  }

  private static NodeAgent.GpusSeen seen(long look, long usedMiB) {
    OptionalDouble none = OptionalDouble.empty();
    Gpu gpu = new Gpu(0, "GPU-0", "test", 8_000, usedMiB, 0, none, none, none, false, false);
    return new NodeAgent.GpusSeen(
        look, new GpuUse(List.of(gpu), Map.of(), Map.of()), Map.of(), Map.of());
  }
}
