package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.auth.Need;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteTreeTest {

  private static final RouteTree TREE =
      new RouteTree(
          List.of(
              route("GET", "/v1/things/{id}"),
              route("GET", "/v1/things/special"),
              route("DELETE", "/v1/things/{id}"),
              route("POST", "/v1/things/{id}/turn"),
              route("GET", "/pages/{file*}")));

  private static ApiRoute route(String method, String template) {
    return ApiRoute.of(
        method,
        template,
        Need.NOTHING,
        "test",
        "test",
        call -> Replies.now(Replies.json(200, Json.object())));
  }

  @Test
  void prefersALiteralToAParameter() {
    assertThat(
            TREE.find("GET", List.of("v1", "things", "special"))
                .endpoint()
                .orElseThrow()
                .template())
        .isEqualTo("/v1/things/special");
  }

  @Test
  void readsParameters() {
    assertThat(TREE.find("GET", List.of("v1", "things", "7")).parameters())
        .isEqualTo(Map.of("id", "7"));
  }

  @Test
  void takesTheRestOfThePathForAStar() {
    assertThat(TREE.find("GET", List.of("pages", "a", "b.css")).parameters())
        .isEqualTo(Map.of("file", "a/b.css"));
    assertThat(TREE.find("GET", List.of("pages")).parameters()).isEqualTo(Map.of("file", ""));
  }

  @Test
  void tellsTheMethodsOfAPath() {
    assertThat(TREE.find("PUT", List.of("v1", "things", "7")).allowed())
        .containsExactly("DELETE", "GET");
    assertThat(TREE.find("PUT", List.of("v1", "nothing")).allowed()).isEmpty();
    assertThat(TREE.find("GET", List.of("v1", "things", "7", "turn", "more")).allowed()).isEmpty();
  }
}
