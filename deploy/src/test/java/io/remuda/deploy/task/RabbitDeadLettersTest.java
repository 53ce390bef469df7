package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;
import static io.remuda.deploy.task.TaskStage.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Given-up tasks in RabbitMQ, their records in Redis. */
class RabbitDeadLettersTest extends DeadLettersContract {

  @Override
  Map<String, ?> places() {
    return Map.of(
        "remuda.tasks.queue", RabbitServer.shared().url(),
        "remuda.tasks.results", RedisServer.shared().url(),
        // A machine under load may stall for a third of it.
        "remuda.tasks.timeout", "15s");
  }

  @Test
  void whatLiesBehindTheWantedOneIsNotRead() throws Exception {
    try (Connection broker = connect();
        Channel channel = broker.createChannel()) {
      // given two letters that nobody has looked at
      TaskEnvelope first = stage.task("first");
      TaskEnvelope second = stage.task("second");
      letter(channel, first);
      letter(channel, second);

      // when the first one is dropped
      assertThat(dropped(first)).isTrue();

      // then the second one has still never left the queue
      GetResponse got = channel.basicGet(TaskNames.DEAD_LETTER_QUEUE, false);
      while (!TaskEnvelope.parseFrom(got.getBody()).equals(second)) {
        got = channel.basicGet(TaskNames.DEAD_LETTER_QUEUE, false);
      }
      assertThat(got.getEnvelope().isRedeliver()).isFalse();
    }
  }

  @Test
  void aSecondLetterOfATaskStaysUntilItIsDroppedToo() throws Exception {
    TaskEnvelope task = stage.task("given up twice");
    try (Connection broker = connect();
        Channel channel = broker.createChannel()) {
      letter(channel, task);
      letter(channel, task);
    }

    assertThat(dropped(task)).isTrue();
    assertThat(listed()).containsOnlyOnce(id(task));
    assertThat(dropped(task)).isTrue();
    assertThat(listed()).doesNotContain(id(task));
  }

  private boolean dropped(TaskEnvelope task) {
    return get(stage.queue().dropDead(id(task), dead -> CompletableFuture.completedStage(null)));
  }

  @Test
  void aRetryWaitsForALetterThatSomebodyElseReads() throws Exception {
    TaskEnvelope task = givenUp("read by two").get(0);
    CompletionStage<Void> retried;
    try (Connection broker = connect();
        Channel channel = broker.createChannel()) {
      // given somebody who has taken all letters to look at them
      while (channel.basicGet(TaskNames.DEAD_LETTER_QUEUE, false) != null) {
        assertThat(channel.isOpen()).isTrue();
      }
      // when one of them is retried
      retried = stage.desk(stage.queue()).givenUp().retry(id(task));
      assertThat(retried.toCompletableFuture())
          .satisfies(
              still ->
                  assertThatThrownBy(() -> still.get(1, TimeUnit.SECONDS))
                      .isInstanceOf(TimeoutException.class));
    }

    // then it is, once they are put back
    get(retried);
    assertThat(stage.read(task).orElseThrow().getState()).isEqualTo(TaskState.QUEUED);
  }

  private static void letter(Channel channel, TaskEnvelope task) throws Exception {
    channel.confirmSelect();
    channel.basicPublish(
        TaskNames.DEAD_LETTER_EXCHANGE,
        "",
        MessageProperties.PERSISTENT_BASIC
            .builder()
            .headers(Map.of(TaskNames.DEATH_HEADER, "rejected"))
            .build(),
        task.toByteArray());
    channel.waitForConfirmsOrDie(15_000);
  }

  private static Connection connect() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(RabbitServer.shared().url());
    return factory.newConnection();
  }
}
