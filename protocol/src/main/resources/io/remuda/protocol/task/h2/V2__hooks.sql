-- Webhooks that have not been delivered.
CREATE TABLE "remuda_tasks".task_hook (
    task_id VARCHAR(80) PRIMARY KEY,
    tenant VARCHAR(200) NOT NULL,
    url VARCHAR(2000) NOT NULL,
    tries INTEGER DEFAULT 0 NOT NULL,
    -- Nobody looks at it before.
    due_at BIGINT NOT NULL
);
CREATE INDEX task_hook_due ON "remuda_tasks".task_hook (due_at);
