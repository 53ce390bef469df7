package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.protocol.id.InstanceId;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Where requests go that an instance knows the beginning of, or the session. */
class AffinityTest {

  private static final RoutingSettings SETTINGS = Replicas.SHIPPED;
  private static final int SLOTS = 8;

  private final Replicas replicas = Replicas.warm(8, SLOTS);
  private final PrefixIndex index = new PrefixIndex(SETTINGS.indexEntries());
  private final Random random = new Random(3);

  @Test
  void aConversationGoesOnWhereItBegan() {
    String begun = "x".repeat(2000);
    Target first = send(asked(begun, ""));
    first.leave();

    for (int turn = 1; turn < 50; turn++) {
      Target next = send(asked(begun + "y".repeat(100 * turn), ""));
      assertThat(next).isEqualTo(first);
      next.leave();
    }
  }

  @Test
  void otherBeginningsGoWhereverThereIsRoom() {
    Set<InstanceId> seen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      Target target = send(asked(i + "z".repeat(2000), ""));
      seen.add(target.instance());
      target.leave();
    }

    assertThat(seen).hasSize(8);
  }

  @Test
  void anInstanceThatKnowsTheBeginningMayHaveSomeMoreRequestsAndNoFurther() {
    Replicas two = Replicas.warm(2, SLOTS);
    String begun = "x".repeat(SETTINGS.prefixBytes());
    Target first = send(two, asked(begun, ""));
    for (int i = 0; i < SETTINGS.affinity(); i++) {
      assertThat(send(two, asked(begun, ""))).isEqualTo(first);
    }

    assertThat(send(two, asked(begun, ""))).isNotEqualTo(first);
  }

  @Test
  void whatAnInstanceKnowsIsWorthNothingWhileItsMachineHasJustComeBack() {
    Replicas two = new Replicas();
    two.ready(1, SLOTS, "a");
    two.ready(2, SLOTS, "b");
    two.pass(SETTINGS.slowStart());
    String begun = "x".repeat(2000);
    Target first = send(two, asked(begun, "s-3"));
    first.leave();

    two.routes.mask(Set.of(first.route().machine()));
    two.routes.mask(Set.of());

    assertThat(send(two, asked(begun, "")).instance()).isNotEqualTo(first.instance());
    assertThat(send(two, asked("hi", "s-3")).instance()).isEqualTo(first.instance());
  }

  @Test
  void aBodyThatIsShorterThanABlockHasNoBeginning() {
    Footprint small = footprint("x".repeat(SETTINGS.blockBytes() - 1), "");
    Footprint one = footprint("x".repeat(SETTINGS.blockBytes()), "");
    Footprint large = footprint("x".repeat(10 * SETTINGS.prefixBytes()), "");

    assertThat(small.blocks()).isZero();
    assertThat(one.blocks()).isEqualTo(1);
    assertThat(large.blocks()).isEqualTo(SETTINGS.prefixBytes() / SETTINGS.blockBytes());
  }

  @Property(tries = 50)
  void beginningsAreTheSameUpToTheFirstByteThatDiffers(
      @ForAll @IntRange(min = 0, max = 8191) int differs) {
    byte[] text = "x".repeat(8192).getBytes(StandardCharsets.US_ASCII);
    Footprint one = footprint(Unpooled.wrappedBuffer(text.clone()), "");
    text[differs]++;
    Footprint other = footprint(Unpooled.wrappedBuffer(text), "");

    for (int block = 0; block < one.blocks(); block++) {
      boolean same = differs >= (block + 1) * SETTINGS.blockBytes();
      assertThat(one.block(block) == other.block(block)).as("block %d", block).isEqualTo(same);
    }
  }

  @Test
  void aSessionStaysWhileItsInstanceHasRoomAndMovesWhenItHasNone() {
    Target first = send(asked("hi", "s-1"));
    for (int i = 1; i < SLOTS; i++) {
      assertThat(send(asked("hi", "s-1"))).isEqualTo(first);
    }

    Target moved = send(asked("hi", "s-1"));

    assertThat(moved).isNotEqualTo(first);
    assertThat(send(asked("hi", "s-1"))).isEqualTo(moved);
  }

  @Test
  void aSessionLeavesAnInstanceThatIsLeftOut() {
    Target first = send(asked("hi", "s-2"));
    for (int i = 0; i < SETTINGS.breakerFailures(); i++) {
      first.failed(replicas.now.get(), SETTINGS);
    }

    assertThat(send(asked("hi", "s-2"))).isNotEqualTo(first);
  }

  @Test
  void theIndexKeepsItsSizeAndForgetsTheOlder() {
    PrefixIndex small = new PrefixIndex(64);
    Random hashes = new Random(1);
    long last = 0;
    for (int i = 0; i < 10_000; i++) {
      last = hashes.nextLong();
      small.put(last, 7);
    }
    int kept = 0;
    Random again = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      kept += small.find(again.nextLong()) == 7 ? 1 : 0;
    }

    assertThat(small.find(last)).isEqualTo(7);
    assertThat(kept).isBetween(1, 64);
  }

  private Asked asked(String body, String session) {
    return Asked.of(
        SETTINGS,
        index,
        false,
        "m",
        Optional.of(session).filter(name -> !name.isEmpty()),
        Unpooled.copiedBuffer(body, StandardCharsets.US_ASCII));
  }

  private static Footprint footprint(String body, String session) {
    return footprint(Unpooled.copiedBuffer(body, StandardCharsets.US_ASCII), session);
  }

  private static Footprint footprint(ByteBuf body, String session) {
    return Footprint.of("m", Optional.of(session).filter(name -> !name.isEmpty()), body, SETTINGS);
  }

  private Target send(Asked asked) {
    return send(replicas, asked);
  }

  private Target send(Replicas among, Asked asked) {
    Target target =
        Balancer.pick(among.entry(), Set.of(), asked, among.now.get(), random).orElseThrow();
    target.enter();
    asked.sentTo(target);
    return target;
  }
}
