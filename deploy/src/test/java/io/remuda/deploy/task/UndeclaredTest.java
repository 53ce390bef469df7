package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.task.TaskWorker;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The broker lets connections be made, and answers nothing that is declared over them. */
@Tag("server")
class UndeclaredTest {

  /** A gateway has one that publishes and one for questions, a worker one and one to be watched. */
  private static final int NEEDED = 4;

  @Test
  void connectionsThatCannotBeUsedAreEndedAndDoNotPileUp() {
    RabbitServer broker = RabbitServer.shared();
    try (UnconfirmedLink link = new UnconfirmedLink(broker.host(), broker.port(), () -> {})) {
      // given a broker that answers no declaration
      link.answersDeclarations(false);
      try (TaskStage stage =
              TaskStage.openAway(
                  Map.of(
                      "remuda.tasks.queue", link.url(),
                      "remuda.tasks.results", RedisServer.shared().url(),
                      "remuda.tasks.timeout", "1s"));
          TaskStage.Machine machine = stage.machine();
          TaskWorker worker = machine.work(TaskContract.CAPITALS)) {
        // when both sides have tried again and again
        Eventually.isTrue("they try", LIMIT, () -> link.made() >= 4 * NEEDED);

        // then they hold no more connections than they need
        Eventually.passes(
            "the others are ended",
            LIMIT,
            () -> assertThat(link.open()).isLessThanOrEqualTo(NEEDED));
        assertThat(worker.health().orElseThrow()).contains("broker");
        assertThat(stage.unavailable()).isPresent();

        // and tasks run when it answers again
        link.answersDeclarations(true);
        assertThat(stage.awaitEnd(stage.accept(stage.task("after"))).getState())
            .isEqualTo(TaskState.DONE);
      }
    }
  }
}
