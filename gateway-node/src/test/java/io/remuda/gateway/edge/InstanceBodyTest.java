package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is made of a body under an alias that is switched. */
class InstanceBodyTest {

  private final ByteBuf sent =
      Unpooled.copiedBuffer("{\"model\":\"chat\",\"n\":1}", StandardCharsets.UTF_8);
  private final InstanceBody body =
      new InstanceBody(
          new ClientRequest(
              Endpoint.CHAT,
              Optional.empty(),
              List.of(),
              sent,
              "r-1",
              model -> true,
              Optional.empty(),
              Runnable::run),
          1024);

  @Test
  void namesTheModelThatAnswersLastAndLeavesNothingBehind() {
    assertThat(body.read(Translations.NONE)).isEmpty();

    assertThat(body.answeredBy("chat-v1")).isEmpty();
    assertThat(text()).isEqualTo("{\"model\":\"chat-v1\",\"n\":1}");
    assertThat(body.answeredBy("chat-v2")).isEmpty();
    assertThat(text()).isEqualTo("{\"model\":\"chat-v2\",\"n\":1}");
    assertThat(body.answeredBy("chat")).isEmpty();
    assertThat(text()).isEqualTo("{\"model\":\"chat\",\"n\":1}");

    body.release();
    assertThat(sent.refCnt()).isZero();
  }

  private String text() {
    InferenceRequest request = body.forInstance(target());
    assertThat(request.model()).isEqualTo(body.model());
    return request.body().toString(StandardCharsets.UTF_8);
  }

  private static Target target() {
    Routes routes = new Routes();
    routes.merge(
        new RouteTable(
            List.of(
                new Route(
                    InstanceId.of("chat-v1-1"),
                    new MachineId("m1"),
                    1,
                    1,
                    Phase.READY,
                    "127.0.0.1:1",
                    4,
                    Set.of(),
                    true,
                    -1,
                    Optional.empty(),
                    0))));
    return routes.snapshot().find("chat-v1").orElseThrow().ready(0);
  }
}
