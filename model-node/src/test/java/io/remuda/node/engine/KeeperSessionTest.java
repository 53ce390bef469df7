package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.engine.ProcTable.Entry;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends the JVM's terminal or its process group is no signal to its engines. */
class KeeperSessionTest {

  @TempDir Path folder;
  private final ProcTable processes = new ProcTable();
  private Bench bench = new Bench();

  @AfterEach
  void close() {
    bench.close();
  }

  @ParameterizedTest(name = "isolate {0}")
  @ValueSource(strings = {"on", "off"})
  void anEngineAndItsKeeperAreInSessionsAndGroupsOfTheirOwn(String isolate) throws Exception {
    bench.close();
    bench = new Bench("remuda.node.engine.isolate = " + isolate);
    Entry jvm = processes.process(ProcessHandle.current().pid()).orElseThrow();

    EngineProcess engine = bench.shell(folder, "exec sleep 111");

    Entry its = processes.process(engine.record().pid()).orElseThrow();
    Entry keeper = processes.process(engine.record().keeperPid()).orElseThrow();
    assertThat(its.session()).isEqualTo(its.pid()).isNotEqualTo(jvm.session());
    assertThat(its.group()).isEqualTo(its.pid()).isNotEqualTo(jvm.group());
    assertThat(keeper.session()).isNotIn(jvm.session(), its.session());
    assertThat(keeper.group()).isNotIn(jvm.group(), its.group());
    Bench.await(engine.kill());
  }
}
