package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AuditProtocol.Deed;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.id.ModelName;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Who changed the fleet, and with what result. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuditRoutesTest {

  private ApiFixture api;

  @BeforeAll
  void start() throws Exception {
    api = ApiFixture.withKeys();
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  @BeforeEach
  void forget() {
    api.registry.deeds.clear();
    api.registry.losesDeeds = false;
  }

  @Test
  void aChangeIsKeptBeforeItsAnswerLeaves() throws Exception {
    String deployer = api.key(Set.of(Scope.DEPLOY), Set.of());

    Answer done = deploy(deployer, "audited", "");

    assertThat(done.status()).isEqualTo(202);
    assertThat(api.registry.deeds)
        .containsExactly(
            new Deed(
                done.header("x-request-id"),
                deployer.split("_")[1],
                Optional.empty(),
                "PUT /v1/deployments/{name}",
                "/v1/deployments/audited",
                202,
                Optional.empty()));
  }

  @Test
  void aChangeThatWasRefusedIsKeptWithItsCode() throws Exception {
    String acme = api.key(AllowList.ALL, Optional.of("acme"));

    api.send("DELETE", "/v1/keys/nobody?why=secret", "", "x-api-key", acme);

    assertThat(api.registry.deeds)
        .singleElement()
        .satisfies(
            deed -> {
              assertThat(deed.tenant()).contains("acme");
              assertThat(deed.operation()).isEqualTo("DELETE /v1/keys/{id}");
              assertThat(deed.path()).isEqualTo("/v1/keys/nobody");
              assertThat(deed.status()).isEqualTo(404);
              assertThat(deed.code()).contains("not_found");
            });
  }

  @Test
  void whatChangesNothingIsNotKept() throws Exception {
    String key = api.key(Set.of(Scope.INFER, Scope.DEPLOY), Set.of());

    deploy(key, "foreseen", "?dryRun=true");
    api.get("/v1/deployments", "x-api-key", key);
    api.send("POST", "/v1/leases", "{\"model\":\"none\"}", "x-api-key", key);
    deploy("rmd_nobody0000_" + "A".repeat(43), "unknown", "");

    assertThat(api.registry.deeds).isEmpty();
  }

  @Test
  void aChangeIsAnsweredThoughNobodyKeepsIt() throws Exception {
    api.registry.losesDeeds = true;

    Answer done = deploy(api.key(Set.of(Scope.DEPLOY), Set.of()), "unkept", "");

    assertThat(done.status()).isEqualTo(202);
  }

  @Test
  void auditorsReadItAndTenantsTheirOwn() throws Exception {
    String acme = api.key(AllowList.ALL, Optional.of("acme"));
    String auditor = api.key(Set.of(Scope.AUDIT), Set.of());
    deploy(acme, "one", "");
    deploy(api.key(Set.of(Scope.DEPLOY), Set.of()), "two", "");

    JsonNode all = api.get("/v1/audit", "x-api-key", auditor).json();
    JsonNode later = api.get("/v1/audit?after=1", "x-api-key", auditor).json();
    JsonNode own = api.get("/v1/audit", "x-api-key", acme).json();

    assertThat(all.path("data").findValuesAsText("path"))
        .containsExactly("/v1/deployments/one", "/v1/deployments/two");
    assertThat(all.path("data").path(0).path("status").asInt()).isEqualTo(202);
    assertThat(all.path("data").path(0).path("tenant").asText()).isEqualTo("acme");
    assertThat(later.path("data").findValuesAsText("path")).containsExactly("/v1/deployments/two");
    assertThat(own.path("data").findValuesAsText("path")).containsExactly("/v1/deployments/one");
    assertThat(
            api.get(
                    "/v1/audit",
                    "x-api-key",
                    api.key(Set.of(Scope.AUDIT), Set.of(new ModelName("mine"))))
                .status())
        .isEqualTo(403);
  }

  /** As the story of the fleet is open to deployers too. */
  @Test
  void theStoryTellsItToAuditorsAlone() throws Exception {
    var kept =
        new io.remuda.protocol.model.EventView(
            1,
            ScriptedFleet.THEN,
            "Operated",
            io.remuda.protocol.AuditProtocol.SUBJECT,
            "",
            java.util.Map.of("tenant", "acme"),
            java.util.List.of());

    assertThat(AuditRoutes.sees(caller(Scope.AUDIT, Optional.empty()), kept)).isTrue();
    assertThat(AuditRoutes.sees(caller(Scope.AUDIT, Optional.of("acme")), kept)).isTrue();
    assertThat(AuditRoutes.sees(caller(Scope.AUDIT, Optional.of("other")), kept)).isFalse();
    assertThat(AuditRoutes.sees(caller(Scope.DEPLOY, Optional.empty()), kept)).isFalse();
  }

  private static io.remuda.gateway.auth.Caller caller(Scope scope, Optional<String> tenant) {
    return new io.remuda.gateway.auth.Caller("k", Set.of(scope), AllowList.ALL, tenant);
  }

  private Answer deploy(String key, String model, String query) throws Exception {
    return api.send(
        "PUT", "/v1/deployments/" + model + query, "{\"engine\":\"jvm\"}", "x-api-key", key);
  }
}
