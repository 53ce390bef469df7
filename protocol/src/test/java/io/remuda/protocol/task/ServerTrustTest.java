package io.remuda.protocol.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class ServerTrustTest {

  private static final String CHECKED = "jdbc:postgresql://db/remuda?sslmode=verify-full";

  @Test
  void anAddressThatWantsItsServerCheckedNamesTheFile() {
    assertThat(ServerTrust.postgres(CHECKED, "/etc/my ca.pem"))
        .isEqualTo(CHECKED + "&sslrootcert=%2Fetc%2Fmy+ca.pem");
  }

  @Test
  void anAddressThatWantsNoCheckOrNamesItsOwnFileStays() {
    String own = CHECKED + "&sslrootcert=/own.pem";

    assertThat(ServerTrust.postgres(own, "/ca.pem")).isEqualTo(own);
    assertThat(ServerTrust.postgres(CHECKED, "")).isEqualTo(CHECKED);
    assertThat(ServerTrust.postgres("jdbc:postgresql://db/remuda", "/ca.pem"))
        .isEqualTo("jdbc:postgresql://db/remuda");
  }

  @Test
  void tasksBesideTheJournalAreCheckedByItsFileAndElseByTheirOwn() {
    assertThat(besideTheJournal("/journal.pem")).endsWith("&sslrootcert=%2Fjournal.pem");
    assertThat(besideTheJournal("")).endsWith("&sslrootcert=%2Ftasks.pem");
  }

  private static String besideTheJournal(String journalCa) {
    Map<String, String> settings =
        Map.of(
            "remuda.journal.url", CHECKED,
            "remuda.journal.ca-file", journalCa,
            "remuda.tasks.ca-file", "/tasks.pem");
    TaskSettings made =
        TaskSettings.from(
            ConfigFactory.parseMap(settings).withFallback(ConfigFactory.load()), Path.of("/data"));
    return ((TaskSettings.Database) made.queue()).url();
  }

  @Test
  void whatIsWrongWithACertificateIsTold() {
    assertThat(ServerTrust.distrust(handshake("no path to an anchor"), "a.ca-file").orElseThrow())
        .contains("not trusted (no path to an anchor)", "a.ca-file");
    assertThat(
            ServerTrust.distrust(handshake("No name matching db found"), "a.ca-file").orElseThrow())
        .contains("for another host (No name matching db found)");
    assertThat(
            ServerTrust.distrust(
                    new SQLException("db could not be verified by hostnameverifier"), "a.ca-file")
                .orElseThrow())
        .contains("for another host");
  }

  private static Exception handshake(String why) {
    return new IOException(
        new SSLHandshakeException("failed").initCause(new CertificateException(why)));
  }

  @Test
  void aPortThatSpeaksNoTlsIsToldFromACertificate() {
    assertThat(ServerTrust.distrust(new SSLException("not a TLS record"), "a.ca-file"))
        .hasValueSatisfying(why -> assertThat(why).contains("not a TLS record", "port"));
  }

  @Test
  void otherFailuresAreNotOfTrust() {
    assertThat(ServerTrust.distrust(new IOException("connection refused"), "a.ca-file")).isEmpty();
    assertThat(ServerTrust.distrust(new SQLException("no such table"), "a.ca-file")).isEmpty();
  }
}
