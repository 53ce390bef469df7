package io.remuda.deploy.fleet;

import io.remuda.protocol.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A fleet of one machine that {@code ./remuda up} started, and that may be killed and started
 * again.
 */
final class Up implements AutoCloseable {

  /** Above remuda.launch.ready-limit, at which it says itself what is not ready. */
  static final Duration READY_LIMIT = Duration.ofSeconds(150);

  private final Path folder;
  private final int port;
  private final Gateway gateway;
  private final List<String> options;
  private Launched process;

  private Up(Path folder, int port, List<String> options) {
    this.folder = folder;
    this.port = port;
    this.gateway = new Gateway("http://127.0.0.1:" + port);
    this.options = List.copyOf(options);
    this.process = launch();
  }

  /** Starts one with its data below {@code folder} and waits until it is ready. */
  static Up start(Path folder, String... options) {
    return new Up(folder, FreePort.next(), List.of(options));
  }

  Gateway gateway() {
    return gateway;
  }

  int port() {
    return port;
  }

  Path data() {
    return folder.resolve("data");
  }

  Path models() {
    return data().resolve("models");
  }

  Launched process() {
    return process;
  }

  /** Runs another command against this fleet. */
  Launched.Ended type(String... arguments) {
    return Launched.run(folder.resolve("logs"), Map.of("REMUDA_URL", gateway.url()), arguments);
  }

  void startAgain() {
    process = launch();
  }

  Path write(String name, String content) {
    try {
      return Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Launched launch() {
    List<String> arguments = new ArrayList<>(Shown.TWO_COMMANDS.arguments().get(0));
    arguments.addAll(List.of("--data", data().toString(), "--port", Integer.toString(port)));
    arguments.addAll(options);
    Launched launched =
        Launched.start(folder.resolve("logs"), Map.of(), arguments.toArray(String[]::new));
    try {
      launched.awaitPrinted("ready", READY_LIMIT);
    } catch (AssertionError e) {
      launched.close(); // Else a fleet that nobody has would go on beside later tests.
      throw e;
    }
    return launched;
  }

  @Override
  public void close() {
    process.close();
  }
}
