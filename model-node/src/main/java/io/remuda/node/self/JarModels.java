package io.remuda.node.self;

import io.remuda.node.jar.JarFolder;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.ModelSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The models of a folder of jars; of two jars of one name the first in the order of their files.
 */
public final class JarModels implements OwnModels {

  private static final String ENGINE = "jar";

  private final JarFolder jars;

  public JarModels(JarFolder jars) {
    this.jars = jars;
  }

  @Override
  public List<ModelSpec> look() {
    Map<ModelName, ModelSpec> models = new LinkedHashMap<>();
    for (JarFolder.Jar jar : jars.list()) {
      if (jar.name().isPresent() && jar.model().isPresent()) {
        models.putIfAbsent(
            jar.name().get(),
            ModelSpec.of(jar.name().get(), ENGINE, Optional.of(jar.file()))
                .withSchema(jar.model().get().schema()));
      }
    }
    return List.copyOf(models.values());
  }
}
