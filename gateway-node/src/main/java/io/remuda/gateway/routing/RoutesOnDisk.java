package io.remuda.gateway.routing;

import io.remuda.protocol.AccessTable;
import io.remuda.protocol.Catalog;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.TableJson;
import io.remuda.protocol.config.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copy of what the gateway knows in its data directory, so that it serves at once after a start
 * without a registry. Three lines of JSON, replaced as a whole; written at most once in an
 * interval. A copy that cannot be read is ignored, one that cannot be written is reported.
 */
public final class RoutesOnDisk implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RoutesOnDisk.class);

  private final Routes routes;
  private final Path file;
  private final Duration interval;
  private final ScheduledExecutorService writer;
  private final AtomicBoolean due = new AtomicBoolean();
  private final AutoCloseable listening;

  private RoutesOnDisk(
      Routes routes, Path file, Duration interval, ScheduledExecutorService writer) {
    this.routes = routes;
    this.file = file;
    this.interval = interval;
    this.writer = writer;
    this.listening = routes.onChange(snapshot -> changed());
  }

  /**
   * Reads the copy into {@code routes} and keeps it up to date from now on.
   *
   * @param writer does the writing, which blocks
   */
  public static RoutesOnDisk open(
      Routes routes, Path file, Duration interval, ScheduledExecutorService writer) {
    load(routes, file);
    return new RoutesOnDisk(routes, file, interval, writer);
  }

  /** Writes what has changed since the last time. */
  @Override
  public void close() throws Exception {
    listening.close();
    writeWhatIsDue();
  }

  private static void load(Routes routes, Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.size() < 3) {
        throw new IllegalArgumentException("it has fewer than 3 lines");
      }
      routes.merge(TableJson.read(lines.get(0), Catalog.class));
      routes.merge(TableJson.read(lines.get(1), RouteTable.class));
      routes.merge(TableJson.read(lines.get(2), AccessTable.class));
    } catch (NoSuchFileException e) {
      log.debug("event=no-route-copy file={}", file);
    } catch (IOException | IllegalArgumentException e) {
      log.warn("event=route-copy-ignored file={} reason={}", file, e.toString());
    }
  }

  private void changed() {
    if (due.compareAndSet(false, true)) {
      var unused =
          writer.schedule(this::writeWhatIsDue, interval.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** One at a time: the last one writes the latest. */
  private synchronized void writeWhatIsDue() {
    if (!due.compareAndSet(true, false)) {
      return;
    }
    Routes.Known known = routes.known();
    String text =
        String.join(
            "\n",
            TableJson.write(known.catalog()),
            TableJson.write(known.routes()),
            TableJson.write(known.access()),
            "");
    try {
      DurableFile.write(file, text);
    } catch (IOException e) {
      log.warn("event=route-copy-not-written file={} reason={}", file, e.toString());
    }
  }
}
