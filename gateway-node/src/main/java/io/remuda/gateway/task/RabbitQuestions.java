package io.remuda.gateway.task;

import com.google.protobuf.InvalidProtocolBufferException;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Questions about queues, over a connection of their own and on a thread of their own, since each
 * blocks. Given-up tasks are looked at by taking them without an acknowledgement, so that they go
 * back, in their order, when the channel is closed; two askers at once see each a part of them.
 */
final class RabbitQuestions implements AutoCloseable {

  private static final int MAX_WAITING = 256;

  private final Broker broker;
  private final Duration timeout;
  private final Executor callbacks;
  private final ThreadPoolExecutor thread;
  private @Nullable Connection connection;

  RabbitQuestions(Broker broker, TaskSettings settings, Executor callbacks) {
    this.broker = broker;
    this.timeout = settings.timeout();
    this.callbacks = callbacks;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(MAX_WAITING),
            work -> {
              Thread made = new Thread(work, "remuda-gateway-broker-questions");
              made.setDaemon(true);
              return made;
            });
  }

  /** Messages that wait in the queue; empty when there is no such queue. */
  CompletionStage<OptionalLong> depth(String queue) {
    return ask(
        channel -> {
          try {
            return OptionalLong.of(channel.queueDeclarePassive(queue).getMessageCount());
          } catch (IOException e) {
            if (!channel.isOpen() && channel.getConnection().isOpen()) {
              // The broker closes the channel of whoever asks for what is not there.
              return OptionalLong.empty();
            }
            throw e;
          }
        });
  }

  CompletionStage<List<DeadTask>> dead(int limit) {
    return ask(
        channel -> {
          List<DeadTask> dead = new ArrayList<>();
          while (dead.size() < limit) {
            GetResponse got = channel.basicGet(TaskNames.DEAD_LETTER_QUEUE, false);
            if (got == null) {
              break;
            }
            Optional<TaskEnvelope> task = task(got);
            if (task.isPresent()) {
              dead.add(new DeadTask(task.get(), reason(got), at(got)));
            }
          }
          return dead;
        });
  }

  /**
   * Takes one given-up task out, when {@code use} has succeeded; false when there is none such.
   *
   * @param use answers empty when it is done with the task
   */
  CompletionStage<Boolean> takeDead(
      TaskId id, Function<TaskEnvelope, CompletionStage<Optional<Refused>>> use) {
    return ask(
        channel -> {
          boolean found = false;
          GetResponse got = channel.basicGet(TaskNames.DEAD_LETTER_QUEUE, false);
          while (got != null) {
            Optional<TaskEnvelope> task = task(got);
            if (task.isPresent() && task.get().getTaskId().equals(id.value())) {
              if (!found) {
                refuse(await(use.apply(task.get())));
              }
              channel.basicAck(got.getEnvelope().getDeliveryTag(), false);
              found = true;
            }
            got = channel.basicGet(TaskNames.DEAD_LETTER_QUEUE, false);
          }
          return found;
        });
  }

  @Override
  public void close() {
    thread.shutdownNow();
    synchronized (this) {
      Connection open = connection;
      if (open != null) {
        open.abort(1_000);
      }
    }
  }

  /** Something asked of the broker. */
  private interface Question<T> {
    T ask(Channel channel) throws IOException;
  }

  private <T> CompletionStage<T> ask(Question<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      thread.execute(
          () -> {
            try {
              T found = overAChannel(question);
              callbacks.execute(() -> answer.complete(found));
            } catch (IOException | RuntimeException e) {
              callbacks.execute(() -> answer.completeExceptionally(e));
            }
          });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(e);
    }
    return StoreFailures.explained(answer.orTimeout(timeout.toMillis() * 2, TimeUnit.MILLISECONDS));
  }

  private <T> T overAChannel(Question<T> question) throws IOException {
    Channel channel = connected().createChannel();
    if (channel == null) {
      throw new IOException("the broker opens no more channels");
    }
    try {
      return question.ask(channel);
    } finally {
      if (channel.isOpen()) {
        channel.abort();
      }
    }
  }

  private synchronized Connection connected() throws IOException {
    Connection open = connection;
    if (open == null || !open.isOpen()) {
      open = broker.connect("remuda-gateway-questions");
      connection = open;
    }
    return open;
  }

  private static void refuse(Optional<Refused> refused) {
    if (refused.isPresent()) {
      throw new TaskRefusal(refused.get().code(), refused.get().message());
    }
  }

  private <T> T await(CompletionStage<T> stage) throws IOException {
    try {
      return stage.toCompletableFuture().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("it did not answer in time", e);
    }
  }

  private static Optional<TaskEnvelope> task(GetResponse got) {
    try {
      return Optional.of(TaskEnvelope.parseFrom(got.getBody()));
    } catch (InvalidProtocolBufferException e) {
      // Somebody else's message; it stays where it is.
      return Optional.empty();
    }
  }

  private static String reason(GetResponse got) {
    return switch (header(got, "x-first-death-reason")) {
      case "rejected" -> "a worker gave it up; its record says why";
      case "delivery_limit" ->
          "it was delivered " + TaskNames.DELIVERY_LIMIT + " times and never ended";
      case "expired" -> "it waited for longer than its queue allows";
      case "maxlen" -> "its queue was full";
      default -> "the broker gave it up";
    };
  }

  private static Instant at(GetResponse got) {
    Map<String, Object> headers = headers(got);
    if (headers.get("x-death") instanceof List<?> deaths
        && !deaths.isEmpty()
        && deaths.get(0) instanceof Map<?, ?> last
        && last.get("time") instanceof Date time) {
      return time.toInstant();
    }
    return Instant.EPOCH;
  }

  private static String header(GetResponse got, String name) {
    Object value = headers(got).get(name);
    return value == null ? "" : value.toString();
  }

  private static Map<String, Object> headers(GetResponse got) {
    AMQP.BasicProperties properties = got.getProps();
    return properties == null || properties.getHeaders() == null
        ? Map.of()
        : properties.getHeaders();
  }
}
