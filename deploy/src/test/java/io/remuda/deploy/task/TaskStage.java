package io.remuda.deploy.task;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.google.protobuf.ByteString;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.task.ResultStore;
import io.remuda.gateway.task.Shelf;
import io.remuda.gateway.task.TaskQueue;
import io.remuda.gateway.task.TaskUseStore;
import io.remuda.gateway.tasks.Backends;
import io.remuda.gateway.tasks.DeskSettings;
import io.remuda.gateway.tasks.Submit;
import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.node.task.Claims;
import io.remuda.node.task.TaskSlots;
import io.remuda.node.task.TaskSource;
import io.remuda.node.task.TaskWorker;
import io.remuda.node.task.TaskWorkerSettings;
import io.remuda.node.task.TypedModel;
import io.remuda.protocol.Refused;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.id.TaskId;
import io.remuda.protocol.proto.task.TaskEnvelope;
import io.remuda.protocol.proto.task.TaskRecord;
import io.remuda.protocol.proto.task.TaskState;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** One gateway's and any number of machines' sides of one queue and one result store. */
final class TaskStage implements AutoCloseable {

  static final Duration LIMIT = Duration.ofSeconds(30);

  private final SecureRandom random = new SecureRandom();
  private final Config config;
  private final NodeHome home;
  private final ActorTestKit kit;
  private final io.remuda.gateway.task.TaskBackends gateway;
  final ModelName model = new ModelName("sentiment");
  final String fingerprint;

  private TaskStage(Config config, String fingerprint) {
    this.fingerprint = fingerprint;
    this.config = config;
    this.home = NodeHome.open(config);
    this.kit =
        ActorTestKit.create(
            "tasks",
            // A process that starts beside many others takes its time to find its logger.
            ConfigFactory.parseString(
                "akka { actor.provider = local, logger-startup-timeout = 60s }"));
    this.gateway = io.remuda.gateway.task.TaskBackends.open(kit.system(), home, config);
  }

  private static Map<String, Object> quick(Map<String, ?> more) {
    Map<String, Object> quick = new HashMap<>();
    quick.put("remuda.tasks.timeout", "5s");
    quick.put("remuda.tasks.retry-pause", "50ms");
    quick.put("remuda.tasks.run-limit", "20s");
    quick.put("remuda.tasks.max-result-size", "64 KiB");
    quick.put("remuda.tasks.watch-interval", "500ms");
    quick.put("remuda.tasks.reconnect.first-pause", "50ms");
    quick.put("remuda.tasks.reconnect.longest-pause", "500ms");
    quick.put("remuda.tasks.database.lease", "2s");
    quick.put("remuda.tasks.database.poll-interval", "20ms");
    quick.putAll(more);
    return quick;
  }

  /** The same whether or not the servers can be used. */
  static TaskStage openAway(Map<String, ?> more) {
    return new TaskStage(
        TestNode.config(quick(more)), UUID.randomUUID().toString().replace("-", ""));
  }

  /** With waits that suit a test, and {@code more} over them. */
  static TaskStage open(Map<String, ?> more) {
    return opened(openAway(more));
  }

  /** On the queue of another stage, perhaps another process's, that has this fingerprint. */
  static TaskStage open(Map<String, ?> more, String fingerprint) {
    return opened(new TaskStage(TestNode.config(quick(more)), fingerprint));
  }

  private static TaskStage opened(TaskStage stage) {
    Eventually.isTrue(
        "the queue and the store are there", LIMIT, () -> stage.gateway.unavailable().isEmpty());
    // A first question makes the tables, where there are any.
    Eventually.passes(
        "the store answers", LIMIT, () -> get(stage.results().read(stage.newId(LIMIT))));
    return stage;
  }

  TaskQueue queue() {
    return gateway.queue().orElseThrow();
  }

  ResultStore results() {
    return gateway.results().orElseThrow();
  }

  Shelf shelf() {
    return gateway.shelf().orElseThrow();
  }

  TaskUseStore uses() {
    return gateway.uses().orElseThrow();
  }

  /** What is configured, over what a test needs. */
  Config config() {
    return config;
  }

  /** Another gateway of the same fleet would see these. */
  Backends backends() {
    return new Backends(gateway.queue(), gateway.results(), gateway.hooks(), gateway.shelf(), "");
  }

  Optional<Refused> unavailable() {
    return gateway.unavailable();
  }

  /** A machine of its own, which may die. */
  Machine machine() {
    Machine machine = new Machine();
    // It may first have to wait until another machine has made the tables.
    Eventually.passes("the store answers the machine", LIMIT, () -> machine.ask());
    return machine;
  }

  /** The same whether or not the servers can be used. */
  Machine machineAway() {
    return new Machine();
  }

  /** A machine's side, with connections of its own. */
  final class Machine implements AutoCloseable {
    private final io.remuda.node.task.TaskBackends backends =
        io.remuda.node.task.TaskBackends.open(kit.system(), home, config);

    io.remuda.node.task.TaskBackends backends() {
      return backends;
    }

    TaskSource source() {
      return backends.source().orElseThrow();
    }

    Claims claims() {
      return backends.claims().orElseThrow();
    }

    private void ask() {
      assertThat(get(claims().progress(new Claims.Claim(task("nobody's"), 1, "no claim"), 0)))
          .isFalse();
    }

    TaskWorker work(TypedModel typed) {
      return work(16, claims -> claims, typed, settings());
    }

    TaskWorker work(
        int window,
        UnaryOperator<Claims> around,
        TypedModel typed,
        TaskWorkerSettings workerSettings) {
      return new TaskWorker(
          source(),
          around.apply(claims()),
          model,
          fingerprint,
          window,
          TaskSlots.unlimited(),
          typed,
          workerSettings);
    }

    /** Ends all connections without a word on what is under way. */
    void die() {
      backends.close();
    }

    @Override
    public void close() {
      backends.close();
    }
  }

  TaskWorkerSettings settings() {
    return TaskWorkerSettings.from(config);
  }

  TaskId newId(Duration lives) {
    return TaskId.mint(Instant.now().plus(lives), random);
  }

  TaskEnvelope task(String text) {
    return task(text, Duration.ofMinutes(2));
  }

  TaskEnvelope task(String text, Duration lives) {
    TaskId id = newId(lives);
    return TaskEnvelope.newBuilder()
        .setTaskId(id.value())
        .setModel(model.value())
        .setSchemaFingerprint(fingerprint)
        .setPayload(ByteString.copyFromUtf8(text))
        .setCreatedAtMillis(Instant.now().toEpochMilli())
        .setDeadlineMillis(id.deadline().orElseThrow().toEpochMilli())
        .setTenant(tenant())
        .build();
  }

  /** A gateway's desk over the stage's store and this queue. */
  TaskDesk desk(TaskQueue over) {
    return new TaskDesk(
        () ->
            new Backends(
                Optional.of(over),
                gateway.results(),
                gateway.hooks(),
                gateway.shelf(),
                "not needed"),
        DeskSettings.from(config),
        InstantSource.system(),
        random);
  }

  String tenant() {
    return "tenant-" + fingerprint;
  }

  /** A client's task whose key is its text too. */
  Submit submit(String key) {
    return new Submit(
        tenant(),
        "",
        model,
        fingerprint,
        ByteString.copyFromUtf8(key),
        key,
        Duration.ofMinutes(30),
        Duration.ofHours(1),
        Optional.empty(),
        key);
  }

  /** What a gateway does to accept a task; again and again until there is a queue that takes it. */
  TaskEnvelope accept(TaskEnvelope task) {
    Eventually.passes(
        "the task is accepted",
        LIMIT,
        () -> {
          get(results().submitting(task));
          Optional<Refused> refused = get(queue().publish(task));
          if (refused.isPresent()) {
            throw new AssertionError(refused.get().message());
          }
          get(results().queued(id(task)));
        });
    return task;
  }

  TaskRecord awaitEnd(TaskEnvelope task) {
    return Eventually.find(
        "the task has ended",
        LIMIT,
        () -> read(task).filter(record -> record.getFinishedAtMillis() > 0));
  }

  Optional<TaskRecord> read(TaskEnvelope task) {
    return get(results().read(id(task)));
  }

  TaskState end(TaskEnvelope task, TaskState state) {
    return get(results().end(id(task), state, "asked", "asked for", Instant.now()));
  }

  static TaskId id(TaskEnvelope task) {
    return new TaskId(task.getTaskId());
  }

  static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no answer: " + e.getCause(), e);
    }
  }

  @Override
  public void close() {
    gateway.close();
    kit.shutdownTestKit();
    home.close();
  }
}
