package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.Parts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nothing of an engine outlives it, and none outlives the JVMs of its machine for long. */
class KeeperTest {

  /** An engine with a worker that left its group, its session, its parent and its environment. */
  private static final String WITH_A_STRAY =
      "(nohup env -i setsid sh -c 'echo $$ >stray.tmp; mv stray.tmp stray; exec sleep 91' &);"
          + " exec sleep 92";

  private static final int SMALL_MIB = 32;

  @TempDir Path folder;
  private final ProcTable processes = new ProcTable();
  private Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  private void bench(String settings) {
    bench.close();
    bench = new Bench(settings);
  }

  @ParameterizedTest(name = "isolate {0}, {1} is killed")
  @CsvSource({"on,nobody", "on,engine", "on,keeper", "off,nobody", "off,engine", "off,keeper"})
  void whateverItStartedEndsWithIt(String isolate, String killed) throws Exception {
    bench("remuda.node.engine.isolate = " + isolate);
    EngineProcess engine = bench.shell(folder, WITH_A_STRAY);
    long stray = stray();
    if (!engine.record().isolated() && groups().isEmpty()) {
      throw Parts.missing("PID namespace and no writable cgroup", "root may make one");
    }

    switch (killed) {
      case "engine" -> kill(engine.record().pid());
      case "keeper" -> killKeeper(engine);
      default -> assertThat(engine.alive()).isTrue();
    }
    EngineExit exit = Bench.await(engine.stop(Duration.ofSeconds(2)));

    assertThat(exit.asked()).isTrue();
    assertThat(alive(stray)).isFalse();
    assertThat(alive(engine.record().pid())).isFalse();
    assertThat(groups().lines().map(Path::of)).noneMatch(Files::exists);
  }

  @Test
  void isStoppedWhenNoJvmHasHadItForLong() throws Exception {
    // given
    bench("remuda.node.engine.orphan-limit = 1s");
    EngineProcess engine = bench.shell(folder, WITH_A_STRAY);
    long stray = stray();
    Process jvm = new ProcessBuilder("sleep", "93").start();
    long start = processes.process(jvm.pid()).orElseThrow().startTicks();
    assertThat(KeeperLauncher.tell(folder, "own " + jvm.pid() + " " + start + "\n")).isTrue();

    // when
    jvm.destroyForcibly().waitFor();

    // then
    EngineExit exit = Bench.await(engine.exit());
    assertThat(exit.asked()).isFalse();
    assertThat(exit.lastLines()).anyMatch(line -> line.contains("no JVM has had this engine"));
    if (engine.record().isolated() || !groups().isEmpty()) {
      Eventually.isTrue("its worker is gone", Bench.LIMIT, () -> !alive(stray));
    }
  }

  @Test
  void runsOnWhileSomeJvmHasIt() throws Exception {
    // given: the JVM that started it is gone
    bench("remuda.node.engine { orphan-limit = 1s, max-log = 1 KiB }");
    EngineProcess engine = bench.shell(folder, "exec sleep 94");
    Process gone = new ProcessBuilder("sleep", "95").start();
    long start = processes.process(gone.pid()).orElseThrow().startTicks();
    gone.destroyForcibly().waitFor();
    KeeperLauncher.tell(folder, "own " + gone.pid() + " " + start + "\n");

    // when: the next one adopts it, and the keeper has looked twice since
    assertThat(bench.starter.adopt(folder)).isInstanceOf(Adoption.Adopted.class);
    for (int look = 0; look < 2; look++) {
      KeeperLauncher.tell(folder, "tick\n");
    }
    Path mark = folder.resolve("engine.log");
    Files.writeString(mark, "x".repeat((int) bench.settings.maxLogBytes() + 1));
    KeeperLauncher.tell(folder, "tick\n");
    Eventually.isTrue("the keeper has looked", Bench.LIMIT, () -> Files.size(mark) == 0);

    // then
    assertThat(engine.alive()).isTrue();
    Bench.await(engine.kill());
  }

  @Test
  void endsWhenItIsToldToAfterItsFolderWasTakenAway() throws Exception {
    EngineProcess engine = bench.shell(folder, WITH_A_STRAY);
    long stray = stray();
    long keeper = engine.record().keeperPid();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }

    new ProcessBuilder("kill", "-TERM", Long.toString(keeper)).start().waitFor();

    Eventually.isTrue("the keeper is gone", Bench.LIMIT, () -> !alive(keeper));
    Eventually.isTrue(
        "so is the engine", Bench.LIMIT, () -> !alive(engine.record().pid()) && !alive(stray));
  }

  @Test
  void theKernelEndsAnEngineThatWantsMoreMemoryThanItMayHave() throws Exception {
    EngineProcess engine = limited("read line; exec sleep 96");
    if (!limitsMemory()) {
      throw Parts.missing("writable memory cgroup", "root may make one");
    }
    Bench.await(engine.kill());

    EngineExit exit = Bench.await(limited("exec tail /dev/zero").exit());

    assertThat(exit.outOfMemory()).isTrue();
    assertThat(exit.memoryLimitMiB()).hasValue(SMALL_MIB * 3 / 2);
    assertThat(exit.sentence())
        .startsWith(
            "the engine was ended by signal 9, for it wanted more than the 48 MiB that its"
                + " resources.memoryMiB allows");
    Eventually.isTrue(
        "its cgroups are gone",
        Bench.LIMIT,
        () -> groups().lines().map(Path::of).noneMatch(Files::exists));
  }

  private EngineProcess limited(String script) throws EngineRefusal {
    return bench.shell(
        folder,
        script,
        Map.of(),
        EngineSpec.of("shell-1", "shell", "").withMemory(SMALL_MIB),
        Map.of());
  }

  private boolean limitsMemory() throws IOException {
    return groups()
        .lines()
        .map(Path::of)
        .anyMatch(
            group ->
                Files.exists(group.resolve("memory.limit_in_bytes"))
                    || Files.exists(group.resolve("memory.max")));
  }

  private String groups() throws IOException {
    return Files.readString(folder.resolve("cgroups")).strip();
  }

  private long stray() throws IOException {
    Path file = folder.resolve("stray");
    Eventually.isTrue("it has a worker", Bench.LIMIT, () -> Files.exists(file));
    return Long.parseLong(Files.readString(file).strip());
  }

  private void killKeeper(EngineProcess engine) {
    EngineRecord record = engine.record();
    kill(record.keeperPid());
    Eventually.isTrue(
        "the keeper is gone",
        Bench.LIMIT,
        () -> !processes.runs(record.keeperPid(), record.keeperStartTicks()));
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  private boolean alive(long pid) {
    return processes.process(pid).filter(found -> !found.dead()).isPresent();
  }
}
