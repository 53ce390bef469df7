package io.remuda.node.jar;

import io.remuda.node.engine.EngineRefusal;
import io.remuda.node.engine.ModelPaths;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine's folder of model jars: what is in it, and what each jar's model is. Methods that
 * say so block, for as long as describing a jar may take.
 */
public final class JarFolder {

  private static final Logger log = LoggerFactory.getLogger(JarFolder.class);

  /**
   * One jar of the folder.
   *
   * @param file its name in the folder
   * @param digest SHA-256 of its content; empty when it could not be read
   * @param name under which it registers itself
   * @param model what it is; empty when it is broken
   * @param broken why it cannot be served
   */
  public record Jar(
      String file,
      String digest,
      Optional<ModelName> name,
      Optional<FileDescription> model,
      Optional<Refused> broken) {}

  private final JarSettings settings;
  private final ModelFiles files;

  private JarFolder(JarSettings settings) {
    this.settings = settings;
    this.files = new ModelFiles(settings, new ModelPaths(List.of(settings.folder())), FileForm.JAR);
  }

  /** Makes the folder where it is missing. */
  public static JarFolder open(JarSettings settings) throws IOException {
    Files.createDirectories(settings.folder());
    return new JarFolder(settings);
  }

  public Path path() {
    return settings.folder();
  }

  /**
   * Each {@code *.jar} that lies in the folder itself, by name; broken ones with the reason. Two
   * jars of one model name are both listed. Blocks.
   */
  public List<Jar> list() {
    List<Jar> jars = new ArrayList<>();
    try (Stream<Path> found = Files.list(settings.folder())) {
      found
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".jar"))
          .sorted()
          .forEach(file -> jars.add(listed(file)));
    } catch (IOException e) {
      throw new UncheckedIOException("the folder of jars cannot be read", e);
    }
    return jars;
  }

  /**
   * As {@link #list}, and the log tells which models there are and which jars are broken. Blocks.
   */
  public List<Jar> look() {
    List<Jar> jars = list();
    for (Jar jar : jars) {
      if (jar.model().isPresent()) {
        log.info(
            "model found jar={} model={} schema={}",
            jar.file(),
            jar.name().map(ModelName::value).orElse(""),
            jar.model().get().schema().fingerprint());
      } else {
        log.warn(
            "jar of no use jar={} reason={}",
            jar.file(),
            jar.broken().map(Refused::message).orElse(""));
      }
    }
    return jars;
  }

  private Jar listed(String file) {
    String digest = "";
    try {
      Path path = files.find(file);
      digest = files.digest(path);
      FileDescription model = files.describe(path);
      String written = model.name().orElse(file.replaceFirst("\\.jar$", ""));
      ModelName name =
          ModelName.parse(written)
              .orElseThrow(
                  () ->
                      new EngineRefusal(
                          ErrorCode.INVALID_MODEL_FILE,
                          "the jar "
                              + file
                              + " gives its model a name that does not match "
                              + ModelName.SHAPE
                              + "; set ModelCard.name or rename the file"));
      return new Jar(file, digest, Optional.of(name), Optional.of(model), Optional.empty());
    } catch (EngineRefusal e) {
      return new Jar(file, digest, Optional.empty(), Optional.empty(), Optional.of(e.refused()));
    }
  }

  /** What it takes to run one of them. */
  public ModelFiles files() {
    return files;
  }
}
