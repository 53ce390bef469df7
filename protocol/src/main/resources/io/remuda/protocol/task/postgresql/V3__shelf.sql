-- Documents, such as files and batches, and the pieces that belong to each.
CREATE TABLE "remuda_tasks".shelf_document (
    id VARCHAR(80) PRIMARY KEY,
    kind VARCHAR(20) NOT NULL,
    tenant VARCHAR(200) NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- Somebody has to work on it from then on; 0: nobody.
    due_at BIGINT NOT NULL,
    -- Who works on it until then.
    holder VARCHAR(80) DEFAULT '' NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX shelf_document_list ON "remuda_tasks".shelf_document (kind, tenant, created_at, id);
CREATE INDEX shelf_document_due ON "remuda_tasks".shelf_document (kind, due_at);
CREATE INDEX shelf_document_expiry ON "remuda_tasks".shelf_document (expires_at);

CREATE TABLE "remuda_tasks".shelf_piece (
    owner VARCHAR(80) NOT NULL,
    number INTEGER NOT NULL,
    mark VARCHAR(20) NOT NULL,
    expires_at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (owner, number)
);
CREATE INDEX shelf_piece_expiry ON "remuda_tasks".shelf_piece (expires_at);
