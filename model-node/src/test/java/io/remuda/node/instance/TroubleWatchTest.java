package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.engine.LogNews.Wrong;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Trouble;
import io.remuda.protocol.model.Trouble.Level;
import io.remuda.protocol.model.Trouble.Line;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An instance tells what its engine writes of trouble. */
class TroubleWatchTest extends InstanceFixture {

  private static final Wrong SLOW = new Wrong(Level.WARNING, "it is slow");
  private static final Wrong BROKEN = new Wrong(Level.ERROR, "it is broken");

  @Test
  void whatIsNewIsToldOnceAndIsNoStepOfItsLife() {
    trouble = new TroubleLimits(Duration.ofMillis(10), 20, 300, 10);
    FakeRuntime runtime = FakeRuntime.quick();
    ready(runtime);

    runtime.engines.get(0).wrong.add(SLOW);
    Trouble first = told();
    runtime.engines.get(0).wrong.add(BROKEN);
    Trouble second = told();

    assertThat(first.warnings()).isEqualTo(1);
    assertThat(second.errors()).isEqualTo(1);
    assertThat(second.warnings()).as("read once").isEqualTo(1);
    assertThat(second.lines()).extracting(Line::text).containsExactly("it is broken", "it is slow");
    owner.expectNoMessage(Duration.ofMillis(50));
  }

  @Test
  void theLastWordsOfAnEngineThatEndedAreReadAndToldWhenItIsReadyAgain() {
    FakeRuntime runtime = FakeRuntime.quick();
    ready(runtime);
    runtime.engines.get(0).wrong.add(BROKEN);

    runtime.engines.get(0).exit("exited with code 3\nit is broken");

    assertThat(told().lastEnd().orElseThrow().words()).startsWith("exited with code 3\n");
    Trouble after = told();
    assertThat(after.errors()).as("nobody had looked since").isEqualTo(1);
    expect(Phase.BACKOFF);
    expect(Phase.STARTING);
    assertThat(after.lastEnd()).isPresent();
  }

  @Test
  void theOutputOfTheNextEngineIsReadFromItsBeginning() {
    trouble = new TroubleLimits(Duration.ofMillis(10), 20, 300, 10);
    FakeRuntime runtime = FakeRuntime.quick();
    var instance = ready(runtime);
    runtime.engines.get(0).wrong.add(SLOW);
    told();
    runtime.engines.get(0).exit("exited with code 3");
    told();
    expect(Phase.BACKOFF);
    expect(Phase.STARTING);
    owner.expectMessageClass(InstanceNotice.WantsTurn.class);
    instance.tell(new ModelInstance.YourTurn());
    expect(Phase.WARMING);
    expect(Phase.READY);

    runtime.engines.get(1).wrong.add(SLOW);

    assertThat(told().warnings()).isEqualTo(2);
  }

  private Trouble told() {
    return troubled.receiveMessage(LIMIT).trouble();
  }
}
