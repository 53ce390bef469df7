package io.remuda.node.external;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.node.front.RefusalJson;
import io.remuda.node.front.WorkerCalls;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.Tenure;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.StrictFields;
import io.remuda.protocol.model.TaskFacet;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** Joining, pinging and leaving over HTTP: who calls, what it says, and the answer in JSON. */
public final class WorkerDoor implements WorkerCalls {

  private static final String PATH = "/v1/instances";
  private static final String PING = "/ping";
  private static final String PAUSE = "pause";
  private static final String PAUSED = "paused";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final ExternalWorkers workers;
  private final WorkerAccess access;
  private final TaskContract tasks;
  private final Hosted hosted;

  public WorkerDoor(
      ExternalWorkers workers, WorkerAccess access, TaskContract tasks, Hosted hosted) {
    this.workers = workers;
    this.access = access;
    this.tasks = tasks;
    this.hosted = hosted;
  }

  @Override
  public Optional<Answer> objection(Head head) {
    return access.check(head).refused().map(RefusalJson::answer);
  }

  @Override
  public CompletionStage<Answer> answer(Call whole) {
    Head call = whole.head();
    WorkerAccess.Outcome who = access.check(call);
    if (who.pass().isEmpty()) {
      return now(who.refused().orElseThrow());
    }
    WorkerAccess.Pass pass = who.pass().get();
    if (call.path().equals(PATH)) {
      return call.method().equals("POST") ? join(whole, pass) : now(wrongMethod("POST"));
    }
    String rest = call.path().substring(PATH.length() + 1);
    boolean ping = rest.endsWith(PING);
    String id = ping ? rest.substring(0, rest.length() - PING.length()) : rest;
    if (id.isEmpty() || id.indexOf('/') >= 0) {
      return now(Refused.of(ErrorCode.NOT_FOUND, "there is nothing at this address"));
    }
    String wanted = ping ? "POST" : "DELETE";
    if (!call.method().equals(wanted)) {
      return now(wrongMethod(wanted));
    }
    // Whose key does not cover the model is told what it would be told of no worker at all.
    boolean known = workers.worker(id).filter(worker -> pass.covers(worker.model())).isPresent();
    if (!known) {
      return now(unknown());
    }
    return ping ? ping(id, whole.body()) : leave(id);
  }

  private CompletionStage<Answer> join(Call call, WorkerAccess.Pass pass) {
    JoinCodec.Read read;
    try {
      read = JoinCodec.read(parse(call.body()), workers.settings().hosts(), call.head().here());
    } catch (JsonProcessingException e) {
      return now(notJson(e));
    }
    if (read.worker().isEmpty()) {
      return now(read.refused().orElseThrow());
    }
    Worker worker = read.worker().get();
    if (!pass.covers(worker.model())) {
      return now(
          Refused.of(
              ErrorCode.NOT_ALLOWED,
              "this key is not for the model " + worker.model() + "; use another key"));
    }
    if (worker.tasks() && tasks.unavailable().isPresent()) {
      return now(Refused.of(ErrorCode.INVALID_REQUEST, tasks.unavailable().get()));
    }
    return workers
        .join(worker)
        .thenApply(
            outcome ->
                outcome
                    .joined()
                    .map(this::joined)
                    .orElseGet(() -> RefusalJson.answer(outcome.refused().orElseThrow())));
  }

  private Answer joined(ExternalWorkers.Joined joined) {
    Worker worker = joined.worker();
    WorkerSettings settings = workers.settings();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", joined.id());
    json.put("worker", worker.name());
    json.put("model", worker.model().value());
    json.put("fingerprint", worker.schema().fingerprint());
    json.put("pingEverySeconds", settings.pingInterval().toMillis() / 1000.0);
    json.put("suspectAfterSeconds", settings.suspectAfter().toMillis() / 1000.0);
    json.put("lostAfterSeconds", settings.lostAfter().toMillis() / 1000.0);
    if (worker.tasks()) {
      ObjectNode contract = tasks.json(worker, joined.earlier());
      pause(worker).ifPresent(lease -> contract.put(PAUSE, lease));
      json.set("tasks", contract);
    }
    return new Answer(201, json.toString());
  }

  private CompletionStage<Answer> ping(String id, String body) {
    StrictFields fields;
    try {
      fields =
          StrictFields.of(
              body.isBlank() ? JsonNodeFactory.instance.objectNode() : parse(body),
              "",
              Set.of("tasks"));
    } catch (JsonProcessingException e) {
      return now(notJson(e));
    }
    Optional<StrictFields> about = fields.object("tasks", Set.of("taking", "reason", PAUSED));
    Optional<TaskFacet> facet = about.map(WorkerDoor::facet);
    OptionalLong paused = about.map(says -> says.positive(PAUSED)).orElseGet(OptionalLong::empty);
    if (fields.hasProblems()) {
      return now(Refused.of(ErrorCode.INVALID_REQUEST, fields.problems().get(0).text()));
    }
    Optional<ExternalWorkers.Heard> known = workers.ping(id, facet);
    workers.rests(id, paused);
    return CompletableFuture.completedStage(
        known.map(heard -> standing(id, heard)).orElseGet(() -> RefusalJson.answer(unknown())));
  }

  private static TaskFacet facet(StrictFields fields) {
    return fields.bool("taking", true)
        ? TaskFacet.TAKING
        : TaskFacet.off(StrictFields.shown(fields.text("reason").orElse("its worker takes none")));
  }

  private Answer standing(String id, ExternalWorkers.Heard heard) {
    ModelName model = heard.worker().model();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", id);
    json.put("model", model.value());
    Optional<HostedInstance> instance =
        instancesOf(model).max(Comparator.comparing(HostedInstance::id));
    instance.ifPresent(
        there -> {
          json.put("instance", there.id().toString());
          json.put("phase", there.phase().name());
        });
    heard
        .objection()
        .or(() -> instance.flatMap(HostedInstance::reason))
        .ifPresent(reason -> json.put("reason", reason));
    if (heard.worker().tasks()) {
      pause(heard.worker()).ifPresent(lease -> json.putObject("tasks").put(PAUSE, lease));
    }
    return new Answer(200, json.toString());
  }

  private Stream<HostedInstance> instancesOf(ModelName model) {
    return hosted.all().stream()
        .filter(each -> each.id().model().equals(model))
        .filter(each -> each.engine().equals(Worker.ENGINE));
  }

  /**
   * The number of the lease for which the worker is to take no tasks. Looked up for each answer, so
   * that one that joins under a lease, or after this machine's JVM was started again, hears of it.
   */
  private OptionalLong pause(Worker worker) {
    return instancesOf(worker.model())
        .map(each -> each.lease().tenure())
        .filter(Tenure::lent)
        .mapToLong(Tenure::highest)
        .max();
  }

  private CompletionStage<Answer> leave(String id) {
    return workers.leave(id)
        ? CompletableFuture.completedStage(new Answer(204, ""))
        : now(unknown());
  }

  private static JsonNode parse(String body) throws JsonProcessingException {
    return JSON.readTree(body);
  }

  private static Refused notJson(JsonProcessingException e) {
    return Refused.of(
        ErrorCode.INVALID_JSON,
        "the body is not JSON: " + StrictFields.shown(e.getOriginalMessage()));
  }

  private static Refused unknown() {
    return Refused.of(
        ErrorCode.NOT_FOUND,
        "this machine knows no worker of this id: it was lost, replaced, or the machine's node was"
            + " started again; join again with POST "
            + PATH);
  }

  private static Refused wrongMethod(String wanted) {
    return Refused.of(ErrorCode.METHOD_NOT_ALLOWED, "only " + wanted + " is answered here");
  }

  private static CompletionStage<Answer> now(Refused refused) {
    return CompletableFuture.completedStage(RefusalJson.answer(refused));
  }
}
