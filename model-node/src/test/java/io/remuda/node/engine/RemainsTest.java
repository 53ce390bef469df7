package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an engine leaves behind when nobody can clear up after it holds no memory for long. */
class RemainsTest {
  @TempDir Path folder;
  private final ProcTable processes = new ProcTable();
  private Bench bench;

  @BeforeEach
  void withoutANamespace() {
    // Where the kernel does not end everything by itself.
    bench = new Bench("remuda.node.engine.isolate = off");
  }

  @AfterEach
  void close() {
    bench.close();
  }

  /** An engine with a worker in a session of its own; returns the worker's pid. */
  private long worker(EngineProcess engine) throws Exception {
    Eventually.isTrue(
        "its worker runs", Bench.LIMIT, () -> engine.lastLines(1).contains("started"));
    return Long.parseLong(Files.readString(folder.resolve("worker")).strip());
  }

  private EngineProcess withWorker() throws Exception {
    return bench.shell(folder, "setsid sleep 81 & echo $! > worker; echo started; exec sleep 82");
  }

  private void killKeeper(EngineProcess engine) {
    EngineRecord record = engine.record();
    ProcessHandle.of(record.keeperPid()).orElseThrow().destroyForcibly();
    Eventually.isTrue(
        "the keeper is gone",
        Bench.LIMIT,
        () -> !processes.runs(record.keeperPid(), record.keeperStartTicks()));
  }

  @Test
  void aStopWithoutAKeeperEndsWhatLeftTheGroupToo() throws Exception {
    EngineProcess engine = withWorker();
    long worker = worker(engine);
    killKeeper(engine);

    Bench.await(engine.stop(Duration.ofSeconds(2)));

    assertThat(alive(worker)).isFalse();
  }

  @Test
  void theWorkersOfAnEngineThatDiedWithItsKeeperDieToo() throws Exception {
    EngineProcess engine = withWorker();
    long worker = worker(engine);
    killKeeper(engine);

    ProcessHandle.of(engine.record().pid()).orElseThrow().destroyForcibly();
    Bench.await(engine.exit());

    Eventually.isTrue("its worker is gone", Bench.LIMIT, () -> !alive(worker));
  }

  @Test
  void theNextJvmEndsTheWorkersOfAnEngineThatDiedUnseen() throws Exception {
    EngineProcess engine = withWorker();
    long worker = worker(engine);
    bench.starter.close();
    killKeeper(engine);
    ProcessHandle.of(engine.record().pid()).orElseThrow().destroyForcibly();

    try (Bench next = new Bench("remuda.node.engine.isolate = off")) {
      Eventually.isTrue(
          "it is seen to have ended",
          Bench.LIMIT,
          () -> next.starter.adopt(folder) instanceof Adoption.Ended);
    }

    assertThat(alive(worker)).isFalse();
  }

  @Test
  void anEngineWhoseRecordIsDamagedIsEndedAndTheRecordPutAside() throws Exception {
    EngineProcess engine = withWorker();
    long worker = worker(engine);
    Files.writeString(folder.resolve("instance.json"), "{\"pid\":");

    Adoption adoption = bench.starter.adopt(folder, Bench.shellProfile());

    assertThat(adoption).isInstanceOf(Adoption.Absent.class);
    assertThat(List.of(worker, engine.record().pid(), engine.record().keeperPid()))
        .noneMatch(RemainsTest::alive);
    assertThat(folder.resolve("instance.json")).doesNotExist();
    assertThat(folder.resolve("instance.json.damaged")).hasContent("{\"pid\":");
    EngineProcess second = bench.shell(folder, "exec sleep 83");
    assertThat(second.alive()).isTrue();
    Bench.await(second.kill());
  }

  @Test
  void aProcessThatOnlyWorksInTheFolderIsNobodysEngine() throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", "sleep 84; true").directory(folder.toFile()).start();
    try {
      assertThat(bench.starter.adopt(folder)).isInstanceOf(Adoption.Absent.class);

      assertThat(shell.isAlive()).isTrue();
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
    }
  }

  private static boolean alive(long pid) {
    return new ProcTable().process(pid).filter(found -> !found.dead()).isPresent();
  }
}
