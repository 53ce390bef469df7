package io.remuda.gateway.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.Line;
import java.util.List;
import org.junit.jupiter.api.Test;

class UsageBookTest {

  private static Line line(String model, long tokens) {
    return new Line(1, "k", "", model, new Count(1, 0, 0, tokens, 0, 0));
  }

  @Test
  void aPartStaysAsItIsUntilItIsThere() {
    UsageBook book = new UsageBook(100);
    book.add(line("m", 1));
    book.add(line("m", 2));
    UsageBook.Part first = book.next().orElseThrow();
    book.add(line("m", 4));

    assertThat(first.lines())
        .containsExactly(new Line(1, "k", "", "m", new Count(2, 0, 0, 3, 0, 0)));
    assertThat(book.next()).contains(first);
    assertThat(book.handedIn(7)).isEmpty();
    assertThat(book.handedIn(first.number())).contains(first);
    assertThat(book.handedIn(first.number())).as("told twice").isEmpty();

    UsageBook.Part second = book.next().orElseThrow();
    assertThat(second.number()).isGreaterThan(first.number());
    assertThat(second.lines().get(0).count().promptTokens()).isEqualTo(4);
    book.handedIn(second.number());
    assertThat(book.isEmpty()).isTrue();
  }

  @Test
  void whatIsMoreThanAMessageBearsGoesInSeveralParts() {
    UsageBook book = new UsageBook(10_000);
    for (int i = 0; i < UsageProtocol.MOST_LINES + 1; i++) {
      book.add(line("m" + i, 1));
    }

    UsageBook.Part first = book.next().orElseThrow();
    assertThat(first.lines()).hasSize(UsageProtocol.MOST_LINES);
    book.handedIn(first.number());
    assertThat(book.hasClosed()).isTrue();
    assertThat(book.next().orElseThrow().lines()).hasSize(1);
  }

  @Test
  void isBoundedAndGoesOnCountingWhatItKnows() {
    UsageBook book = new UsageBook(2);

    assertThat(List.of("a", "b").stream().allMatch(model -> book.add(line(model, 1)))).isTrue();
    assertThat(book.add(line("c", 1))).isFalse();
    assertThat(book.add(line("a", 1))).isTrue();
  }
}
