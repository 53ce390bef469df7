package io.remuda.deploy.moves;

import io.remuda.protocol.testing.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link Holder} in a process that is stopped and let go on by signals. */
final class HolderProcess implements AutoCloseable {

  private static final String ENDED = "ended";

  private final Process process;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

  private HolderProcess(Process process) {
    this.process = process;
  }

  static HolderProcess start(String url, String model, String front, Path keyFile)
      throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                url,
                model,
                front,
                keyFile.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    // One that is stopped does not see that its input has ended.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    HolderProcess holder = new HolderProcess(process);
    Thread reader = new Thread(holder::read, "holder-" + process.pid());
    reader.setDaemon(true);
    reader.start();
    return holder;
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(said::add);
    } catch (IOException | RuntimeException closed) {
      // Its end is said below.
    }
    said.add(ENDED);
  }

  void tell(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** The next line that it says. */
  String next() throws IOException, InterruptedException {
    String line =
        Optional.ofNullable(said.poll(Api.LIMIT.toSeconds(), TimeUnit.SECONDS))
            .orElseThrow(() -> new IOException("the holder said nothing for " + Api.LIMIT));
    if (line.equals(ENDED)) {
      throw new IOException("the holder has ended by itself");
    }
    return line;
  }

  /** Stops it, and returns when it does nothing any more. */
  void stop() throws IOException, InterruptedException {
    signal("STOP");
    Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
    Eventually.isTrue("it is stopped", Api.LIMIT, () -> Files.readString(stat).contains(") T "));
  }

  void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    List<String> kill = List.of("sh", "-c", "kill -s " + name + " " + process.pid());
    Process sent = new ProcessBuilder(kill).inheritIO().start();
    if (!sent.waitFor(Api.LIMIT.toSeconds(), TimeUnit.SECONDS) || sent.exitValue() != 0) {
      throw new IOException("the holder was not sent " + name);
    }
  }

  @Override
  public void close() throws InterruptedException {
    boolean unused = process.destroyForcibly().waitFor(Api.LIMIT.toSeconds(), TimeUnit.SECONDS);
  }
}
