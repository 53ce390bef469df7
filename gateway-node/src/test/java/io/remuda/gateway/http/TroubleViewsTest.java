package io.remuda.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.Need;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.Trouble;
import io.remuda.protocol.model.Trouble.LastEnd;
import io.remuda.protocol.model.Trouble.Level;
import io.remuda.protocol.model.Trouble.Line;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What went wrong with an engine, as operators read it. */
class TroubleViewsTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void anInstanceTellsItsTrouble() {
    Trouble trouble =
        new Trouble(
            3,
            1,
            List.of(new Line(Level.ERROR, "no room", 3, NOW)),
            Optional.of(new LastEnd("exited with code 3", NOW)));

    JsonNode shown = Views.instance(instance(Optional.of(trouble)), Caller.LOCAL).path("trouble");

    assertThat(shown.toString())
        .isEqualTo(
            "{\"errors\":3,\"warnings\":1,\"lines\":[{\"level\":\"ERROR\","
                + "\"text\":\"no room\",\"count\":3,\"last\":\"2026-01-01T00:00:00Z\"}],"
                + "\"lastEnd\":{\"words\":\"exited with code 3\","
                + "\"at\":\"2026-01-01T00:00:00Z\"}}");
  }

  @Test
  void oneWithoutTroubleSaysSo() {
    assertThat(Views.instance(instance(Optional.empty()), Caller.LOCAL).path("trouble").isNull())
        .isTrue();
  }

  @Test
  void whoMayNotReadLogsIsShownNoInstance() {
    assertThat(Need.oneOf(Scope.DEPLOY, Scope.AUDIT))
        .isEqualTo(LogRoutes.NEED)
        .isEqualTo(DeploymentRoutes.SEE)
        .isEqualTo(MachineRoutes.SEE);
  }

  private static InstanceView instance(Optional<Trouble> trouble) {
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
        view.progress(),
        view.claim(),
        view.tasks(),
        view.loading(),
        trouble);
  }
}
