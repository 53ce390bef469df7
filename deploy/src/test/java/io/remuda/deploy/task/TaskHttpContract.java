package io.remuda.deploy.task;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.GatewayNode;
import io.remuda.node.jvm.JvmModels;
import io.remuda.node.proto.demo.SentimentReply;
import io.remuda.node.proto.demo.SentimentRequest;
import io.remuda.node.task.TaskBackends;
import io.remuda.node.task.TaskSlots;
import io.remuda.node.task.TaskWorker;
import io.remuda.node.task.TaskWorkerSettings;
import io.remuda.node.task.TypedModel;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.cluster.NodeSettings;
import io.remuda.protocol.config.NodeHome;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.TestNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of a task: from HTTP through a queue, a worker and a store back to HTTP. */
@Tag("server")
abstract class TaskHttpContract {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final TypedModel SHOUTS =
      (input, progress) -> CompletableFuture.completedFuture(shout(input));

  @TempDir Path folder;

  private final String fingerprint = UUID.randomUUID().toString().replace("-", "");
  private final ModelName model = new ModelName("sentiment");
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private HttpServer receiver;
  private Config config;
  private NodeHome home;
  private ActorTestKit kit;
  private TaskBackends backends;
  private GatewayNode gateway;

  /** With which requests are sent; empty: with none. */
  private String key = "";

  abstract Map<String, ?> places();

  @BeforeEach
  void open() throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          told.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    Map<String, Object> values = new HashMap<>();
    values.put("remuda.node.data", folder.toString());
    values.put("remuda.gateway.port", 0);
    values.put("remuda.gateway.tasks.sweep-pause", "200ms");
    values.put("remuda.gateway.tasks.webhooks.hosts", List.of("127.0.0.1"));
    values.put("remuda.gateway.tasks.webhooks.private-hosts", List.of("127.0.0.1"));
    values.put("remuda.gateway.tasks.webhooks.secret", "0123456789abcdef01234567");
    values.put("remuda.gateway.tasks.webhooks.look-pause", "50ms");
    values.put("remuda.gateway.tasks.webhooks.lease", "2s");
    values.put("remuda.tasks.database.poll-interval", "20ms");
    values.put("remuda.gateway.batches.look-pause", "50ms");
    values.put("remuda.gateway.batches.lease", "2s");
    values.put("remuda.gateway.batches.file-limit", "2 MiB");
    values.put("remuda.gateway.edge-limits.max-upload-size", "3 MiB");
    values.putAll(places());
    config = TestNode.config(values);
    home = NodeHome.open(config);
    kit =
        ActorTestKit.create(
            "worker",
            // On a busy machine it takes its time to find its logger.
            ConfigFactory.parseString(
                "akka { actor.provider = local, logger-startup-timeout = 60s }"));
    backends = TaskBackends.open(kit.system(), home, config);
    gateway = start();
    Eventually.isTrue(
        "the gateway has found the store of tasks",
        LIMIT,
        () -> send("GET", "/v1/files", "").statusCode() == 200);
  }

  @AfterEach
  void close() {
    gateway.close();
    backends.close();
    kit.shutdownTestKit();
    home.close();
    receiver.stop(0);
  }

  private GatewayNode start() {
    return start(config);
  }

  private GatewayNode start(Config settings) {
    GatewayNode started =
        GatewayNode.startLocal(
            NodeSettings.from(settings), home, settings, Optional.empty(), Optional.empty());
    started.routes().merge(Catalog.EMPTY.with(listing()));
    return started;
  }

  private Listing listing() {
    FileDescriptorSet files =
        FileDescriptorSet.newBuilder()
            .addFile(SentimentRequest.getDescriptor().getFile().toProto())
            .build();
    Schema schema =
        new Schema(
            fingerprint,
            SentimentRequest.getDescriptor().getFullName(),
            SentimentReply.getDescriptor().getFullName(),
            Base64.getEncoder().encodeToString(files.toByteArray()));
    return new Listing(
        model,
        1,
        0,
        1,
        DeploymentPhase.READY,
        "jvm",
        Optional.empty(),
        1,
        1,
        Optional.empty(),
        OptionalInt.empty(),
        Optional.of(schema),
        Instant.now(),
        false);
  }

  private TaskWorker work(TypedModel typed) {
    return new TaskWorker(
        backends.source().orElseThrow(),
        backends.claims().orElseThrow(),
        model,
        fingerprint,
        16,
        TaskSlots.unlimited(),
        typed,
        TaskWorkerSettings.from(config));
  }

  @Test
  void aTaskIsAcceptedRunAndRead() throws Exception {
    try (TaskWorker worker = work(SHOUTS)) {
      JsonNode accepted = submit("", "hello");

      JsonNode done = get("/v1/tasks/" + accepted.path("id").asText() + "?wait=20s");

      assertThat(done.path("state").asText()).isEqualTo("DONE");
      assertThat(done.at("/result/label").asText()).isEqualTo("HELLO");
      assertThat(done.path("attempts").asInt()).isEqualTo(1);
      assertThat(get("/v1/tasks").path("data").findValuesAsText("id"))
          .contains(accepted.path("id").asText());
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void aTaskMayComeAndGoAsProtobuf() throws Exception {
    try (TaskWorker worker = work(SHOUTS)) {
      submit("", "the queue is there");
      HttpRequest task =
          HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/models/sentiment/tasks"))
              .timeout(LIMIT)
              .header("content-type", "application/x-protobuf")
              .POST(
                  HttpRequest.BodyPublishers.ofByteArray(
                      SentimentRequest.newBuilder().setText("binary").build().toByteArray()))
              .build();
      HttpResponse<String> accepted = client.send(task, HttpResponse.BodyHandlers.ofString());
      assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
      String id = json(accepted.body()).path("id").asText();
      assertThat(get("/v1/tasks/" + id + "?wait=20s").at("/result/label").asText())
          .isEqualTo("BINARY");

      HttpResponse<byte[]> result =
          client.send(
              HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/tasks/" + id))
                  .timeout(LIMIT)
                  .header("accept", "application/x-protobuf")
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());

      assertThat(result.statusCode()).isEqualTo(200);
      assertThat(SentimentReply.parseFrom(result.body()).getLabel()).isEqualTo("BINARY");
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void theTypedDemoModelWorksATaskOff() throws Exception {
    var sentiment = (io.remuda.node.jvm.TypedModel) JvmModels.find("sentiment").orElseThrow();
    TypedModel judges =
        (input, progress) ->
            CompletableFuture.supplyAsync(
                () -> sentiment.answer(request(input)).toByteString(), Runnable::run);
    try (TaskWorker worker = work(judges)) {
      JsonNode accepted = submit("", "what a fine horse");

      JsonNode done = get("/v1/tasks/" + accepted.path("id").asText() + "?wait=20s");

      assertThat(done.at("/result/label").asText()).isEqualTo("positive");
      assertThat(done.at("/result/score").asDouble()).isBetween(0.5, 1.0);
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void theSameIdempotencyKeyRunsATaskOnce() throws Exception {
    try (TaskWorker worker = work(SHOUTS)) {
      JsonNode first = submit("", "once", "Idempotency-Key", "k-1");
      get("/v1/tasks/" + first.path("id").asText() + "?wait=20s");

      JsonNode second = submit("", "once", "Idempotency-Key", "k-1");
      HttpResponse<String> other = post("", "another", "Idempotency-Key", "k-1");

      assertThat(second.path("id")).isEqualTo(first.path("id"));
      assertThat(other.statusCode()).isEqualTo(409);
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void aTaskThatNobodyRunsExpiresSoonAfterItsDeadline() throws Exception {
    try (TaskWorker worker = work((input, progress) -> new CompletableFuture<>())) {
      JsonNode accepted = submit("?deadline=1s", "too late");

      JsonNode ended = get("/v1/tasks/" + accepted.path("id").asText() + "?wait=20s");

      assertThat(ended.path("state").asText()).isEqualTo("EXPIRED");
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void aCancelledTaskStaysCancelled() throws Exception {
    CompletableFuture<ByteString> answer = new CompletableFuture<>();
    try (TaskWorker worker = work((input, progress) -> answer)) {
      String path = "/v1/tasks/" + submit("", "never mind").path("id").asText();

      JsonNode cancelled = json(send("DELETE", path, "").body());
      answer.complete(shout(SentimentRequest.newBuilder().setText("late").build().toByteString()));

      assertThat(cancelled.path("state").asText()).isEqualTo("CANCELLED");
      Eventually.isTrue("the worker is done with it", LIMIT, () -> worker.inFlight() == 0);
      assertThat(get(path).path("state").asText()).isEqualTo("CANCELLED");
    }
  }

  @Test
  void aWebhookIsToldAlsoByTheNextGateway() throws Exception {
    CompletableFuture<ByteString> answer = new CompletableFuture<>();
    try (TaskWorker worker = work((input, progress) -> answer)) {
      // given a task with a webhook, accepted by a gateway that then goes
      String hook = "http://127.0.0.1:" + receiver.getAddress().getPort() + "/done";
      JsonNode accepted =
          submit("?webhook=" + java.net.URLEncoder.encode(hook, StandardCharsets.UTF_8), "tell");
      gateway.close();

      // when the task ends and another gateway is there
      answer.complete(shout(SentimentRequest.newBuilder().setText("told").build().toByteString()));
      gateway = start();

      // then that one tells of it
      Eventually.isTrue("the webhook was called", LIMIT, () -> !told.isEmpty());
      JsonNode event = json(told.get(0));
      assertThat(event.path("type").asText()).isEqualTo("task.done");
      assertThat(event.at("/data/id")).isEqualTo(accepted.path("id"));
      assertThat(event.at("/data/result/label").asText()).isEqualTo("TOLD");
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void aBatchOfManyLinesHasOneAnswerToEach() throws Exception {
    try (TaskWorker worker = work(SHOUTS)) {
      // given a file of lines, one of which the model refuses
      int lines = BatchLines.count(1_000);
      StringBuilder input = new StringBuilder();
      for (int i = 1; i <= lines; i++) {
        String body = i == 77 ? "{\"txt\": 1}" : "{\"text\": \"line " + i + "\"}";
        input.append(line("id-" + i, body));
      }
      String file = upload("batch", input.toString()).path("id").asText();

      // when its batch has ended
      JsonNode begun = begin(file);
      JsonNode ended = awaitBatch(begun.path("id").asText());

      // then there is one answer to each line, in the lines' order
      assertThat(ended.path("status").asText()).as(ended.toString()).isEqualTo("completed");
      assertThat(ended.at("/request_counts/total").asInt()).isEqualTo(lines);
      assertThat(ended.at("/request_counts/completed").asInt()).isEqualTo(lines - 1);
      assertThat(ended.at("/request_counts/failed").asInt()).isEqualTo(1);
      List<String> output = content(ended.path("output_file_id").asText());
      assertThat(output).hasSize(lines - 1);
      JsonNode second = json(output.get(1));
      assertThat(second.path("custom_id").asText()).isEqualTo("id-2");
      assertThat(second.at("/response/status_code").asInt()).isEqualTo(200);
      assertThat(second.at("/response/body/label").asText()).isEqualTo("LINE 2");
      assertThat(json(output.get(lines - 2)).path("custom_id").asText()).isEqualTo("id-" + lines);
      List<String> errors = content(ended.path("error_file_id").asText());
      assertThat(errors).hasSize(1);
      assertThat(json(errors.get(0)).path("custom_id").asText()).isEqualTo("id-77");
      assertThat(json(errors.get(0)).at("/response/status_code").asInt()).isEqualTo(400);
      assertThat(json(errors.get(0)).at("/response/body/error/param").asText()).isEqualTo("txt");
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void aBatchGoesOnAtTheNextGateway() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    TypedModel stops =
        (input, progress) ->
            runs.incrementAndGet() <= 20
                ? CompletableFuture.completedFuture(shout(input))
                : goOn.thenApply(yes -> shout(input));
    try (TaskWorker worker = work(stops)) {
      // given a gateway that goes in the middle of a batch
      StringBuilder input = new StringBuilder();
      for (int i = 1; i <= 500; i++) {
        input.append(line("id-" + i, "{\"text\": \"line " + i + "\"}"));
      }
      String id = begin(upload("batch", input.toString()).path("id").asText()).path("id").asText();
      Eventually.isTrue("lines are run", LIMIT, () -> runs.get() > 20);
      gateway.close();

      // when another one is there
      goOn.complete(true);
      gateway = start();

      // then it ends the batch
      JsonNode ended = awaitBatch(id);
      assertThat(ended.at("/request_counts/completed").asInt()).as(ended.toString()).isEqualTo(500);
      assertThat(content(ended.path("output_file_id").asText())).hasSize(500);
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  @Test
  void twoFilesInOneUploadAreRefusedAndNothingIsKept() throws Exception {
    String two =
        line("a", "{}")
            + "\r\n"
            + "--border\r\n"
            + "Content-Disposition: form-data; name=\"file\"; filename=\"b\"\r\n\r\n"
            + line("b", "{}");

    HttpResponse<String> answer = uploading("batch", two);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains("more than one part 'file'");
    assertThat(get("/v1/files").path("data").findValuesAsText("filename")).doesNotContain("b");
  }

  @Test
  void filesAndBatchesAreListedPageByPageAndForgotten() throws Exception {
    String first = upload("batch", line("a", "{}")).path("id").asText();
    String second = upload("batch", line("b", "{}")).path("id").asText();

    JsonNode newest = get("/v1/files?limit=1");
    JsonNode oldest = get("/v1/files?limit=1&after=" + newest.path("last_id").asText());
    assertThat(newest.path("data").findValuesAsText("id")).containsExactly(second);
    assertThat(newest.path("has_more").asBoolean()).isTrue();
    assertThat(oldest.path("data").findValuesAsText("id")).containsExactly(first);
    assertThat(get("/v1/files?limit=1000").path("has_more").asBoolean()).isFalse();
    assertThat(content(first)).containsExactly(line("a", "{}").strip());

    JsonNode begun = begin(first);
    assertThat(get("/v1/batches").at("/data/0/id").asText()).isEqualTo(begun.path("id").asText());
    assertThat(get("/v1/batches?limit=100").path("has_more").asBoolean()).isFalse();
    HttpResponse<String> cancelled =
        send("POST", "/v1/batches/" + begun.path("id").asText() + "/cancel", "");
    assertThat(cancelled.statusCode()).as(cancelled.body()).isEqualTo(200);
    assertThat(awaitBatch(begun.path("id").asText()).path("status").asText())
        .isEqualTo("cancelled");

    assertThat(json(send("DELETE", "/v1/files/" + second, "").body()).path("deleted").asBoolean())
        .isTrue();
    assertThat(send("GET", "/v1/files/" + second, "").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/v1/files/" + second + "/content", "").statusCode()).isEqualTo(404);
  }

  @Test
  void whatIsOfOneKeyIsNotThereForAnother() throws Exception {
    gateway.close();
    gateway = start(ConfigFactory.parseString("remuda.gateway.auth = on").withFallback(config));
    String mine = newKey("acme");
    String theirs = newKey("other");
    key = mine;
    Eventually.isTrue(
        "the gateway has found the store of tasks",
        LIMIT,
        () -> send("GET", "/v1/files", "").statusCode() == 200);
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    TypedModel waits = (input, progress) -> goOn.thenApply(yes -> shout(input));
    try (TaskWorker worker = work(waits)) {
      // given a task, a file and a batch of one key, all under way
      String task = "/v1/tasks/" + submit("", "mine").path("id").asText();
      String file = upload("batch", line("a", "{\"text\": \"a\"}")).path("id").asText();
      String batch = "/v1/batches/" + begin(file).path("id").asText();

      // then another one finds none of them, ends none, and uses none
      key = theirs;
      assertThat(found(task, "/v1/files/" + file, batch)).isEmpty();
      assertThat(send("GET", "/v1/files/" + file + "/content", "").statusCode()).isEqualTo(404);
      assertThat(send("DELETE", task, "").statusCode()).isEqualTo(404);
      assertThat(send("DELETE", "/v1/files/" + file, "").statusCode()).isEqualTo(404);
      assertThat(send("POST", batch + "/cancel", "").statusCode()).isEqualTo(404);
      assertThat(newBatch(file, "/v1/models/sentiment/predict", "24h").statusCode()).isEqualTo(404);
      for (String list : List.of("/v1/tasks", "/v1/files", "/v1/batches")) {
        assertThat(get(list).path("data")).as(list).isEmpty();
      }

      // and they go on for the first one, and their results are its own too
      key = mine;
      goOn.complete(true);
      JsonNode ended = awaitBatch(batch.substring("/v1/batches/".length()));
      assertThat(ended.at("/request_counts/completed").asInt()).as(ended.toString()).isEqualTo(1);
      String output = ended.path("output_file_id").asText();
      assertThat(get(task + "?wait=20s").path("state").asText()).isEqualTo("DONE");
      assertThat(found(task, "/v1/files/" + file, "/v1/files/" + output, batch)).hasSize(4);
      assertThat(content(output)).hasSize(1);
      key = theirs;
      assertThat(send("GET", "/v1/files/" + output, "").statusCode()).isEqualTo(404);
      assertThat(send("GET", "/v1/files/" + output + "/content", "").statusCode()).isEqualTo(404);
      Eventually.isTrue("the worker is well", LIMIT, () -> worker.health().isEmpty());
    }
  }

  private List<String> found(String... paths) {
    return List.of(paths).stream()
        .filter(
            path -> {
              int status = send("GET", path, "").statusCode();
              assertThat(status).as(path).isIn(200, 404);
              return status == 200;
            })
        .toList();
  }

  /** One that the gateway knows, as if the registry had told of it. */
  private String newKey(String tenant) {
    KeyMint.Minted minted =
        new KeyMint(home.clusterKey(), new SecureRandom())
            .mint(
                "test",
                Set.of(Scope.INFER),
                AllowList.ALL,
                Optional.of(tenant),
                Instant.now(),
                Optional.empty());
    gateway.routes().merge(AccessTable.EMPTY.with(minted.key()));
    return minted.secret();
  }

  @Test
  void whatIsNoBatchIsRefusedWithItsReason() throws Exception {
    String file = upload("batch", line("a", "{}")).path("id").asText();

    HttpResponse<String> nowhere = newBatch(file, "/v1/moderations", "24h");
    HttpResponse<String> nobody = newBatch(file, "/v1/models/nobody/predict", "24h");
    HttpResponse<String> never = newBatch(file, "/v1/models/sentiment/predict", "2 weeks");
    HttpResponse<String> nothing = newBatch("file-0", "/v1/models/sentiment/predict", "24h");

    assertThat(nowhere.statusCode()).isEqualTo(400);
    assertThat(json(nowhere.body()).at("/error/param").asText()).isEqualTo("endpoint");
    assertThat(nobody.statusCode()).isEqualTo(404);
    assertThat(json(nobody.body()).at("/error/code").asText()).isEqualTo("model_not_found");
    assertThat(never.statusCode()).isEqualTo(400);
    assertThat(json(never.body()).at("/error/param").asText()).isEqualTo("completion_window");
    assertThat(nothing.statusCode()).isEqualTo(404);
    assertThat(uploading("fine-tune", "{}").statusCode()).isEqualTo(400);
    HttpResponse<String> large = uploading("batch", "x".repeat(3 << 20));
    assertThat(large.statusCode()).as(large.body()).isEqualTo(413);
    assertThat(get("/v1/files").at("/data/0/id").asText()).isEqualTo(file);
  }

  private static String line(String id, String body) {
    return "{\"custom_id\": \""
        + id
        + "\", \"method\": \"POST\", \"url\": \"/v1/models/sentiment/predict\", \"body\": "
        + body
        + "}\n";
  }

  private JsonNode upload(String purpose, String content) throws Exception {
    HttpResponse<String> answer = uploading(purpose, content);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return json(answer.body());
  }

  private HttpResponse<String> uploading(String purpose, String content) {
    String form =
        "--border\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n"
            + purpose
            + "\r\n--border\r\nContent-Disposition: form-data; name=\"file\";"
            + " filename=\"input.jsonl\"\r\nContent-Type: application/jsonl\r\n\r\n"
            + content
            + "\r\n--border--\r\n";
    return send("POST", "/v1/files", form, "content-type", "multipart/form-data; boundary=border");
  }

  private HttpResponse<String> newBatch(String file, String endpoint, String window) {
    String body =
        "{\"input_file_id\": \"%s\", \"endpoint\": \"%s\", \"completion_window\": \"%s\"}";
    return send("POST", "/v1/batches", body.formatted(file, endpoint, window));
  }

  private JsonNode begin(String file) throws Exception {
    HttpResponse<String> begun = newBatch(file, "/v1/models/sentiment/predict", "24h");
    assertThat(begun.statusCode()).as(begun.body()).isEqualTo(200);
    assertThat(json(begun.body()).path("status").asText()).isEqualTo("validating");
    return json(begun.body());
  }

  private JsonNode awaitBatch(String id) {
    return Eventually.find(
        "the batch has ended",
        Duration.ofSeconds(120),
        () ->
            Optional.of(batch(id))
                .filter(
                    batch ->
                        List.of("completed", "failed", "expired", "cancelled")
                            .contains(batch.path("status").asText())));
  }

  private JsonNode batch(String id) {
    try {
      return get("/v1/batches/" + id);
    } catch (Exception e) {
      throw new AssertionError("no batch", e);
    }
  }

  private List<String> content(String file) {
    HttpResponse<String> answer = send("GET", "/v1/files/" + file + "/content", "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body().lines().toList();
  }

  /** Until the worker has its queue, a broker has nobody to give the task to. */
  private JsonNode submit(String query, String text, String... headers) throws Exception {
    HttpResponse<String> accepted =
        Eventually.find(
            "the task is accepted",
            LIMIT,
            () -> {
              HttpResponse<String> answer = post(query, text, headers);
              return answer.statusCode() == 503 ? Optional.empty() : Optional.of(answer);
            });
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    return json(accepted.body());
  }

  private HttpResponse<String> post(String query, String text, String... headers) {
    return send(
        "POST", "/v1/models/sentiment/tasks" + query, "{\"text\": \"" + text + "\"}", headers);
  }

  private JsonNode get(String path) throws Exception {
    HttpResponse<String> answer = send("GET", path, "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return json(answer.body());
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway.url() + path))
            .timeout(Duration.ofSeconds(60))
            .setHeader("content-type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    for (int at = 0; at < headers.length; at += 2) {
      request.setHeader(headers[at], headers[at + 1]);
    }
    if (!key.isEmpty()) {
      request.setHeader("authorization", "Bearer " + key);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (Exception e) {
      throw new AssertionError("no answer", e);
    }
  }

  private static JsonNode json(String text) throws Exception {
    return new ObjectMapper().readTree(text);
  }

  private static ByteString shout(ByteString input) {
    return SentimentReply.newBuilder()
        .setLabel(request(input).getText().toUpperCase(java.util.Locale.ROOT))
        .build()
        .toByteString();
  }

  private static SentimentRequest request(ByteString input) {
    try {
      return SentimentRequest.parseFrom(input);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
