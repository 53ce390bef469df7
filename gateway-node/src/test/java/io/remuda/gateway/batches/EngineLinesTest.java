package io.remuda.gateway.batches;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.proto.batch.BatchProblem;
import io.remuda.protocol.proto.task.TaskRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class EngineLinesTest {

  private final Routes routes = new Routes();
  private final ModelLines lines =
      new ModelLines(
          TypedModels.NONE, routes::snapshot, 100, Duration.ofMinutes(1), () -> Instant.EPOCH);

  private void knows(String name) {
    routes.merge(
        Catalog.EMPTY.with(
            new Listing(
                new ModelName(name),
                1,
                0,
                7,
                DeploymentPhase.READY,
                "jvm",
                Optional.empty(),
                1,
                1,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Instant.EPOCH,
                false)));
  }

  private static BatchLine line(String body) {
    return new BatchLine(
        3, "a", "POST", "/v1/chat/completions", body.getBytes(StandardCharsets.UTF_8));
  }

  private String problem(String body, String hidden) {
    return lines
        .check(line(body), model -> !model.value().equals(hidden))
        .map(BatchProblem::getCode)
        .orElse("none");
  }

  @Test
  void aLineNamesAModelThatItsCallerMayUse() {
    knows("chatty");

    assertThat(problem("{\"model\": \"chatty\"}", "")).isEqualTo("none");
    assertThat(problem("{\"model\": \"chatty\"}", "chatty")).isEqualTo("model_not_found");
    assertThat(problem("{\"model\": \"nobody\"}", "")).isEqualTo("model_not_found");
    assertThat(problem("{\"model\": 7}", "")).isEqualTo("missing_required_parameter");
    assertThat(problem("{\"model\": \"chatty\", \"stream\": true}", "")).isEqualTo("invalid_value");
  }

  @Test
  void aLineThatNamesAnAliasIsATaskOfItsModel() {
    knows("chatty");
    routes.merge(
        Catalog.EMPTY.with(
            Listing.ofAlias(
                new ModelName("chat"),
                1,
                0,
                DeploymentPhase.READY,
                Optional.of(new ModelName("chatty")),
                Instant.EPOCH)));

    assertThat(problem("{\"model\": \"chat\"}", "chatty")).isEqualTo("none");
    LineWork.Task task = (LineWork.Task) lines.prepare(line("{\"model\": \"chat\"}"));

    assertThat(task.model()).isEqualTo(new ModelName("chatty"));
    assertThat(task.payload().toStringUtf8())
        .isEqualTo("/v1/chat/completions\n{\"model\":\"chatty\"}");
  }

  @Test
  void aLineIsATaskThatNamesItsPath() {
    assertThat(lines.prepare(line("{\"model\": \"chatty\"}"))).isInstanceOf(LineWork.Later.class);
    knows("chatty");

    LineWork.Task task = (LineWork.Task) lines.prepare(line("{\"model\": \"chatty\"}"));

    assertThat(task.fingerprint()).isEmpty();
    assertThat(task.payload().toStringUtf8())
        .isEqualTo("/v1/chat/completions\n{\"model\": \"chatty\"}");
    LineWork.Known large =
        (LineWork.Known) lines.prepare(line("{\"model\": \"chatty\"" + " ".repeat(100) + "}"));
    assertThat(large.answer().status()).isEqualTo(413);
    assertThat(lines.prepare(line("{\"model\": \"gone\"}"))).isInstanceOf(LineWork.Later.class);
    assertThat(lines.done(TaskRecord.getDefaultInstance())).isPresent();
  }
}
