package io.remuda.registry;

import io.remuda.protocol.id.ModelName;
import io.remuda.registry.testing.Specs;
import io.remuda.registry.testing.TestRegistry;
import java.nio.file.Path;

/** A registry that is killed, without a word, right after the last of its accepted changes. */
final class KilledRegistry {

  static final int CHANGES = 25;

  private KilledRegistry() {}

  public static void main(String[] args) {
    TestRegistry registry = TestRegistry.start(Path.of(args[0])).awaitReady();
    for (int i = 0; i < CHANGES; i++) {
      boolean accepted =
          registry
              .deploy(Specs.aSpec().named(name(i).value()).replicas(0).build())
              .refused()
              .isEmpty();
      if (!accepted) {
        Runtime.getRuntime().halt(2);
      }
    }
    Runtime.getRuntime().halt(7);
  }

  static ModelName name(int i) {
    return new ModelName("kept-" + i);
  }
}
