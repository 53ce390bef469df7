package io.remuda.protocol.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.config.ClusterKey;
import io.remuda.protocol.config.StartRefused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an authority is made, whole or not at all, and for whom it makes tokens. */
class AuthorityFolderTest {

  private static final Duration YEAR = Duration.ofDays(365);

  private final Instant now = Instant.now();
  @TempDir Path folder;

  @Test
  void itsFolderIsForItsOwnerAlone() throws Exception {
    Path made = folder.resolve("fleet/ca");
    CertificateAuthority.create(made, "remuda", now);
    assertThat(mode(made)).isEqualTo("rwx------");
    assertThat(names(folder.resolve("fleet"))).containsExactly("ca");
    assertThat(names(made)).containsExactlyInAnyOrder("ca.crt", "ca.key", "cluster.key");

    Path empty = Files.createDirectory(folder.resolve("empty"));
    CertificateAuthority.create(empty, "remuda", now);
    assertThat(mode(empty)).as("one that was there, empty").isEqualTo("rwx------");
  }

  @Test
  void aFolderThatCannotBeReplacedIsFilled() throws Exception {
    Path volume = Files.createDirectory(folder.resolve("volume"));
    Path link = Files.createSymbolicLink(folder.resolve("ca"), volume);

    CertificateAuthority.create(link, "remuda", now);

    assertThat(names(volume)).containsExactlyInAnyOrder("ca.crt", "ca.key", "cluster.key");
    assertThat(CertificateAuthority.open(link).token("n", YEAR, List.of(), now)).isNotNull();
  }

  @Test
  void isMadeWholeOrNotAtAll() throws Exception {
    Path dir = Files.createDirectory(folder.resolve("ca"));
    Files.writeString(dir.resolve("ca.crt"), "of somebody else");

    assertThatThrownBy(() -> CertificateAuthority.create(dir, "remuda", now))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("name a new folder");

    assertThat(names(dir)).containsExactly("ca.crt");
    assertThat(names(folder)).as("nothing is left beside it").containsExactly("ca");
  }

  @Test
  void bearsTheSharedKeyThatItIsGiven() {
    String key = ClusterKey.make();

    CertificateAuthority.create(folder.resolve("ca"), "remuda", key, now);

    assertThat(
            CertificateAuthority.open(folder.resolve("ca"))
                .token("n", YEAR, List.of(), now)
                .clusterKey())
        .contains(key);
  }

  @Test
  void whatLooksLikeAnAddressHasToBeOne() throws Exception {
    CertificateAuthority authority =
        CertificateAuthority.create(folder.resolve("ca"), "remuda", now);

    for (String wrong : List.of("ab:cd", "1.2.3.4.5", "1.2.3", "300.1.1.1", "::g")) {
      assertThatThrownBy(() -> authority.token("n", YEAR, List.of(wrong), now))
          .as(wrong)
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("\"" + wrong + "\" is no host's");
    }
    assertThatThrownBy(() -> authority.token("1.2.3.4.5", YEAR, List.of(), now))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("is no node's address");
    assertThat(
            authority
                .token("7", YEAR, List.of("::1", "10.0.0.7"), now)
                .certificate()
                .getSubjectAlternativeNames()
                .toString())
        .contains("[2, 7]", "[7, 0:0:0:0:0:0:0:1]", "[7, 10.0.0.7]");
  }

  @Test
  void aTokenThatIsValidForNoTimeIsRefused() {
    CertificateAuthority authority =
        CertificateAuthority.create(folder.resolve("ca"), "remuda", now);

    for (Duration none : List.of(Duration.ZERO, Duration.ofDays(-1))) {
      assertThatThrownBy(() -> authority.token("n", none, List.of(), now))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("valid for no time");
    }
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static List<String> names(Path dir) throws Exception {
    try (Stream<Path> found = Files.list(dir)) {
      return found.map(path -> path.getFileName().toString()).toList();
    }
  }
}
