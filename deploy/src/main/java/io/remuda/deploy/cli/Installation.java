package io.remuda.deploy.cli;

import java.nio.file.Path;
import java.util.Optional;

/** Where this Remuda lies, as the launcher says it. */
final class Installation {

  private Installation() {}

  /** The launcher's folder; started without the launcher, the working directory. */
  static Path home() {
    return Path.of(System.getProperty("remuda.home", ".")).toAbsolutePath().normalize();
  }

  /** The folder of the packed distribution. */
  static Path distribution() {
    return Optional.ofNullable(System.getProperty("remuda.dist")).map(Path::of).orElse(home());
  }

  /** Where {@code up} keeps its state unless {@code --data} says otherwise. */
  static Path defaultData() {
    return home().resolve(".remuda");
  }

  /** Where a node keeps its state; single nodes of one machine do not get in each other's way. */
  static Path defaultData(String nodeName) {
    return nodeName.isEmpty() ? defaultData() : defaultData().resolve(nodeName);
  }
}
