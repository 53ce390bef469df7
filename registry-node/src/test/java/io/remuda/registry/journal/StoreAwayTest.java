package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import io.remuda.protocol.RegistryProtocol.Foreseen;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.registry.model.RegistryMessage.ForeseeGiveWay;
import io.remuda.registry.model.RegistryMessage.GiveWay;
import io.remuda.registry.model.RegistryMessage.GiveWayReply;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Another name's owner, too, learns at once that the database is away. */
class StoreAwayTest {

  private static final InstanceId CHAT = InstanceId.of("chat-3");
  private static final ModelName DEMO = new ModelName("demo");

  @Test
  void whoIsAskedToGiveWayStays() {
    TestInbox<GiveWayReply> replies = TestInbox.create();

    StoreAway.refuse(new GiveWay(CHAT, DEMO, 0, true, true, replies.getRef()), StoreAway.REFUSED);

    assertThat(replies.receiveMessage())
        .isEqualTo(new GiveWayReply(CHAT, Optional.of(StoreAway.REFUSED.message())));
  }

  @Test
  void whatWouldComeOfItIsNotForeseen() {
    TestInbox<Foreseen> replies = TestInbox.create();

    StoreAway.refuse(
        new ForeseeGiveWay(
            CHAT, DEMO, 0, true, true, Optional.empty(), List.of(), replies.getRef()),
        StoreAway.REFUSED);

    assertThat(replies.receiveMessage().refused()).hasValue(StoreAway.REFUSED);
  }
}
