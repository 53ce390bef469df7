package io.remuda.node.engine;

import io.remuda.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds models inside this machine's model roots, and nowhere else: neither {@code ..} nor an
 * absolute path nor a symbolic link leads out.
 */
public record ModelPaths(List<Path> roots) {
  public ModelPaths {
    roots = List.copyOf(roots);
  }

  /** The real path of {@code model}, a file or a folder under the first root that has it. */
  public Path resolve(String model) throws EngineRefusal {
    Path wanted;
    try {
      wanted = Path.of(model);
    } catch (InvalidPathException e) {
      throw outside("is not a path and could lead");
    }
    if (model.isBlank()) {
      throw new EngineRefusal(
          ErrorCode.INVALID_SPEC, "model is missing: name a file under the model root");
    }
    for (Path part : wanted) {
      if (part.toString().equals("..")) {
        throw outside("holds \"..\", which could lead");
      }
    }
    boolean leads = false;
    for (Path root : roots) {
      try {
        Path real = root.toRealPath();
        Path file = root.resolve(wanted).toRealPath();
        if (file.startsWith(real) && !file.equals(real)) {
          return file;
        }
        leads = true;
      } catch (IOException e) {
        // Not under this root; perhaps under the next one.
      }
    }
    if (wanted.isAbsolute() || leads) {
      throw outside(wanted.isAbsolute() ? "is an absolute path" : "is a symbolic link that leads");
    }
    throw new EngineRefusal(
        ErrorCode.MODEL_NOT_FOUND,
        "model " + shown(model) + " is not under this machine's model roots " + roots);
  }

  /** As {@link #resolve}, and it has to be a file that can be read. */
  public Path file(String model) throws EngineRefusal {
    Path file = resolve(model);
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new EngineRefusal(
          ErrorCode.MODEL_NOT_FOUND, "model " + shown(model) + " is not a file that can be read");
    }
    return file;
  }

  private EngineRefusal outside(String how) {
    return new EngineRefusal(
        ErrorCode.INVALID_SPEC,
        "model " + how + " outside the model roots; give a path below one of " + roots);
  }

  private static String shown(String model) {
    String plain = model.replaceAll("\\p{Cntrl}", "?");
    return plain.length() > 120 ? plain.substring(0, 120) + "..." : plain;
  }
}
