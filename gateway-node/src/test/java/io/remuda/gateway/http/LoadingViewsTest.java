package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.Loading;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** How far an instance that comes up is, as operators read it. */
class LoadingViewsTest {

  @Test
  void oneThatComesUpTellsItsShareItsBytesAndWhatIsLeft() {
    Loading loading = new Loading(1_269, 4_700, Optional.of(Duration.ofSeconds(12)));

    ObjectNode shown =
        Views.instance(instance(OptionalDouble.of(0.27), Optional.of(loading)), Caller.LOCAL);

    assertThat(shown.path("progress").asDouble()).isEqualTo(0.27);
    assertThat(shown.path("loading").toString())
        .isEqualTo("{\"bytesRead\":1269,\"bytes\":4700,\"leftSeconds\":12}");
  }

  @Test
  void whatNobodySeesIsNoNumber() {
    ObjectNode shown =
        Views.instance(
            instance(OptionalDouble.of(0.5), Optional.of(new Loading(0, 0, Optional.empty()))),
            Caller.LOCAL);

    assertThat(shown.path("loading").toString())
        .isEqualTo("{\"bytesRead\":null,\"bytes\":null,\"leftSeconds\":null}");
  }

  @Test
  void oneThatIsReadyTellsNeither() {
    ObjectNode shown =
        Views.instance(instance(OptionalDouble.empty(), Optional.empty()), Caller.LOCAL);

    assertThat(shown.get("progress").isNull()).isTrue();
    assertThat(shown.get("loading").isNull()).isTrue();
  }

  private static InstanceView instance(OptionalDouble progress, Optional<Loading> loading) {
    InstanceView view = ScriptedFleet.instance(InstanceId.of("chat-3"));
    return new InstanceView(
        view.model(),
        view.instance(),
        view.machine(),
        view.engine(),
        view.phase(),
        view.pid(),
        view.port(),
        view.inFlight(),
        view.queued(),
        view.slots(),
        view.restarts(),
        view.reason(),
        progress,
        view.claim(),
        view.tasks(),
        loading,
        view.trouble());
  }
}
