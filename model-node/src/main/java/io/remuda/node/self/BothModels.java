package io.remuda.node.self;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Two places with models; a name that is in both is the first one's. */
record BothModels(OwnModels first, OwnModels second) implements OwnModels {

  @Override
  public List<ModelSpec> look() {
    List<ModelSpec> all = new ArrayList<>(first.look());
    Set<ModelName> names = new HashSet<>();
    all.forEach(spec -> names.add(spec.name()));
    for (ModelSpec spec : second.look()) {
      if (names.add(spec.name())) {
        all.add(spec);
      } else {
        second.answered(
            spec,
            Optional.of(
                Refused.of(
                    ErrorCode.SPEC_CONFLICT,
                    "this machine has another model of the name "
                        + spec.name()
                        + " by itself, such as a jar; use another name or take that one away")),
            List.of());
      }
    }
    return all;
  }

  @Override
  public void answered(ModelSpec spec, Optional<Refused> refused, List<String> earlier) {
    first.answered(spec, refused, earlier);
    second.answered(spec, refused, earlier);
  }
}
