package io.remuda.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.model.Gpu;
import io.remuda.protocol.model.Resources;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** When memory of an engine that has ended is free again. */
class MemoryReturnTest {

  private static final long TOTAL = 10_000;
  private static final InstanceId A = InstanceId.of("a-1");
  private static final InstanceId B = InstanceId.of("b-2");
  private static final Map<String, Long> PROMISED = Map.of("GPU-0", 6_000L);
  private static final Map<String, Long> NOBODY = Map.of();

  private static Gpu gpu(long used, boolean declared) {
    OptionalDouble none = OptionalDouble.empty();
    return new Gpu(0, "GPU-0", "test", TOTAL, used, 0, none, none, none, declared, false);
  }

  /** A look at a driver that lists processes. */
  private static GpuUse use(long used, Map<InstanceId, Long> ours) {
    Map<InstanceId, Map<String, Long>> byGpu = new HashMap<>();
    ours.forEach((id, mib) -> byGpu.put(id, Map.of("GPU-0", mib)));
    return new GpuUse(List.of(gpu(used, false)), Map.of(), byGpu);
  }

  /** Instance A after its end, which this was seen before. */
  private static MemoryReturn ended(GpuUse before) {
    return MemoryReturn.NONE.seen(0, before, NOBODY).with(A, PROMISED, before, 1, 0);
  }

  @Test
  void aLookThatWasBegunBeforeTheEndSaysNothing() {
    MemoryReturn returning = MemoryReturn.NONE.with(A, PROMISED, use(0, Map.of()), 4, 0);

    assertThat(returning.seen(3, use(0, Map.of()), NOBODY).awayMiB("GPU-0")).isEqualTo(6_000);
    assertThat(returning.seen(4, use(0, Map.of()), NOBODY).ended()).isEmpty();
  }

  @Test
  void itIsBackWhenWhatBelongsToNobodyIsAsBeforeWhateverAnotherEngineTakesMeanwhile() {
    // given: 300 MiB are the driver's own
    GpuUse before = use(7_000, Map.of(A, 5_000L, B, 1_700L));
    MemoryReturn returning = ended(before);

    MemoryReturn later = returning.seen(1, use(7_000, Map.of(B, 1_700L)), NOBODY);
    MemoryReturn back = later.seen(2, use(3_100, Map.of(B, 2_800L)), NOBODY);

    assertThat(later.awayMiB("GPU-0")).isEqualTo(5_000);
    assertThat(back.ended()).isEmpty();
  }

  @Test
  void whatTheDriverStillListsIsNotBack() {
    MemoryReturn returning = ended(use(5_300, Map.of(A, 5_000L)));

    assertThat(returning.seen(1, use(4_300, Map.of(A, 4_000L)), NOBODY).awayMiB("GPU-0"))
        .isEqualTo(4_000);
  }

  @Test
  void whereNoProcessIsListedItIsBackAtTheLevelOfWhatOthersWerePromised() {
    MemoryReturn returning = MemoryReturn.NONE.with(A, PROMISED, use(8_000, Map.of()), 1, 0);

    MemoryReturn half = returning.seen(1, use(5_000, Map.of()), Map.of("GPU-0", 3_000L));

    assertThat(half.awayMiB("GPU-0")).isEqualTo(2_000);
    assertThat(half.seen(2, use(3_000, Map.of()), Map.of("GPU-0", 3_000L)).ended()).isEmpty();
  }

  @Test
  void whatWasUsedBeforeAnythingStartedIsNoneOfTheEndedEngines() {
    // given: a display takes 1000 MiB, and the driver lists nobody
    CapacityLedger ledger = CapacityLedger.of(1_000, 4).seen(1, use(1_000, Map.of()), Map.of());

    for (int round = 1; round <= 3; round++) {
      InstanceId id = InstanceId.of("a-" + round);
      Resources claim = new Resources(6_000, 0, 0, 1);
      ledger = ledger.reserve(id, claim, "m").ledger().orElseThrow();
      ledger = ledger.seen(3L * round, use(6_500, Map.of()), Map.of());
      ledger = ledger.ended(id, 3L * round + 1, 0);

      ledger = ledger.seen(3L * round + 1, use(3_000, Map.of()), Map.of());
      assertThat(ledger.returning().awayMiB("GPU-0")).as("half of it").isEqualTo(2_000);
      ledger = ledger.seen(3L * round + 2, use(1_000, Map.of()), Map.of());
      assertThat(ledger.returning().ended()).as("in round %d", round).isEmpty();
    }
  }

  @Test
  void whatIsUsedTooMuchCountsOnceHoweverManyHaveEnded() {
    GpuUse before = use(9_000, Map.of(A, 5_500L, B, 3_500L));
    MemoryReturn both = ended(before).with(B, Map.of("GPU-0", 4_000L), before, 1, 0);

    MemoryReturn leak = both.seen(1, use(2_000, Map.of()), NOBODY);

    assertThat(both.awayMiB("GPU-0")).isEqualTo(10_000);
    assertThat(leak.awayMiB("GPU-0")).isEqualTo(2_000);
    assertThat(leak.inWords(gpu(0, false))).contains("2000 MiB of a-1 and b-2 not back yet");
    assertThat(leak.seen(2, use(0, Map.of()), NOBODY).ended()).isEmpty();
  }

  @Test
  void whatSomebodyUnknownHasGivenBackSinceTheEndIsNotLeftToTheEndedEngine() {
    // given: 3000 MiB are of an engine from before the agent began
    MemoryReturn returning = ended(use(8_000, Map.of(A, 5_000L)));

    MemoryReturn alone = returning.seen(1, use(5_000, Map.of(A, 5_000L)), NOBODY);
    MemoryReturn leak = alone.seen(2, use(2_000, Map.of()), NOBODY);

    assertThat(leak.awayMiB("GPU-0")).isEqualTo(2_000);
  }

  @Test
  void aGpuWithoutADriverHasItBackAtOnce() {
    GpuUse declared = new GpuUse(List.of(gpu(0, true)), Map.of(), Map.of());

    assertThat(MemoryReturn.NONE.with(A, PROMISED, declared, 1, 0)).isEqualTo(MemoryReturn.NONE);
  }

  @Test
  void whatIsAwayForTooLongIsToldAndStaysAway() {
    MemoryReturn returning = MemoryReturn.NONE.with(A, PROMISED, use(0, Map.of()), 1, 0);
    Duration limit = Duration.ofSeconds(30);

    assertThat(returning.overdue(limit.toNanos(), limit)).isEmpty();
    assertThat(returning.overdue(limit.toNanos() + 1, limit)).containsExactly(A);
    assertThat(returning.inWords(gpu(0, false))).contains("6000 MiB of a-1 not back yet");
    assertThat(returning.awayMiB("GPU-0")).isEqualTo(6_000);
  }

  /** What may happen on a machine, in any order. */
  enum Happening {
    START,
    FILL,
    END,
    COMES_BACK,
    LOOK_BEGINS,
    LOOK_ENDS
  }

  record Step(Happening what, int instance, long mib) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(Happening.class),
            Arbitraries.integers().between(1, 4),
            Arbitraries.longs().between(1_000, 7_000))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  /** A GPU, whose driver gives memory back when it likes. */
  private static final class Card {
    private final Map<InstanceId, Long> promised = new TreeMap<>();
    private final Map<InstanceId, Long> used = new TreeMap<>();
    private final Map<InstanceId, Long> lingering = new TreeMap<>();
    private final long unknown;
    private final boolean lists;

    /**
     * @param unknown used by nobody that is known, all along
     * @param lists whether its driver says who uses what
     */
    Card(long unknown, boolean lists) {
      this.unknown = unknown;
      this.lists = lists;
    }

    GpuUse seen() {
      return use(unknown + sum(used) + sum(lingering), lists ? used : Map.of());
    }

    long needed() {
      return sum(promised) + sum(lingering);
    }

    private static long sum(Map<InstanceId, Long> mib) {
      return mib.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Something bad never happens: an engine is let in whose memory another one still has. And
   * something good does: what all have given back is free, whether the driver lists them or not.
   */
  @Property
  void nothingStartsBeforeItsMemoryIsBackAndAllOfItComesBack(
      @ForAll("steps") List<Step> steps,
      @ForAll @LongRange(max = 3_000) long unknown,
      @ForAll boolean lists) {
    Card card = new Card(unknown, lists);
    CapacityLedger ledger = CapacityLedger.of(1_000, 4).seen(1, card.seen(), Map.of());
    long looks = 1;
    GpuUse begun = card.seen();
    for (Step step : steps) {
      InstanceId id = InstanceId.of("m-" + step.instance());
      switch (step.what()) {
        case START -> {
          boolean here = card.promised.containsKey(id) || card.lingering.containsKey(id);
          CapacityLedger.Outcome outcome =
              ledger.reserve(id, new Resources(step.mib(), 0, 0, 1), "m");
          if (!here && outcome.ledger().isPresent()) {
            ledger = outcome.ledger().get();
            card.promised.put(id, step.mib());
            card.used.put(id, 0L);
          }
        }
        case FILL -> card.used.computeIfPresent(id, (any, none) -> card.promised.get(id));
        case END -> {
          if (card.promised.remove(id) != null) {
            card.lingering.put(id, card.used.remove(id));
            ledger = ledger.ended(id, looks + 1, 0);
          }
        }
        case COMES_BACK -> card.lingering.remove(id);
        case LOOK_BEGINS -> {
          looks++;
          begun = card.seen();
        }
        case LOOK_ENDS -> ledger = ledger.seen(looks, begun, Map.of());
      }
      if (lists) {
        assertThat(card.needed()).as("after %s", step).isLessThanOrEqualTo(TOTAL);
      }
    }
    for (InstanceId id : card.promised.keySet()) {
      ledger = ledger.ended(id, looks + 1, 0);
    }
    GpuUse atLast = new Card(unknown, lists).seen();
    ledger = ledger.seen(looks + 1, atLast, Map.of());
    assertThat(ledger.returning().ended()).isEmpty();
    assertThat(ledger.returning().awayMiB("GPU-0")).isZero();
  }
}
