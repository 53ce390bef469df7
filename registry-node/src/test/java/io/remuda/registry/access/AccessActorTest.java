package io.remuda.registry.access;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.persistence.testkit.javadsl.EventSourcedBehaviorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Reply;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.TenantLimits;
import io.remuda.registry.SteadyClock;
import io.remuda.registry.journal.Succession;
import io.remuda.registry.journal.Unreadable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class AccessActorTest {

  private static final Config CONFIG =
      EventSourcedBehaviorTestKit.config()
          .withFallback(
              ConfigFactory.parseString(
                  """
                  akka.actor.provider = local
                  akka.actor.testkit.typed.timefactor = 5
                  """))
          .withFallback(ConfigFactory.load());

  /** Later than the steady clock ever says. */
  private static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");

  private static final ActorTestKit KIT = ActorTestKit.create("access", CONFIG);

  private final List<ApiKey> spread = new CopyOnWriteArrayList<>();
  private final List<TenantLimits> tenants = new CopyOnWriteArrayList<>();
  private final EventSourcedBehaviorTestKit<AccessProtocol.Command, AccessEvent, AccessState>
      actor =
          EventSourcedBehaviorTestKit.create(
              KIT.system(),
              AccessActor.create(
                  new SteadyClock(),
                  100,
                  news -> {
                    spread.addAll(news.entries());
                    tenants.addAll(news.tenants());
                  },
                  () -> {},
                  new Unreadable(),
                  new Succession<>(self -> {}, command -> {})),
              EventSourcedBehaviorTestKit.disabledSerializationSettings());

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void aKeyIsWrittenSpreadAndListed() {
    Reply created = create("abcd1234", "00ff");

    assertThat(created.keys()).singleElement().satisfies(k -> assertThat(k.version()).isOne());
    assertThat(spread).hasSize(1);
    assertThat(ask(replyTo -> new AccessProtocol.ListKeys(Optional.empty(), replyTo)).keys())
        .hasSize(1);
  }

  @Test
  void aRevokedKeyStaysAsATombstoneOfAHigherVersion() {
    create("abcd1234", "00ff");

    Reply revoked = ask(replyTo -> new AccessProtocol.RevokeKey(new KeyId("abcd1234"), replyTo));
    Reply again = ask(replyTo -> new AccessProtocol.RevokeKey(new KeyId("abcd1234"), replyTo));

    assertThat(revoked.keys().get(0).revoked()).isTrue();
    assertThat(revoked.keys().get(0).isNewerThan(spread.get(0))).isTrue();
    assertThat(again).isEqualTo(revoked);
    assertThat(ask(replyTo -> new AccessProtocol.ListKeys(Optional.empty(), replyTo)).keys())
        .hasSize(1);
  }

  @Test
  void theSameKeyTwiceIsOneAndAnotherSecretUnderItsIdIsRefused() {
    Reply first = create("abcd1234", "00ff");

    assertThat(create("abcd1234", "00ff")).isEqualTo(first);
    assertThat(create("abcd1234", "11ee").refused().orElseThrow().code())
        .isEqualTo(ErrorCode.INVALID_REQUEST);
  }

  @Test
  void aKeyThatIsNotThereCannotBeRevoked() {
    Reply reply = ask(replyTo -> new AccessProtocol.RevokeKey(new KeyId("nobody"), replyTo));

    assertThat(reply.refused().orElseThrow().code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void aRotatedKeyHasANewSecretAndItsOldOneUntilThen() {
    create("abcd1234", "00ff");

    Reply rotated = rotate("abcd1234", "11ee", Optional.of(LATER));
    Reply again = rotate("abcd1234", "11ee", Optional.of(LATER.plusSeconds(9)));
    ApiKey key = rotated.keys().get(0);

    assertThat(key.secretHash()).isEqualTo("11ee");
    assertThat(key.replaced()).containsExactly(new AccessProtocol.Replaced("00ff", LATER));
    assertThat(key.isNewerThan(spread.get(0))).isTrue();
    assertThat(spread).contains(key);
    assertThat(again).as("heard twice").isEqualTo(rotated);
    actor.restart();
    assertThat(ask(replyTo -> new AccessProtocol.ListKeys(Optional.empty(), replyTo)).keys())
        .containsExactly(key);
  }

  @Test
  void oldSecretsOfAKeyAreBoundedAndARotationWithoutOverlapEndsThem() {
    create("abcd1234", "hash-0");
    for (int i = 1; i <= AccessDecider.MOST_REPLACED; i++) {
      assertThat(rotate("abcd1234", "hash-" + i, Optional.of(LATER)).refused()).isEmpty();
    }

    Reply refused = rotate("abcd1234", "one-more", Optional.of(LATER));
    Reply ended = rotate("abcd1234", "stolen", Optional.empty());

    assertThat(refused.refused().orElseThrow().message()).contains("without overlap");
    assertThat(ended.keys().get(0).replaced()).isEmpty();
    assertThat(ended.keys().get(0).secretHash()).isEqualTo("stolen");
  }

  @Test
  void aKeyThatIsRevokedOrNotThereCannotBeRotated() {
    create("abcd1234", "00ff");
    ask(replyTo -> new AccessProtocol.RevokeKey(new KeyId("abcd1234"), replyTo));

    assertThat(rotate("abcd1234", "11ee", Optional.empty()).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(rotate("nobody", "11ee", Optional.empty()).refused().orElseThrow().code())
        .isEqualTo(ErrorCode.NOT_FOUND);
  }

  @Test
  void limitsOfAKeyAndOfATenantAreWrittenSpreadAndThereAfterARestart() {
    Limits limits = new Limits(60, 9_000, 0, 1_000_000);
    create("abcd1234", "00ff");

    Reply limited =
        ask(replyTo -> new AccessProtocol.LimitKey(new KeyId("abcd1234"), limits, replyTo));
    Reply again =
        ask(replyTo -> new AccessProtocol.LimitKey(new KeyId("abcd1234"), limits, replyTo));
    AccessProtocol.TenantReply tenant =
        actor
            .<AccessProtocol.TenantReply>runCommand(
                replyTo -> new AccessProtocol.LimitTenant("acme", limits, replyTo))
            .reply();

    assertThat(limited.keys().get(0).limits()).isEqualTo(limits);
    assertThat(limited.keys().get(0).isNewerThan(spread.get(0))).isTrue();
    assertThat(again).as("heard twice").isEqualTo(limited);
    assertThat(tenant.tenants()).containsExactly(new TenantLimits("acme", limits, 3));
    assertThat(tenants).contains(new TenantLimits("acme", limits, 3));
    actor.restart();
    assertThat(ask(replyTo -> new AccessProtocol.ListKeys(Optional.empty(), replyTo)).keys())
        .containsExactlyElementsOf(limited.keys());
    assertThat(
            actor
                .<AccessProtocol.TenantReply>runCommand(AccessProtocol.ListTenants::new)
                .reply()
                .tenants())
        .isEqualTo(tenant.tenants());
  }

  @Test
  void aKeyThatIsNotThereCannotBeLimited() {
    Reply reply =
        ask(replyTo -> new AccessProtocol.LimitKey(new KeyId("nobody"), Limits.NONE, replyTo));

    assertThat(reply.refused().orElseThrow().code()).isEqualTo(ErrorCode.NOT_FOUND);
  }

  private Reply rotate(String id, String hash, Optional<Instant> oldUntil) {
    return ask(replyTo -> new AccessProtocol.RotateKey(new KeyId(id), hash, oldUntil, replyTo));
  }

  @Test
  void aRestartSpreadsAllKeysAgain() {
    create("abcd1234", "00ff");
    spread.clear();

    actor.restart();

    io.remuda.protocol.testing.Eventually.isTrue(
        "they are spread", java.time.Duration.ofSeconds(20), () -> spread.size() == 1);
  }

  private Reply create(String id, String hash) {
    return ask(
        replyTo ->
            new AccessProtocol.CreateKey(
                new ApiKey(
                    new KeyId(id),
                    "ci",
                    hash,
                    Set.of(Scope.INFER),
                    Set.of(),
                    Instant.ofEpochMilli(1000),
                    Optional.empty(),
                    false,
                    0),
                replyTo));
  }

  private Reply ask(java.util.function.Function<ActorRef<Reply>, AccessProtocol.Command> command) {
    return actor.<Reply>runCommand(command::apply).reply();
  }
}
