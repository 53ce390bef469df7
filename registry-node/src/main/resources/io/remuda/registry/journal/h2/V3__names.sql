-- The first event of each name: by it the names are found without a look at all other events. H2 has
-- no index of a part of a table.
CREATE INDEX "event_journal_names_idx" ON "event_journal"("sequence_number", "ordering");
