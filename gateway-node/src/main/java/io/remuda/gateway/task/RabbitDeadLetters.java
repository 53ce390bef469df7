package io.remuda.gateway.task;

import com.google.protobuf.InvalidProtocolBufferException;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.GetResponse;
import io.remuda.protocol.ErrorCode;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Given-up tasks in RabbitMQ: each lies in the operator's queue until it is retried or dropped, and
 * a copy of it in another until its end is written down.
 *
 * <p>Letters are looked at by taking them without an acknowledgement, so that they go back, in
 * their order, when the channel is closed; two askers at once see each a part of them. One letter
 * at a time is in memory, and no look reads for longer than the time-out.
 */
final class RabbitDeadLetters {

  private static final long FIRST_PAUSE_MILLIS = 100;

  private final RabbitQuestions questions;
  private final Duration timeout;

  RabbitDeadLetters(RabbitQuestions questions, TaskSettings settings) {
    this.questions = questions;
    this.timeout = settings.timeout();
  }

  /** The oldest ones; fewer than {@code limit} too when the time is over. */
  CompletionStage<List<DeadTask>> list(int limit) {
    return questions.ask(
        patience(),
        channel -> {
          List<DeadTask> dead = new ArrayList<>();
          long begun = System.nanoTime();
          while (dead.size() < limit && mayRead(begun)) {
            GetResponse got = channel.basicGet(TaskNames.DEAD_LETTER_QUEUE, false);
            if (got == null) {
              break;
            }
            letter(got).ifPresent(dead::add);
          }
          return dead;
        });
  }

  /** As {@link TaskQueue#bury} says; what was buried is acknowledged, the rest goes back. */
  CompletionStage<Boolean> bury(int limit, Function<DeadTask, CompletionStage<?>> burial) {
    return questions.ask(
        patience(),
        channel -> {
          Burials burials = new Burials(burial);
          long begun = System.nanoTime();
          boolean more = true;
          while (more && burials.size() < limit && mayRead(begun)) {
            GetResponse got = channel.basicGet(TaskNames.UNBURIED_QUEUE, false);
            more = got != null;
            if (got != null) {
              long tag = got.getEnvelope().getDeliveryTag();
              letter(got)
                  .ifPresentOrElse(dead -> burials.begin(tag, dead), () -> burials.skip(tag));
            }
          }
          await(burials.ended());
          for (long tag : burials.done()) {
            channel.basicAck(tag, false);
          }
          if (burials.failure().isPresent()) {
            throw new CompletionException(burials.failure().get());
          }
          return more;
        });
  }

  /**
   * Takes the oldest letter of this task out, when {@code use} has succeeded; false when there is
   * none. What lies behind it is not read, so that further letters of the same task stay. Fails
   * when it is not reached within the time-out.
   *
   * <p>Somebody who lists may hold it at the moment, so it is looked for again until the time-out
   * is over, which is longer than a list is read.
   *
   * @param use answers empty when it is done with the task
   */
  CompletionStage<Boolean> take(
      TaskId id, Function<TaskEnvelope, CompletionStage<Optional<Refused>>> use) {
    return take(id, use, System.nanoTime(), FIRST_PAUSE_MILLIS);
  }

  private CompletionStage<Boolean> take(
      TaskId id,
      Function<TaskEnvelope, CompletionStage<Optional<Refused>>> use,
      long begun,
      long pauseMillis) {
    return takeNow(id, use)
        .thenCompose(
            found -> {
              if (found || System.nanoTime() - begun >= timeout.toNanos()) {
                return CompletableFuture.completedStage(found);
              }
              return CompletableFuture.runAsync(
                      () -> {},
                      CompletableFuture.delayedExecutor(pauseMillis, TimeUnit.MILLISECONDS))
                  .thenCompose(paused -> take(id, use, begun, pauseMillis * 2));
            });
  }

  private CompletionStage<Boolean> takeNow(
      TaskId id, Function<TaskEnvelope, CompletionStage<Optional<Refused>>> use) {
    return questions.ask(
        patience(),
        channel -> {
          long begun = System.nanoTime();
          int read = 0;
          while (System.nanoTime() - begun < timeout.toNanos()) {
            GetResponse got = channel.basicGet(TaskNames.DEAD_LETTER_QUEUE, false);
            if (got == null) {
              return false;
            }
            read++;
            Optional<TaskEnvelope> task = task(got);
            if (task.isPresent() && task.get().getTaskId().equals(id.value())) {
              refuse(await(use.apply(task.get())));
              channel.basicAck(got.getEnvelope().getDeliveryTag(), false);
              return true;
            }
          }
          throw new TaskRefusal(
              ErrorCode.STORE_UNAVAILABLE,
              "task "
                  + id
                  + " is not among the "
                  + read
                  + " oldest that were given up, and no more were read within "
                  + timeout.toSeconds()
                  + " s; retry or drop older ones first");
        });
  }

  /** For the answer: another question may be under way, and each reads, waits and reads again. */
  private Duration patience() {
    return timeout.multipliedBy(4);
  }

  private boolean mayRead(long begun) {
    return System.nanoTime() - begun < timeout.toNanos() / 2;
  }

  private static Optional<DeadTask> letter(GetResponse got) {
    return task(got).map(task -> new DeadTask(task, reason(got), at(got)));
  }

  private static void refuse(Optional<Refused> refused) {
    if (refused.isPresent()) {
      throw new TaskRefusal(refused.get().code(), refused.get().message());
    }
  }

  private <T> T await(CompletionStage<T> stage) throws IOException {
    try {
      return stage.toCompletableFuture().get(2 * timeout.toMillis(), TimeUnit.MILLISECONDS);
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
    return switch (header(got, TaskNames.DEATH_HEADER)) {
      case "rejected" -> "a worker gave it up; its record says why";
      case "delivery_limit" ->
          "it was delivered " + TaskNames.DELIVERY_LIMIT + " times and never ended";
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
