package io.remuda.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.testing.PostgresServer;
import io.remuda.protocol.testing.ServerCertificate;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.journal.JournalStore;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A journal whose server is checked: {@code sslmode=verify-full} and a file of certificates. */
@Tag("server")
class JournalTlsTest {

  @TempDir Path folder;

  @Test
  void aServerThatShowsTheTrustedCertificateIsUsedAndAnotherIsNot() throws SQLException {
    ServerCertificate localhost = ServerCertificate.make(folder, "localhost", "localhost");
    ServerCertificate another = ServerCertificate.make(folder, "another", "localhost");
    PostgresServer server = PostgresServer.own(localhost);
    try {
      try (JournalStore store = new JournalStore(settings(server, "localhost", localhost))) {
        assertThat(store.prepare()).isNotNull();
      }

      assertThat(refusal(settings(server, "localhost", another)))
          .contains("certificate is not trusted", "remuda.journal.ca-file");
      assertThat(refusal(settings(server, "127.0.0.1", localhost)))
          .contains("certificate is for another host");
    } finally {
      server.kill();
    }
  }

  /** What operators are told of a journal that cannot be used. */
  private static String refusal(JournalSettings settings) {
    RegistryStatus status = new RegistryStatus();
    try (JournalStore store = new JournalStore(settings)) {
      Throwable failure = catchThrowable(store::prepare);
      assertThat(failure).isNotNull();
      new JournalHealth(store, status, LoggerFactory.getLogger(JournalTlsTest.class))
          .failed(failure);
    }
    return status.notReadyBecause().orElseThrow();
  }

  private JournalSettings settings(PostgresServer server, String host, ServerCertificate trusted) {
    String url = server.jdbcUrl("postgres").replace(server.host(), host);
    return JournalSettings.from(
        ConfigFactory.parseMap(
                Map.of(
                    "remuda.journal.url", url + "?sslmode=verify-full",
                    "remuda.journal.ca-file", trusted.certificate().toString(),
                    "remuda.journal.user", server.user(),
                    "remuda.journal.password", server.password()))
            .withFallback(ConfigFactory.load()),
        folder);
  }
}
