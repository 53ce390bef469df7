package io.remuda.deploy.task;

import static io.remuda.deploy.task.TaskStage.get;

import io.remuda.gateway.tasks.TaskDesk;
import io.remuda.node.task.TaskWorker;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A gateway and a worker in one process that ends well, so that the JVM can write down which
 * classes such parts load. Each later one then starts for half the processor time, and hundreds are
 * killed.
 */
final class Rehearsal {

  private static final Duration LIMIT = Duration.ofMinutes(5);

  private Rehearsal() {}

  /**
   * Rehearses once, where all classes come from jars: the JVM keeps no archive of folders.
   *
   * @return the JVM options that make use of it; empty where there is none
   */
  static List<String> options(String broker, String results, Path folder) {
    boolean jars =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .noneMatch(entry -> Files.isDirectory(Path.of(entry)));
    if (!jars) {
      return List.of();
    }
    Path archive = folder.resolve("parts.jsa");
    List<String> options = new ArrayList<>(DoomedProcess.OPTIONS);
    options.add("-XX:ArchiveClassesAtExit=" + archive);
    try (ChildJvm jvm = new ChildJvm(Rehearsal.class, folder, options, List.of(broker, results))) {
      int ended = jvm.awaitEnd(LIMIT);
      if (ended != 0 || !Files.exists(archive)) {
        throw new IllegalStateException("the rehearsal ended with " + ended + ":\n" + jvm.log());
      }
    }
    return List.of("-XX:SharedArchiveFile=" + archive);
  }

  /** Arguments: broker, result store. */
  public static void main(String[] arguments) {
    Map<String, String> settings =
        Map.of("remuda.tasks.queue", arguments[0], "remuda.tasks.results", arguments[1]);
    try (TaskStage stage = TaskStage.open(settings);
        TaskStage.Machine machine = stage.machine();
        TaskWorker worker =
            machine.work(
                1,
                claims -> claims,
                (input, progress) -> CompletableFuture.completedFuture(input),
                stage.settings())) {
      stage.awaitEnd(stage.accept(stage.task("a rehearsal")));
      TaskDesk desk = stage.desk(stage.queue());
      get(desk.submit(stage.submit("a rehearsal's key")));
      get(worker.drain());
    }
    System.exit(0);
  }
}
