package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.model.Trouble.Level;
import io.remuda.protocol.testing.Eventually;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineProcessTest {
  @TempDir Path folder;
  private final ProcTable processes = new ProcTable();
  private Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void tellsOfItselfInItsFolderBeforeItsProgramRuns() throws Exception {
    EngineProcess engine = bench.shell(folder, "cat instance.json; exec sleep 60");

    Eventually.isTrue("it says something", Bench.LIMIT, () -> !engine.lastLines(1).isEmpty());
    assertThat(engine.lastLines(5).get(0)).contains("\"pid\":" + engine.record().pid());
    assertThat(engine.alive()).isTrue();
    assertThat(EngineStarter.recordIn(folder)).contains(engine.record());
    Bench.await(engine.kill());
  }

  @Test
  void whatItWritesOfTroubleIsReadAlsoWhenItHasEnded() throws Exception {
    EngineProcess engine =
        bench.shell(folder, "echo 'WARNING: slow'; echo fine; echo 'ERROR: broken' >&2; exit 3");
    Bench.await(engine.exit());

    LogNews news = engine.wrongSince(0, LogFormat.USUAL);

    assertThat(news.wrong())
        .containsExactly(
            new LogNews.Wrong(Level.WARNING, "WARNING: slow"),
            new LogNews.Wrong(Level.ERROR, "ERROR: broken"));
    assertThat(engine.wrongSince(news.next(), LogFormat.USUAL).wrong()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void stopEndsAllThatItStartedEvenWhatLeftItsGroup(String isolate) throws Exception {
    // given
    bench.close();
    bench = new Bench("remuda.node.engine.isolate = " + isolate);
    EngineProcess engine =
        bench.shell(
            folder, "setsid sleep 61 & echo $! > strayed; sleep 62 & echo started; exec sleep 63");
    Eventually.isTrue(
        "it says that it is up", Bench.LIMIT, () -> engine.lastLines(1).contains("started"));
    long members = processes.members(engine.record().pid()).size();
    assertThat(members).isGreaterThanOrEqualTo(2);
    String marker = engine.record().nonce();

    // when
    EngineExit exit = Bench.await(engine.stop(Duration.ofSeconds(10)));

    // then
    assertThat(exit.asked()).isTrue();
    assertThat(exit.code()).hasValue(128 + 15);
    assertThat(processes.members(engine.record().pid())).isEmpty();
    assertThat(marked(marker)).isEmpty();
    assertThat(engine.alive()).isFalse();
  }

  @Test
  void killsWhatDoesNotListenWhenTheGraceIsOver() throws Exception {
    EngineProcess engine =
        bench.shell(folder, "trap '' TERM; echo deaf; while :; do sleep 1; done");
    Eventually.isTrue(
        "it says that it is up", Bench.LIMIT, () -> engine.lastLines(1).contains("deaf"));

    EngineExit exit = Bench.await(engine.stop(Duration.ofSeconds(1)));

    assertThat(exit.code()).hasValue(128 + 9);
    assertThat(processes.members(engine.record().pid())).isEmpty();
  }

  @Test
  void saysWhyAnEngineExitedAtOnce() throws Exception {
    EngineProcess engine = bench.shell(folder, "echo loading; echo 'no such tensor' >&2; exit 3");

    EngineExit exit = Bench.await(engine.exit());

    assertThat(exit.asked()).isFalse();
    assertThat(exit.code()).hasValue(3);
    assertThat(exit.sentence())
        .isEqualTo("the engine exited with code 3; its last words: no such tensor");
  }

  @Test
  void doesNotTakeTheWordsOfAnEarlierRunForItsOwn() throws Exception {
    Bench.await(bench.shell(folder, "echo 'CUDA out of memory'; exit 1").exit());

    EngineExit exit = Bench.await(bench.shell(folder, "echo second; exit 2").exit());

    assertThat(exit.outOfMemory()).isFalse();
    assertThat(exit.lastLines()).containsExactly("second");
    assertThat(exit.code()).hasValue(2);
  }

  @Test
  void keepsItsOutputWithinBounds() throws Exception {
    // given
    bench.close();
    bench = new Bench("remuda.node.engine.max-log = 10 KiB");

    // when
    EngineProcess engine =
        bench.shell(
            folder,
            // In one write, so that no look at the log sees a part of it.
            "head -c 50000 /dev/zero | tr '\\0' x >said; cat said; echo; exec sleep 69");
    Path aside = folder.resolve("engine.log.1");
    Eventually.isTrue("the log is put aside", Bench.LIMIT, () -> Files.exists(aside));

    // then
    Eventually.isTrue("it starts anew", Bench.LIMIT, () -> Files.size(engine.log()) < 10_000);
    assertThat(Files.size(aside)).isGreaterThan(40_000);
    Bench.await(engine.kill());
  }

  @Test
  void recognisesThatMemoryRanOut() throws Exception {
    EngineProcess engine =
        bench.shell(folder, "echo 'torch: cuda out of memory. Tried to allocate'; exit 1");

    assertThat(Bench.await(engine.exit()).outOfMemory()).isTrue();
  }

  @Test
  void canBeStoppedWhenItsKeeperWasKilled() throws Exception {
    // given
    EngineProcess engine = bench.shell(folder, "echo up; exec sleep 64");
    Eventually.isTrue(
        "it says that it is up", Bench.LIMIT, () -> engine.lastLines(1).contains("up"));
    ProcessHandle.of(engine.record().keeperPid()).orElseThrow().destroyForcibly();
    Eventually.isTrue(
        "the keeper is gone",
        Bench.LIMIT,
        () -> !processes.runs(engine.record().keeperPid(), engine.record().keeperStartTicks()));
    assertThat(engine.alive()).isTrue();

    // when
    EngineExit exit = Bench.await(engine.stop(Duration.ofSeconds(2)));

    // then
    assertThat(exit.asked()).isTrue();
    assertThat(processes.members(engine.record().pid())).isEmpty();
  }

  @Test
  void refusesAFolderThatCannotBeWritten() {
    assertThatThrownBy(() -> bench.shell(Path.of("/proc/remuda"), "exec sleep 1"))
        .isInstanceOf(EngineRefusal.class)
        .hasMessageContaining("is the data directory writable");
  }

  @Test
  void givesTheEngineNoneOfOurOwnSettings() throws Exception {
    EngineProcess engine = bench.shell(folder, "env; echo port $SEEN_PORT");

    EngineExit exit = Bench.await(engine.exit());

    assertThat(exit.lastLines())
        .noneMatch(line -> line.startsWith("REMUDA_") && !line.startsWith("REMUDA_KEEPER="))
        .contains("port " + engine.record().port());
  }

  /** Processes with this nonce in their environment. */
  private static List<String> marked(String nonce) throws Exception {
    Process grep =
        new ProcessBuilder("sh", "-c", "grep -ls REMUDA_KEEPER=" + nonce + " /proc/[0-9]*/environ")
            .start();
    return new String(grep.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .toList();
  }
}
