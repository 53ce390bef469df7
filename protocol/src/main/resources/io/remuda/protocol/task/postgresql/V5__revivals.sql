-- How often a task was run again after it was given up.
ALTER TABLE "remuda_tasks".task_record ADD COLUMN revivals INTEGER DEFAULT 0 NOT NULL;
