package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.testing.Eventually;
import io.remuda.protocol.testing.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No engine runs that no record tells of, and none is lost because nothing can be written. */
class FullDiskTest {
  @TempDir Path temporary;
  private final ProcTable processes = new ProcTable();
  private final Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
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
    // The keeper's own parts end a moment after it has said so.
    Eventually.isTrue("nothing is left", Bench.LIMIT, () -> processes.workingIn(folder).isEmpty());
    Files.delete(inTheWay);
    EngineProcess engine = bench.shell(folder, "exec sleep 102");
    assertThat(engine.alive()).isTrue();
    Bench.await(engine.kill());
  }

  @Test
  void aFullDiskRefusesAStartLosesNoEngineAndIsForgottenWhenThereIsRoomAgain() throws Exception {
    try (SmallDisk disk = SmallDisk.mount(temporary.resolve("disk"), 256)) {
      // given
      Path running = disk.folder().resolve("running");
      Path waiting = disk.folder().resolve("next");
      EngineProcess engine = bench.shell(running, "exec sleep 103");

      // when
      Path filler = disk.fill();

      // then
      assertThatThrownBy(() -> bench.shell(waiting, "exec sleep 104"))
          .isInstanceOf(EngineRefusal.class)
          .hasMessageContaining("is there room on its disk?");
      Eventually.isTrue(
          "nothing is left", Bench.LIMIT, () -> processes.workingIn(waiting).isEmpty());
      assertThat(bench.starter.adopt(running)).isInstanceOf(Adoption.Adopted.class);
      assertThat(engine.alive()).isTrue();
      Files.delete(filler);
      EngineProcess next = bench.shell(waiting, "exec sleep 105");
      assertThat(next.alive()).isTrue();
      Bench.await(next.kill());
      Bench.await(engine.kill());
    }
  }
}
