-- One number for each time that a registry node takes a name over: what a later owner says of the name
-- counts more, whatever the clocks say. Far above 0, the term of a name without events.
CREATE SEQUENCE "remuda_owner_term" START WITH 1000;
