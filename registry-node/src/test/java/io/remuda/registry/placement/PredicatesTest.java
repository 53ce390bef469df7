package io.remuda.registry.placement;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.testing.Reports;
import io.remuda.registry.testing.Specs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each predicate of docs/placement.md says its name, its numbers and what to do. */
class PredicatesTest {

  private static final MachineId M1 = new MachineId("m1");
  private static final Need ANY = need(aSpec(), Resources.NONE);

  static Stream<Arguments> predicates() {
    return Stream.of(
            row("engine", false, need(aSpec().on("vllm"), Resources.NONE), Reports.of("m1"))
                .says(
                    "knows no engine 'vllm'; it knows fake: add a profile, or choose one of these"),
            row(
                    "engine",
                    false,
                    need(aSpec().on("vllm"), Resources.NONE),
                    Reports.of("m1").engine("vllm", false))
                .says("cannot run vllm: its program is missing"),
            row("engine", true, ANY, Reports.of("m1").withoutEngines())
                .says("still looks for its engines; wait a moment"),
            row(
                    "labels",
                    false,
                    need(aSpec().labelled("zone", "a"), Resources.NONE),
                    Reports.of("m1").labels(Map.of("zone", "b")))
                .says("does not carry the label {zone=a}; label it, or ask for less"),
            row("gpu-memory", false, gpu(24_000), Reports.of("m1").gpu(16_000, 0, 0))
                .says(
                    "needs 1 GPU with 24000 MiB",
                    "has in all 1 GPU with at most 16000 MiB; ask for less, or add a machine"),
            row("memory", false, need(aSpec(), new Resources(0, 9_000, 0, 0)), memory(8_000, 0))
                .says(
                    "needs 9000 MiB of memory", "has in all 8000; ask for less, or add a machine"),
            row("cpus", false, need(aSpec(), new Resources(0, 0, 9, 0)), Reports.of("m1").cpus(8))
                .says("needs 9 cores", "has in all 8; ask for less, or add a machine"),
            row(
                    "does-not-fit",
                    false,
                    need(Map.of(), Map.of(), Map.of(), Map.of(M1, "ran out of memory; retry it")),
                    Reports.of("m1"))
                .says("ran out of memory; retry it"),
            row("reachable", true, ANY, Reports.of("m1"))
                .silent(Duration.ofSeconds(21))
                .says("was last heard 20 s ago; see that it runs and that the network reaches it"),
            row("journal", true, ANY, Reports.of("m1").obeying("other"))
                .says("obeys another journal; restore that one from its backup"),
            row("settled", true, ANY, Reports.of("m1").settled(false))
                .says("is not ready for starts; wait a moment"),
            row("cordon", true, ANY, Reports.of("m1").cordoned())
                .says("is cordoned; take new instances again with `remuda uncordon m1`"),
            row(
                    "anti-affinity",
                    true,
                    need(aSpec().apart(), Resources.NONE).after(M1),
                    Reports.of("m1"))
                .says("holds an instance already and no two may share a machine; add a machine"),
            row(
                    "refused",
                    true,
                    need(Map.of(), Map.of(), Map.of(M1, "its disk is full"), Map.of()),
                    Reports.of("m1"))
                .says("refused lately: its disk is full"),
            row("gpu-cordon", true, gpu(6_000), Reports.of("m1").gpu(8_000, 0, 0))
                .cordonedGpu()
                .says(
                    "needs 6000 MiB on each of 1 GPU and has GPU 0 cordoned",
                    "`remuda uncordon m1 --gpu 0`"),
            row("gpu-memory", true, gpu(9_000), Reports.of("m1").gpu(16_000, 8_000, 0))
                .says(
                    "needs 1 GPU with 9000 MiB",
                    "has free 1 GPU with at most 8000 MiB; stop or shrink something there"),
            row("memory", true, need(aSpec(), new Resources(0, 9_000, 0, 0)), memory(16_000, 8_000))
                .says("needs 9000 MiB of memory", "has free 8000; stop or shrink something there"),
            row(
                    "cpus",
                    true,
                    need(
                        Map.of(),
                        Map.of(M1, List.of(new Resources(0, 0, 7.5, 0))),
                        Map.of(),
                        Map.of()),
                    Reports.of("m1").cpus(8))
                .says("needs 1 cores", "has free 0.50; stop or shrink something there"))
        .map(Row::arguments);
  }

  @ParameterizedTest(name = "{0}, ever {1}")
  @MethodSource("predicates")
  void saysItsNameItsNumbersAndWhatToDo(
      String predicate, boolean ever, FleetSnapshot.Machine machine, Need need, List<String> says) {
    Verdict verdict = Suitability.of(machine, need);

    assertThat(verdict.fits()).isFalse();
    assertThat(verdict.predicate()).isEqualTo(predicate);
    assertThat(verdict.everFits()).isEqualTo(ever);
    assertThat(verdict.text()).contains("m1 (host-m1)").contains(says);
  }

  @Test
  void allThatThePageNamesAreThere() throws IOException {
    String page = Files.readString(Path.of("../docs/placement.md"));
    String table = page.substring(page.indexOf("| predicate |"), page.indexOf("Of those that"));
    Set<String> named = new TreeSet<>();
    for (String line : table.lines().filter(line -> line.startsWith("| `")).toList()) {
      Matcher word = Pattern.compile("`([a-z-]+)`").matcher(line.split("\\|", -1)[1]);
      while (word.find()) {
        named.add(word.group(1));
      }
    }

    assertThat(predicates().map(row -> (String) row.get()[0]).collect(Collectors.toSet()))
        .isEqualTo(named);
  }

  /** One machine, what is asked of it, and what is said. */
  private record Row(
      String predicate, boolean ever, Need need, FleetSnapshot.Machine machine, List<String> says) {

    Row says(String... parts) {
      return new Row(predicate, ever, need, machine, List.of(parts));
    }

    Row silent(Duration since) {
      return with(new FleetSnapshot.Machine(true, false, since, Duration.ZERO, machine.report()));
    }

    Row cordonedGpu() {
      NodeReport report = machine.report();
      Capacity capacity = report.capacity();
      return with(
          new FleetSnapshot.Machine(
              true,
              false,
              Duration.ZERO,
              Duration.ZERO,
              new NodeReport(
                  report.machine(),
                  1,
                  1,
                  report.hostName(),
                  report.front(),
                  report.labels(),
                  false,
                  true,
                  report.journal(),
                  new Capacity(
                      capacity.memoryTotalMiB(),
                      0,
                      8,
                      0,
                      capacity.gpus().stream().map(gpu -> gpu.withCordon(true)).toList()),
                  report.engines(),
                  List.of())));
    }

    private Row with(FleetSnapshot.Machine other) {
      return new Row(predicate, ever, need, other, says);
    }

    Arguments arguments() {
      return Arguments.of(predicate, ever, machine, need, says);
    }
  }

  private static Row row(String predicate, boolean ever, Need need, Reports report) {
    return new Row(
        predicate,
        ever,
        need,
        new FleetSnapshot.Machine(true, false, Duration.ZERO, Duration.ZERO, report.build()),
        List.of());
  }

  private static Reports memory(long total, long reserved) {
    return Reports.of("m1").memory(total, reserved);
  }

  private static Need gpu(long memoryMiB) {
    return need(aSpec(), new Resources(memoryMiB, 0, 0, 1));
  }

  private static Need need(Specs spec, Resources claim) {
    return SchedulerTest.need(spec, claim);
  }

  /** Of one core. */
  private static Need need(
      Map<MachineId, Integer> neighbours,
      Map<MachineId, List<Resources>> unseen,
      Map<MachineId, String> held,
      Map<MachineId, String> unfit) {
    return new Need(
        aSpec().build(),
        new Resources(0, 0, 1, 0),
        new JournalId("journal-1"),
        neighbours,
        unseen,
        held,
        unfit,
        Locality.UNKNOWN,
        Duration.ofSeconds(3));
  }
}
