package io.remuda.node.agent;

import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.EngineRuntime;
import io.remuda.protocol.Refused;
import io.remuda.protocol.model.EngineOffer;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import java.util.List;
import java.util.Optional;

/** The engines that this machine knows. */
public interface Engines {

  /** Each profile, and whether its program was found. Blocks. */
  List<EngineOffer> offers();

  /** The machine's GPUs as last seen; estimates follow them. */
  void gpus(List<Gpu> seen);

  /** What one instance would claim, from the model's files. Blocks. */
  Description describe(ModelSpec spec);

  /** What runs the instance, or why nothing here can. */
  Runtime runtime(Assignment assignment);

  /** What ends that which a former JVM left of an instance that nothing here can run. */
  EngineRuntime left(Assignment assignment, Refused why);

  /** Exactly one of the two is present. */
  record Description(Optional<ModelFile> file, Optional<Refused> refused) {
    static Description of(ModelFile file) {
      return new Description(Optional.of(file), Optional.empty());
    }

    static Description refused(Refused refused) {
      return new Description(Optional.empty(), Optional.of(refused));
    }
  }

  /** Exactly one of the two is present. */
  record Runtime(Optional<EngineRuntime> engine, Optional<Refused> refused) {
    static Runtime of(EngineRuntime engine) {
      return new Runtime(Optional.of(engine), Optional.empty());
    }

    static Runtime refused(Refused refused) {
      return new Runtime(Optional.empty(), Optional.of(refused));
    }
  }
}
