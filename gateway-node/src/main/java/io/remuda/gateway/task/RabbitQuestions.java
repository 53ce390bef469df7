package io.remuda.gateway.task;

import com.rabbitmq.client.Channel;
import io.remuda.protocol.task.TaskSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Questions about queues, over a connection beside the one that publishes and on a thread of their
 * own, since each blocks.
 */
final class RabbitQuestions implements AutoCloseable {

  private static final int MAX_WAITING = 256;

  private final AskingConnection connection;
  private final Duration timeout;
  private final Executor callbacks;
  private final ThreadPoolExecutor thread;

  /**
   * @param connection that others may use too
   * @param name of the thread
   */
  RabbitQuestions(
      AskingConnection connection, String name, TaskSettings settings, Executor callbacks) {
    this.connection = connection;
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
              Thread made = new Thread(work, name);
              made.setDaemon(true);
              return made;
            });
  }

  /** Messages that wait in the queue; empty when there is no such queue. */
  CompletionStage<OptionalLong> depth(String queue) {
    return ask(
        timeout.multipliedBy(2),
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

  /** The connection is closed by whoever made it, after this. */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  /** Something asked of the broker. */
  interface Question<T> {
    T ask(Channel channel) throws IOException;
  }

  /**
   * Asks over a channel that is closed afterwards.
   *
   * @param limit for the answer, waiting for one's turn included
   */
  <T> CompletionStage<T> ask(Duration limit, Question<T> question) {
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
    return StoreFailures.explained(answer.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS));
  }

  private <T> T overAChannel(Question<T> question) throws IOException {
    Channel channel = connection.channel();
    try {
      return question.ask(channel);
    } finally {
      if (channel.isOpen()) {
        channel.abort();
      }
    }
  }
}
