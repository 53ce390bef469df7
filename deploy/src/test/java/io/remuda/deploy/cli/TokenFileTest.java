package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.tls.JoinToken;
import io.remuda.protocol.tls.NodeCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets that operators' commands write, and for which fleet they are. */
final class TokenFileTest {

  @TempDir Path folder;

  @Test
  void aTokenIsWrittenToANewFileForItsOwnerAlone() throws Exception {
    Path file = folder.resolve("n.token");

    Typed made = token("n", "--out", file.toString());
    String line = Files.readString(file);
    Typed again = token("n", "--out", file.toString());

    assertThat(made.exit()).as(made.err()).isZero();
    assertThat(made.out()).isEmpty();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(JoinToken.parse(line).cluster()).isEqualTo("remuda");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err()).contains("is there already");
    assertThat(file).hasContent(line);
    Typed nowhere = token("n", "--out", folder.resolve("none/n.token").toString());
    assertThat(nowhere.exit()).isEqualTo(1);
    assertThat(nowhere.err()).contains("cannot be written to");
  }

  @Test
  void theAuthorityOfAFleetThatRunsBearsItsKey() throws Exception {
    String key = "0123456789abcdef".repeat(4);
    Path given = Files.writeString(folder.resolve("cluster.key"), key + "\n");

    Typed made = ca("--cluster-key", given.toString());
    Typed unreadable =
        Typed.line(
            "ca",
            "init",
            "--dir",
            folder.resolve("other").toString(),
            "--cluster-key",
            folder.resolve("none").toString());

    assertThat(made.exit()).as(made.err()).isZero();
    assertThat(JoinToken.parse(token("n").out()).clusterKey()).contains(key);
    assertThat(unreadable.exit()).isEqualTo(1);
    assertThat(unreadable.err()).contains("key cannot be read");
    assertThat(folder.resolve("other")).doesNotExist();
  }

  @Test
  void aMistypedAddressIsSaidAndNoBug() {
    Typed wrong = token("n", "--host", "ab:cd");

    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.err()).contains("\"ab:cd\" is no host's address").doesNotContain("report");
    assertThat(token("n", "--valid", "0s").err()).contains("valid for no time");
  }

  @Test
  void aNodeWithoutACertificateIsNotRenewed() throws Exception {
    Path file = folder.resolve("n.token");
    token("n", "--out", file.toString());
    Path data = Files.createDirectories(folder.resolve("node"));
    Files.writeString(data.resolve("node.json"), "{}");

    Typed renew =
        Typed.line("ca", "renew", "--data", data.toString(), "--join-token", file.toString());

    assertThat(renew.exit()).isEqualTo(1);
    assertThat(renew.err())
        .contains("no certificate that could be renewed")
        .doesNotContain("renewed\n");
    assertThat(NodeCertificate.load(data, Instant.now())).isEmpty();
  }

  private Typed ca(String... more) {
    String[] line = {"ca", "init", "--dir", folder.resolve("ca").toString()};
    return Typed.line(joined(line, more));
  }

  private Typed token(String name, String... more) {
    if (!Files.exists(folder.resolve("ca"))) {
      assertThat(ca().exit()).isZero();
    }
    String[] line = {"join-token", name, "--ca", folder.resolve("ca").toString()};
    return Typed.line(joined(line, more));
  }

  private static String[] joined(String[] line, String... more) {
    String[] all = java.util.Arrays.copyOf(line, line.length + more.length);
    System.arraycopy(more, 0, all, line.length, more.length);
    return all;
  }
}
