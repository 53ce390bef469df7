package io.remuda.protocol;

/** Whatever travels between nodes: bound to jackson-cbor, so a record of records, ids and times. */
public interface WireMessage {}
