-- Whether the end of a task that was given up is written down.
ALTER TABLE "remuda_tasks".task_dead ADD COLUMN buried BOOLEAN DEFAULT FALSE NOT NULL;
CREATE INDEX task_dead_unburied ON "remuda_tasks".task_dead (buried, seq);
