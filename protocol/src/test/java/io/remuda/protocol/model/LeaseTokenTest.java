package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.remuda.protocol.id.LeaseId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class LeaseTokenTest {

  @Property(tries = 300)
  void isReadAsItIsWritten(
      @ForAll @LongRange(min = 1, max = 999_999_999_999_999_999L) long number) {
    LeaseToken token = new LeaseToken(new LeaseId("l0-a"), number);

    assertThat(LeaseToken.parse(token.toString())).contains(token);
  }

  @Property(tries = 500)
  void whateverIsReadIsWrittenAsItWas(@ForAll @StringLength(max = 60) String text) {
    LeaseToken.parse(text).ifPresent(token -> assertThat(token).hasToString(text));
  }

  @Test
  void aNumberBelowOneIsNone() {
    assertThatThrownBy(() -> new LeaseToken(new LeaseId("a"), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(LeaseToken.parse("a.99999999999999999999")).isEmpty();
  }
}
