package io.remuda.deploy.bytepath;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.bytes.InferencePort;
import io.remuda.protocol.testing.InferencePortContract;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

/** A gateway's client and a machine's server together keep the contract that the front keeps. */
class RemotePortTest extends InferencePortContract {

  private final RemoteHop hop =
      new RemoteHop(ConfigFactory.load(), Optional.empty(), Optional.empty());

  @Override
  protected InferencePort port(URI engine) {
    return hop.port(INSTANCE, engine);
  }

  @Override
  protected int inFlight() {
    return hop.inFlight();
  }

  @AfterEach
  void close() {
    hop.close();
  }
}
