package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.testing.Eventually;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A PostgreSQL that takes connections and says nothing from the start, as one that hangs does, or
 * one behind a network that swallows what is sent.
 */
class SilentDatabaseTest {

  @Test
  void bothSidesTellThatItDoesNotAnswerInsteadOfWaitingForEver() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        TaskStage stage =
            TaskStage.openAway(
                Map.of(
                    "remuda.journal.url",
                    "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/remuda",
                    "remuda.journal.user",
                    "remuda",
                    "remuda.journal.password",
                    "remuda",
                    "remuda.tasks.timeout",
                    "1s"));
        TaskStage.Machine machine = stage.new Machine()) {
      Eventually.passes(
          "the gateway tells",
          LIMIT,
          () ->
              assertThat(stage.unavailable().orElseThrow().code())
                  .isEqualTo(ErrorCode.STORE_UNAVAILABLE));
      Eventually.passes(
          "the machine tells",
          LIMIT,
          () -> assertThat(machine.claims().health().orElseThrow()).isNotBlank());
    }
  }
}
