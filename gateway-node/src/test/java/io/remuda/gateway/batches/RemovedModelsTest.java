package io.remuda.gateway.batches;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.typed.TypedModels;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RemovedModelsTest {

  private static final ModelName CHATTY = new ModelName("chatty");

  private final Routes routes = new Routes();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final ModelLines lines =
      new ModelLines(TypedModels.NONE, routes::snapshot, 100, Duration.ofMinutes(1), now::get);

  @Test
  void aModelIsGoneWhenItsRemovalIsOldEnough() {
    listed(1, DeploymentPhase.READY, false);
    assertThat(gone()).isEmpty();

    listed(2, DeploymentPhase.ENDED, false);
    assertThat(gone()).as("it may be replaced").isEmpty();
    pass(Duration.ofSeconds(59));
    assertThat(gone()).isEmpty();

    pass(Duration.ofSeconds(1));
    assertThat(gone()).hasValueSatisfying(why -> assertThat(why.message()).contains("chatty"));
  }

  @Test
  void linesThatWereNotBegunFailThenAndWaitBefore() {
    listed(2, DeploymentPhase.ENDED, false);
    assertThat(prepared("/v1/chat/completions")).isInstanceOf(LineWork.Later.class);
    assertThat(prepared("/v1/models/chatty/predict")).isInstanceOf(LineWork.Later.class);

    pass(Duration.ofMinutes(1));

    for (String url : new String[] {"/v1/chat/completions", "/v1/models/chatty/predict"}) {
      LineAnswer answer = ((LineWork.Known) prepared(url)).answer();
      assertThat(answer.status()).isEqualTo(404);
      assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("model_not_found");
    }
  }

  @Test
  void aModelThatIsMerelyUnknownIsWaitedFor() {
    routes.warm();

    assertThat(gone()).isEmpty();
    pass(Duration.ofDays(1));
    assertThat(gone()).isEmpty();
    assertThat(prepared("/v1/chat/completions")).isInstanceOf(LineWork.Later.class);
  }

  @Test
  void oneThatIsDeployedAgainIsThereAndItsNextRemovalIsWaitedForAnew() {
    listed(2, DeploymentPhase.ENDED, false);
    assertThat(gone()).isEmpty();
    pass(Duration.ofMinutes(1));
    assertThat(gone()).isPresent();

    listed(3, DeploymentPhase.PENDING, false);
    assertThat(gone()).isEmpty();

    // Between two looks it was deployed and removed again.
    listed(4, DeploymentPhase.ENDED, false);
    assertThat(gone()).isEmpty();
    pass(Duration.ofSeconds(30));
    listed(6, DeploymentPhase.ENDED, false);
    assertThat(gone()).isEmpty();
    pass(Duration.ofSeconds(59));
    assertThat(gone()).isEmpty();
    pass(Duration.ofSeconds(1));
    assertThat(gone()).isPresent();
  }

  @Test
  void oneWithAnInstanceLeftIsNotGone() {
    listed(2, DeploymentPhase.ENDED, false);
    routed(1, Phase.DRAINING);
    assertThat(gone()).isEmpty();
    pass(Duration.ofMinutes(1));
    assertThat(gone()).isEmpty();

    routed(2, Phase.ENDED);
    assertThat(gone()).isEmpty();
    pass(Duration.ofMinutes(1));
    assertThat(gone()).isPresent();
  }

  @Test
  void oneThatNobodyDeclaredComesBackWithItsMachine() {
    listed(2, DeploymentPhase.ENDED, true);

    assertThat(gone()).isEmpty();
    pass(Duration.ofDays(1));
    assertThat(gone()).isEmpty();
  }

  private Optional<Refused> gone() {
    return lines.gone(CHATTY);
  }

  private LineWork.Prepared prepared(String url) {
    byte[] body = "{\"model\": \"chatty\"}".getBytes(StandardCharsets.UTF_8);
    return lines.prepare(new BatchLine(1, "a", "POST", url, body));
  }

  private void pass(Duration time) {
    now.updateAndGet(each -> each.plus(time));
  }

  private void listed(long version, DeploymentPhase phase, boolean self) {
    routes.merge(
        Catalog.EMPTY.with(
            new Listing(
                CHATTY,
                version,
                0,
                7,
                phase,
                "jvm",
                Optional.empty(),
                1,
                1,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Instant.EPOCH,
                self)));
  }

  private void routed(long sequence, Phase phase) {
    routes.merge(
        new RouteTable(
            List.of(
                new Route(
                    InstanceId.of("chatty-1"),
                    new MachineId("gpu-1"),
                    1,
                    sequence,
                    phase,
                    "127.0.0.1:1",
                    4,
                    Set.of(),
                    true,
                    -1,
                    Optional.empty(),
                    0))));
  }
}
