package io.remuda.node.external;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.front.WorkerCalls.Head;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.access.KeyMint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in by a machine that starts while the registry is away. */
class KeysOnDiskTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path data;
  private final KeyMint mint = new KeyMint("cluster-key", new SecureRandom());
  private Path file;

  @BeforeEach
  void name() {
    file = data.resolve("keys.json");
  }

  @Test
  void aWorkerWithAKeyThatWasHeardOfIsLetInAfterARestart() throws Exception {
    KeyMint.Minted minted = minted();
    WorkerAccess before = life();
    before.merge(new AccessTable(List.of(minted.key())));

    WorkerAccess after = life();

    assertThat(check(after, minted.secret()).pass()).isPresent();
    assertThat(Files.readString(file)).doesNotContain(minted.secret());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void aKeyThatIsNotInTheCopyIsNotRefusedForGood() {
    life().merge(new AccessTable(List.of(minted().key())));
    String later = minted().secret();

    WorkerAccess after = life();

    assertThat(check(after, later).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.REGISTRY_UNAVAILABLE);
    after.merge(AccessTable.EMPTY);
    assertThat(check(after, later).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.UNAUTHENTICATED);
  }

  @Test
  void aDamagedCopyIsIgnoredAndReplaced() throws Exception {
    Files.writeString(file, "{\"entr");
    KeyMint.Minted minted = minted();

    life().merge(new AccessTable(List.of(minted.key())));

    assertThat(check(life(), minted.secret()).pass()).isPresent();
  }

  /** A machine's access from a start on. */
  private WorkerAccess life() {
    KeysOnDisk copy = new KeysOnDisk(file);
    WorkerAccess access = WorkerAccess.of(false, copy, mint, InstantSource.fixed(NOW));
    copy.follow(access, Runnable::run);
    return access;
  }

  private KeyMint.Minted minted() {
    return mint.mint("test", Set.of(Scope.WORKER), Set.of(), NOW, Optional.empty());
  }

  private static WorkerAccess.Outcome check(WorkerAccess access, String key) {
    return access.check(
        new Head(
            "POST", "/v1/instances", Optional.of("Bearer " + key), Optional.empty(), false, false));
  }
}
