package io.remuda.deploy.check;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Something that was seen of a lease, or of an instance that may be leased. */
public sealed interface LeaseSeen extends Observation.OfLeases {

  /** It is written that a lease gets an instance, under this number. */
  record Leased(Duration at, InstanceId instance, LeaseId lease, long number)
      implements LeaseSeen {}

  /** It is written that a lease has an instance no more, or the instance is gone. */
  record Returned(Duration at, InstanceId instance, LeaseId lease) implements LeaseSeen {}

  /**
   * An instance was told a number.
   *
   * @param life of the JVM that was told, which forgets with its end what it did not write
   * @param least number of a token that it answers from now on
   * @param kept whether the machine's next JVM knows it too
   */
  record Told(Duration at, InstanceId instance, long life, long least, boolean kept)
      implements LeaseSeen {}

  /** An instance is its holder's alone from now on, and until then unless it is told more. */
  record Held(Duration at, InstanceId instance, LeaseToken token, Duration until)
      implements LeaseSeen {}

  /**
   * An instance has let a call in.
   *
   * @param call names it in {@link CallOver}
   * @param life of the machine's JVM
   * @param token that it shows; empty for everybody's
   */
  record CallBegun(
      Duration at, long call, InstanceId instance, long life, Optional<LeaseToken> token)
      implements LeaseSeen {}

  /** A call that was let in has ended. */
  record CallOver(Duration at, long call, InstanceId instance) implements LeaseSeen {}

  /**
   * A holder may use his lease from now on.
   *
   * @param models that it is of
   * @param parts instances that it has
   */
  record LeaseReady(
      Duration at, LeaseToken token, Set<ModelName> models, Map<ModelName, InstanceId> parts)
      implements LeaseSeen {
    public LeaseReady {
      models = Collections.unmodifiableSet(new TreeSet<>(models));
      parts = Collections.unmodifiableMap(new TreeMap<>(parts));
    }
  }

  /**
   * A lease as it stands at one moment of rest.
   *
   * @param ready whether its holder may use it
   * @param waits why it is not ready, where a reason is given
   * @param over for how long it has ended; empty of one that has not
   * @param lacks what of one that is ready does not work
   * @param left what there still is of one that has ended
   */
  record LeaseSample(
      Duration at,
      LeaseId lease,
      boolean ready,
      Optional<String> waits,
      Optional<Duration> over,
      List<String> lacks,
      List<String> left)
      implements LeaseSeen {
    public LeaseSample {
      lacks = List.copyOf(lacks);
      left = List.copyOf(left);
    }
  }
}
