-- What models were used for, by the hour, and how far each gateway has handed it in.
CREATE TABLE "remuda_usage" (
    "usage_hour" BIGINT NOT NULL,
    "api_key" VARCHAR(255) NOT NULL,
    "tenant" VARCHAR(255) NOT NULL,
    "model" VARCHAR(255) NOT NULL,
    "requests" BIGINT NOT NULL,
    "errors" BIGINT NOT NULL,
    "estimated" BIGINT NOT NULL,
    "prompt_tokens" BIGINT NOT NULL,
    "completion_tokens" BIGINT NOT NULL,
    "cached_tokens" BIGINT NOT NULL,
    PRIMARY KEY("usage_hour", "api_key", "tenant", "model")
);

-- For budgets.
CREATE INDEX "remuda_usage_key_idx" ON "remuda_usage"("api_key", "usage_hour");
CREATE INDEX "remuda_usage_tenant_idx" ON "remuda_usage"("tenant", "usage_hour");

CREATE TABLE "remuda_usage_gateway" (
    "gateway" VARCHAR(64) PRIMARY KEY,
    "last_number" BIGINT NOT NULL,
    "at_millis" BIGINT NOT NULL
);
