package io.remuda.node.front;

import io.remuda.node.instance.Gate;
import io.remuda.node.instance.Hosted;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.testing.InferencePortContract;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;

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

  @AfterEach
  void closeFront() {
    front.close().toCompletableFuture().join();
  }
}
