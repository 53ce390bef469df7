package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A record that lies in one point: its engine is never taken up, what is not ours is never touched,
 * and the next start has an engine of its own with nothing left of the first.
 */
class LyingRecordTest {
  private static final Map<String, String> NOTES = Map.of("epoch", "7");
  private static final EngineSpec SPEC = EngineSpec.of("shell-1", "shell", "file");

  @TempDir Path folder;
  private final ProcTable processes = new ProcTable();
  private final Bench bench = new Bench();
  private EngineProcess engine;
  private Process other;

  @BeforeEach
  void start() throws Exception {
    engine = start("exec sleep 97");
    other = new ProcessBuilder("sleep", "98").start();
  }

  @AfterEach
  void close() {
    other.destroyForcibly();
    bench.close();
  }

  private EngineProcess start(String script) throws EngineRefusal {
    return bench.shell(folder, script, Map.of(), SPEC, NOTES);
  }

  private Adoption adopt() {
    return bench.starter.adopt(folder, Bench.shellProfile(), SPEC, NOTES);
  }

  private void write(String truth, String lie) throws IOException {
    Path record = folder.resolve("instance.json");
    String written = Files.readString(record);
    assertThat(written).contains(truth);
    Files.writeString(record, written.replace(truth, lie));
  }

  @Test
  void aTrueRecordIsTakenUp() throws Exception {
    assertThat(adopt()).isInstanceOf(Adoption.Adopted.class);
    Bench.await(engine.kill());
  }

  @Test
  void ofThePidWhichIsAnothersByNow() throws Exception {
    write("\"pid\":" + engine.record().pid() + ",", "\"pid\":" + other.pid() + ",");

    isStartedAfresh();
  }

  @Test
  void ofTheStart() throws Exception {
    long start = engine.record().startTicks();
    write("\"startTicks\":" + start, "\"startTicks\":" + (start - 1));

    isStartedAfresh();
  }

  @Test
  void ofTheAlias() throws Exception {
    write("\"servedName\":\"file\"", "\"servedName\":\"another\"");

    assertThat(reason()).isEqualTo("it serves another and not file");
    isStartedAfresh();
  }

  @Test
  void ofTheEpoch() throws Exception {
    write("\"epoch\":\"7\"", "\"epoch\":\"6\"");

    assertThat(reason()).isEqualTo("it was started with {epoch=6} and not with {epoch=7}");
    isStartedAfresh();
  }

  @Test
  void ofTheInstance() throws Exception {
    write("\"instance\":\"shell-1\"", "\"instance\":\"shell-2\"");

    assertThat(reason()).isEqualTo("it is the engine of instance shell-2");
    isStartedAfresh();
  }

  private String reason() {
    return ((Adoption.Absent) adopt()).reason();
  }

  private void isStartedAfresh() throws Exception {
    assertThat(adopt()).isNotInstanceOf(Adoption.Adopted.class);

    EngineProcess next = start("exec sleep 99");

    assertThat(next.record().pid()).isNotEqualTo(engine.record().pid());
    assertThat(next.alive()).isTrue();
    assertThat(other.isAlive()).isTrue();
    Eventually.isTrue(
        "the first engine is gone",
        Bench.LIMIT,
        () -> !processes.runs(engine.record().pid(), engine.record().startTicks()));
    Bench.await(next.kill());
  }
}
