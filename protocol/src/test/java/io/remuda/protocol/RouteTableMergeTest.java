package io.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Gossip mostly brings what is known: that costs no copy of a table, and changes none. */
class RouteTableMergeTest {

  @Property(tries = 200)
  void whatIsKnownMakesNoNewTable(@ForAll("routes") List<Route> routes) {
    RouteTable table = new RouteTable(routes);

    assertThat(table.mergeData(new RouteTable(table.entries()))).isSameAs(table);
    assertThat(table.mergeData(RouteTable.EMPTY)).isSameAs(table);
  }

  @Property(tries = 200)
  void mergingLeavesBothTablesAsTheyWere(
      @ForAll("routes") List<Route> these, @ForAll("routes") List<Route> those) {
    RouteTable table = new RouteTable(these);
    RouteTable other = new RouteTable(those);

    RouteTable merged = table.mergeData(other);

    assertThat(table).isEqualTo(new RouteTable(these));
    assertThat(other).isEqualTo(new RouteTable(those));
    assertThat(merged.mergeData(other)).isSameAs(merged);
  }

  @Provide
  Arbitrary<List<Route>> routes() {
    return new TableLawsTest().routes();
  }
}
