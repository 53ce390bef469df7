package io.remuda.protocol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.tls.CertificateAuthority;
import io.remuda.protocol.tls.NodeCertificate;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is started with a join token, and started again with the same words. */
class GivenTokenTest {

  private static final Duration YEAR = Duration.ofDays(365);

  private final Instant now = Instant.now();
  @TempDir Path folder;
  private CertificateAuthority authority;
  private Path token;

  @BeforeEach
  void make() throws Exception {
    authority = CertificateAuthority.create(folder.resolve("ca"), "remuda", now);
    token = Files.writeString(folder.resolve("token"), line(now));
  }

  @Test
  void aNodeThatHasItsCertificateStartsAgainWithoutTheToken() throws Exception {
    String key = keyAfterStart(token);

    Files.writeString(token, "\n");
    assertThat(keyAfterStart(token)).as("the file is empty").isEqualTo(key);
    Files.delete(token);
    assertThat(keyAfterStart(token)).as("the file is gone").isEqualTo(key);
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(new byte[0]));
    try {
      assertThat(keyAfterStart(Path.of("-"))).as("stdin was read before").isEqualTo(key);
    } finally {
      System.setIn(before);
    }
    assertThat(NodeCertificate.load(data(), now)).isPresent();
  }

  @Test
  void aNodeWithoutACertificateNeedsTheToken() throws Exception {
    Path none = folder.resolve("none");
    Path empty = Files.writeString(folder.resolve("empty"), "");

    assertThatThrownBy(() -> keyAfterStart(none))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("cannot be read from " + none);
    assertThatThrownBy(() -> keyAfterStart(empty))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("This is no join token");
  }

  @Test
  void aTokenThatIsTornIsRefusedWhateverIsKept() throws Exception {
    keyAfterStart(token);
    Files.writeString(token, Files.readString(token).substring(0, 90));

    assertThatThrownBy(() -> keyAfterStart(token))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("torn");
  }

  @Test
  void aWrongClusterNameAtTheFirstStartIsNotKept() {
    assertThatThrownBy(() -> NodeHome.open(config(token, Map.of("remuda.cluster.name", "lab"))))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("of the cluster 'remuda'")
        .hasMessageContaining("told to be of 'lab'");

    assertThat(data().resolve("node.json")).doesNotExist();
    assertThat(keyAfterStart(token)).as("the right name is taken").hasSize(64);
  }

  @Test
  void theSharedKeyComesOnlyWithATokenThatIsTaken() throws Exception {
    keyAfterStart(token);
    Path given = Files.writeString(folder.resolve("given.key"), "0123456789abcdef".repeat(4));
    try (NodeHome home =
        NodeHome.open(config(token, Map.of("remuda.cluster.key-file", given.toString())))) {
      assertThat(home.clusterKey()).isEqualTo(Files.readString(given));
    }
    Files.writeString(token, line(now.plusSeconds(60)));
    String brought = keyAfterStart(token);
    assertThat(brought).as("a newer token brings it").isNotEqualTo(Files.readString(given));
    Files.writeString(data().resolve("cluster.key"), Files.readString(given));

    Files.writeString(token, line(now));
    assertThat(keyAfterStart(token)).as("an outdated one does not").isNotEqualTo(brought);
  }

  @Test
  void aTokenFileThatOthersMayReadIsToldFromOneThatTheyMayNot() throws Exception {
    for (String closed : List.of("rw-------", "r--------", "rw--w--w-")) {
      Files.setPosixFilePermissions(token, PosixFilePermissions.fromString(closed));
      assertThat(GivenToken.isOpenToOthers(token)).as(closed).isFalse();
    }
    for (String open : List.of("rw-r-----", "rw----r--", "rw-r--r--")) {
      Files.setPosixFilePermissions(token, PosixFilePermissions.fromString(open));
      assertThat(GivenToken.isOpenToOthers(token)).as(open).isTrue();
    }
  }

  private String line(Instant at) {
    return authority.token("n", YEAR, List.of(), at).line() + "\n";
  }

  private Path data() {
    return folder.resolve("data");
  }

  private String keyAfterStart(Path file) {
    try (NodeHome home = NodeHome.open(config(file, Map.of()))) {
      return home.clusterKey();
    }
  }

  private Config config(Path file, Map<String, ?> more) {
    Map<String, Object> all = new HashMap<>(more);
    all.put("remuda.node.data", data().toString());
    all.put("remuda.cluster.join-token-file", file.toString());
    return StrictConfig.load(Optional.empty(), ConfigFactory.parseMap(all, "test"));
  }
}
