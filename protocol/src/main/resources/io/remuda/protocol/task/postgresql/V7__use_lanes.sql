-- A part of what tasks used is handed in by a lane, which has one part at a time and numbers them upwards: so a registry
-- needs one row for each lane to add no part twice, however many there were.
CREATE TABLE "remuda_tasks".task_use_lane (
    lane VARCHAR(40) PRIMARY KEY,
    last_number BIGINT DEFAULT 0 NOT NULL,
    -- Somebody else hands its part in from then on; 0: it has none.
    due_at BIGINT DEFAULT 0 NOT NULL
);
INSERT INTO "remuda_tasks".task_use_lane (lane)
    SELECT CAST(gen_random_uuid() AS VARCHAR(40)) FROM generate_series(1, 16);
