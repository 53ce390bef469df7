package io.remuda.deploy.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.SchemaCodec;
import io.remuda.protocol.task.TaskNames;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.Parts;
import io.remuda.protocol.testing.RabbitServer;
import io.remuda.protocol.testing.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The worker in Python, started as its page says, on RabbitMQ and Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class PythonWorkerIT {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String SHOUT = "/v1/models/shout/";

  /** Python that adds a field to the worker's schema, as {@link #withOneFieldMore}. */
  private static final String MORE =
      """
          file.message_type[0].field.add(
              name="mood", number=2, type="TYPE_STRING", label="LABEL_OPTIONAL"
          )
          return descriptor_pb2.FileDescriptorSet(file=[file])
      """;

  private Path folder;
  private Up up;
  private Optional<Worker> running = Optional.empty();

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    install();
    Path settings =
        Files.writeString(
            temporary.resolve("tasks.conf"),
            """
            remuda.tasks { queue = "%s", results = "%s", queue-settle = 0s }
            remuda.node.workers.suspect-after = 15s
            """
                .formatted(RabbitServer.shared().url(), RedisServer.shared().url()));
    up = Up.start(temporary, "--no-demo", "--config", settings.toString());
  }

  @AfterAll
  void end() {
    running.ifPresent(Worker::end);
    if (up != null) {
      up.close();
    }
  }

  private void install() {
    if (Parts.executable("python3").isEmpty()) {
      throw Parts.missing("python3 with pika and redis", "install python3 and python3-venv");
    }
    try {
      type(Shown.WORKER_INSTALLED.text());
    } catch (AssertionError e) {
      throw Parts.missing(
          "python3 with pika and redis",
          "install python3-venv, let pip install; " + e.getMessage());
    }
  }

  @Test
  void joinsServesDiesComesBackOutlivesItsNodeAndLeaves() throws Exception {
    // given
    Worker worker = new Worker();
    Eventually.passes("it serves", LIMIT, () -> assertThat(shout("hello")).isEqualTo("HELLO!"));
    Eventually.isTrue("it has its queue", LIMIT, this::takesTasks);

    // then it answers calls and takes tasks
    assertThat(type(Shown.WORKER_CALLED.text())).contains("text: HELLO!").contains("DONE");
    assertThat(up.gateway().post(SHOUT + "predict", "{}").status()).isEqualTo(400);
    JsonNode done = ended(submit("hello"));
    assertThat(done.at("/result/text").asText()).isEqualTo("HELLO!");
    assertThat(done.path("progress").asInt()).as("its word while it ran").isEqualTo(50);
    assertThat(ended(submit("")).path("state").asText()).isEqualTo("FAILED");
    assertThat(up.type("ps").out()).contains("external").contains("READY");

    // when a message is no task, it goes to the dead letters and the next task is worked off
    publishRubbish();
    assertThat(ended(submit("on")).at("/result/text").asText()).isEqualTo("ON!");

    // when it is killed, it gets no calls, and its tasks wait for its next life
    worker.kill();
    Eventually.isTrue("it gets no calls", LIMIT, () -> predict().status() == 503);
    String waits = submit("later");
    worker = new Worker();
    assertThat(ended(waits).at("/result/text").asText()).isEqualTo("LATER!");
    Eventually.passes("it serves again", LIMIT, () -> assertThat(shout("a")).isEqualTo("A!"));

    // when its node is killed, it joins the next one by itself
    up.process().kill();
    up.startAgain();
    Eventually.passes("it has joined again", LIMIT, () -> assertThat(shout("b")).isEqualTo("B!"));

    // when it is told to end, it leaves, and its name with it
    assertThat(worker.terminate()).contains("left");
    Eventually.isTrue("its name is gone", LIMIT, () -> predict().status() == 404);
  }

  @Test
  void worksOffWhatWaitsInTheQueueOfTheSchemaBeforeItsOwn() throws Exception {
    // given a worker that is gone, and a task in the queue of its schema
    String before = Shown.WORKER_STARTED.text() + " --model murmur --name murmurer";
    Worker old = new Worker(before.replace("\n", ""), environment());
    Eventually.isTrue("it has its queue", LIMIT, () -> takesTasks("murmur"));
    old.kill();
    Eventually.isTrue("it takes no tasks", LIMIT, () -> !takesTasks("murmur"));
    String waits = submit("murmur", "before");

    // when its model takes one more field, and a worker that has it joins
    Schema schema = withOneFieldMore();
    Gateway.Answer evolved =
        up.gateway()
            .put(
                "/v1/deployments/murmur?evolve=true",
                """
                {"engine": "external", "schema": {"fingerprint": "%s", "inputType": "%s",
                 "outputType": "%s", "descriptors": "%s"}}"""
                    .formatted(
                        schema.fingerprint(),
                        schema.inputType(),
                        schema.outputType(),
                        schema.descriptors()));
    assertThat(evolved.status()).as(evolved.text()).isEqualTo(202);
    Path script = folder.resolve("worker.py");
    Files.writeString(
        script,
        Files.readString(Path.of("examples/python-worker/worker.py"))
            .replace("    return descriptor_pb2.FileDescriptorSet(file=[file])", MORE));
    Worker next =
        new Worker(
            before
                .replace("deploy/examples/python-worker/worker.py", script.toString())
                .replace("\n", ""),
            environment());

    // then it does what waited, beside what is its own
    JsonNode done = ended(waits);
    assertThat(done.path("state").asText()).as(done.toString()).isEqualTo("DONE");
    assertThat(done.at("/result/text").asText()).isEqualTo("BEFORE!");
    Eventually.isTrue("it has its queue", LIMIT, () -> takesTasks("murmur"));
    assertThat(ended(submit("murmur", "after")).at("/result/text").asText()).isEqualTo("AFTER!");
    assertThat(next.terminate()).contains("left");
  }

  private static Schema withOneFieldMore() {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder()
            .setName("shout.proto")
            .setPackage("demo")
            .setSyntax("proto3");
    for (String name : List.of("ShoutRequest", "ShoutReply")) {
      file.addMessageTypeBuilder().setName(name).addField(text("text", 1));
    }
    file.getMessageTypeBuilder(0).addField(text("mood", 2));
    String descriptors =
        Base64.getEncoder()
            .encodeToString(FileDescriptorSet.newBuilder().addFile(file).build().toByteArray());
    return SchemaCodec.parse(descriptors, "demo.ShoutRequest", "demo.ShoutReply");
  }

  private static FieldDescriptorProto text(String name, int number) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(FieldDescriptorProto.Type.TYPE_STRING)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
        .build();
  }

  @Test
  void joinsAtLastWhateverItsNodeAnswers() throws Exception {
    try (BrokenNode node = new BrokenNode()) {
      Worker worker =
          new Worker(
              Shown.WORKER_STARTED.text().replace("$(cat .remuda/front.port)", "" + node.port()),
              Map.of());

      Eventually.isTrue("it has come through all of it", LIMIT, node::isOver);

      assertThat(worker.terminate()).contains("IncompleteRead", "JSONDecodeError", "left");
    }
  }

  private void publishRubbish() throws Exception {
    String fingerprint =
        up.gateway().get("/v1/models/shout").json().at("/schema/fingerprint").asText();
    assertThat(fingerprint).isNotEmpty();
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(RabbitServer.shared().url());
    try (Connection connection = factory.newConnection()) {
      Channel channel = connection.createChannel();
      channel.basicPublish(
          "",
          TaskNames.queue(new ModelName("shout"), fingerprint),
          null,
          new byte[] {(byte) 0xff, 1});
      Eventually.isTrue(
          "it is among the dead letters",
          LIMIT,
          () -> channel.basicGet(TaskNames.DEAD_LETTER_QUEUE, true) != null);
    }
  }

  /** It may serve before it has reached the broker; until then tasks are refused. */
  private boolean takesTasks() {
    return takesTasks("shout");
  }

  private boolean takesTasks(String model) {
    return up.gateway().get("/v1/models/" + model).json().at("/instances/tasks/taking").asInt()
        == 1;
  }

  private Gateway.Answer predict() {
    return up.gateway().post(SHOUT + "predict", "{\"text\": \"hello\"}");
  }

  private String shout(String text) {
    Gateway.Answer answer = up.gateway().post(SHOUT + "predict", "{\"text\": \"" + text + "\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().path("text").asText();
  }

  private String submit(String text) {
    return submit("shout", text);
  }

  private String submit(String model, String text) {
    Gateway.Answer accepted =
        up.gateway().post("/v1/models/" + model + "/tasks", "{\"text\": \"" + text + "\"}");
    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    return accepted.json().path("id").asText();
  }

  private JsonNode ended(String task) {
    return Eventually.find(
        "the task has ended",
        LIMIT,
        () ->
            Optional.of(up.gateway().get("/v1/tasks/" + task + "?wait=20s").json())
                .filter(seen -> seen.path("state").asText().matches("DONE|FAILED|EXPIRED")));
  }

  /** Types commands as they stand, but for where things are. */
  private String type(String commands) {
    return Typed.block(folder, up == null ? Map.of() : environment(), placed(commands));
  }

  private String placed(String commands) {
    return commands
        .replace("./remuda", Launched.launcher().toString())
        .replace("deploy/examples", Path.of("examples").toAbsolutePath().toString())
        .replace(".remuda/", folder.resolve("data") + "/");
  }

  private Map<String, String> environment() {
    return Map.of(
        "REMUDA_URL", up.gateway().url(),
        "REMUDA_TASKS_QUEUE", RabbitServer.shared().url(),
        "REMUDA_TASKS_RESULTS", RedisServer.shared().url());
  }

  /** Its process; started as the page says. */
  private final class Worker {
    private final Path printed = Files.createTempFile(folder, "worker", ".txt");
    private final Process shell;

    Worker() throws IOException {
      this(Shown.WORKER_STARTED.text(), environment());
    }

    Worker(String typed, Map<String, String> environment) throws IOException {
      // The shell becomes the worker, so that its process id is the worker's.
      String started = placed(typed).replaceFirst("(?m)^(\\S+/python )", "exec $1");
      ProcessBuilder builder =
          new ProcessBuilder("bash", "-c", started)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(printed.toFile());
      builder.environment().putAll(environment);
      shell = builder.start();
      running = Optional.of(this);
    }

    void end() {
      shell.destroyForcibly();
    }

    void kill() throws InterruptedException {
      shell.destroyForcibly();
      assertThat(shell.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    String terminate() throws Exception {
      shell.destroy();
      assertThat(shell.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      return Files.readString(printed);
    }
  }
}
