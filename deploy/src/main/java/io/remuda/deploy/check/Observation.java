package io.remuda.deploy.check;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Resources;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One thing that was seen of a fleet, by whoever drives it: a simulation or a test of real
 * processes.
 *
 * <p>All times are of one clock, the driver's, counted from the begin of its history.
 */
public sealed interface Observation {

  /** When it was known. */
  Duration at();

  /** What is seen of leases, in a file of its own: {@link LeaseSeen}. */
  non-sealed interface OfLeases extends Observation {}

  /** What is seen of scaling and of places given away, too: {@link MoveSeen}. */
  non-sealed interface OfMoves extends Observation {}

  /** How a client's request ended. */
  enum Outcome {
    /** With a whole answer; a stream with its end mark. */
    ANSWERED,
    /** Refused before anything of it was worked on, and told when to come again. */
    REFUSED,
    /** With an error of the catalogue, or a stream with an error event. */
    ERROR,
    /** The connection broke, or an answer came that no contract knows. */
    FAILED,
    /** A stream that ended with neither its end mark nor an error event. */
    SILENCE
  }

  /**
   * A client's request, all tries of the client together.
   *
   * @param client who asked; gaps are counted for each client
   * @param gateway through which the last try went
   * @param firstByte when the first byte of an answer came; empty when none did
   * @param servedBy the instance that worked on it, as far as the client was told
   */
  record Request(
      String id,
      String client,
      ModelName model,
      String gateway,
      Duration begin,
      Optional<Duration> firstByte,
      Duration end,
      Outcome outcome,
      Optional<InstanceId> servedBy)
      implements Observation {
    @Override
    public Duration at() {
      return end;
    }
  }

  /**
   * Something was broken.
   *
   * @param kind its name in tables
   * @param parts everything that stops working with it, by name: gateways, machines, instances
   * @param begin just before it was done
   * @param heal just after it was undone; empty when it never was
   */
  record Fault(String kind, Set<String> parts, Duration begin, Optional<Duration> heal)
      implements Observation {
    public Fault {
      parts = Collections.unmodifiableSet(new TreeSet<>(parts));
    }

    @Override
    public Duration at() {
      return begin;
    }
  }

  /**
   * A machine's size.
   *
   * @param gpuMiB memory by GPU
   */
  record MachineSize(
      Duration at, MachineId machine, long memoryMiB, double cpus, Map<String, Long> gpuMiB)
      implements Observation {
    public MachineSize {
      gpuMiB = Collections.unmodifiableMap(new TreeMap<>(gpuMiB));
    }
  }

  /**
   * A machine took an instance in and promised it what it claims.
   *
   * @param epoch of the command that it obeyed
   * @param gpuMiB what it was promised, by GPU
   * @param adopted whether it was found there and is no new start
   */
  record InstanceStarted(
      Duration at,
      MachineId machine,
      InstanceId instance,
      long epoch,
      Resources claim,
      Map<String, Long> gpuMiB,
      boolean adopted)
      implements Observation {
    public InstanceStarted {
      gpuMiB = Collections.unmodifiableMap(new TreeMap<>(gpuMiB));
    }
  }

  /** From now on each {@link Assigned} is told, so that a start without one is one too many. */
  record AssignmentsTold(Duration at) implements Observation {}

  /** It is written that an instance is to run on a machine. */
  record Assigned(Duration at, InstanceId instance, MachineId machine) implements Observation {}

  /** A machine has nothing left of an instance. */
  record InstanceStopped(Duration at, MachineId machine, InstanceId instance)
      implements Observation {}

  /** A machine did what a command of this epoch said of an instance. */
  record Obeyed(Duration at, MachineId machine, InstanceId instance, long epoch)
      implements Observation {}

  /**
   * An entity was told that its write is in the journal.
   *
   * @param writer which incarnation of the entity wrote
   */
  record Committed(Duration at, String persistenceId, long sequence, String writer)
      implements Observation {}

  /**
   * A name stands for this schema from now on.
   *
   * @param evolved whether it was taken because it only adds to the one before
   */
  record SchemaAccepted(Duration at, ModelName model, String fingerprint, boolean evolved)
      implements Observation {}

  /**
   * What a revision of a name is started from.
   *
   * @param recipe told alike for two that are the same
   */
  record RecipeDeclared(Duration at, ModelName model, long revision, String recipe)
      implements Observation {}

  /**
   * A machine is told to start an instance.
   *
   * @param revision that it was placed with
   * @param recipe that it is to be started from
   */
  record StartSent(Duration at, InstanceId instance, long revision, String recipe)
      implements Observation {}

  /**
   * A name's owner stops instances while one version takes another's place by surge.
   *
   * @param before instances that take requests, as far as the owner knows
   * @param after how many of them are left to do so
   */
  record Superseded(Duration at, ModelName model, int wished, int before, int after)
      implements Observation {}

  /** What became of a change to a deployment. */
  enum Change {
    /** Accepted: the name is deployed. */
    DEPLOYED,
    /** Accepted: the name is not deployed any more. */
    REMOVED,
    /** Nobody answered: it may be so or not. */
    UNSURE
  }

  /**
   * An operator's change was answered, or not.
   *
   * @param version of the deployment that the answer named; with it or a later one it must stand
   */
  record DeploymentChanged(Duration at, ModelName model, long version, Change change)
      implements Observation {}

  /** Everything that is deployed, with its version. */
  record Deployments(Duration at, Map<ModelName, Long> versions) implements Observation {
    public Deployments {
      versions = Collections.unmodifiableMap(new TreeMap<>(versions));
    }
  }

  /**
   * What is wished and what is, everywhere at once.
   *
   * @param machines those that can be looked at
   */
  record Sample(
      Duration at, Map<ModelName, ModelSample> models, Map<MachineId, MachineSample> machines)
      implements Observation {
    public Sample {
      models = Collections.unmodifiableMap(new TreeMap<>(models));
      machines = Collections.unmodifiableMap(new TreeMap<>(machines));
    }
  }

  /**
   * A model at one moment.
   *
   * @param assigned its instances and where they are to be, whatever their phase
   * @param ready how many of them take requests
   * @param pending why there are fewer than wished, where a reason is given
   */
  record ModelSample(
      int wished, Map<InstanceId, MachineId> assigned, int ready, Optional<String> pending) {
    public ModelSample {
      assigned = Collections.unmodifiableMap(new TreeMap<>(assigned));
    }
  }

  /**
   * A machine at one moment.
   *
   * @param instances what its agent says that it has
   * @param keepers whose keeper processes there are, one entry a process; engines inside the node's
   *     own process have none
   */
  record MachineSample(List<InstanceId> instances, List<InstanceId> keepers) {
    public MachineSample {
      instances = List.copyOf(instances);
      keepers = List.copyOf(keepers);
    }
  }

  /** A holder was told that its lease has this instance, under this token. */
  record LeaseHeld(Duration at, LeaseId lease, long token, InstanceId instance)
      implements Observation {}

  /**
   * A call under a lease.
   *
   * @param token that it showed
   * @param instance that the lease had under that token
   * @param answered whether an instance answered it
   */
  record LeaseCalled(
      LeaseId lease,
      long token,
      InstanceId instance,
      Duration begin,
      Duration end,
      boolean answered)
      implements Observation {
    @Override
    public Duration at() {
      return end;
    }
  }

  /** By now every instance that a lease had must have let go of it. */
  record LeaseOver(Duration at, LeaseId lease) implements Observation {}

  /**
   * How much of something a part holds, and how much it may.
   *
   * @param part whose
   * @param what heap in bytes, messages in a mailbox, entries of a queue
   */
  record Size(Duration at, String part, String what, long value, long bound)
      implements Observation {}
}
