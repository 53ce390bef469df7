package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.registry.access.AccessEvent;
import io.remuda.registry.audit.AuditEvent;
import io.remuda.registry.door.DoorEvent;
import io.remuda.registry.lease.LeaseEvent;
import io.remuda.registry.machine.MachineEvent;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.TenancyEvent;
import java.io.IOException;
import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The bytes of every event ever written stay readable: src/test/resources/golden holds them, by the
 * name of the event and the version that wrote them. A file there is never changed or removed;
 * after a change of the format new ones are added by {@code -Dgolden.write=true}.
 */
class JournalBytesTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  private final JournalSerializer serializer = new JournalSerializer();

  @Test
  void everythingComesBackAsItWas() throws Exception {
    for (Map.Entry<String, Object> sample : Samples.all().entrySet()) {
      byte[] bytes = serializer.toBinary(sample.getValue());
      Object back = serializer.fromBinary(bytes, serializer.manifest(sample.getValue()));
      assertThat(back).as(sample.getKey()).isEqualTo(sample.getValue());
    }
  }

  @Test
  void everyKindOfEventHasASample() {
    List<String> sampled =
        Samples.all().values().stream().map(o -> o.getClass().getSimpleName()).toList();

    assertThat(
            Stream.of(
                    ModelEvent.class,
                    MachineEvent.class,
                    AccessEvent.class,
                    DoorEvent.class,
                    AuditEvent.class,
                    LeaseEvent.class)
                .flatMap(JournalBytesTest::kinds)
                .map(Class::getSimpleName))
        .allSatisfy(kind -> assertThat(sampled).contains(kind));
  }

  @Test
  void bytesOfEveryVersionAreStillRead() throws Exception {
    if (Boolean.getBoolean("golden.write")) {
      write();
    }
    Map<String, Object> samples = Samples.all();
    List<Path> files;
    try (Stream<Path> listed = Files.list(GOLDEN)) {
      files = listed.sorted().toList();
    }
    assertThat(files).hasSizeGreaterThanOrEqualTo(samples.size());
    for (Path file : files) {
      String[] lines = Files.readString(file).split("\n");
      Object decoded = serializer.fromBinary(HexFormat.of().parseHex(lines[1]), lines[0]);
      String name = file.getFileName().toString().replaceAll("\\.v\\d+\\.hex$", "");
      if (file.toString().endsWith(".v1.hex")) {
        assertThat(decoded).as(name).isEqualTo(samples.get(name));
      }
    }
  }

  @Test
  void anEventOfANewerVersionIsRefusedNotSkipped() {
    assertThatThrownBy(() -> serializer.fromBinary(new byte[0], "me9"))
        .isInstanceOf(NotSerializableException.class)
        .hasMessageContaining("upgrade this node");
    assertThatThrownBy(() -> serializer.fromBinary("\n".getBytes(StandardCharsets.UTF_8), "me1"))
        .isInstanceOf(NotSerializableException.class);
  }

  @Test
  void whatDoesNotBelongIntoTheJournalIsRefused() {
    assertThatThrownBy(() -> serializer.toBinary("text"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> serializer.manifest("text"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyEventTellsItsStory() {
    for (Object sample : Samples.all().values()) {
      if (sample instanceof JournalEvent event) {
        assertThat(event.view(3).text()).isNotBlank().doesNotContain("Optional");
        assertThat(event.view(3).subject()).isNotBlank();
        assertThat(event.details()).isNotNull();
      }
    }
  }

  /** Both together are its token, and whoever may read events is not its holder. */
  @Test
  void noEventThatTellsALeasesIdTellsTheNumberBesideIt() {
    for (Object sample : Samples.all().values()) {
      if (sample instanceof LeaseEvent || sample instanceof TenancyEvent) {
        assertThat(((JournalEvent) sample).view(3).toString())
            .contains(Samples.LEASE.value())
            .doesNotContainPattern("\\b(%d|%d)\\b".formatted(Samples.GRANTED, Samples.RETURNED));
      }
    }
  }

  private void write() throws IOException {
    Files.createDirectories(GOLDEN);
    for (Map.Entry<String, Object> sample : Samples.all().entrySet()) {
      Path file = GOLDEN.resolve(sample.getKey() + ".v1.hex");
      if (!Files.exists(file)) {
        Files.writeString(
            file,
            serializer.manifest(sample.getValue())
                + "\n"
                + HexFormat.of().formatHex(serializer.toBinary(sample.getValue()))
                + "\n");
      }
    }
  }

  private static Stream<Class<?>> kinds(Class<?> event) {
    return event.isSealed()
        ? Arrays.stream(event.getPermittedSubclasses()).flatMap(JournalBytesTest::kinds)
        : Stream.of(event);
  }
}
