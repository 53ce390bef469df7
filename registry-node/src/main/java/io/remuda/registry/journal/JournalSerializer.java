package io.remuda.registry.journal;

import akka.serialization.SerializerWithStringManifest;
import io.remuda.registry.access.AccessCodec;
import io.remuda.registry.access.AccessEvent;
import io.remuda.registry.access.AccessState;
import io.remuda.registry.audit.AuditCodec;
import io.remuda.registry.audit.AuditEvent;
import io.remuda.registry.audit.AuditState;
import io.remuda.registry.door.DoorCodec;
import io.remuda.registry.door.DoorEvent;
import io.remuda.registry.door.DoorState;
import io.remuda.registry.lease.LeaseCodec;
import io.remuda.registry.lease.LeaseEvent;
import io.remuda.registry.lease.LeaseState;
import io.remuda.registry.machine.MachineCodec;
import io.remuda.registry.machine.MachineEvent;
import io.remuda.registry.machine.MachineState;
import io.remuda.registry.model.DeploymentEvent;
import io.remuda.registry.model.ModelCodec;
import io.remuda.registry.model.ModelEvent;
import io.remuda.registry.model.ModelState;
import io.remuda.registry.model.ModelStateCodec;
import java.io.IOException;
import java.io.NotSerializableException;

/**
 * What Akka's journal calls to turn events and snapshots into protobuf and back. Identifier and
 * manifests stand in every row ever written and never change.
 */
public final class JournalSerializer extends SerializerWithStringManifest {

  static final int IDENTIFIER = 7_730_001;

  private static final String MODEL_EVENT = "me1";
  private static final String MODEL_STATE = "ms1";
  private static final String MACHINE_EVENT = "ne1";
  private static final String MACHINE_STATE = "ns1";
  private static final String ACCESS_EVENT = "ae1";
  private static final String ACCESS_STATE = "as1";
  private static final String AUDIT_EVENT = "ue1";
  private static final String AUDIT_STATE = "us1";
  private static final String DOOR_EVENT = "de1";
  private static final String DOOR_STATE = "ds1";
  private static final String LEASE_EVENT = "le1";
  private static final String LEASE_STATE = "ls1";

  /** Of a lease's last event, so that it is told from those that have something left to do. */
  static final String LEASE_CLOSED = "lc1";

  /** The same of a name that was removed. */
  static final String NAME_CLOSED = "mc1";

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object o) {
    if (o instanceof DeploymentEvent.NameClosed) {
      return NAME_CLOSED;
    } else if (o instanceof ModelEvent) {
      return MODEL_EVENT;
    } else if (o instanceof MachineEvent) {
      return MACHINE_EVENT;
    } else if (o instanceof AccessEvent) {
      return ACCESS_EVENT;
    } else if (o instanceof ModelState) {
      return MODEL_STATE;
    } else if (o instanceof MachineState) {
      return MACHINE_STATE;
    } else if (o instanceof AccessState) {
      return ACCESS_STATE;
    } else if (o instanceof AuditEvent) {
      return AUDIT_EVENT;
    } else if (o instanceof AuditState) {
      return AUDIT_STATE;
    } else if (o instanceof DoorEvent) {
      return DOOR_EVENT;
    } else if (o instanceof DoorState) {
      return DOOR_STATE;
    } else if (o instanceof LeaseEvent.LeaseClosed) {
      return LEASE_CLOSED;
    } else if (o instanceof LeaseEvent) {
      return LEASE_EVENT;
    } else if (o instanceof LeaseState) {
      return LEASE_STATE;
    }
    throw new IllegalArgumentException("not a thing of the journal: " + o.getClass().getName());
  }

  @Override
  public byte[] toBinary(Object o) {
    if (o instanceof ModelEvent event) {
      return ModelCodec.encode(event);
    } else if (o instanceof MachineEvent event) {
      return MachineCodec.encode(event);
    } else if (o instanceof AccessEvent event) {
      return AccessCodec.encode(event);
    } else if (o instanceof ModelState state) {
      return ModelStateCodec.encode(state);
    } else if (o instanceof MachineState state) {
      return MachineCodec.encode(state);
    } else if (o instanceof AccessState state) {
      return AccessCodec.encode(state);
    } else if (o instanceof AuditEvent event) {
      return AuditCodec.encode(event);
    } else if (o instanceof AuditState state) {
      return AuditCodec.encode(state);
    } else if (o instanceof DoorEvent event) {
      return DoorCodec.encode(event);
    } else if (o instanceof DoorState state) {
      return DoorCodec.encode(state);
    } else if (o instanceof LeaseEvent event) {
      return LeaseCodec.encode(event);
    } else if (o instanceof LeaseState state) {
      return LeaseCodec.encode(state);
    }
    throw new IllegalArgumentException("not a thing of the journal: " + o.getClass().getName());
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    try {
      return decode(bytes, manifest);
    } catch (NotSerializableException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      NotSerializableException refused =
          new NotSerializableException("journal bytes of " + manifest + ": " + e.getMessage());
      refused.initCause(e);
      throw refused;
    }
  }

  static Object decode(byte[] bytes, String manifest) throws IOException {
    return switch (manifest) {
      case MODEL_EVENT, NAME_CLOSED -> ModelCodec.decodeEvent(bytes);
      case MODEL_STATE -> ModelStateCodec.decode(bytes);
      case MACHINE_EVENT -> MachineCodec.decodeEvent(bytes);
      case MACHINE_STATE -> MachineCodec.decodeState(bytes);
      case ACCESS_EVENT -> AccessCodec.decodeEvent(bytes);
      case ACCESS_STATE -> AccessCodec.decodeState(bytes);
      case AUDIT_EVENT -> AuditCodec.decodeEvent(bytes);
      case AUDIT_STATE -> AuditCodec.decodeState(bytes);
      case DOOR_EVENT -> DoorCodec.decodeEvent(bytes);
      case DOOR_STATE -> DoorCodec.decodeState(bytes);
      case LEASE_EVENT, LEASE_CLOSED -> LeaseCodec.decodeEvent(bytes);
      case LEASE_STATE -> LeaseCodec.decodeState(bytes);
      default ->
          throw new NotSerializableException(
              "the journal holds '%s', which this version does not know; upgrade this node"
                  .formatted(manifest));
    };
  }
}
