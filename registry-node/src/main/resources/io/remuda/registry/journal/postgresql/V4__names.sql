-- The first event of each name: by it the names are found without a look at all other events.
CREATE INDEX event_journal_names_idx ON event_journal(ordering) WHERE sequence_number = 1;
