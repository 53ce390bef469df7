package io.remuda.node.task;

import akka.Done;
import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.stream.KillSwitches;
import akka.stream.RestartSettings;
import akka.stream.UniqueKillSwitch;
import akka.stream.alpakka.amqp.NamedQueueSourceSettings;
import akka.stream.alpakka.amqp.QueueDeclaration;
import akka.stream.alpakka.amqp.javadsl.AmqpSource;
import akka.stream.alpakka.amqp.javadsl.CommittableReadResult;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.RestartSource;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker's tasks from RabbitMQ, through every loss of the broker.
 *
 * <p>The stream restarts when it sees its connection end. A consumer can also die without a word;
 * so a watchdog asks the broker over another connection, and ends the stream's present connection
 * when, at two looks in a row, the queue has no consumer, or tasks wait while this worker has room
 * and gets nothing.
 */
final class RabbitConsumption implements Consumption {

  private static final Logger LOG = LoggerFactory.getLogger(RabbitConsumption.class);
  private static final int LOOKS = 2;
  private static final int BIND_MILLIS = 100;

  private final Broker broker;
  private final BrokerQuestions questions;
  private final TaskSettings settings;
  private final String queue;
  private final int window;
  private final Function<Delivery, CompletionStage<Verdict>> work;
  private final Consumer<RabbitConsumption> onClose;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong delivered = new AtomicLong();
  private final UniqueKillSwitch off;
  private final CompletionStage<Done> ended;

  /** Ends the stream's present connection. */
  private volatile Optional<UniqueKillSwitch> current = Optional.empty();

  private volatile Optional<Future<?>> watching = Optional.empty();
  private volatile boolean closed;
  // Of the watchdog's thread alone, the next four: connections by their number.
  private long boundFor;
  private long declaredFor;
  private long declaredAtNanos;
  private long deliveredBefore;
  private int suspicions;

  RabbitConsumption(
      ActorSystem<?> system,
      Broker broker,
      BrokerQuestions questions,
      TaskSettings settings,
      String queue,
      int window,
      Function<Delivery, CompletionStage<Verdict>> work,
      Consumer<RabbitConsumption> onClose) {
    this.broker = broker;
    this.questions = questions;
    this.settings = settings;
    this.queue = queue;
    this.window = window;
    this.work = work;
    this.onClose = onClose;
    RestartSettings restarts =
        RestartSettings.create(settings.reconnectMin(), settings.reconnectMax(), 0.2);
    var run =
        RestartSource.withBackoff(restarts, this::connection)
            .viaMat(KillSwitches.single(), Keep.right())
            .mapAsyncUnordered(window, this::hand)
            .toMat(Sink.ignore(), Keep.both())
            .run(system);
    this.off = run.first();
    this.ended = run.second();
  }

  private Source<CommittableReadResult, NotUsed> connection() {
    NamedQueueSourceSettings named =
        NamedQueueSourceSettings.create(broker, queue)
            .withDeclaration(
                QueueDeclaration.create(queue)
                    .withDurable(true)
                    .withArguments(TaskNames.queueArguments()))
            .withAckRequired(true);
    return AmqpSource.committableSource(named, window)
        .mapError(
            Throwable.class,
            failure -> {
              if (broker.trouble().isEmpty()) {
                broker.troubled("the broker ended the consumer: " + failure.getMessage());
              }
              return failure;
            })
        .viaMat(KillSwitches.single(), Keep.right())
        .mapMaterializedValue(
            made -> {
              current = Optional.of(made);
              return NotUsed.getInstance();
            });
  }

  void watch(ScheduledExecutorService watchdog, Duration interval) {
    long millis = interval.toMillis();
    var unused = watchdog.schedule(() -> bind(watchdog), BIND_MILLIS, TimeUnit.MILLISECONDS);
    watching =
        Optional.of(
            watchdog.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS));
  }

  @Override
  public Optional<String> health() {
    return broker.trouble();
  }

  @Override
  public int inFlight() {
    return inFlight.get();
  }

  @Override
  public CompletionStage<Void> drain() {
    off.shutdown();
    return ended.handle(
        (done, failure) -> {
          // What was prefetched and never handed over would hold the connection for ever.
          close();
          return null;
        });
  }

  @Override
  public void close() {
    closed = true;
    watching.ifPresent(look -> look.cancel(false));
    off.shutdown();
    current.ifPresent(UniqueKillSwitch::shutdown);
    broker.close();
    if (inFlight.get() > 0) {
      // Its stream would keep the connection until they are acknowledged.
      broker.abandon();
    } else {
      CompletableFuture.delayedExecutor(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
          .execute(broker::abandon);
    }
    onClose.accept(this);
  }

  private CompletionStage<Done> hand(CommittableReadResult delivery) {
    delivered.incrementAndGet();
    TaskEnvelope task;
    try {
      byte[] message = delivery.message().bytes().toArrayUnsafe();
      task = EnvelopeCodec.read(UnsafeByteOperations.unsafeWrap(message));
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("a message in {} is not a task and is dead-lettered: {}", queue, e.getMessage());
      return delivery.nack(false, false);
    }
    inFlight.incrementAndGet();
    CompletionStage<Verdict> verdict;
    try {
      verdict = work.apply(new Delivery(task, delivery.message().envelope().isRedeliver()));
    } catch (RuntimeException e) {
      verdict = CompletableFuture.failedStage(e);
    }
    return verdict
        .exceptionally(
            failure -> {
              LOG.warn("task={} goes back to its queue: {}", task.getTaskId(), failure.toString());
              return Verdict.RETRY;
            })
        .thenCompose(
            given ->
                settle(delivery, given)
                    .toCompletableFuture()
                    .orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS))
        .exceptionally(
            lost -> {
              // The connection went before the acknowledgement: the broker delivers the task again.
              LOG.debug("task={} was not acknowledged: {}", task.getTaskId(), lost.toString());
              return Done.done();
            })
        .whenComplete((done, failure) -> inFlight.decrementAndGet());
  }

  private static CompletionStage<Done> settle(CommittableReadResult delivery, Verdict verdict) {
    if (verdict instanceof Verdict.Ack) {
      return delivery.ack();
    }
    return delivery.nack(false, verdict instanceof Verdict.Retry);
  }

  /**
   * Lets tasks be published to the queue, once it has been there for long enough: once for each of
   * the stream's connections, since with each it may be another queue. Where it was bound before,
   * nothing changes. Runs on the watchdog's thread, as {@link #look}.
   */
  private void bind(ScheduledExecutorService watchdog) {
    if (closed) {
      return;
    }
    long connection = broker.connection();
    if (connection != boundFor && broker.trouble().isEmpty()) {
      try (Channel channel = questions.channel()) {
        bind(channel, connection);
      } catch (IOException | java.util.concurrent.TimeoutException | RuntimeException e) {
        // The stream has not declared the queue yet, or the broker is away.
        LOG.debug("event=queue-not-bound queue={}", queue, e);
      }
    }
    var unused = watchdog.schedule(() -> bind(watchdog), BIND_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void bind(Channel channel, long connection) throws IOException {
    if (connection != declaredFor) {
      channel.queueDeclarePassive(queue);
      declaredFor = connection;
      declaredAtNanos = System.nanoTime();
    }
    if (System.nanoTime() - declaredAtNanos >= settings.queueSettle().toNanos()) {
      channel.exchangeDeclare(TaskNames.TASK_EXCHANGE, "direct", true);
      channel.queueBind(queue, TaskNames.TASK_EXCHANGE, queue);
      boundFor = connection;
    }
  }

  /** Runs on the watchdog's thread alone, which it may block for the time-out. */
  private void look() {
    if (closed) {
      return;
    }
    long now = delivered.get();
    boolean nothingCame = now == deliveredBefore;
    deliveredBefore = now;
    if (broker.trouble().isPresent() || !nothingCame) {
      suspicions = 0;
      return;
    }
    try (Channel channel = questions.channel()) {
      AMQP.Queue.DeclareOk seen = channel.queueDeclarePassive(queue);
      boolean forgotten = seen.getConsumerCount() == 0;
      boolean starved = seen.getMessageCount() > 0 && inFlight.get() < window;
      suspicions = forgotten || starved ? suspicions + 1 : 0;
      // A broker that has just started takes its time to find a queue's leader.
      boolean settling = broker.connectedFor().compareTo(settings.timeout().multipliedBy(2)) < 0;
      if (suspicions >= LOOKS && !settling) {
        suspicions = 0;
        LOG.warn(
            "event=consumer-lost queue={} consumers={} waiting={}",
            queue,
            seen.getConsumerCount(),
            seen.getMessageCount());
        broker.troubled("the broker had lost the consumer; it is being made anew");
        current.ifPresent(lost -> lost.abort(new IOException("the consumer was lost in silence")));
        broker.abandon();
      }
    } catch (IOException | java.util.concurrent.TimeoutException | RuntimeException e) {
      // The stream's own connection tells more; a broker that is away is no news here.
      LOG.debug("event=consumer-not-seen queue={}", queue, e);
    }
  }
}
