package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.http.ApiFixture.Answer;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.access.KeyMint;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One of everything that has an id, of one tenant: a task, a file, a batch and so on. */
final class Belongings {

  private final ApiFixture api;
  private final String tenant;
  private final String infers;
  private final String administers;

  /** By the beginnings of the routes' templates, in front of their ids. */
  private final Map<String, String> ids;

  private Belongings(
      ApiFixture api, String tenant, String infers, String administers, Map<String, String> ids) {
    this.api = api;
    this.tenant = tenant;
    this.infers = infers;
    this.administers = administers;
    this.ids = ids;
  }

  static Belongings of(ApiFixture api, String tenant) throws Exception {
    api.knows("echo", DeploymentPhase.READY, Phase.READY, "127.0.0.1:1");
    api.registry.leases.grants = true;
    String infers = key(api, tenant, Scope.INFER);
    String administers = api.key(AllowList.ALL, Optional.of(tenant));
    String file =
        id(
            api.send(
                "POST",
                "/v1/files",
                "--b\r\n"
                    + "Content-Disposition: form-data; name=\"purpose\"\r\n\r\n"
                    + "batch\r\n"
                    + "--b\r\n"
                    + "Content-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n"
                    + "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/models/echo/predict\",\"body\":{\"text\":\"a\"}}\n\r\n"
                    + "--b--\r\n",
                "content-type",
                "multipart/form-data; boundary=b",
                "x-api-key",
                infers));
    String batch =
        id(
            api.send(
                "POST",
                "/v1/batches",
                "{\"input_file_id\":\""
                    + file
                    + "\",\"endpoint\":\"/v1/models/echo/predict\",\"completion_window\":\"24h\"}",
                "x-api-key",
                infers));
    String task =
        id(api.send("POST", "/v1/models/echo/tasks", "{\"text\":\"a\"}", "x-api-key", infers));
    String lease = id(api.send("POST", "/v1/leases", "{\"model\":\"echo\"}", "x-api-key", infers));
    api.parts
        .recent()
        .add(
            new RecentRequest(
                tenant + "-asked",
                infers.split("_")[1],
                "/v1/chat/completions",
                "echo",
                "ok",
                Instant.EPOCH,
                1,
                1,
                0,
                1,
                0,
                List.of(),
                Optional.of(tenant)));
    return new Belongings(
        api,
        tenant,
        infers,
        administers,
        Map.of(
            "/v1/tasks/", task,
            "/v1/files/", file,
            "/v1/batches/", batch,
            "/v1/leases/", lease,
            "/v1/requests/", tenant + "-asked",
            "/v1/keys/", administers.split("_")[1]));
  }

  /** A key of that tenant that the gateway knows. */
  static String key(ApiFixture api, String tenant, Scope scope) {
    KeyMint.Minted minted =
        api.mint.mint(
            "test",
            Set.of(scope),
            AllowList.ALL,
            Optional.of(tenant),
            Instant.now(),
            Optional.empty());
    api.routes.merge(AccessTable.EMPTY.with(minted.key()));
    return minted.secret();
  }

  private static String id(Answer made) {
    assertThat(made.status()).as(made.response().body()).isIn(200, 202);
    return made.json().path("id").asText();
  }

  /** The address of what is meant by a route; one of a kind that is not known here fails. */
  String path(String template) {
    if (template.contains("{tenant}")) {
      return template.replace("{tenant}", tenant);
    }
    String kind = template.substring(0, template.indexOf("{id}"));
    assertThat(ids).as("what has an id at " + template).containsKey(kind);
    return template.replace("{id}", ids.getOrDefault(kind, ""));
  }

  /** What its owner is answered who looks at each of them. */
  List<Integer> seen() throws Exception {
    List<Integer> seen = new ArrayList<>();
    for (String kind :
        List.of("/v1/tasks/", "/v1/files/", "/v1/batches/", "/v1/leases/", "/v1/requests/")) {
      seen.add(api.get(kind + ids.getOrDefault(kind, ""), "x-api-key", infers).status());
    }
    seen.add(
        api.get("/v1/files/" + ids.getOrDefault("/v1/files/", "") + "/content", "x-api-key", infers)
            .status());
    seen.add(api.get("/v1/keys", "x-api-key", administers).status());
    return seen;
  }
}
