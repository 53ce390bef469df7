package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.LeaseProtocol;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Leases by HTTP: who gets one, who sees it, and what every wrong question is answered. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LeaseRoutesTest {

  private static final String LEASES = "/v1/leases";

  private ApiFixture api;
  private String holder = "";
  private String other = "";

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.withKeys();
    for (String name : new String[] {"chat", "embed", "theirs"}) {
      api.knows(name, DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    }
    Set<ModelName> models = Set.of(new ModelName("chat"), new ModelName("embed"));
    holder = api.key(Set.of(Scope.INFER), models);
    other = api.key(Set.of(Scope.INFER), Set.of());
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  @BeforeEach
  void freeInstances() {
    api.registry.leases.grants = true;
    api.registry.leases.letsWait = false;
    api.registry.leases.asked.clear();
  }

  @Test
  void oneThatIsReadyComesWithItsTokenAndABaseUrl() throws Exception {
    Answer made = acquire("{\"model\":\"chat\",\"ttlSeconds\":30,\"session\":\"s-1\"}");

    assertThat(made.status()).isEqualTo(202);
    String id = made.json().path("id").asText();
    assertThat(made.header("location")).isEqualTo(LEASES + "/" + id);
    assertThat(made.json().path("state").asText()).isEqualTo("READY");
    assertThat(made.json().path("token").asLong()).isEqualTo(7);
    assertThat(made.json().path("endpoint").asText())
        .isEqualTo(api.uri("/leases/" + id + ".7/v1").toString());
    assertThat(made.json().path("model").asText()).isEqualTo("chat");
    assertThat(made.json().path("exclusive").asBoolean()).isTrue();
    assertThat(made.json().at("/instances/0/instance").asText()).isEqualTo("chat-1");
    LeaseProtocol.Wish wish = api.registry.leases.wish(new LeaseId(id));
    assertThat(wish.ttl()).isEqualTo(Duration.ofSeconds(30));
    assertThat(wish.session()).hasValue("s-1");
    assertThat(see(id).json()).isEqualTo(made.json());
  }

  @Test
  void anAliasIsLeasedAsTheModelThatItStandsForNow() throws Exception {
    api.routes.merge(
        Catalog.EMPTY.with(
            Listing.ofAlias(
                new ModelName("talk"),
                1,
                0,
                DeploymentPhase.READY,
                Optional.of(new ModelName("chat")),
                ScriptedFleet.THEN)));

    Answer made = api.send("POST", LEASES, "{\"model\":\"talk\"}", "x-api-key", other);

    assertThat(made.status()).isEqualTo(202);
    assertThat(made.json().path("model").asText()).isEqualTo("chat");
    assertThat(acquire("{\"model\":\"talk\"}").status())
        .as("a key that is not for the alias")
        .isEqualTo(404);
  }

  @Test
  void oneThatWaitsSaysAtWhichPlaceAndForHowLong() throws Exception {
    api.registry.leases.grants = false;

    Answer made =
        acquire(
            "{\"models\":[\"embed\",\"chat\"],\"exclusive\":false,\"slots\":2,"
                + "\"waitSeconds\":5}");

    assertThat(made.status()).isEqualTo(202);
    assertThat(made.json().path("state").asText()).isEqualTo("PENDING");
    assertThat(made.json().path("model").isNull()).isTrue();
    assertThat(made.json().path("models").toString()).isEqualTo("[\"chat\",\"embed\"]");
    assertThat(made.json().path("position").asInt()).isEqualTo(2);
    assertThat(made.json().path("estimateSeconds").asInt()).isEqualTo(13);
    assertThat(made.json().path("reason").asText()).contains("waits before");
    assertThat(made.json().path("token").isNull()).isTrue();
    assertThat(made.json().path("endpoint").isNull()).isTrue();
    LeaseProtocol.Wish wish =
        api.registry.leases.wish(new LeaseId(made.json().path("id").asText()));
    assertThat(wish.exclusive()).isFalse();
    assertThat(wish.slots()).isEqualTo(2);
    assertThat(made.json().path("slots").asInt()).isEqualTo(2);
    assertThat(wish.patience()).isEqualTo(Duration.ofSeconds(5));
    assertThat(wish.ttl()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void whoWaitsIsAnsweredWhenItIsReadyAndAtTheLatestWhenTheTimeIsUp() throws Exception {
    api.registry.leases.grants = false;
    String id = acquire("{\"model\":\"chat\"}").json().path("id").asText();
    assertThat(see(id + "?wait=100ms").json().path("state").asText()).isEqualTo("PENDING");

    CompletableFuture<Void> granted =
        CompletableFuture.runAsync(
            () -> api.registry.leases.grant(new LeaseId(id)),
            CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS));
    Answer ready = see(id + "?wait=60s");

    granted.get(10, TimeUnit.SECONDS);
    assertThat(ready.status()).isEqualTo(200);
    assertThat(ready.json().path("state").asText()).isEqualTo("READY");
    assertThat(see(id + "?wait=61s").status()).isEqualTo(400);
  }

  @Test
  void whoWaitsIsToldByTheRegistryItselfThatItIsReadyAndAskedOnceForThat() throws Exception {
    api.registry.leases.grants = false;
    api.registry.leases.letsWait = true;
    LeaseId id = new LeaseId(acquire("{\"model\":\"chat\"}").json().path("id").asText());

    CompletableFuture<Void> granted =
        CompletableFuture.runAsync(
            () -> {
              Eventually.isTrue(
                  "it is looked at",
                  Duration.ofSeconds(30),
                  () -> api.registry.leases.isLookedAt(id));
              api.registry.leases.grant(id);
            });
    Answer ready = see(id + "?wait=60s");

    granted.get(30, TimeUnit.SECONDS);
    assertThat(ready.json().path("state").asText()).isEqualTo("READY");
    assertThat(api.registry.leases.asked)
        .filteredOn(LeaseProtocol.Get.class::isInstance)
        .extracting(asked -> ((LeaseProtocol.Get) asked).within().isPresent())
        .as("seen at once, then waited for")
        .containsExactly(false, true);
  }

  @Test
  void whoMayNotSeeALeaseIsToldSoAtOnceHoweverLongHeWouldWait() throws Exception {
    api.registry.leases.grants = false;
    api.registry.leases.letsWait = true;
    String id = acquire("{\"model\":\"chat\"}").json().path("id").asText();

    assertThat(as(other, "GET", id + "?wait=60s", "").status()).isEqualTo(404);

    assertThat(api.registry.leases.isLookedAt(new LeaseId(id))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                                | 400 | invalid_request | model",
        "{\"model\":\"nobody\"}                             | 404 | model_not_found | model",
        "{\"model\":\"theirs\"}                             | 404 | model_not_found | model",
        "{\"model\":\"No Name\"}                            | 400 | invalid_request | model",
        "{\"model\":\"chat\",\"models\":[\"embed\"]}        | 400 | invalid_request | models",
        "{\"models\":[\"chat\",\"chat\"]}                   | 400 | invalid_request | models",
        "{\"models\":\"chat\"}                              | 400 | invalid_request | models",
        "{\"model\":\"chat\",\"ttlSeconds\":86401}          | 400 | invalid_request | ttlSeconds",
        "{\"model\":\"chat\",\"ttlSeconds\":0}              | 400 | invalid_request | ttlSeconds",
        "{\"model\":\"chat\",\"ttlSeconds\":1.5}            | 400 | invalid_request | ttlSeconds",
        "{\"model\":\"chat\",\"waitSeconds\":-1}            | 400 | invalid_request | waitSeconds",
        "{\"model\":\"chat\",\"exclusive\":\"no\"}          | 400 | invalid_request | exclusive",
        "{\"model\":\"chat\",\"slots\":2}                  | 400 | invalid_request | slots",
        "{\"model\":\"chat\",\"exclusive\":false,\"slots\":0}| 400 | invalid_request | slots",
        "{\"model\":\"chat\",\"session\":\" \"}             | 400 | invalid_request | session",
        "{\"model\":\"chat\",\"ttlSecond\":5}               | 400 | invalid_request | ttlSecond",
        "{\"model\":\"chat\",\"deployment\":{}}             | 403 | not_allowed     | deployment",
        "[]                                                | 400 | invalid_request | ``",
      })
  void refusesAWishThatIsNone(String body, int status, String code, String param) throws Exception {
    Answer answer = acquire(body);

    assertThat(answer.status()).as(body).isEqualTo(status);
    assertThat(answer.code()).as(body).isEqualTo(code);
    assertThat(answer.json().at("/error/param").asText()).as(body).isEqualTo(param);
    assertThat(answer.header("x-should-retry")).isEqualTo("false");
    assertThat(api.registry.leases.asked).as("the registry is not asked").isEmpty();
  }

  @Test
  void refusesMoreModelsThanOneLeaseMayHave() throws Exception {
    String names =
        IntStream.range(0, 17).mapToObj(n -> "\"m" + n + "\"").collect(Collectors.joining(","));
    IntStream.range(0, 17)
        .forEach(n -> api.knows("m" + n, DeploymentPhase.READY, Phase.READY, "127.0.0.1:1"));

    Answer answer = api.send("POST", LEASES, "{\"models\":[" + names + "]}", "x-api-key", other);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.message()).contains("at most 16 models, not 17");
  }

  @Test
  void aSecondTryUnderAKeyFindsTheFirstOnesLease() throws Exception {
    Answer first = acquire("{\"model\":\"chat\"}", "idempotency-key", "order-7");
    Answer again = acquire("{\"model\":\"chat\"}", "idempotency-key", "order-7");
    Answer changed = acquire("{\"model\":\"embed\"}", "idempotency-key", "order-7");
    Answer others =
        api.send(
            "POST",
            LEASES,
            "{\"model\":\"chat\"}",
            "x-api-key",
            other,
            "idempotency-key",
            "order-7");
    Answer bad = acquire("{\"model\":\"chat\"}", "idempotency-key", "a b");

    assertThat(again.json().path("id")).isEqualTo(first.json().path("id"));
    assertThat(changed.status()).isEqualTo(409);
    assertThat(changed.code()).isEqualTo("idempotency_conflict");
    assertThat(others.status()).isEqualTo(202);
    assertThat(others.json().path("id")).isNotEqualTo(first.json().path("id"));
    assertThat(bad.status()).isEqualTo(400);
  }

  @Test
  void isReleasedOnceAndThenAnswersThatItHasEnded() throws Exception {
    String id = acquire("{\"model\":\"chat\"}").json().path("id").asText();

    assertThat(as(holder, "DELETE", id, "").status()).isEqualTo(204);
    for (Answer answer :
        new Answer[] {
          as(holder, "DELETE", id, ""), see(id), as(holder, "POST", id + "/renew", "")
        }) {
      assertThat(answer.status()).isEqualTo(410);
      assertThat(answer.json().path("id").asText()).isEqualTo(id);
      assertThat(answer.json().path("state").asText()).isEqualTo("ENDED");
      assertThat(answer.json().path("reason").asText()).isEqualTo("released");
      assertThat(answer.json().path("endpoint").isNull()).isTrue();
      assertThat(answer.code()).isEqualTo("ended");
      assertThat(answer.header("x-should-retry")).isEqualTo("false");
    }
  }

  @Test
  void isRenewedForAsLongAsBeforeOrAsItIsTold() throws Exception {
    String id = acquire("{\"model\":\"chat\",\"ttlSeconds\":30}").json().path("id").asText();

    assertThat(as(holder, "POST", id + "/renew", "").json().path("ttlSeconds").asInt())
        .isEqualTo(30);
    Answer longer = as(holder, "POST", id + "/renew", "{\"ttlSeconds\":60}");
    assertThat(longer.status()).isEqualTo(200);
    assertThat(longer.json().path("ttlSeconds").asInt()).isEqualTo(60);
    assertThat(as(holder, "POST", id + "/renew", "{\"ttlSeconds\":86401}").status()).isEqualTo(400);
    assertThat(as(holder, "POST", id + "/renew", "{\"ttl\":5}").status()).isEqualTo(400);
  }

  @Test
  void oneOfAnotherOwnerDoesNotExist() throws Exception {
    String id = acquire("{\"model\":\"chat\"}").json().path("id").asText();
    api.registry.leases.asked.clear();

    for (String lease : new String[] {id, "nobodys", "NO-ID"}) {
      assertThat(as(other, "GET", lease, "").status()).as(lease).isEqualTo(404);
      assertThat(as(other, "GET", lease + "?wait=5s", "").status()).as(lease).isEqualTo(404);
      assertThat(as(other, "POST", lease + "/renew", "").status()).as(lease).isEqualTo(404);
      assertThat(as(other, "DELETE", lease, "").status()).as(lease).isEqualTo(404);
    }

    assertThat(as(other, "GET", id, "").code()).isEqualTo("not_found");
    assertThat(api.registry.leases.asked).allMatch(LeaseProtocol.Get.class::isInstance);
    assertThat(see(id).json().path("state").asText()).isEqualTo("READY");
  }

  @Test
  void anOperatorSeesEveryLeaseAndOnlyAnAdministratorWhatLetsItsHolderIn() throws Exception {
    String id = acquire("{\"model\":\"chat\"}").json().path("id").asText();
    String auditor = api.key(Set.of(Scope.AUDIT), Set.of());
    String admin = api.key(Set.of(Scope.ADMIN), Set.of());

    Answer audited = as(auditor, "GET", id, "");
    assertThat(audited.status()).isEqualTo(200);
    assertThat(audited.json().path("token").isNull()).isTrue();
    assertThat(audited.json().path("endpoint").isNull()).isTrue();
    assertThat(as(auditor, "DELETE", id, "").status()).isEqualTo(403);
    assertThat(as(admin, "GET", id, "").json().path("token").asLong()).isEqualTo(7);
    assertThat(as(admin, "DELETE", id, "").status()).isEqualTo(204);
  }

  @Test
  void bringsADeploymentOfItsOwnWhereTheKeyMayDeploy() throws Exception {
    String deployer = api.key(Set.of(Scope.INFER, Scope.DEPLOY), Set.of());

    Answer made =
        as(
            deployer,
            "POST",
            "",
            "{\"deployment\":{\"engine\":\"jvm\",\"model\":\"own.gguf\",\"arguments\":{\"seed\":1}}}");

    assertThat(made.status()).isEqualTo(202);
    String id = made.json().path("id").asText();
    assertThat(made.json().path("model").asText()).isEqualTo("lease-" + id);
    LeaseProtocol.Wish wish = api.registry.leases.wish(new LeaseId(id));
    assertThat(wish.own().orElseThrow().name()).hasToString("lease-" + id);
    assertThat(wish.own().orElseThrow().arguments()).containsEntry("seed", "1");
    Answer noEngine = as(deployer, "POST", "", "{\"deployment\":{\"model\":\"own.gguf\"}}");
    assertThat(noEngine.status()).isEqualTo(400);
    assertThat(noEngine.code()).isEqualTo("invalid_spec");
    assertThat(noEngine.json().at("/error/param").asText()).isEqualTo("deployment.engine");
  }

  @Test
  void aDeploymentThatItBringsNeedsNothingThatItsKeyIsNotFor() throws Exception {
    String deployer =
        api.key(
            Set.of(Scope.INFER, Scope.DEPLOY), Set.of(new ModelName("own"), new ModelName("chat")));

    Answer refused = as(deployer, "POST", "", bringing("theirs"));
    Answer made = as(deployer, "POST", "", bringing("chat"));

    assertThat(refused.status()).isEqualTo(404);
    assertThat(refused.code()).isEqualTo("model_not_found");
    assertThat(refused.json().at("/error/param").asText()).isEqualTo("deployment.needs");
    assertThat(made.status()).as(made.response().body()).isEqualTo(202);
  }

  private static String bringing(String need) {
    return "{\"deployment\":{\"name\":\"own\",\"engine\":\"jvm\",\"needs\":[\"" + need + "\"]}}";
  }

  @Test
  void aModelWhoseInstancesAreAllLeasedIsListedOn() throws Exception {
    api.knows("kept", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    api.routes.merge(
        RouteTable.EMPTY.with(
            new Route(
                new InstanceId(new ModelName("kept"), 1),
                ScriptedFleet.MACHINE,
                1,
                2,
                Phase.READY,
                "127.0.0.1:1",
                4,
                Set.of(),
                true,
                -1,
                Optional.empty(),
                0,
                Optional.of(new LeaseId("ls-1")))));

    Answer models = api.get("/v1/models", "x-api-key", other);
    assertThat(models.json().path("data").findValuesAsText("id")).contains("kept");
    Answer model = api.get("/v1/models/kept", "x-api-key", other);
    assertThat(model.json().at("/instances/ready").asInt()).isZero();
    assertThat(model.json().at("/instances/leased").asInt()).isEqualTo(1);
  }

  @Test
  void neverTakesADeploymentOverThatWasThereBefore() throws Exception {
    String deployer = api.key(Set.of(Scope.INFER, Scope.DEPLOY), Set.of());
    String wish = "{\"deployment\":{\"name\":\"mine\",\"engine\":\"jvm\"}}";
    String[] key = {"x-api-key", deployer, "idempotency-key", "mine-1"};
    assertThat(api.send("POST", LEASES, wish, key).status()).isEqualTo(202);
    api.knows("mine", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");

    assertThat(api.send("POST", LEASES, wish, key).status())
        .as("its own, by a second try")
        .isEqualTo(202);
    Answer taken = as(deployer, "POST", "", wish);
    assertThat(taken.status()).isEqualTo(409);
    assertThat(taken.code()).isEqualTo("spec_conflict");
    assertThat(
            api.send("POST", LEASES, wish, "x-api-key", deployer, "idempotency-key", "mine-2")
                .status())
        .isEqualTo(409);
  }

  private Answer acquire(String body, String... headers) throws Exception {
    String[] all = new String[headers.length + 2];
    all[0] = "x-api-key";
    all[1] = holder;
    System.arraycopy(headers, 0, all, 2, headers.length);
    return api.send("POST", LEASES, body, all);
  }

  private Answer see(String lease) throws Exception {
    return as(holder, "GET", lease, "");
  }

  private Answer as(String key, String method, String lease, String body) throws Exception {
    String path = lease.isEmpty() ? LEASES : LEASES + "/" + lease;
    return api.send(method, path, body, "x-api-key", key);
  }
}
