package io.remuda.node.engine;

import io.remuda.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts engines under their keepers, and finds again those that an earlier JVM started. {@link
 * #start} and {@link #adopt} wait for the operating system, for at most the configured limits: call
 * them off any actor's thread. Closing it leaves the engines running.
 */
public final class EngineStarter implements AutoCloseable {
  private static final String MARKER = "instance.json";

  /** The keeper's exit statuses for a pipe and for a record that it could not write. */
  private static final Set<Integer> NOT_WRITTEN = Set.of(72, 73);

  private static final String NO_ROOM =
      "its record could not be written, so its program was not run; is the data directory"
          + " writable, and is there room on its disk?";
  private static final Logger log = LoggerFactory.getLogger(EngineStarter.class);

  private final EngineSettings settings;
  private final ProcTable processes = new ProcTable();
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "engine-watch");
            thread.setDaemon(true);
            return thread;
          });
  private final EnginePorts ports;
  private final KeeperLauncher launcher;
  private final Remains remains;

  public EngineStarter(EngineSettings settings) {
    this.settings = settings;
    this.ports = new EnginePorts(settings);
    this.launcher = new KeeperLauncher(settings);
    this.remains = new Remains(processes, settings.endLimit());
  }

  /**
   * Starts {@code command}'s engine in {@code folder}, which holds all that belongs to the
   * instance. Returns when the process runs under its keeper; whether it answers is {@link
   * EngineProbe}'s to find out.
   *
   * @param commands makes the command line once the port is known
   * @param attributes the caller's notes, kept in instance.json for the next JVM
   */
  public EngineProcess start(
      Path folder, EngineSpec spec, CommandLine commands, Map<String, String> attributes)
      throws EngineRefusal {
    Adoption earlier = adopt(folder, commands.profile());
    if (earlier instanceof Adoption.Adopted adopted) {
      throw failed("its engine runs already as pid " + adopted.process().record().pid());
    }
    int port = ports.next();
    CommandLine.Command command = commands.build(spec, settings.host(), port);
    clear(folder);
    Path marker = folder.resolve(MARKER);
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(marker);
      Files.deleteIfExists(folder.resolve("exit"));
      String launch =
          EngineRecord.launch(spec, commands.profile(), settings.host(), port, attributes);
      Files.writeString(folder.resolve("launch.json"), launch);
      Process keeper = launcher.launch(folder, command, settings.memoryLimitMiB(spec.memoryMiB()));
      long deadline = System.nanoTime() + settings.startLimit().toNanos();
      while (!Files.exists(marker)) {
        boolean ended = keeper.waitFor(5, TimeUnit.MILLISECONDS);
        if (ended && !Files.exists(marker)) {
          throw failed(NOT_WRITTEN.contains(keeper.exitValue()) ? NO_ROOM : ended(keeper, folder));
        }
        if (System.nanoTime() > deadline) {
          keeper.destroy();
          throw failed("its keeper did not start it in " + settings.startLimit() + said(folder));
        }
      }
      EngineRecord record = EngineRecord.parse(Files.readString(marker));
      return process(folder, record, commands.profile().outOfMemory()).watched();
    } catch (IOException e) {
      throw failed(e + "; is the data directory writable, and is there room on its disk?");
    } catch (IllegalArgumentException e) {
      // Nothing may run that no later JVM could find.
      endRemains(folder, Optional.empty());
      throw failed(NO_ROOM + " (" + e.getMessage() + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("the start was interrupted");
    }
  }

  /**
   * An engine's end is known before its keeper has cleared up after it: were the next one started
   * meanwhile, it would be cleared up too. And what nobody has cleared up still holds its memory. A
   * keeper that does not clear up keeps an engine that its record does not tell of; it is told to.
   */
  private void clear(Path folder) throws EngineRefusal {
    Optional<EngineRecord> earlier = recordIn(folder);
    if (earlier.isPresent() && earlier.get().keeperRuns(processes)) {
      KeeperLauncher.tell(folder, "kill\n");
    }
    if (earlier.isPresent() && !remains.awaitKeeper(earlier.get())) {
      throw failed(
          "the keeper of its earlier engine, pid %d, still clears up after %s"
              .formatted(earlier.get().keeperPid(), settings.endLimit()));
    }
    Set<Long> living = endRemains(folder, earlier);
    if (!living.isEmpty()) {
      throw failed(
          "its earlier engine left processes that hold their memory and did not end when they were"
              + " killed: pids "
              + living);
    }
  }

  /** The pids of what no signal has ended. */
  private Set<Long> endRemains(Path folder, Optional<EngineRecord> earlier) {
    Remains.Cleared cleared =
        earlier.isPresent() ? remains.endOf(earlier.get(), folder) : remains.endIn(folder);
    if (!cleared.found().isEmpty()) {
      log.warn(
          "ended what an engine had left instance={} pids={} living={}",
          folder.getFileName(),
          cleared.found(),
          cleared.living());
    }
    return cleared.living();
  }

  /**
   * Looks for the engine that {@code folder} tells of. Adopted only when the pid still is the same
   * process since the same start; the port and the alias are {@link EngineProbe}'s to check.
   */
  public Adoption adopt(Path folder, EngineProfile profile) {
    return adopt(folder, profile.outOfMemory());
  }

  /**
   * As the other, for what is wanted in this folder now. Another engine, started for something else
   * and not ended, is ended: nobody else would, and it holds its memory.
   *
   * @param attributes the notes that it has to have been started with
   */
  public Adoption adopt(
      Path folder, EngineProfile profile, EngineSpec spec, Map<String, String> attributes) {
    Optional<String> wrong =
        recordIn(folder).flatMap(record -> record.differsFrom(spec, profile, attributes));
    if (wrong.isEmpty()) {
      return adopt(folder, profile);
    }
    endRemains(folder, Optional.empty());
    return new Adoption.Absent(wrong.get());
  }

  /** As the other, where the engine's profile is not known any more. */
  public Adoption adopt(Path folder) {
    return adopt(folder, List.of());
  }

  private Adoption adopt(Path folder, List<String> outOfMemory) {
    Path marker = folder.resolve(MARKER);
    if (!Files.exists(marker)) {
      return absent(folder, "there is no instance.json in " + folder.getFileName());
    }
    EngineRecord record;
    try {
      record = EngineRecord.parse(Files.readString(marker));
    } catch (IOException | IllegalArgumentException e) {
      setAside(marker, e);
      return absent(folder, String.valueOf(e.getMessage()));
    }
    boolean sameBoot = record.bootId().equals(ProcTable.bootId());
    if (sameBoot && processes.runs(record.pid(), record.startTicks())) {
      KeeperLauncher.own(folder);
      return new Adoption.Adopted(process(folder, record, outOfMemory).watched());
    }
    if (!record.keeperRuns(processes)) {
      endRemains(folder, Optional.of(record));
    }
    OptionalInt code = EngineProcess.exitCode(folder);
    return new Adoption.Ended(EngineProcess.ended(folder, code, false, outOfMemory));
  }

  /** What no record names can be nobody's engine any more; it is not left to hold its memory. */
  private Adoption absent(Path folder, String reason) {
    endRemains(folder, Optional.empty());
    return new Adoption.Absent(reason);
  }

  private static void setAside(Path marker, Exception damage) {
    Path aside = marker.resolveSibling(MARKER + ".damaged");
    try {
      Files.move(marker, aside, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      damage.addSuppressed(e);
    }
    log.error(
        "record of an engine cannot be read, its engine is ended; file={} aside={}",
        marker,
        aside,
        damage);
  }

  /** What instance.json in {@code folder} says, whether or not the engine still runs. */
  public static Optional<EngineRecord> recordIn(Path folder) {
    try {
      return Optional.of(EngineRecord.parse(Files.readString(folder.resolve(MARKER))));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private EngineProcess process(Path folder, EngineRecord record, List<String> outOfMemory) {
    return new EngineProcess(
        record,
        folder,
        outOfMemory,
        processes,
        watcher,
        settings.watchInterval(),
        settings.endLimit());
  }

  private static String ended(Process keeper, Path folder) {
    return "its keeper ended with " + keeper.exitValue() + said(folder);
  }

  private static String said(Path folder) {
    List<String> lines = EngineLog.tail(folder.resolve("keeper.log"), 3);
    return lines.isEmpty() ? "" : ": " + String.join(" / ", lines);
  }

  private static EngineRefusal failed(String why) {
    return new EngineRefusal(ErrorCode.ENGINE_FAILED, "the engine was not started: " + why);
  }

  /** Stops watching; the engines run on. */
  @Override
  public void close() {
    watcher.shutdownNow();
  }
}
