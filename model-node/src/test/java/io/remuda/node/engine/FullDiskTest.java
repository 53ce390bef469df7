package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No engine runs that no record tells of, and none is lost because nothing can be written. */
class FullDiskTest {
  @TempDir Path temporary;
  private final ProcTable processes = new ProcTable();
  private final Bench bench = new Bench();
  private boolean mounted;

  @AfterEach
  void close() throws Exception {
    bench.close();
    if (mounted) {
      run("umount", "--lazy", temporary.resolve("disk").toString());
    }
  }

  @Test
  void anEngineWhoseRecordCannotBeWrittenIsNotRun() throws Exception {
    Path folder = Files.createDirectories(temporary.resolve("folder"));
    // In its way.
    Path inTheWay = Files.createDirectories(folder.resolve("instance.json.tmp"));

    assertThatThrownBy(() -> bench.shell(folder, "touch ran; exec sleep 101"))
        .isInstanceOf(EngineRefusal.class)
        .hasMessageContaining("record could not be written")
        .hasMessageContaining("is there room on its disk?");

    assertThat(folder.resolve("ran")).doesNotExist();
    assertThat(processes.workingIn(folder)).isEmpty();
    Files.delete(inTheWay);
    EngineProcess engine = bench.shell(folder, "exec sleep 102");
    assertThat(engine.alive()).isTrue();
    Bench.await(engine.kill());
  }

  @Test
  void aFullDiskRefusesAStartLosesNoEngineAndIsForgottenWhenThereIsRoomAgain() throws Exception {
    // given
    Path disk = smallDisk();
    Path running = disk.resolve("running");
    EngineProcess engine = bench.shell(running, "exec sleep 103");

    // when
    Path filler = fill(disk);

    // then
    assertThatThrownBy(() -> bench.shell(disk.resolve("next"), "exec sleep 104"))
        .isInstanceOf(EngineRefusal.class)
        .hasMessageContaining("is there room on its disk?");
    assertThat(processes.workingIn(disk.resolve("next"))).isEmpty();
    assertThat(bench.starter.adopt(running)).isInstanceOf(Adoption.Adopted.class);
    assertThat(engine.alive()).isTrue();
    Files.delete(filler);
    EngineProcess next = bench.shell(disk.resolve("next"), "exec sleep 105");
    assertThat(next.alive()).isTrue();
    Bench.await(next.kill());
    Bench.await(engine.kill());
  }

  private Path smallDisk() throws Exception {
    Path disk = Files.createDirectories(temporary.resolve("disk"));
    mounted = run("mount", "-t", "tmpfs", "-o", "size=256k", "none", disk.toString());
    assumeTrue(mounted, "skipped: no mounting, which needs root");
    return disk;
  }

  private static Path fill(Path disk) throws IOException {
    Path filler = disk.resolve("filler");
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(new byte[4_096]);
      }
    } catch (IOException full) {
      return filler;
    }
  }

  private static boolean run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return process.waitFor(Bench.LIMIT.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
