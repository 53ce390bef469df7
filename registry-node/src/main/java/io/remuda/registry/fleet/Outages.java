package io.remuda.registry.fleet;

import akka.actor.Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which nodes have gone out of reach or come back. A node's outage lasts as long as anybody at all
 * says that it does not answer. It counts from when somebody believable says so, and its end counts
 * where it did: twice at most, however often it changes meanwhile whose word is believed. Belongs
 * to one actor.
 */
final class Outages {

  private final Set<Address> counted = new HashSet<>();

  /**
   * Whose reachability has changed since the last call, each named once.
   *
   * @param accused of whom anybody says that they do not answer
   * @param believed those of them of whom somebody believable says so
   */
  List<Address> changes(Set<Address> accused, Set<Address> believed) {
    List<Address> changed = new ArrayList<>(counted);
    changed.removeAll(accused);
    counted.retainAll(accused);
    believed.stream().filter(counted::add).forEach(changed::add);
    return changed;
  }
}
