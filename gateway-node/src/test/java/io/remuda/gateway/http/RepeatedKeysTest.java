package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry that tells the same API keys again and again. */
class RepeatedKeysTest {

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
  void isNotAskedForEver() throws Exception {
    api.send("POST", "/v1/keys", "{\"scopes\":[\"infer\"]}");
    api.registry.repeatsKeys = true;

    assertThatThrownBy(
            () -> new KeyClient(api.fleet).all().toCompletableFuture().get(30, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("asking it further would never end");
  }
}
