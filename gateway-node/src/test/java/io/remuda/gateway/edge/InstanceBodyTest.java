package io.remuda.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Routes;
import io.remuda.gateway.routing.Target;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.bytes.InferenceRequest;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Phase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
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

  @Test
  void tellsOfATranslationThatFails() {
    InstanceBody typed =
        new InstanceBody(
            new ClientRequest(
                Endpoint.PREDICT,
                Optional.of("chat-v1"),
                List.of(),
                sent,
                "r-1",
                model -> true,
                Optional.empty(),
                Runnable::run),
            1024);
    assertThat(typed.read((endpoint, headers) -> Translations.Found.of(new Failing()))).isEmpty();

    Optional<Translation.Translated.Bad> bad = typed.prepare(entry(), target());

    assertThat(bad.orElseThrow().refused().code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(bad.orElseThrow().refused().message()).contains("r-1");
    typed.release();
    assertThat(sent.refCnt()).isZero();
  }

  private String text() {
    InferenceRequest request = body.forInstance(target());
    assertThat(request.model()).isEqualTo(body.model());
    return request.body().toString(StandardCharsets.UTF_8);
  }

  private static Target target() {
    return entry().ready(0);
  }

  private static ModelEntry entry() {
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
    return routes.snapshot().find("chat-v1").orElseThrow();
  }

  /** One with a fault of its own. */
  private static final class Failing implements Translation {

    @Override
    public boolean stream() {
      return false;
    }

    @Override
    public Translated request(ModelEntry model, ByteBuf body) {
      throw new UnsupportedOperationException("a fault");
    }

    @Override
    public String path() {
      return "/predict";
    }

    @Override
    public List<Map.Entry<String, String>> headers(List<Map.Entry<String, String>> passed) {
      return passed;
    }

    @Override
    public InferencePort answersOf(InferencePort port) {
      return port;
    }
  }
}
