package io.remuda.gateway.task;

import akka.NotUsed;
import akka.actor.typed.ActorSystem;
import akka.japi.Pair;
import akka.stream.BoundedSourceQueue;
import akka.stream.KillSwitches;
import akka.stream.QueueOfferResult;
import akka.stream.RestartSettings;
import akka.stream.UniqueKillSwitch;
import akka.stream.alpakka.amqp.AmqpWriteSettings;
import akka.stream.alpakka.amqp.WriteMessage;
import akka.stream.alpakka.amqp.WriteResult;
import akka.stream.alpakka.amqp.javadsl.AmqpFlow;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.RestartFlow;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import com.rabbitmq.client.AMQP;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.task.TaskSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Tasks in RabbitMQ: persistent messages to the model's quorum queue, mandatory and confirmed. A
 * lost connection is made anew with a growing pause; what was under way at that moment is answered
 * at once as not confirmed, and its id may be published again.
 *
 * <p>So is a connection whose messages stay without a confirm. A quorum queue that has no leader at
 * the moment of a channel's first message, as just after a crash of the broker, keeps that channel
 * waiting for a minute, while a new one would be answered at once.
 */
final class RabbitTaskQueue implements TaskQueue {

  private static final int PERSISTENT = 2;
  private static final int MAX_UNDER_WAY = 4_096;

  /** The most that the broker takes, some 49 days. */
  private static final long LONGEST_EXPIRATION_MILLIS = 0xFFFF_FFFFL;

  /**
   * A task on its way. Once its caller has been told, it holds the task no more: a broker that
   * takes nothing must not fill the memory with what nobody waits for.
   */
  private static final class Entry {
    private final String publication;
    private final String model;
    private final Sending sending = new Sending();
    private final CompletableFuture<Optional<Refused>> answer = new CompletableFuture<>();
    private volatile Optional<TaskEnvelope> task;

    Entry(TaskEnvelope task, long publication) {
      this.publication = Long.toString(publication);
      this.model = task.getModel();
      this.task = Optional.of(task);
      answer.whenComplete((refused, failure) -> this.task = Optional.empty());
    }

    /** What is to be sent; nothing once its caller has been told. */
    Optional<TaskEnvelope> toSend() {
      return task.filter(there -> sending.begin());
    }

    /** There will be no answer of the broker's. */
    void giveUp(String why) {
      answer.completeExceptionally(new TaskRefusal(ErrorCode.STORE_UNAVAILABLE, why));
    }

    /** What was not sent is refused; of what was sent only the broker knows whether it is there. */
    Optional<Refused> unanswered(TaskRefusal why) {
      if (!sending.giveUp()) {
        throw why;
      }
      return Optional.of(why.refused());
    }
  }

  private final Set<Entry> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicLong publications = new AtomicLong();
  private final BoundedSourceQueue<Entry> entries;
  private final Broker broker;
  private final AskingConnection asking;
  private final RabbitQuestions depths;
  private final RabbitQuestions reading;
  private final RabbitDeadLetters letters;
  private final ConfirmWatch confirms;
  private final Duration timeout;

  /** Ends the stream's present connection. */
  private volatile Optional<UniqueKillSwitch> current = Optional.empty();

  RabbitTaskQueue(ActorSystem<?> system, TaskSettings.Broker place, TaskSettings settings) {
    this.timeout = settings.timeout();
    this.broker = new Broker(place, settings, this::refuseUnderWay);
    this.asking = new AskingConnection(broker);
    this.depths =
        new RabbitQuestions(asking, "remuda-gateway-depths", settings, system.executionContext());
    // On another thread: letters are read one by one, and there may be many.
    this.reading =
        new RabbitQuestions(
            asking, "remuda-gateway-dead-letters", settings, system.executionContext());
    this.letters = new RabbitDeadLetters(reading, settings);
    this.confirms =
        new ConfirmWatch(settings, this::connectAnew, underWay::isEmpty, broker::trouble);
    AmqpWriteSettings write =
        AmqpWriteSettings.create(broker)
            .withExchange(TaskNames.TASK_EXCHANGE)
            .withBufferSize(MAX_UNDER_WAY)
            .withConfirmationTimeout(timeout);
    RestartSettings restarts =
        RestartSettings.create(settings.reconnectMin(), settings.reconnectMax(), 0.2);
    this.entries =
        Source.<Entry>queue(MAX_UNDER_WAY)
            .via(RestartFlow.withBackoff(restarts, () -> publisher(write)))
            .toMat(Sink.foreach(this::answer), Keep.left())
            .run(system);
  }

  private Flow<Entry, Pair<WriteResult, Entry>, ?> publisher(AmqpWriteSettings write) {
    return Flow.<Entry>create()
        // Whoever waited has been told that it was not stored; there is no use in storing it.
        .mapConcat(
            entry ->
                entry
                    .toSend()
                    .map(task -> Pair.create(message(task, entry.publication), entry))
                    .map(List::of)
                    .orElse(List.of()))
        .via(AmqpFlow.<Entry>createWithConfirmAndPassThroughUnordered(write))
        .viaMat(KillSwitches.single(), Keep.right())
        .mapMaterializedValue(
            made -> {
              current = Optional.of(made);
              return NotUsed.getInstance();
            });
  }

  @Override
  public CompletionStage<Optional<Refused>> publish(TaskEnvelope task) {
    Optional<String> trouble = broker.trouble();
    if (trouble.isPresent()) {
      return CompletableFuture.completedFuture(
          refused(trouble.get() + "; the task was not accepted, send it again in a moment"));
    }
    Entry entry = new Entry(task, publications.incrementAndGet());
    underWay.add(entry);
    confirms.sent();
    if (!entries.offer(entry).equals(QueueOfferResult.enqueued())) {
      underWay.remove(entry);
      return CompletableFuture.completedFuture(
          refused("the way to the broker is full or closed; send the task again in a moment"));
    }
    return entry
        .answer
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(failure -> entry.unanswered(reason(failure)))
        .whenComplete((refused, failure) -> underWay.remove(entry));
  }

  private TaskRefusal reason(Throwable failure) {
    return failure instanceof TaskRefusal told
        ? told
        : new TaskRefusal(
            ErrorCode.STORE_UNAVAILABLE,
            "the broker did not confirm within " + timeout + "; send the task again");
  }

  @Override
  public CompletionStage<OptionalLong> depth(ModelName model, String fingerprint) {
    return depths.depth(TaskNames.queue(model, fingerprint));
  }

  @Override
  public CompletionStage<Long> deadCount() {
    return depths.depth(TaskNames.DEAD_LETTER_QUEUE).thenApply(count -> count.orElse(0));
  }

  @Override
  public CompletionStage<List<DeadTask>> dead(int limit) {
    return letters.list(limit);
  }

  @Override
  public CompletionStage<Boolean> bury(int limit, Function<DeadTask, CompletionStage<?>> burial) {
    return letters.bury(limit, burial);
  }

  @Override
  public CompletionStage<Boolean> retryDead(
      TaskId id, Function<TaskEnvelope, CompletionStage<TaskEnvelope>> revival) {
    return letters.take(id, dead -> revival.apply(dead).thenCompose(this::publish));
  }

  @Override
  public CompletionStage<Boolean> dropDead(
      TaskId id, Function<TaskEnvelope, CompletionStage<?>> burial) {
    return letters.take(
        id, dropped -> burial.apply(dropped).thenApply(buried -> Optional.<Refused>empty()));
  }

  @Override
  public Optional<String> health() {
    return broker.trouble();
  }

  @Override
  public void close() {
    confirms.close();
    entries.complete();
    depths.close();
    reading.close();
    asking.close();
  }

  private void answer(Pair<WriteResult, Entry> written) {
    Entry entry = written.second();
    boolean unroutable = broker.takeReturned(entry.publication);
    if (unroutable) {
      entry.answer.complete(
          refused(
              "the model "
                  + entry.model
                  + " has no queue yet: no instance of it has taken tasks, or its queue"
                  + " was made just now; try again in some seconds"));
    } else if (written.first().confirmed()) {
      entry.answer.complete(Optional.empty());
    } else {
      // Also when the writer waited no longer.
      entry.giveUp("the broker did not confirm the task; send it again");
    }
    if (unroutable || written.first().confirmed()) {
      // Its caller may not have come to wait for the answer yet, which removes it too.
      underWay.remove(entry);
      confirms.confirmed();
    }
  }

  private void connectAnew(String reason) {
    broker.abandon(reason);
    current.ifPresent(silent -> silent.abort(new IOException(reason)));
  }

  /** The connection is gone or takes nothing: their confirms will not come in time. */
  private void refuseUnderWay() {
    String reason = broker.trouble().orElse("the broker is away");
    underWay.forEach(entry -> entry.giveUp(reason + "; send the task again in a moment"));
  }

  private static Optional<Refused> refused(String message) {
    return Optional.of(Refused.of(ErrorCode.STORE_UNAVAILABLE, message));
  }

  private static WriteMessage message(TaskEnvelope task, String publication) {
    AMQP.BasicProperties.Builder properties =
        new AMQP.BasicProperties.Builder()
            .messageId(task.getTaskId())
            .correlationId(publication)
            .deliveryMode(PERSISTENT)
            .contentType("application/x-protobuf")
            .headers(Map.of("remuda-model", task.getModel()));
    expiration(task, Instant.now()).ifPresent(properties::expiration);
    return WriteMessage.create(ByteString.fromArrayUnsafe(task.toByteArray()))
        .withMandatory(true)
        .withRoutingKey(
            TaskNames.queue(new ModelName(task.getModel()), task.getSchemaFingerprint()))
        .withProperties(properties.build());
  }

  /**
   * Milliseconds until its queue drops it: else tasks of a model that never comes back would stay
   * for ever. Empty for one without a deadline, and for one whose deadline is so far away that the
   * broker cannot be told: better that it stays than that it is dropped while it can still run.
   */
  static Optional<String> expiration(TaskEnvelope task, Instant now) {
    long left = task.getDeadlineMillis() + TaskNames.OVERDUE_MILLIS - now.toEpochMilli();
    return task.getDeadlineMillis() <= 0 || left > LONGEST_EXPIRATION_MILLIS
        ? Optional.empty()
        : Optional.of(Long.toString(Math.max(1, left)));
  }
}
