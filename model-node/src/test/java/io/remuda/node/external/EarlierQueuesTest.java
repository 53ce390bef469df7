package io.remuda.node.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.front.WorkerCalls.Answer;
import io.remuda.node.front.WorkerCalls.Call;
import io.remuda.node.front.WorkerCalls.Head;
import io.remuda.node.instance.Hosted;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.task.TaskNames;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A worker whose schema took the place of others is told their queues, since tasks may wait. */
class EarlierQueuesTest {

  private static final List<String> EARLIER = List.of("a".repeat(64), "b".repeat(64));

  private final ExternalWorkers workers =
      new ExternalWorkers(Sample.SETTINGS, System::nanoTime, () -> "id-1");
  private final WorkerDoor door =
      new WorkerDoor(
          workers,
          WorkerAccess.of(
              true, new KeyMint("cluster-key", new SecureRandom()), InstantSource.system()),
          TaskContract.from(
              StrictConfig.load(
                  Optional.empty(),
                  ConfigFactory.parseMap(
                      Map.of(
                          "remuda.tasks.queue", "amqp://h:1/v",
                          "remuda.tasks.results", "redis://h:1/0"))),
              Path.of(".")),
          new Hosted());

  @Test
  void theAnswerNamesAllQueuesToRead() throws Exception {
    JsonNode tasks = joins(true);

    assertThat(tasks.path("queue").asText())
        .isEqualTo(TaskNames.queue(Sample.MODEL, Sample.TEXT.fingerprint()));
    assertThat(tasks.path("earlierQueues"))
        .extracting(JsonNode::asText)
        .containsExactly("remuda.tasks.shout.aaaaaaaaaaaa", "remuda.tasks.shout.bbbbbbbbbbbb");
  }

  @Test
  void itsNextLifeIsToldThemThoughTheRegistryIsNotAskedAgain() throws Exception {
    joins(true);

    JsonNode again = joins(false);

    assertThat(again.path("earlierQueues")).hasSize(2);
  }

  private JsonNode joins(boolean answered) throws Exception {
    String body = Sample.join("w", "shout").replaceFirst("\\{", "{\"tasks\": true, ");
    var answer =
        door.answer(
                new Call(
                    new Head(
                        "POST", "/v1/instances", Optional.empty(), Optional.empty(), false, true),
                    body))
            .toCompletableFuture();
    if (answered) {
      workers.look().forEach(spec -> workers.answered(spec, Optional.empty(), EARLIER));
    }
    Answer joined = answer.join();
    assertThat(joined.status()).as(joined.json()).isEqualTo(201);
    return new ObjectMapper().readTree(joined.json()).path("tasks");
  }
}
