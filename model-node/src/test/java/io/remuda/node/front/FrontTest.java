package io.remuda.node.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.testing.CollectingSink;
import io.remuda.protocol.testing.InferencePortContract;
import io.remuda.protocol.testing.ScriptedEngine;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The front keeps the contract when it is called in process, from a thread of another kind. */
class FrontTest extends InferencePortContract {

  private final Hosted hosted = new Hosted();
  private final Gate gate = Instances.gate(2, 0);
  private final Front front = new Front(hosted, Instances.settings(), FrontMetrics.NONE);

  @Override
  protected InferencePort port(URI engine) {
    hosted.put(Instances.ready(INSTANCE, gate, engine));
    return front;
  }

  @Override
  protected int inFlight() {
    return gate.inFlight();
  }

  @Test
  void tellsWhetherTheEngineMayHaveSeenTheRequest() {
    try (ScriptedEngine answers = ScriptedEngine.start((seen, wire) -> wire.json(200, "{}"));
        ScriptedEngine dies = ScriptedEngine.start((seen, wire) -> wire.cut())) {
      assertThat(asked(answers.base()).isSent()).isTrue();
      assertThat(asked(dies.base()).isSent()).isTrue();
    }
    ScriptedEngine dead = ScriptedEngine.start((seen, wire) -> wire.cut());
    dead.close();

    assertThat(asked(dead.base()).isSent()).isFalse();
  }

  private CollectingSink asked(URI engine) {
    CollectingSink sink = new CollectingSink();
    port(engine).call(request("{}", false), sink);
    return sink.await();
  }

  @AfterEach
  void closeFront() {
    front.close().toCompletableFuture().join();
  }
}
