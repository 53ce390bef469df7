package io.remuda.gateway.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class MessageSequenceProperties {

  @Property(tries = 300)
  void findsTheSameMessagesWhereverThePiecesEnd(
      @ForAll @Size(max = 8) List<byte[]> messages, @ForAll @IntRange(min = 1, max = 40) int piece)
      throws BadMessage {
    byte[] all = delimited(messages);
    MessageSequence sequence = new MessageSequence(1 << 20);
    List<byte[]> found = new ArrayList<>();

    for (int at = 0; at < all.length; at += piece) {
      sequence.add(Arrays.copyOfRange(all, at, Math.min(all.length, at + piece)));
      for (byte[] next = sequence.next(); next != null; next = sequence.next()) {
        found.add(next);
      }
    }

    assertThat(sequence.isBetween()).isTrue();
    assertThat(found).hasSameSizeAs(messages);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).isEqualTo(messages.get(i));
    }
  }

  @Example
  void refusesLengthsBeyondTheLimit() {
    MessageSequence sequence = new MessageSequence(100);
    sequence.add(new byte[] {101});
    assertThatThrownBy(sequence::next).hasMessageContaining("101 bytes, more than 100");

    MessageSequence endless = new MessageSequence(100);
    endless.add(new byte[] {-1, -1, -1, -1, -1, -1});
    assertThatThrownBy(endless::next).hasMessageContaining("a length of more than 5 bytes");
  }

  private static byte[] delimited(List<byte[]> messages) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] message : messages) {
      int length = message.length;
      while (length >= 0x80) {
        all.write(length | 0x80);
        length >>>= 7;
      }
      all.write(length);
      all.writeBytes(message);
    }
    return all.toByteArray();
  }
}
