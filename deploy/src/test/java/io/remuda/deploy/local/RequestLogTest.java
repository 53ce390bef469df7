package io.remuda.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.config.StrictConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** {@code remuda.launch.log-requests}. */
final class RequestLogTest {

  @TempDir private Path data;

  @ParameterizedTest
  @ValueSource(strings = {"io.remuda.gateway.edge.Hops", "io.remuda.node.front.FrontCall"})
  void whoNotesRequestsDoesSoWhereItIsAskedFor(String name) throws Exception {
    Class<?> notes = Class.forName(name);

    start(false);
    assertThat(LoggerFactory.getLogger(notes).isDebugEnabled()).isFalse();
    assertThat(LoggerFactory.getLogger(notes).isInfoEnabled()).isTrue();

    start(true);
    assertThat(LoggerFactory.getLogger(notes).isDebugEnabled()).isTrue();
    start(false);
  }

  private void start(boolean requests) {
    NodeLogs.start(
        data,
        StrictConfig.load(
            Optional.empty(),
            ConfigFactory.parseMap(Map.of("remuda.launch.log-requests", requests))));
  }
}
