package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.http.ApiFixture.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More API keys, and larger ones, than one message of the registry bears. */
class ManyKeysTest {

  private ApiFixture api;

  @BeforeEach
  void start() throws Exception {
    api = ApiFixture.open();
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
  }

  @Test
  void allAreListedThoughTheRegistryTellsFewAtATime() throws Exception {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      made.add(api.send("POST", "/v1/keys", "{\"scopes\":[\"infer\"]}").json().path("id").asText());
    }

    List<String> listed = api.get("/v1/keys").json().path("data").findValuesAsText("id");

    assertThat(listed).containsAll(made).doesNotHaveDuplicates();
  }

  @Test
  void aKeyForMoreModelsThanAMessageBearsIsRefused() throws Exception {
    assertThat(create(500).status()).isEqualTo(201);

    Answer refused = create(501);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().at("/error/param").asText()).isEqualTo("models");
    assertThat(refused.message()).contains("501 models", "at most 500");
  }

  private Answer create(int models) throws Exception {
    return api.send(
        "POST",
        "/v1/keys",
        IntStream.range(0, models)
            .mapToObj(i -> "\"m" + i + "\"")
            .collect(Collectors.joining(",", "{\"scopes\":[\"infer\"],\"models\":[", "]}")));
  }
}
