package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.remuda.node.engine.EngineProfile.Endpoint;
import io.remuda.node.instance.Assignment;
import io.remuda.node.instance.EngineRuntime;
import io.remuda.node.instance.LeftRuntime;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.testing.Eventually;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a later start finds of an earlier engine, and whose engine it is. */
class EngineAdoptionTest {
  @TempDir Path folder;
  private final ProcTable processes = new ProcTable();
  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void doesNotStartASecondEngineInTheSameFolder() throws Exception {
    EngineProcess engine = bench.shell(folder, "exec sleep 65");

    assertThatThrownBy(() -> bench.shell(folder, "exec sleep 66"))
        .isInstanceOf(EngineRefusal.class)
        .hasMessageContaining("runs already as pid " + engine.record().pid());

    Bench.await(engine.kill());
  }

  @RepeatedTest(3)
  void theKeeperOfADeadEngineDoesNotTouchTheNextOne() throws Exception {
    // given: a keeper that is slow to look for strays, and an engine that is killed
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path slow = bin.resolve("grep");
    Files.writeString(slow, "#!/bin/sh\nsleep 1\nexec /bin/grep \"$@\"\n");
    assertThat(slow.toFile().setExecutable(true)).isTrue();
    Map<String, String> environment = Map.of("PATH", bin + ":/usr/bin:/bin");
    EngineProcess first = bench.shell(folder, "exec sleep 71", environment);
    ProcessHandle.of(first.record().pid()).orElseThrow().destroyForcibly();
    Bench.await(first.exit());

    // when
    EngineProcess second = bench.shell(folder, "exec sleep 72", environment);

    // then
    Eventually.isTrue(
        "the first keeper is gone",
        Bench.LIMIT,
        () -> !processes.runs(first.record().keeperPid(), first.record().keeperStartTicks()));
    assertThat(second.alive()).isTrue();
    assertThat(folder.resolve("control")).exists();
    assertThat(Bench.await(second.kill()).code()).hasValue(128 + 9);
  }

  @Test
  void endsWhatWasLeftOfAnInstanceWithoutItsProfile() throws Exception {
    // given
    EngineProcess engine = bench.shell(folder, "exec sleep 73");
    InstanceId id = InstanceId.of("shell-1");
    Assignment assignment =
        Assignment.withoutGpu(
            id,
            1,
            new JournalId("j"),
            InstanceReport.Origin.ASSIGNED,
            ModelSpec.of(id.model(), "shell", Optional.empty()),
            Resources.NONE);
    Refused gone = Refused.of(ErrorCode.NO_SUCH_ENGINE, "no profile of that name");

    // when
    EngineRuntime.Running left =
        new LeftRuntime(bench.starter, assignment, folder, gone).adopt().orElseThrow();
    Bench.await(left.end(Duration.ofSeconds(2)));

    // then
    assertThat(left.pid()).hasValue(engine.record().pid());
    assertThat(processes.runs(engine.record().pid(), engine.record().startTicks())).isFalse();
  }

  @Test
  void adoptsOnlyTheVeryProcessThatWasStarted() throws Exception {
    // given
    EngineProcess engine = bench.shell(folder, "exec sleep 67");
    Path marker = folder.resolve("instance.json");
    String written = Files.readString(marker);

    // when: another process has its pid
    Files.writeString(
        marker,
        written.replace("\"startTicks\":" + engine.record().startTicks(), "\"startTicks\":12345"));
    Adoption reused = bench.starter.adopt(folder, Bench.shellProfile());
    Files.writeString(marker, written);
    Adoption right = bench.starter.adopt(folder, Bench.shellProfile());

    // then
    assertThat(reused).isInstanceOf(Adoption.Ended.class);
    assertThat(right).isInstanceOf(Adoption.Adopted.class);
    assertThat(bench.starter.adopt(folder.resolve("none"), Bench.shellProfile()))
        .isInstanceOf(Adoption.Absent.class);
    Bench.await(((Adoption.Adopted) right).process().kill());
    assertThat(Bench.await(engine.exit()).code()).hasValue(128 + 9);
  }

  @Test
  void aServerThatIsNotOursOnItsPortIsAnImpostor() throws Exception {
    // given
    EngineProcess engine = bench.shell(folder, "exec sleep 68");
    HttpServer other =
        HttpServer.create(new InetSocketAddress("127.0.0.1", engine.record().port()), 0);
    other.start();
    try {
      // when
      Readiness readiness =
          Bench.await(
              bench.probe.awaitReady(
                  Bench.shellProfile(),
                  Endpoint.CHAT,
                  engine.target(),
                  Optional.of(engine),
                  Bench.LIMIT));

      // then
      assertThat(readiness).isInstanceOf(Readiness.Impostor.class);
      assertThat(engine.ownsItsPort()).isFalse();
    } finally {
      other.stop(0);
      Bench.await(engine.kill());
    }
  }
}
