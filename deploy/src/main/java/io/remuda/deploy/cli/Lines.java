package io.remuda.deploy.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/** The lines of an answer that is still being written; closing it ends the request. */
final class Lines implements AutoCloseable {

  private final BufferedReader reader;

  Lines(InputStream stream) {
    this.reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
  }

  /** The next line, or empty at the end. */
  Optional<String> next() {
    try {
      return Optional.ofNullable(reader.readLine());
    } catch (IOException e) {
      throw new CliFailure(
          Exit.FAILURE, "the answer was cut off: " + e.getMessage() + "; ask again", e);
    }
  }

  void forEach(Consumer<String> lines) {
    for (Optional<String> line = next(); line.isPresent(); line = next()) {
      lines.accept(line.get());
    }
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      // The other side learns of it either way.
    }
  }
}
