package io.remuda.registry.access;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import akka.serialization.SerializationExtension;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Reply;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.SteadyClock;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** More API keys than fit into one message, of which Artery drops what is larger than a frame. */
class KeyPagesTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  """))
          .withFallback(ConfigFactory.load());
  private static final ActorTestKit KIT = ActorTestKit.create("key-pages", CONFIG);
  private static final long FRAME =
      CONFIG.getBytes("akka.remote.artery.advanced.maximum-frame-size");

  /** The most that a key may be, as {@code POST /v1/keys} takes it. */
  private static final String LONGEST_LABEL = "\u5b57".repeat(200);

  private static final Set<ModelName> MOST_MODELS =
      IntStream.range(0, 500)
          .mapToObj(i -> new ModelName("m" + i + "x".repeat(60)))
          .collect(Collectors.toSet());

  private final List<ApiKey> spread = new ArrayList<>();

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void areListedPageByPageEachBelowAFrame() throws Exception {
    var actor = actor(AccessActor.MOST_BYTES);
    List<KeyId> made = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      ApiKey key =
          i % 100 == 7 ? key(i, LONGEST_LABEL, MOST_MODELS) : key(i, "a notebook", Set.of());
      assertThat(ask(actor, replyTo -> new AccessProtocol.CreateKey(key, replyTo)).refused())
          .isEmpty();
      made.add(key.id());
    }
    int spreadBefore = spread.size();

    List<KeyId> listed = new ArrayList<>();
    for (Reply page = page(actor, Optional.empty());
        !page.keys().isEmpty();
        page = page(actor, Optional.of(listed.get(listed.size() - 1)))) {
      assertThat(SerializationExtension.get(KIT.system()).serialize(page).get().length)
          .isLessThan((int) (FRAME * 3 / 4));
      page.keys().forEach(key -> listed.add(key.id()));
    }

    assertThat(listed).containsExactlyElementsOf(made.stream().sorted().toList());
    assertThat(spread.size() - spreadBefore).as("spread once, not with each page").isEqualTo(1_500);
  }

  @Test
  void areRefusedBeyondWhatCanBeSpread() {
    var actor = actor(2 * key(1, "", Set.of()).size());
    for (int i = 1; i <= 2; i++) {
      ApiKey key = key(i, "", Set.of());
      assertThat(ask(actor, replyTo -> new AccessProtocol.CreateKey(key, replyTo)).refused())
          .isEmpty();
    }

    Reply third =
        ask(actor, replyTo -> new AccessProtocol.CreateKey(key(3, "", Set.of()), replyTo));

    assertThat(third.refused().orElseThrow().code()).isEqualTo(ErrorCode.INSUFFICIENT_QUOTA);
    assertThat(third.refused().orElseThrow().message()).contains("2 API keys");
    // and one that is there is still taken back
    assertThat(
            ask(actor, replyTo -> new AccessProtocol.RevokeKey(key(2, "", Set.of()).id(), replyTo))
                .refused())
        .isEmpty();
  }

  private EventSourcedBehaviorTestKit<AccessProtocol.Command, AccessEvent, AccessState> actor(
      int mostBytes) {
    EventSourcedBehaviorTestKit<AccessProtocol.Command, AccessEvent, AccessState> actor =
        EventSourcedBehaviorTestKit.create(
            KIT.system(),
            AccessActor.create(
                new SteadyClock(),
                100_000,
                mostBytes,
                news -> spread.addAll(news.entries()),
                () -> {},
                new Unreadable(),
                new Succession<>(self -> {}, command -> {})),
            EventSourcedBehaviorTestKit.disabledSerializationSettings());
    actor.clear(); // Of the other test's keys, which have the same owner.
    return actor;
  }

  private static Reply page(
      EventSourcedBehaviorTestKit<AccessProtocol.Command, AccessEvent, AccessState> actor,
      Optional<KeyId> after) {
    return ask(actor, replyTo -> new AccessProtocol.ListKeys(after, replyTo));
  }

  private static Reply ask(
      EventSourcedBehaviorTestKit<AccessProtocol.Command, AccessEvent, AccessState> actor,
      Function<ActorRef<Reply>, AccessProtocol.Command> command) {
    return actor.<Reply>runCommand(command::apply).reply();
  }

  private static ApiKey key(int number, String label, Set<ModelName> models) {
    return new ApiKey(
        // Not in the order of their making.
        new KeyId("%08x".formatted(number * 0x9E3779B1)),
        label,
        "0f".repeat(32),
        Set.of(Scope.values()),
        models,
        Instant.ofEpochMilli(1_700_000_000_000L),
        Optional.of(Instant.ofEpochMilli(1_800_000_000_123L)),
        false,
        0);
  }
}
