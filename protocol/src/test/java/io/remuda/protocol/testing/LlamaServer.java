package io.remuda.protocol.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The llama-server program for tests: {@code REMUDA_LLAMA_SERVER}, else PATH, else where {@code
 * remuda engine install llama-server} puts it. Tests start it themselves, as the product does.
 */
public final class LlamaServer {

  private LlamaServer() {}

  /** The program; skips the test when there is none. */
  public static Path binary() {
    return find()
        .orElseThrow(
            () ->
                Parts.missing(
                    "engine (llama-server)",
                    "run ./remuda engine install llama-server, or set REMUDA_LLAMA_SERVER"));
  }

  public static Optional<Path> find() {
    Optional<Path> named = Parts.environment("REMUDA_LLAMA_SERVER").map(Path::of);
    if (named.isPresent()) {
      // A wrong path is an error to show, not a reason to look elsewhere.
      return named.filter(Files::isExecutable);
    }
    String data =
        Parts.environment("XDG_DATA_HOME")
            .orElse(System.getProperty("user.home") + "/.local/share");
    return Parts.executable("llama-server", data + "/remuda/engines/*");
  }
}
