package io.remuda.node.external;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.node.front.WorkerCalls.Answer;
import io.remuda.node.front.WorkerCalls.Call;
import io.remuda.node.front.WorkerCalls.Head;
import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.node.instance.HostedInstance;
import io.remuda.node.instance.LeaseGate;
import io.remuda.node.instance.Tenure;
import io.remuda.node.instance.Upstream;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import io.remuda.protocol.model.Phase;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WorkerDoorTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final KeyMint mint = new KeyMint("cluster-key", new SecureRandom());
  private final WorkerAccess access = WorkerAccess.of(false, mint, InstantSource.fixed(NOW));
  private final ExternalWorkers workers =
      new ExternalWorkers(Sample.SETTINGS, System::nanoTime, () -> "id-1");
  private final Hosted hosted = new Hosted();
  private final WorkerDoor door = door(Map.of(), access);

  private WorkerDoor door(Map<String, String> settings, WorkerAccess who) {
    return new WorkerDoor(
        workers,
        who,
        TaskContract.from(
            StrictConfig.load(Optional.empty(), ConfigFactory.parseMap(settings)), Path.of(".")),
        hosted);
  }

  @ParameterizedTest
  @EnumSource
  void onlyTheScopesWorkerAndAdminLetAWorkerIn(Scope scope) {
    String key = key(Set.of(scope), Set.of(), Optional.empty());
    boolean may = scope == Scope.WORKER || scope == Scope.ADMIN;

    assertThat(send("POST", "/v1/instances", key, "{}").status()).isEqualTo(may ? 400 : 403);
    assertThat(send("POST", "/v1/instances/x/ping", key, "").status()).isEqualTo(may ? 404 : 403);
    assertThat(send("DELETE", "/v1/instances/x", key, "").status()).isEqualTo(may ? 404 : 403);
  }

  @Test
  void letsNobodyInWithoutAGoodKey() {
    String late = key(Set.of(Scope.WORKER), Set.of(), Optional.of(NOW.minusSeconds(1)));
    String known = key(Set.of(Scope.WORKER), Set.of(), Optional.empty());

    assertThat(send("POST", "/v1/instances", "", "{}").status()).isEqualTo(401);
    assertThat(send("POST", "/v1/instances", late, "{}").status()).isEqualTo(401);
    assertThat(send("POST", "/v1/instances", known + "x", "{}").status()).isEqualTo(401);
    assertThat(send("POST", "/v1/instances", "", "{}").json()).contains("--scope worker");
  }

  @Test
  void aKeyForOneModelJoinsPingsAndEndsNoOther() {
    String key = key(Set.of(Scope.WORKER), Set.of(Sample.MODEL), Optional.empty());
    String other = key(Set.of(Scope.WORKER), Set.of(new ModelName("else")), Optional.empty());
    assertThat(send("POST", "/v1/instances", other, Sample.join("w", "shout")).status())
        .isEqualTo(403);

    assertThat(joins(door, key, Sample.join("w", "shout")).status()).isEqualTo(201);

    assertThat(send("POST", "/v1/instances/id-1/ping", other, "").status()).isEqualTo(404);
    assertThat(send("DELETE", "/v1/instances/id-1", other, "").status()).isEqualTo(404);
    assertThat(send("POST", "/v1/instances/id-1/ping", key, "").status()).isEqualTo(200);
    assertThat(send("DELETE", "/v1/instances/id-1", key, "").status()).isEqualTo(204);
    assertThat(send("POST", "/v1/instances/id-1/ping", key, "").status()).isEqualTo(404);
  }

  @Test
  void saysByTheHeadAloneWhoMayNotSendABody() {
    assertThat(door.objection(head("POST", "/v1/instances", worker(), true))).isEmpty();

    Answer refused = door.objection(head("POST", "/v1/instances", "", true)).orElseThrow();

    assertThat(refused.status()).isEqualTo(401);
  }

  @Test
  void refusesNoKeyForGoodBeforeItHasHeardOfAny() {
    KeyMint.Minted minted =
        mint.mint("test", Set.of(Scope.WORKER), Set.of(), NOW, Optional.empty());

    Answer early = send("POST", "/v1/instances", minted.secret(), "{}");
    assertThat(early.status()).isEqualTo(503);
    assertThat(early.json()).contains("registry_unavailable");

    access.merge(new AccessTable(List.of(minted.key())));

    assertThat(send("POST", "/v1/instances", minted.secret(), "{}").status()).isEqualTo(400);
  }

  @Test
  void letsNoOtherMachineNameAnAddressOnItsLoopback() {
    String key = worker();
    String loopback = Sample.join("w", "shout");
    String box = loopback.replace("127.0.0.1", "box");

    Answer far = far(key, loopback.replace("127.0.0.1", "localhost")).join();

    assertThat(far.status()).isEqualTo(400);
    assertThat(far.json()).contains("\"path\":\"address\"", "from another machine");
    assertThat(far(key, loopback).join().status()).isEqualTo(400);
    assertThat(far(key, loopback.replace("127.0.0.1", "[::1]")).join().status()).isEqualTo(400);
    CompletableFuture<Answer> allowed = far(key, box);
    workers.look().forEach(spec -> workers.answered(spec, Optional.empty(), List.of()));
    assertThat(allowed.join().status()).isEqualTo(201);
  }

  private CompletableFuture<Answer> far(String key, String body) {
    return door.answer(new Call(head("POST", "/v1/instances", key, false), body))
        .toCompletableFuture();
  }

  @Test
  void asksNobodyWhereNobodyIsAsked() {
    WorkerDoor open = door(Map.of(), WorkerAccess.of(true, mint, InstantSource.system()));

    assertThat(joins(open, "", Sample.join("w", "shout")).json())
        .contains("\"id\":\"id-1\"", "\"fingerprint\":\"" + Sample.TEXT.fingerprint())
        .contains("\"pingEverySeconds\":2.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"model\": \"a\"}|schema|schema is missing",
        "{\"model\": \"a\"}|worker|worker is missing",
        "{\"model\": \"A b\"}|model|does not match",
        "{\"modle\": \"a\"}|modle|did you mean 'model'",
        "{\"slots\": 0}|slots|slots is 1 to 4096",
        "{\"schema\": {\"input\": \"a.B\"}}|schema.output|schema.output is missing",
        "{\"schema\": {\"input\": \"a.B\", \"output\": \"a.B\", \"descriptors\": \"?\"}}"
            + "|schema.descriptors|schema.descriptors",
        "{\"tasks\": \"yes\"}|tasks|tasks is true or false",
        "{\"address\": \"http://10.0.0.1:80\"}|address|this machine does not call",
        "{\"address\": \"http://127.0.0.1.evil.com:80\"}|address|this machine does not call",
        "{\"address\": \"http://u:p@127.0.0.1:80\"}|address|http://host:port and nothing more",
        "{\"address\": \"file:///etc/passwd\"}|address|http://host:port and nothing more",
        "{\"worker\": \"w\"}|address|POST /predict",
      })
  void refusesBadInputWithTheFieldsPath(String body, String path, String what) {
    Answer answer = send("POST", "/v1/instances", worker(), body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json()).contains("\"path\":\"" + path + "\"").contains(what);
  }

  @Test
  void refusesWhatIsNoJsonAndWhatIsNotThere() {
    assertThat(send("POST", "/v1/instances", worker(), "[".repeat(50_000)).status()).isEqualTo(400);
    assertThat(send("GET", "/v1/instances", worker(), "").status()).isEqualTo(405);
    assertThat(send("GET", "/v1/instances/x", worker(), "").status()).isEqualTo(405);
    assertThat(send("POST", "/v1/instances/x/y/ping", worker(), "").status()).isEqualTo(404);
    assertThat(send("POST", "/v1/instances/", worker(), "").status()).isEqualTo(404);
    assertThat(send("POST", "/v1/instances/ping", worker(), "").status()).isEqualTo(405);
  }

  @Test
  void aWorkerOfTasksIsToldAllButTheServersAddresses() {
    WorkerDoor durable =
        door(
            Map.of(
                "remuda.tasks.queue", "amqp://user:secret@h:1/v",
                "remuda.tasks.results", "redis://:secret@h:1/0"),
            access);
    String body = Sample.join("w", "shout").replaceFirst("\\{", "{\"tasks\": true, ");

    Answer answer = joins(durable, worker(), body);

    assertThat(answer.json())
        .contains("\"queue\":\"remuda.tasks.shout." + Sample.TEXT.fingerprint().substring(0, 12))
        .contains("\"x-queue-type\":\"quorum\"", "\"attempts\":5", "HINCRBY")
        .doesNotContain("secret");
  }

  @Test
  void aWorkerOfTasksIsToldToTakeNoneWhileItsInstanceIsLeasedAndSaysWhenItDoesNot() {
    WorkerDoor durable =
        door(
            Map.of(
                "remuda.tasks.queue", "amqp://user:secret@h:1/v",
                "remuda.tasks.results", "redis://:secret@h:1/0"),
            access);
    hosted.put(instance(Tenure.Mode.HELD));
    String key = worker();
    String body = Sample.join("w", "shout").replaceFirst("\\{", "{\"tasks\": true, ");
    assertThat(joins(durable, key, body).json()).contains("\"pause\":7");
    CompletionStage<Void> rests =
        workers.next(Sample.MODEL, Sample.TEXT.fingerprint()).join().rests(7);

    assertThat(ping(durable, key, "{\"tasks\": {\"taking\": true}}"))
        .contains("\"tasks\":{\"pause\":7}");
    assertThat(rests.toCompletableFuture()).isNotDone();
    ping(durable, key, "{\"tasks\": {\"taking\": false, \"paused\": 6}}");
    assertThat(rests.toCompletableFuture()).as("an earlier lease's").isNotDone();
    ping(durable, key, "{\"tasks\": {\"taking\": false, \"paused\": 7}}");
    assertThat(rests.toCompletableFuture()).isCompleted();

    hosted.put(instance(Tenure.Mode.FREE));
    assertThat(ping(durable, key, "{\"tasks\": {\"taking\": false, \"paused\": 7}}"))
        .doesNotContain("pause");
    assertThat(ping(durable, key, "{\"tasks\": {\"paused\": 0}}"))
        .contains("tasks.paused is a whole number from 1 on");
  }

  private static String ping(WorkerDoor at, String key, String body) {
    return at.answer(call("POST", "/v1/instances/id-1/ping", key, body))
        .toCompletableFuture()
        .join()
        .json();
  }

  private static HostedInstance instance(Tenure.Mode mode) {
    InstanceId id = new InstanceId(Sample.MODEL, 1);
    Tenure tenure =
        new Tenure(mode, Optional.of(new LeaseToken(new LeaseId("l7"), 7)), Long.MAX_VALUE);
    return new HostedInstance(
        id,
        "external",
        Phase.READY,
        100,
        Optional.empty(),
        new Gate(1, 0),
        new Upstream.Absent(),
        true,
        Set.of(),
        Optional.of(Sample.TEXT),
        new AtomicLong(),
        new LeaseGate(id, tenure, System::nanoTime));
  }

  @Test
  void aWorkerCannotTakeTasksThatLieInTables() {
    String body = Sample.join("w", "shout").replaceFirst("\\{", "{\"tasks\": true, ");

    Answer answer = send("POST", "/v1/instances", worker(), body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json()).contains("leave tasks out");
  }

  private String worker() {
    return key(Set.of(Scope.WORKER), Set.of(), Optional.empty());
  }

  private String key(Set<Scope> scopes, Set<ModelName> models, Optional<Instant> until) {
    KeyMint.Minted minted = mint.mint("test", scopes, models, NOW.minus(Duration.ofDays(1)), until);
    ApiKey key = minted.key();
    access.merge(new AccessTable(List.of(key)));
    return minted.secret();
  }

  private Answer send(String method, String path, String key, String body) {
    return door.answer(call(method, path, key, body)).toCompletableFuture().join();
  }

  /** With a registry that takes every model. */
  private Answer joins(WorkerDoor at, String key, String body) {
    var answer = at.answer(call("POST", "/v1/instances", key, body)).toCompletableFuture();
    workers.look().forEach(spec -> workers.answered(spec, Optional.empty(), List.of()));
    return answer.join();
  }

  private static Call call(String method, String path, String key, String body) {
    return new Call(head(method, path, key, true), body);
  }

  private static Head head(String method, String path, String key, boolean here) {
    return new Head(
        method,
        path,
        key.isEmpty() ? Optional.empty() : Optional.of("Bearer " + key),
        Optional.empty(),
        false,
        here);
  }
}
