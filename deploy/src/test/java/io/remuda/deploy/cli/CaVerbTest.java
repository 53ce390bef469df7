package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.tls.JoinToken;
import io.remuda.protocol.tls.NodeCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The authority and its tokens, as operators make them. */
final class CaVerbTest {

  @TempDir Path folder;

  @Test
  void makesAnAuthorityOnceAndTokensOfOneLine() {
    String ca = folder.resolve("ca").toString();

    assertThat(Typed.line("ca", "init", "--dir", ca, "--cluster", "lab").exit()).isZero();
    Typed again = Typed.line("ca", "init", "--dir", ca);
    Typed token =
        Typed.line("join-token", "gpu-03", "--ca", ca, "--valid", "90d", "--host", "10.0.0.3");

    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err()).contains("is there already");
    assertThat(token.exit()).isZero();
    assertThat(token.out().lines()).hasSize(1);
    JoinToken read = JoinToken.parse(token.out());
    assertThat(read.cluster()).isEqualTo("lab");
    assertThat(read.certificate().getSubjectX500Principal().getName()).contains("CN=gpu-03");
    assertThat(token.err()).isEmpty();
  }

  @Test
  void saysHowToMakeAnAuthorityWhereThereIsNone() {
    Typed token = Typed.line("join-token", "n", "--ca", folder.toString());

    assertThat(token.exit()).isEqualTo(1);
    assertThat(token.out()).isEmpty();
    assertThat(token.err()).contains("no certificate authority in").contains("remuda ca init");
  }

  @Test
  void renewsTheCertificateOfANodeAndOfNothingElse() throws Exception {
    String ca = folder.resolve("ca").toString();
    Typed.line("ca", "init", "--dir", ca);
    Path token =
        Files.writeString(folder.resolve("token"), Typed.line("join-token", "n", "--ca", ca).out());
    Path data = Files.createDirectories(folder.resolve("node"));
    String[] renew = {"ca", "renew", "--data", data.toString(), "--join-token", token.toString()};

    assertThat(Typed.line(renew).exit()).isEqualTo(3);
    Files.writeString(data.resolve("node.json"), "{}");
    JoinToken first = JoinToken.parse(Typed.line("join-token", "n", "--ca", ca).out());
    NodeCertificate.take(data, first, Instant.now());
    Files.writeString(token, Typed.line("join-token", "n", "--ca", ca).out());
    assertThat(Typed.line(renew).exit()).isZero();

    assertThat(NodeCertificate.load(data, Instant.now()).orElseThrow().certificate())
        .isNotEqualTo(first.certificate());
  }
}
