-- What was handed in is forgotten by its age, and each part of what tasks used has a row of its own.
CREATE INDEX "remuda_usage_gateway_at_idx" ON "remuda_usage_gateway"("at_millis");
