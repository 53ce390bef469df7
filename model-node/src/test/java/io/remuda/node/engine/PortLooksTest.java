package io.remuda.node.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.engine.PortLooks.Seen;
import org.junit.jupiter.api.Test;

class PortLooksTest {

  @Test
  void takesNobodyForAStrangerWhoIsSeenOnce() {
    PortLooks looks = new PortLooks(true);

    assertThat(looks.look(true)).isEqualTo(Seen.PERHAPS_A_STRANGER);
    assertThat(looks.look(false)).isEqualTo(Seen.NOBODY);
    assertThat(looks.look(true)).isEqualTo(Seen.PERHAPS_A_STRANGER);
  }

  @Test
  void isSureOfOneWhoIsSeenTwiceInARow() {
    PortLooks looks = new PortLooks(true);
    looks.look(false);
    looks.look(true);

    assertThat(looks.look(true)).isEqualTo(Seen.STRANGER);
  }

  @Test
  void goesByTheOnlyLookWhereThereIsNoOther() {
    assertThat(new PortLooks(false).look(true)).isEqualTo(Seen.STRANGER);
    assertThat(new PortLooks(false).look(false)).isEqualTo(Seen.NOBODY);
  }
}
