-- One row: the registry node whose turn it is to form the cluster, by its contact address.
CREATE TABLE "remuda_forming" (
    "only" INTEGER PRIMARY KEY CHECK ("only" = 1),
    "contact" VARCHAR(300) NOT NULL,
    "until" TIMESTAMP WITH TIME ZONE NOT NULL
);

INSERT INTO "remuda_forming" VALUES (1, '', now());
